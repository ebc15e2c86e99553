"""Many cities from a file: what each is made from, and how it becomes arrays."""
