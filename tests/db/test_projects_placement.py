"""Sites find their place on the layers that are there, and say why where they cannot."""

import geopandas as gpd
import pytest
from geoalchemy2.shape import to_shape
from pyproj import Geod
from shapely import box
from shapely.geometry import LineString, MultiLineString, MultiPolygon
from shapely.ops import unary_union
from sqlalchemy import select, text

from twin.db.models import ProjectSite
from twin.projects.model import Entry, Record, Site
from twin.projects.placement import place_sites
from twin.projects.register import import_register, read_register
from twin.projects.store import write_entries

# Two sub-districts side by side, 0.02° each, on one island; the road runs through both.
WEST = box(98.30, 7.90, 98.32, 7.92)
EAST = box(98.32, 7.90, 98.34, 7.92)
ROAD_402 = [
    MultiLineString([LineString([(98.30, 7.91), (98.33, 7.91)])]),
    MultiLineString([LineString([(98.33, 7.91), (98.34, 7.91)])]),
]
LAYERS = {
    "tambon": [("code", "830101", MultiPolygon([WEST])), ("code", "830102", MultiPolygon([EAST]))],
    "amphoe": [("code", "8301", MultiPolygon([box(98.30, 7.90, 98.34, 7.92)]))],
    "land": [("name", "island", MultiPolygon([box(98.30, 7.90, 98.34, 7.92)]))],
    "road": [("ref", "402", line) for line in ROAD_402],
    "bus_line": [("line", "dragon", ROAD_402[0])],
}


def put_layer(connection, name):
    column = LAYERS[name][0][0]
    frame = gpd.GeoDataFrame(
        {column: [row[1] for row in LAYERS[name]]},
        geometry=[row[2] for row in LAYERS[name]],
        crs=4326,
    )
    frame.rename_geometry("geom").to_postgis(name, connection, schema="layer")


def site(rule, args=None, **fields):
    defaults = {"position": 1, "name_th": "จุด", "name_en": "Site", "confidence": "inferred"}
    return Site(**defaults | fields, rule=rule, args=args or {})


def place(connection, *sites):
    """Store one project with these sites, place them, and return rows in order."""
    record = Record(code="ENV-01", domain_code="ENV", name_th="ก", name_en="A")
    write_entries(connection, [Entry(record=record, sites=sites)])
    report = place_sites(connection)
    statement = select(ProjectSite.__table__).order_by(ProjectSite.position)
    return report, connection.execute(statement).all()


@pytest.fixture
def island(connection):
    import_register(connection, read_register().model_copy(update={"entries": ()}))
    for name in LAYERS:
        put_layer(connection, name)
    return connection


@pytest.fixture
def bare(connection):
    import_register(connection, read_register().model_copy(update={"entries": ()}))
    return connection


def test_place_point_in_tambon_knows_codes(island):
    report, [row] = place(island, site("point", {"lon": 98.31, "lat": 7.905}))
    assert report.placed == 1
    assert to_shape(row.geom).coords[0] == (98.31, 7.905)
    assert row.tambon_codes == ["830101"]
    assert row.amphoe_codes == ["8301"]
    assert row.problem_th is row.problem_en is None


def test_place_point_at_sea_keeps_the_tambon_its_source_names(island):
    args = {"lon": 98.35, "lat": 7.91, "tambon": ["830102"]}
    _, [row] = place(island, site("point", args, is_marine=True))
    assert row.tambon_codes == ["830102"]
    assert row.amphoe_codes == ["8301"]


def test_place_route_along_roads_joins_pieces_and_touches_both_tambon(island):
    _, [row] = place(island, site("route", {"roads": ["402"]}))
    line = to_shape(row.geom)
    assert line.geom_type == "MultiLineString"
    assert len(line.geoms) == 1
    assert line.length == pytest.approx(0.04)
    assert row.tambon_codes == ["830101", "830102"]


def test_place_route_with_clip_leaves_the_rest_out(island):
    clip = [98.30, 7.90, 98.31, 7.92]
    _, [row] = place(island, site("route", {"roads": ["402"], "clip": clip}))
    assert to_shape(row.geom).bounds == pytest.approx((98.30, 7.91, 98.31, 7.91))
    assert row.tambon_codes == ["830101"]


def test_place_route_whose_clip_holds_nothing_tells_why(island):
    clip = [98.0, 7.0, 98.1, 7.1]
    report, [row] = place(island, site("route", {"roads": ["402"], "clip": clip}))
    assert row.geom is None
    assert "clip" in row.problem_en
    assert [unplaced.project_code for unplaced in report.unplaced] == ["ENV-01"]


def test_place_route_along_bus_line_follows_it(island):
    _, [row] = place(island, site("route", {"bus_lines": ["dragon"]}))
    assert to_shape(row.geom).equals(ROAD_402[0])


def test_place_route_with_an_absent_road_names_it(island):
    _, [row] = place(island, site("route", {"roads": ["402", "4021"]}))
    assert row.geom is None
    assert row.problem_en == "The layer road of this edition does not have 4021."
    assert "4021" in row.problem_th


def test_place_area_of_tambon_is_their_union_without_neighbours(island):
    _, [row] = place(island, site("area", {"tambon": ["830101"]}))
    assert to_shape(row.geom).equals(WEST)
    assert row.tambon_codes == ["830101"]


def test_place_area_of_amphoe_knows_its_tambon(island):
    _, [row] = place(island, site("area", {"amphoe": ["8301"]}))
    assert to_shape(row.geom).equals(unary_union([WEST, EAST]))
    assert row.tambon_codes == ["830101", "830102"]
    assert row.amphoe_codes == ["8301"]


