"""Vector tiles of the toy island, decoded; TileJSON; the statement and its index."""

import json
import math

import geopandas as gpd
import mapbox_vector_tile
import pytest
from geoalchemy2.shape import from_shape
from sqlalchemy import insert

from twin.db.engine import make_engine
from twin.errors import NotFoundError
from twin.queries.catalogue import describe, list_layers
from twin.testing import ZOO, centre, make_columns, make_spec, publish_layer
from twin.tiles.address import Address, check_address
from twin.tiles.tilejson import vector_tilejson
from twin.tiles.tileset import get_tileset
from twin.tiles.vector import read_tile, tile_statement


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def tile_of(place, zoom):
    """Tile that holds a lon/lat place."""
    size = 2**zoom
    lat = math.radians(place.y)
    x = (place.x + 180) / 360 * size
    y = (1 - math.asinh(math.tan(lat)) / math.pi) / 2 * size
    return Address(zoom, int(x), int(y))


def tileset_of(connection, tileset_id):
    return get_tileset(list_layers(connection), tileset_id)


def decoded(connection, tileset_id, address):
    tile = read_tile(connection, tileset_of(connection, tileset_id), address)
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})


def ids(layer):
    return sorted(feature["id"] for feature in layer["features"])


def test_tile_of_a_layer_carries_ids_attributes_and_extent(island):
    tile = decoded(island, "facility", tile_of(centre(2, 2), 14))
    assert list(tile) == ["facility"]
    assert tile["facility"]["extent"] == 4096
    assert ids(tile["facility"]) == [1, 2, 3]
    hospital = next(f for f in tile["facility"]["features"] if f["id"] == 2)
    assert hospital["properties"] == {
        "code": "F2",
        "amenity": "hospital",
        "name_th": "โรงพยาบาลกลาง",
        "name_en": "Central Hospital",
    }


def test_tile_places_a_point_where_it_belongs(island):
    place = centre(2, 2)
    address = tile_of(place, 16)
    size = 2**16
    tile = decoded(island, "facility", address)
    hospital = next(f for f in tile["facility"]["features"] if f["id"] == 2)
    expected_x = ((place.x + 180) / 360 * size - address.x) * 4096
    y = (1 - math.asinh(math.tan(math.radians(place.y))) / math.pi) / 2 * size
    assert hospital["geometry"]["coordinates"] == pytest.approx(
        [expected_x, (y - address.y) * 4096], abs=1
    )


def test_base_holds_its_layers_and_label_points_in_one_tile(island):
    tile = decoded(island, "base", tile_of(centre(2, 2), 14))
    assert list(tile) == ["land", "amphoe", "amphoe_label", "tambon", "tambon_label", "road"]
    assert [f["geometry"]["type"] for f in tile["tambon_label"]["features"]] == ["Point", "Point"]
    assert {f["properties"]["name_en"] for f in tile["tambon_label"]["features"]} == {
        "West-Side",
        "East Side",
    }


def test_tile_shows_a_feature_from_its_own_zoom_on(island):
    assert ids(decoded(island, "road", tile_of(centre(2, 2), 12))["road"]) == [10]
    assert ids(decoded(island, "road", tile_of(centre(2, 2), 13))["road"]) == [10, 11, 12, 13, 14]


def test_projects_tile_shows_placed_sites(island):
    tile = decoded(island, "projects", tile_of(centre(2, 2), 14))
    properties = [feature["properties"] for feature in tile["project_site"]["features"]]
    assert {(p["project_code"], p["domain"]) for p in properties} == {
        ("ENV-02", "environment"),
        ("MOB-01", "mobility"),
    }
    assert set(properties[0]) == {
        "project_code",
        "domain",
        "name_th",
        "name_en",
        "status",
        "precision",
    }


def test_tile_includes_what_lies_in_its_margin_only(island):
    # At zoom 16 a tile is about 605 m wide and its margin about 9 m.
    home = tile_of(centre(2, 2), 16)
    far = Address(16, home.x + 3, home.y)
    assert read_tile(island, tileset_of(island, "base"), far) == b""


def test_tile_without_layers_at_its_zoom_is_empty(island):
    assert tileset_of(island, "tambon").shown_at(5) == []


