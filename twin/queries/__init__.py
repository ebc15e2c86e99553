"""Reading the twin: the catalogue, items, spatial questions, projects and search."""
