"""Facilities out of OpenStreetMap files that the tests write: points on their surface."""

import pytest
import shapely

from layers.manifest import read_catalogue
from layers.readers.osm import read_osm
from layers.readers.osm.facilities import KINDS
from layers.validate import check_layer

FACILITY = next(manifest for manifest in read_catalogue() if manifest.id == "facility")
#: A school around a yard that is open to the south: its middle is not on it.
HORSESHOE = [(0, 0), (10, 0), (10, 80), (90, 80), (90, 0), (100, 0), (100, 100), (0, 100)]


def area(extract, places):
    return shapely.Polygon([(p.x, p.y) for p in (extract.toy.here(*each) for each in places)])


def ring(extract, first, places):
    """Add the nodes of a closed way, numbered from `first`; return them."""
    numbers = [extract.node(first + at, *place) for at, place in enumerate(places)]
    return [*numbers, numbers[0]]


def one(raw):
    [row] = raw.frame.to_dict("records")
    return row


def test_kinds_are_those_that_the_layer_knows():
    made = {kind for kinds in KINDS.values() for kind in kinds.values()}
    assert made == set(FACILITY.column("amenity").values)


@pytest.mark.parametrize("name", ["x.osm.pbf", "x.osm", "x.osm.gz", "x.osm.bz2"])
def test_node_has_its_columns_in_every_format(extract, name):
    extract.node(
        5, 20, 30,
        amenity="hospital", name="Vachira Phuket Hospital", operator="MOPH", emergency="yes",
        **{"name:th": "โรงพยาบาลวชิระภูเก็ต", "contact:phone": "+66 76 361234",
           "addr:housenumber": "353", "addr:street": "ถนนเยาวราช"},
    )  # fmt: skip
    row = one(read_osm(extract.write(name), "facilities"))
    assert row.pop("geometry").distance(extract.toy.here(20, 30)) < 1e-6
    assert row == {
        "osm_ref": "node/5",
        "amenity": "hospital",
        "name": "Vachira Phuket Hospital",
        "name_th": "โรงพยาบาลวชิระภูเก็ต",
        "operator": "MOPH",
        "phone": "+66 76 361234",
        "address": "353 ถนนเยาวราช",
        "emergency": "yes",
    }


def test_closed_way_becomes_a_point_on_its_surface(extract):
    extract.place(3, ring(extract, 1, HORSESHOE), amenity="school")
    row = one(read_osm(extract.write(), "facilities"))
    shape = area(extract, HORSESHOE)
    assert not shape.contains(shape.centroid)
    assert shape.contains(row["geometry"])
    assert row["osm_ref"] == "way/3"


def test_outline_that_crosses_itself_still_gives_a_point_on_it(extract):
    bow_tie = [(0, 0), (100, 100), (100, 0), (0, 100)]
    extract.place(3, ring(extract, 1, bow_tie), amenity="school")
    point = one(read_osm(extract.write(), "facilities"))["geometry"]
    assert shapely.make_valid(area(extract, bow_tie)).contains(point)


def test_multipolygon_of_several_ways_with_a_hole(extract):
    outer = ring(extract, 1, [(0, 0), (100, 0), (100, 100), (0, 100)])
    extract.place(1, outer[:3])
    extract.place(2, outer[2:])
    extract.place(3, ring(extract, 11, [(10, 10), (90, 10), (90, 90), (10, 90)]))
    members = [("w", 1, "outer"), ("w", 2, "outer"), ("w", 3, "inner"), ("n", 1, "entrance")]
    extract.relation(9, members, type="multipolygon", amenity="university", name="PSU")
    raw = read_osm(extract.write(), "facilities")
    row = one(raw)
    shape = shapely.Polygon(
        area(extract, [(0, 0), (100, 0), (100, 100), (0, 100)]).exterior,
        [area(extract, [(10, 10), (90, 10), (90, 90), (10, 90)]).exterior],
    )
    assert row["osm_ref"] == "relation/9"
    assert shape.contains(row["geometry"])
    assert raw.faults == []


def test_multipolygon_of_two_areas_takes_the_larger(extract):
    extract.place(1, ring(extract, 1, [(0, 0), (10, 0), (10, 10), (0, 10)]))
    extract.place(2, ring(extract, 11, [(200, 0), (300, 0), (300, 100), (200, 100)]))
    members = [("w", 1, "outer"), ("w", 2, "outer")]
    extract.relation(9, members, type="multipolygon", amenity="school")
    point = one(read_osm(extract.write(), "facilities"))["geometry"]
    assert area(extract, [(200, 0), (300, 0), (300, 100), (200, 100)]).contains(point)


def test_building_relation_takes_its_outline_and_not_its_parts(extract):
    extract.place(1, ring(extract, 1, HORSESHOE), building="yes")
    extract.place(2, ring(extract, 21, [(40, 20), (60, 20), (60, 40), (40, 40)]))
    members = [("w", 1, "outline"), ("w", 2, "part")]
    extract.relation(9, members, type="building", healthcare="hospital")
    row = one(read_osm(extract.write(), "facilities"))
    assert row["amenity"] == "hospital"
    assert area(extract, HORSESHOE).contains(row["geometry"])


def test_relation_whose_ways_are_partly_missing_is_told(extract):
    extract.place(1, [(0, 0), (100, 0)])
    members = [("w", 1, "outer"), ("w", 99, "outer")]
    extract.relation(9, members, type="multipolygon", amenity="school")
    raw = read_osm(extract.write(), "facilities")
    assert one(raw)["geometry"].geom_type == "Point"
    assert [fault.message_en for fault in raw.faults] == [
        "relation/9: its area is open or not all in the file; a point of its outline is used"
    ]


def test_relation_without_any_way_is_refused_and_not_dropped(extract, reference):
    extract.relation(9, [("w", 99, "outer")], type="multipolygon", amenity="school", name="หาย")
    extract.node(1, 0, 0, amenity="police")
    path = extract.write()
    source = FACILITY.osm_source(path.name, FACILITY.sources["phuket"].valid_date)
    checked = check_layer(FACILITY, source, path, reference)
    assert checked.frame["osm_ref"].tolist() == ["node/1"]
    assert [refused.properties["name"] for refused in checked.quarantined] == ["หาย"]


def test_open_way_gives_a_point_of_its_line_and_says_so(extract):
    extract.place(1, [(0, 0), (100, 0), (100, 100)], amenity="school")
    raw = read_osm(extract.write(), "facilities")
    assert one(raw)["geometry"].distance(extract.toy.here(100, 0)) < 1e-6
    assert "open or not all in the file" in raw.faults[0].message_en


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "fire_station"}, "fire_station"),
        ({"amenity": "cafe;police"}, "police"),
        ({"healthcare": "centre"}, "clinic"),
        ({"amenity": "cafe", "healthcare": "clinic"}, "clinic"),
        ({"education": "school"}, "school"),
    ],
)
def test_kind_goes_by_the_first_tag_that_tells_it(extract, tags, kind):
    extract.node(1, 0, 0, **tags)
    extract.node(2, 0, 0, amenity="cafe")
    extract.node(3, 0, 0, healthcare="laboratory")
    assert one(read_osm(extract.write(), "facilities"))["amenity"] == kind


def test_facilities_outside_are_counted_and_left_out(extract, reference):
    extract.node(1, 0, 0, amenity="school")
    extract.node(2, 20_000, 0, amenity="school")
    raw = read_osm(extract.write(), "facilities", reference.area)
    assert one(raw)["osm_ref"] == "node/1"
    assert "1 more facilities" in raw.faults[0].message_en
