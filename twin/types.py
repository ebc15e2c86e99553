"""Names for shapes that travel between modules."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Json = dict[str, Any]

Edition = Literal["phuket", "starter"]
LayerKind = Literal["vector", "raster", "table"]
Provenance = Literal["official", "osm", "operator", "derived", "approximate", "synthetic"]
Confidence = Literal["verified", "sourced", "inferred", "unknown"]
ColumnType = Literal["text", "integer", "number", "date", "boolean"]


class BBox(NamedTuple):
    """West, south, east, north in degrees (CRS84)."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the box or on its border."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


class Text(NamedTuple):
    """One text in both languages."""

    th: str
    en: str
