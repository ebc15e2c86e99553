"""A toy island for the checks, and small files about it."""

import json

import geopandas as gpd
import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Relation, Way

from layers.manifest import Manifest
from layers.validate import Reference, check_layer

#: A square island of 2 km in two sub-districts, west and east; metres of EPSG:32647.
X0, Y0 = 430_000.0, 870_000.0
TEXT = {"th": "ทดสอบ", "en": "Test"}
SOURCE = {
    "path": "x.geojson",
    "crs": "EPSG:4326",
    "provenance": "synthetic",
    "source": TEXT,
    "licence": "CC0-1.0",
    "attribution": "nobody",
    "valid_date": "2026-01-01",
}


class Toy:
    """Writes files about the island and checks them."""

    def __init__(self, folder, reference):
        self.folder = folder
        self.reference = reference

    def manifest(self, geometry_type="Point", columns=None, source=None):
        """Return a manifest; a column is a type or a dictionary, the first column is the key."""
        columns = columns or {"no": "integer"}
        typed = {
            name: kind if isinstance(kind, dict) else {"type": kind}
            for name, kind in columns.items()
        }
        crs = {} if geometry_type else {"crs": None}
        return Manifest.model_validate(
            {
                "id": "thing",
                "kind": "vector" if geometry_type else "table",
                "position": 1,
                "theme": "base",
                "title": TEXT,
                "description": TEXT,
                "geometry_type": geometry_type,
                "key": [next(iter(columns))],
                "columns": [{"name": name, "title": TEXT} | kind for name, kind in typed.items()],
                "sources": {"starter": SOURCE | crs | (source or {})},
            }
        )

    def features(self, *rows):
        """Write GeoJSON of (shape or None, properties)."""
        features = [
            {"type": "Feature", "geometry": shape and shape.__geo_interface__, "properties": values}
            for shape, values in rows
        ]
        path = self.folder / "x.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    def csv(self, text):
        path = self.folder / "x.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def check(self, manifest, path, *, is_located=True):
        reference = self.reference if is_located else None
        return check_layer(manifest, manifest.sources["starter"], path, reference)

    @staticmethod
    def told(checked):
        return [(fault.row, fault.rule, fault.severity) for fault in checked.faults]

    @staticmethod
    def degrees(shape):
        return gpd.GeoSeries([shape], crs=32647).to_crs(4326)[0]

    def lon_lat(self, x, y):
        point = self.degrees(shapely.Point(x, y))
        return point.x, point.y

    def here(self, dx=0.0, dy=0.0):
        """Return a point in degrees, by metres east and north of the middle of the west."""
        return self.degrees(shapely.Point(X0 + 500 + dx, Y0 + 1000 + dy))


@pytest.fixture(scope="session")
def reference():
    halves = [shapely.box(X0 + dx, Y0, X0 + dx + 1000, Y0 + 2000) for dx in (0, 1000)]
    tambon = {"code": ["830101", "830102"], "name_th": ["ตะวันตก", "ตะวันออก"]}
    tambon = gpd.GeoDataFrame(
        tambon | {"name_en": ["West", "East"]}, geometry=halves, crs="EPSG:32647"
    )
    island = shapely.box(X0, Y0, X0 + 2000, Y0 + 2000)
    return Reference(gpd.GeoDataFrame(geometry=[island], crs="EPSG:32647"), tambon)


@pytest.fixture
def toy(tmp_path, reference):
    return Toy(tmp_path, reference)


class Extract:
    """Writes OpenStreetMap files of the toy island; places are metres as in `Toy.here`."""

    def __init__(self, toy):
        self.toy = toy
        self.nodes, self.ways, self.relations = {}, {}, {}

    def node(self, number, dx, dy, **tags):
        place = self.toy.here(dx, dy)
        self.nodes[number] = Node(id=number, location=(place.x, place.y), tags=tags)
        return number

    def way(self, number, nodes, **tags):
        """Add a way; a place in `nodes` becomes a node of its own."""
        known = [
            each if isinstance(each, int) else self.node(1000 + len(self.nodes), *each)
            for each in nodes
        ]
        self.ways[number] = Way(id=number, nodes=known, tags={"highway": "residential"} | tags)

    def place(self, number, nodes, **tags):
        """Add a way that is no road; a place in `nodes` becomes a node of its own."""
        self.way(number, nodes)
        self.ways[number].tags = tags

    def relation(self, number, members, **tags):
        self.relations[number] = Relation(id=number, members=members, tags=tags)

    def write(self, name="x.osm.pbf", header=None):
        path = self.toy.folder / name
        with osmium.SimpleWriter(path, header=header or osmium.io.Header()) as writer:
            for kind, things in (
                ("node", self.nodes),
                ("way", self.ways),
                ("relation", self.relations),
            ):
                for number in sorted(things):
                    getattr(writer, f"add_{kind}")(things[number])
        return path


@pytest.fixture
def extract(toy):
    return Extract(toy)
