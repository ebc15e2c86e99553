"""Rasters: tiles in several styles, legends, and measuring, from Cloud-Optimised GeoTIFFs.

All of them are in EPSG:32647, as the loader keeps them, with one band.
"""