@pytest.mark.parametrize("tileset_id", ["elevation", "population", "nothing", "", "a\x00b"])
def test_tileset_unknown_is_not_found(island, tileset_id):
    with pytest.raises(NotFoundError) as told:
        tileset_of(island, tileset_id)
    assert told.value.parameter == "tileset"


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        (Address(5, 0, 0), "z"),
        (Address(17, 0, 0), "z"),
        (Address(10**30, 0, 0), "z"),
        (Address(6, 64, 0), "x"),
        (Address(6, -1, 0), "x"),
        (Address(6, 0, 64), "y"),
    ],
)
def test_address_outside_the_tileset_is_not_found(address, parameter):
    with pytest.raises(NotFoundError) as told:
        check_address(address, 6, 16)
    assert told.value.parameter == parameter


def test_address_at_the_last_column_and_row_is_accepted():
    check_address(Address(6, 63, 63), 6, 16)


def test_tile_statement_uses_the_index_of_the_zoom_band(connection):
    spec = make_spec("lines", "MultiLineString", columns=make_columns(code="integer"))
    xs = gpd.GeoSeries.from_xy(
        [98.2 + n % 100 / 300 for n in range(10_000)],
        [7.5 + n // 100 / 150 for n in range(10_000)],
        crs=4326,
    )
    lines = gpd.GeoSeries.from_wkt(
        [f"MULTILINESTRING(({p.x} {p.y}, {p.x + 0.001} {p.y}))" for p in xs]
    )
    frame = gpd.GeoDataFrame(
        {"id": range(10_000), "code": range(10_000)}, geometry=lines.values, crs=4326
    )
    publish_layer(connection, spec, frame.rename_geometry("geom"))
    layer = describe(spec.model_dump_json())
    for zoom, index in ((12, "ix_lines_tile_geom_12"), (14, "ix_lines_tile_geom")):
        compiled = tile_statement([layer], zoom).compile(connection.engine)
        values = compiled.params | tile_of(xs[5050], zoom)._asdict()
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", values)
        assert f'"{index}"' in json.dumps(plan.scalar_one())


@pytest.mark.parametrize("zoom", [6, 9, 11, 14, 16])
def test_odd_geometries_do_not_break_a_tile(connection, zoom):
    spec = make_spec("zoo", "Geometry", columns=make_columns(code="text"))
    left_out = {"null", "beyond the globe", "not a number", "whole globe", "three dimensions"}
    animals = {name: geometry for name, geometry in ZOO.items() if name not in left_out}
    tame = gpd.GeoDataFrame({"id": [99], "code": ["tame"]}, geometry=[centre(0, 0)], crs=4326)
    publish_layer(connection, spec, tame.rename_geometry("geom"))
    # Wild ones come by an editor's hand, past all checks.
    rows = [
        {"id": number, "code": name, "geom": from_shape(geometry, 4326)}
        for number, (name, geometry) in enumerate(animals.items())
    ]
    connection.execute(insert(describe(spec.model_dump_json()).rows), rows)
    tileset = tileset_of(connection, "zoo")
    tile = mapbox_vector_tile.decode(
        read_tile(connection, tileset, tile_of(ZOO["tile corner"], zoom))
    )
    codes = {feature["properties"]["code"] for feature in tile.get("zoo", {}).get("features", [])}
    assert "tile corner" in codes
    assert codes <= {*animals, "tame"}


def test_tilejson_describes_layers_fields_and_bounds(island):
    address = "http://example.org/tiles/base/{z}/{x}/{y}.mvt"
    told = vector_tilejson(tileset_of(island, "base"), address)
    assert (told["tilejson"], told["tiles"]) == ("3.0.0", [address])
    assert (told["minzoom"], told["maxzoom"]) == (6, 16)
    layers = {layer["id"]: layer for layer in told["vector_layers"]}
    assert list(layers) == ["land", "amphoe", "amphoe_label", "tambon", "tambon_label", "road"]
    assert layers["road"]["fields"]["highway"] == "highway | highway"
    west, south, east, north = told["bounds"]
    assert west < centre(2, 2).x < east
    assert south < centre(2, 2).y < north
    assert told["attribution"] == "Phuket Twin"


def test_tilejson_of_projects_is_bounded_by_the_province(island):
    told = vector_tilejson(tileset_of(island, "projects"), "")
    assert told["bounds"] == [98.15, 7.40, 98.60, 8.30]
    assert [layer["id"] for layer in told["vector_layers"]] == ["project_site"]
