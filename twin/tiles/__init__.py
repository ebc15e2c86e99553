"""Vector tiles, and the TileJSON that describes them and those of rasters."""
