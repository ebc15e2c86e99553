"""OpenStreetMap extracts: PBF, XML and Overpass JSON become roads or facilities."""

from layers.readers.osm.elements import Progress
from layers.readers.osm.read import read_osm

__all__ = ["Progress", "read_osm"]
