"""The databases that benches read: made once by the product's own loader, kept for the next run.

    phuket  the real layers, where TWIN_DATA_DIR names them
    x1      the starter edition with the synthetic island: roads, facilities, buildings
    x10     ten such islands side by side
    x100    a hundred, roads only
    town    the starter edition with 50,000 street corners, 100 hospitals and 20,000 homes

Islands stand side by side, a tile of zoom 10 apart: the table grows, the density of a place stays.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import psycopg
import shapely
from psycopg import sql
from sqlalchemy import URL, Connection, delete

from api.commands.loading import load_layers
from benchmarks.console import BenchError, step
from benchmarks.copies import multiply
from layers.edition import Choice, real_data, starter
from layers.manifest import read_catalogue
from layers.synthetic import synthetic_buildings, synthetic_facilities, synthetic_streets
from twin.crs import STORAGE_SRID
from twin.db.database import open_engine
from twin.db.embedded import Cluster
from twin.db.engine import libpq_address, make_engine
from twin.db.models import Layer
from twin.settings import CHECKOUT, DbSettings, Settings
from twin.spec import LayerSpec
from twin.testing import make_columns, make_spec, publish_layer

SEED = 83
FULL = {"road": 60_000, "facility": 20_000, "building": 100_000}
QUICK = {"road": 6_000, "facility": 2_000, "building": 10_000}
TOWN = {"road": 71_000, "facility": 100, "home": 20_000}
QUICK_TOWN = {"road": 6_000, "facility": 20, "home": 2_000}
COPIES = {"x10": (10, ("road", "facility", "building")), "x100": (100, ("road",))}

#: What decides how a database looks; a change makes it anew.
_MADE_BY = (
    "twin/db",
    "twin/sql",
    "layers",
    "tests/benchmarks/data.py",
    "tests/benchmarks/copies.py",
)


@dataclass(frozen=True)
class Store:
    """The private cluster of the benches, with a database for each set of data."""

    home: Path
    url: URL
    counts: dict[str, int]

    def database(self, name: str) -> URL:
        """Return the address of a set of data, made where it is not there or not current."""
        label = f"{name}_{self.counts['road']}"
        address = self.url.set(database=f"bench_{label}")
        key = self._key(name)
        with self._server() as server:
            if _comment(server, address.database) == key:
                return address
        template = "template1"
        if name in COPIES:
            template = self.database("x1").database
        with step(f"ฐานข้อมูล | database {address.database}"):
            with self._server() as server:
                _create(server, address.database, template)
            self._fill(name, address)
            with self._server() as server:
                _set_comment(server, address.database, key)
        return address

    def settings(self, address: URL) -> Settings:
        """Return the settings by which a database is loaded; its rasters lie in a folder beside."""
        home = self.home / "loaded" / str(address.database)
        return Settings(home=home, data_dir=None, db=DbSettings(url=libpq_address(address)))

    def size_bytes(self, address: URL) -> int:
        """Return the size of a database on disk."""
        with self._server() as server:
            row = server.execute("SELECT pg_database_size(%s)", [address.database]).fetchone()
        return int(row[0])

    def _fill(self, name: str, address: URL) -> None:
        if name in COPIES:
            copies, layers = COPIES[name]
            engine = make_engine(address)
            for spec in island_specs():
                if spec.id in layers:
                    with engine.begin() as connection:
                        multiply(connection, spec, copies)
            engine.dispose()
            return
        settings = self.settings(address)
        with open_engine(settings) as engine:
            load_layers(engine, settings, _edition(name))
            with engine.begin() as connection:
                if name == "x1":
                    _publish(connection, island_specs(), island_frames(self.counts))
                elif name == "town":
                    _publish(connection, town_specs(), town_frames(self.town))

    @property
    def town(self) -> dict[str, int]:
        """What `town` holds."""
        return TOWN if self.counts == FULL else QUICK_TOWN

    def _key(self, name: str) -> str:
        digest = hashlib.sha256(f"{name} {self.counts}".encode())
        for part in _MADE_BY:
            root = CHECKOUT / part
            files = [root] if root.is_file() else sorted(root.rglob("*.*"))
            for file in files:
                if file.suffix in {".py", ".sql", ".toml"}:
                    digest.update(file.read_bytes())
        return digest.hexdigest()

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(libpq_address(self.url.set(database="postgres")), autocommit=True)


@contextmanager
def open_store(home: Path, *, quick: bool) -> Iterator[Store]:
    """Give the benches' databases, keeping their cluster up for the block."""
    with Cluster(home).use() as url:
        yield Store(home, url, QUICK if quick else FULL)