def test_place_coast_buffer_is_as_wide_as_told_and_holds_no_land(island):
    _, [row] = place(island, site("coast_buffer", {"distance_m": 1000}, is_marine=True))
    sea = to_shape(row.geom)
    land = box(98.30, 7.90, 98.34, 7.92)
    assert sea.intersection(land).area < 1e-9
    north = sea.bounds[3]
    width_m = Geod(ellps="WGS84").inv(98.32, 7.92, 98.32, north)[2]
    assert width_m == pytest.approx(1000, abs=2)
    assert row.tambon_codes == []


@pytest.mark.parametrize("rule", ["province", "unknown"])
def test_place_site_without_a_place_stays_without_geometry(island, rule):
    report, [row] = place(island, site(rule))
    assert row.geom is None
    assert (row.problem_en is None) == (rule == "province")
    assert report.unplaced == []
    assert report.placed == 0


def test_place_unknown_site_tells_its_note(island):
    _, [row] = place(island, site("unknown", note_th="ห้าพิกัด", note_en="Five positions."))
    assert (row.problem_th, row.problem_en) == ("ห้าพิกัด", "Five positions.")


@pytest.mark.parametrize(
    ("rule", "args", "layer"),
    [
        ("route", {"bus_lines": ["dragon"]}, "bus_line"),
        ("route", {"roads": ["402"]}, "road"),
        ("area", {"tambon": ["830101"]}, "tambon"),
        ("area", {"amphoe": ["8301"]}, "amphoe"),
        ("coast_buffer", {"distance_m": 100}, "land"),
    ],
)
def test_place_without_the_layer_names_it_in_both_languages(bare, rule, args, layer):
    _, [row] = place(bare, site(rule, args))
    assert row.geom is None
    assert row.problem_en == f"Needs the layer {layer}, which this edition does not have."
    assert layer in row.problem_th


def test_place_again_changes_no_row(island):
    sites = [
        site("point", {"lon": 98.31, "lat": 7.905}),
        site("coast_buffer", {"distance_m": 500}, position=2, is_marine=True),
        site("unknown", position=3),
    ]
    _, before = place(island, *sites)
    versions = text("SELECT id, xmin::text, ctid::text FROM twin.project_site ORDER BY id")
    stored = island.execute(versions).all()
    place_sites(island)
    assert island.execute(versions).all() == stored
    assert len(before) == 3


def test_place_after_a_layer_arrives_clears_the_problem(bare):
    _, [before] = place(bare, site("route", {"roads": ["402"]}))
    put_layer(bare, "road")
    report = place_sites(bare)
    after = bare.execute(select(ProjectSite.__table__)).one()
    assert before.problem_en is not None
    assert after.problem_en is after.problem_th is None
    assert after.id == before.id
    assert report.placed == 1


@pytest.fixture
def phuket(real_layers):
    import_register(real_layers, read_register())
    return real_layers


@pytest.mark.real_data
def test_place_seed_register_on_real_layers_leaves_none_unplaced(phuket):
    report = place_sites(phuket)
    assert report.unplaced == []
    assert (report.placed, report.province_wide, report.unpublished) == (23, 11, 12)


@pytest.mark.real_data
def test_place_promthep_lies_in_rawai(phuket):
    place_sites(phuket)
    codes = phuket.scalars(
        select(ProjectSite.tambon_codes).where(ProjectSite.project_code == "ENE-03")
    )
    assert codes.all() == [["830107"]]


@pytest.mark.real_data
def test_place_bus_routes_are_as_long_as_the_lines(phuket):
    place_sites(phuket)
    length = text(
        "SELECT sum(ST_Length(ST_Transform(geom, 32647))) FROM twin.project_site"
        " WHERE project_code = 'MOB-01'"
    )
    lines = text("SELECT sum(ST_Length(ST_Transform(geom, 32647))) FROM layer.bus_line")
    assert phuket.scalar(length) == pytest.approx(phuket.scalar(lines), rel=1e-6)


@pytest.mark.real_data
def test_place_tram_follows_the_highways_from_airport_to_chalong(phuket):
    place_sites(phuket)
    ends = text(
        "SELECT ST_Distance(geom::geography, ST_Point(98.3067, 8.1085, 4326)::geography),"
        " ST_Distance(geom::geography, ST_Point(98.3409, 7.8223, 4326)::geography),"
        " ST_YMax(geom), ST_Within(geom, ST_Buffer((SELECT ST_Collect(geom) FROM layer.road"
        "  WHERE ref IN ('402', '4021', '4026')), 1e-6))"
        " FROM twin.project_site WHERE project_code = 'MOB-02' AND rule = 'route'"
    )
    airport_m, chalong_m, north, along = phuket.execute(ends).one()
    assert airport_m < 1_500
    assert chalong_m < 50
    assert north <= 8.096
    assert along


@pytest.mark.real_data
def test_place_coastal_waters_hold_no_land(phuket):
    place_sites(phuket)
    overlap = text(
        "SELECT sum(ST_Area(ST_Transform(ST_Intersection(site.geom, land.geom), 32647)))"
        " FROM twin.project_site AS site, layer.land"
        " WHERE site.rule = 'coast_buffer'"
    )
    assert phuket.scalar(overlap) < 1_000  # m², from the rounding of re-projection


def test_place_site_with_arguments_edited_by_hand_says_they_do_not_fit(island):
    place(island, site("point", {"lon": 98.31, "lat": 7.905}))
    for args in ('{"lon": 0.1}', '{"colour": 1}'):
        island.execute(
            text("UPDATE twin.project_site SET args = CAST(:args AS jsonb)"), {"args": args}
        )
        report = place_sites(island)
        assert "do not fit" in report.unplaced[0].problem.en
    assert island.scalar(text("SELECT geom FROM twin.project_site")) is None
