"""The domain of Phuket Twin: database, queries, tiles and projects; no HTTP, no command line."""
