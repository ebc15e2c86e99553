"""One module a concern; each parses, calls `twin`, and serialises."""
