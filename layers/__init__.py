"""Getting data in: manifests, readers, checks, loading."""
