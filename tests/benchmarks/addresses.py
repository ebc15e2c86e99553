"""What is asked for: tiles, windows and places that hold something, in a shuffled, fixed order."""

import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from benchmarks.judge import carried_at
from twin.spec import LayerSpec

#: The zooms of the tile rows.
ZOOMS = range(10, 16)
SEED = 83
#: Side of the windows of the item rows, degrees, and how many features the chosen one holds.
WINDOW_DEG = 0.02
WINDOW_MATCHES = 350

# Tiles of a zoom that hold a feature shown there, by its exact geometry.
_TILES = text("""
    SELECT DISTINCT tile.x, tile.y
    FROM (
        SELECT geom, ST_XMin(geom) AS west, ST_XMax(geom) AS east,
               ST_YMin(geom) AS south, ST_YMax(geom) AS north,
               40075016.685578488 / 2 ^ CAST(:z AS int) AS width
        FROM tile.road WHERE min_zoom <= :z
    ) AS road
    CROSS JOIN LATERAL (
        SELECT x, y
        FROM generate_series(floor((west + 20037508.342789244) / width)::int,
                             floor((east + 20037508.342789244) / width)::int) AS x,
             generate_series(floor((20037508.342789244 - north) / width)::int,
                             floor((20037508.342789244 - south) / width)::int) AS y
    ) AS tile
    WHERE ST_Intersects(geom, ST_TileEnvelope(CAST(:z AS int), tile.x, tile.y))
    ORDER BY tile.x, tile.y
""")

_WINDOWS = text("""
    SELECT floor(ST_X(middle) / :side)::int AS x, floor(ST_Y(middle) / :side)::int AS y,
           count(*) AS features
    FROM (SELECT ST_Centroid(Box2D(geom)) AS middle FROM layer.road) AS road
    GROUP BY 1, 2 ORDER BY features DESC, x, y
""")

_PLACES = text("""
    SELECT ST_X(point) AS lon, ST_Y(point) AS lat
    FROM (SELECT ST_Centroid(Box2D(geom)) AS point
          FROM layer.road ORDER BY md5(id::text) LIMIT :count) AS road
""")


class Tile(NamedTuple):
    """A tile of the WebMercatorQuad matrix set, XYZ order."""

    z: int
    x: int
    y: int

    def ours(self, tileset: str) -> str:
        """Return the tile's path in our service."""
        return f"/tiles/{tileset}/{self.z}/{self.x}/{self.y}.mvt"

    def tipg(self, spec: LayerSpec) -> str:
        """Return the tile's path in tipg, with the attributes that ours carries."""
        tiles = f"/collections/layer.{spec.id}/tiles/WebMercatorQuad"
        properties = ",".join(carried_at(spec, self.z))
        return f"{tiles}/{self.z}/{self.x}/{self.y}?properties={properties}"


def road_tiles(connection: Connection, zooms: Iterable[int] = ZOOMS) -> list[Tile]:
    """Return every tile of these zooms that shows a road, shuffled."""
    tiles = [Tile(z, row.x, row.y) for z in zooms for row in connection.execute(_TILES, {"z": z})]
    return shuffled(tiles)


def windows(connection: Connection) -> list[tuple[str, int]]:
    """Return the squares of a grid that hold roads, as `bbox` values with their roads."""
    rows = connection.execute(_WINDOWS, {"side": WINDOW_DEG})
    return [(_bbox(row.x, row.y), int(row.features)) for row in rows]


def usual_window(found: Sequence[tuple[str, int]]) -> str:
    """Return the window whose number of roads is nearest to the one of earlier figures."""
    return min(found, key=lambda window: abs(window[1] - WINDOW_MATCHES))[0]


def places(connection: Connection, count: int) -> list[tuple[float, float]]:
    """Return lon/lat places on roads, the same for the same roads."""
    rows = connection.execute(_PLACES, {"count": count})
    return shuffled([(round(row.lon, 6), round(row.lat, 6)) for row in rows])


def shuffled(values: list[Any]) -> list[Any]:
    """Return the values in a random order that is always the same."""
    random.Random(SEED).shuffle(values)  # noqa: S311 (an order, no secret)
    return values


def _bbox(x: int, y: int) -> str:
    sides = (x, y, x + 1, y + 1)
    return ",".join(f"{side * WINDOW_DEG:.2f}" for side in sides)
