"""Where next: covering and median location problems over an impedance matrix."""