def has_real_data() -> bool:
    """Tell whether TWIN_DATA_DIR names a folder."""
    return Path(os.environ.get("TWIN_DATA_DIR") or "/nowhere").is_dir()


def spec_of(layer: str) -> LayerSpec:
    """Return the specification of a layer of the catalogue."""
    return next(manifest.spec for manifest in read_catalogue() if manifest.id == layer)


def island_specs() -> list[LayerSpec]:
    """Return the layers of the synthetic island: two of the catalogue, and buildings."""
    building = make_spec(
        "building",
        "MultiPolygon",
        position=90,
        key=["building_no"],
        columns=make_columns(building_no="integer"),
        min_zoom=13,
    )
    return [spec_of("road"), spec_of("facility"), building]


def island_frames(counts: dict[str, int]) -> dict[str, gpd.GeoDataFrame]:
    """Make the synthetic island; the same counts give the same rows."""
    folder = resources.files("layers.starter") / "data"
    tambon, land = (gpd.read_parquet(str(folder / f"{n}.parquet")) for n in ("tambon", "land"))
    streets = synthetic_streets(tambon, land, counts["road"], SEED)
    facilities = synthetic_facilities(streets, counts["facility"], SEED)
    buildings = synthetic_buildings(streets, counts["building"], SEED)
    numbers = np.arange(1, len(streets) + 1)
    names = np.where(numbers % 3 == 0, None, np.char.add("ถนน ", numbers.astype(str)))
    streets = streets.assign(osm_id=numbers, name=names, length_m=streets.length.round())
    facilities = facilities.assign(
        osm_ref=np.char.add("node/", facilities["facility_no"].astype(str)),
        name=np.char.add("Facility ", facilities["facility_no"].astype(str)),
        name_th=np.char.add("สถานที่ ", facilities["facility_no"].astype(str)),
    )
    frames = {"road": streets, "facility": facilities, "building": buildings}
    return {name: _stored(frame) for name, frame in frames.items()}


def _stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = frame.to_crs(STORAGE_SRID).geometry.to_numpy()
    if shapes[0].geom_type != "Point":
        kind = {"LineString": shapely.multilinestrings, "Polygon": shapely.multipolygons}
        shapes = kind[shapes[0].geom_type](shapes, indices=np.arange(len(shapes)))
    rows = frame.drop(columns="geometry").assign(id=np.arange(1, len(frame) + 1), geom=shapes)
    return gpd.GeoDataFrame(rows, geometry="geom", crs=STORAGE_SRID)


def town_specs() -> list[LayerSpec]:
    """Return the layers of the town: two of the catalogue, and homes with their people."""
    columns = make_columns(home_no="integer", people="integer")
    home = make_spec("home", "Point", position=91, key=["home_no"], columns=columns)
    return [spec_of("road"), spec_of("facility"), home]


def town_frames(counts: dict[str, int]) -> dict[str, gpd.GeoDataFrame]:
    """Make the town: the island's roads, hospitals, and homes of one to six people."""
    whole = {"road": counts["road"], "facility": counts["facility"], "building": counts["home"]}
    frames = island_frames(whole)
    homes = frames.pop("building").rename(columns={"building_no": "home_no"})
    homes["geom"] = shapely.centroid(homes["geom"].to_numpy())
    people = np.random.default_rng(SEED).integers(1, 7, len(homes))
    frames["facility"]["amenity"] = "hospital"
    return frames | {"home": homes.assign(people=people)}


def _publish(
    connection: Connection, specs: list[LayerSpec], frames: dict[str, gpd.GeoDataFrame]
) -> None:
    for spec in specs:
        connection.execute(delete(Layer).where(Layer.id == spec.id))
        publish_layer(connection, spec, frames[spec.id])


def _edition(name: str) -> Choice:
    if name == "phuket":
        return real_data(Path(os.environ["TWIN_DATA_DIR"]).resolve())
    if name in ("x1", "town"):
        return starter()
    raise BenchError(f"no set of data {name!r}", f"ไม่มีชุดข้อมูล {name!r}")


def _comment(server: psycopg.Connection, name: str | None) -> str | None:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = server.execute(query, [name]).fetchone()
    return row[0] if row else None


def _set_comment(server: psycopg.Connection, name: str | None, key: str) -> None:
    told = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(str(name)), key)
    server.execute(told)


def _create(server: psycopg.Connection, name: str | None, template: str | None) -> None:
    new = sql.Identifier(str(name))
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, sql.Identifier(str(template)))
    )
