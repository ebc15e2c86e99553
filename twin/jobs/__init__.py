"""Long work in a queue in PostgreSQL: kept, run by worker processes, told about, called off."""
