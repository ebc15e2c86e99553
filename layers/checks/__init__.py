"""The checks a layer's rows must pass, each a function from what was read to faults."""
