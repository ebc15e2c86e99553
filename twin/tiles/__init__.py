"""Vector and raster tiles, and the TileJSON that describes them."""
