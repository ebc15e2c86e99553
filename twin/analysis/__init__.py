"""Coverage analysis: pure functions over arrays and frozen dataclasses, in EPSG:32647."""
