"""The starter edition: a small bundled Phuket, made by code from facts, honest about what it is."""
