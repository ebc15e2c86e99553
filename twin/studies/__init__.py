"""Coverage studies: a question, its inputs read from the database, the answer, kept by digest."""
