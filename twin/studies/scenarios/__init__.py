"""Named scenarios: a base and the changes laid over it, kept, checked, answered, compared."""
