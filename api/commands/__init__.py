"""The groups of the `twin` command; with `api.cli` the only place that knows all packages."""
