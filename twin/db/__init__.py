"""The database: engine, tables, migrations, and the private PostGIS cluster."""
