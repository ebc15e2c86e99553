"""Side-by-side figures against peers: `scripts/bench tiles`, `scripts/bench queries`."""
