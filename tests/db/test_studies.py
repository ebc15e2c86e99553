"""Studies of the toy island, whose answers can be worked out in the head.

Each row of cells has a street through its middle, and no street joins the rows. A cell in column c
and row r has 10 c + r people at its middle; 550 in all.
"""

import json
from dataclasses import replace
from time import monotonic

import pytest
import shapely
from asking import ALL, GRID, HOSPITAL, ask, lon_lat, open_context, served, with_clinics

from twin.errors import TooLargeError
from twin.studies.processes import get_process
from twin.testing import CELL_M, square


@pytest.fixture(scope="module")
def settings(new_database, open_folder):
    """Settings of a twin with the toy island, and two clinics of which one has beds."""
    return with_clinics(new_database("studies"), open_folder / "studies")


@pytest.fixture(scope="module")
def island(settings):
    yield from open_context(settings)


def test_coverage_counts_people_by_threshold_area_and_facility(island):
    found = ask(island, "coverage", **{**ALL, "thresholds": [160, 260]})
    assert [totals["threshold"] for totals in found["totals"]] == [160, 260]
    assert (served(found, 0), served(found, 1)) == (154, 242)
    assert found["totals"][0]["total"] == 550
    assert found["totals"][1]["ratio"] == pytest.approx(242 / 550)
    tambon = {area["code"]: area["totals"][0] for area in found["areas"]["tambon"]}
    assert {code: (one["served"], one["total"]) for code, one in tambon.items()} == {
        "830101": (22, 70),
        "830102": (132, 480),
    }
    assert found["areas"]["amphoe"][0]["totals"] == found["totals"]
    assert [one["served"] for one in found["facilities"]] == [30, 110, 102]
    assert found["worst_off"]["tambon"][0]["code"] == "830101"
    assert found["facilities"][1]["lon_lat"] == pytest.approx(lon_lat(2, 2), abs=1e-6)
    assert found["paces"] == []
    assert "242 of 550" in found["summary"]["en"]
    assert "unknown" not in found["summary"]["en"]


def test_coverage_in_minutes_tells_slow_and_fast(island):
    found = ask(island, "coverage", **{**HOSPITAL, "unit": "minutes", "thresholds": [2]})
    paces = {one["pace"]: one["totals"][0]["served"] for one in found["paces"]}
    assert paces["slow"] <= paces["usual"] == served(found) <= paces["fast"]


def test_coverage_that_knows_nobody_near_a_street_says_why(island):
    found = ask(island, "coverage", **{**HOSPITAL, "max_snap_m": 1, "demand": GRID})
    assert found["totals"][0]["unknown"] == 0
    moved = {"layer": None, "points": [lon_lat(2, 2), lon_lat(2, 1.5)]}
    found = ask(island, "coverage", **{**HOSPITAL, "supply": moved, "max_snap_m": 20})
    (off,) = found["off_network"]
    assert (off["id"], off["offset_m"]) == ("drawn/2", pytest.approx(CELL_M / 2, abs=0.5))
    assert (
        "1 facility is more than 20 m from any street and serves nobody" in found["summary"]["en"]
    )


def test_what_if_adds_and_takes_away(island):
    added = ask(island, "what-if", question=HOSPITAL, add=[lon_lat(4, 4)])
    assert (served(added), added["gained"]) == (144, [78])
    both = ask(
        island, "what-if", question=ALL, add=[lon_lat(0, 1), lon_lat(3, 3)], remove=["facility/2"]
    )
    more = (1 + 11) + (23 + 33 + 43)
    assert (served(both), both["gained"]) == (154 - 66 + more, [more - 66])
    none = ask(island, "what-if", question=HOSPITAL, remove=["facility/2"] * 2)
    assert (served(none), none["gained"]) == (0, [-66])
    assert "66 fewer" in none["summary"]["en"]


def test_what_if_tells_what_changes_within_each_threshold(island):
    asked = {**HOSPITAL, "thresholds": [160, 1000]}
    found = ask(island, "what-if", question=asked, add=[lon_lat(4, 4)])
    assert found["gained"][0] == 78
    assert (
        f"changes by +78, {found['gained'][1]:+,.0f} within 160, 1,000 metres"
        in (found["summary"]["en"])
    )


def test_question_without_a_filter_says_that_kinds_are_counted_together(island):
    assert "are counted as one service" in ask(island, "coverage", **ALL)["summary"]["en"]
    assert "counted as one" not in ask(island, "coverage", **HOSPITAL)["summary"]["en"]


def test_what_if_in_the_sea_tells_that_nobody_is_reached(island):
    sea = ask(island, "what-if", question=HOSPITAL, add=[lon_lat(20, 2)])
    assert sea["gained"] == [0]
    assert sea["off_network"][0]["id"] == "what-if/1"
    assert "from the nearest street" in sea["summary"]["en"]


def test_explain_gives_the_way_and_where_it_is_spent(island):
    found = ask(island, "explain", question=HOSPITAL, place=lon_lat(4, 2))
    assert found["verdict"] == "too_far"
    assert found["impedance"] == pytest.approx(200, abs=0.5)
    assert found["facility"]["id"] == "facility/2"
    (spent,) = found["spent"]
    assert spent["lon_lat"] == pytest.approx(lon_lat(2.4, 2), abs=1e-5)
    way = found["route"]["geometry"]["coordinates"]
    assert list(way[0]) == pytest.approx(lon_lat(4, 2), abs=1e-6)
    assert list(way[-1]) == pytest.approx(lon_lat(2, 2), abs=1e-6)
    assert found["length_m"] == pytest.approx(200, abs=0.5)


@pytest.mark.parametrize(
    ("column", "row", "verdict"), [(3, 2, "served"), (2, 1, "other_part"), (20, 2, "off_street")]
)
def test_explain_tells_why(island, column, row, verdict):
    found = ask(island, "explain", question=HOSPITAL, place=lon_lat(column, row))
    assert found["verdict"] == verdict
    assert (found["route"] is None) == (verdict != "served")


def test_service_areas_are_drawn_on_land(island):
    found = ask(island, "service-area", question={**ALL, "thresholds": [160, 260]}, rings=True)
    assert found["is_clipped"]
    assert "never by these areas" in found["summary"]["en"]
    near, far = (shapely.geometry.shape(one["geometry"]) for one in found["features"])
    assert [one["properties"]["threshold"] for one in found["features"]] == [160, 260]
    assert near.intersection(far).area < near.area / 1000
    land = square(0, 0, 5, 5).buffer(1e-6)
    assert land.covers(near)
    assert land.covers(far)
    each = ask(island, "service-area", question=ALL, by_facility=True)
    names = [one["properties"]["facility"] for one in each["features"]]
    assert names == ["facility/1", "facility/2", "facility/3"]


def shares_until_over(island, name, **inputs):
    """Return what a run tells of its progress until its time is over, which is at the fourth."""
    process, shares = get_process(name), []

    def tell(share, text):
        del text
        shares.append(share)
        if len(shares) == 4:
            raise TooLargeError("over", "หมดเวลา")

    with pytest.raises(TooLargeError):
        process.run(island, process.inputs.model_validate(inputs), tell)
    return pytest.approx(shares)


def test_drawing_service_areas_ends_between_two_of_them(island):
    """Or a run whose time is over would keep its place until all are drawn."""
    shares = shares_until_over(island, "service-area", question=ALL, by_facility=True)
    assert shares == [0, 0.3, 0.3 + 0.7 / 3, 0.3 + 1.4 / 3]


def test_placing_cells_ends_between_two_blocks(island, monkeypatch):
    """Or a run whose time is over would keep its place until all cells are on streets."""
    monkeypatch.setattr("twin.analysis.surface.BLOCK", 200)
    shares = shares_until_over(island, "travel-time", question=ALL, cell_m=25)
    assert shares == [0, 0.2, 0.45, 0.7]


def test_siting_serves_most_people_with_so_many_sites(island):
    found = ask(island, "siting", question=HOSPITAL, count=2, prove=True)
    assert (found["method"], found["is_proven"], found["gap"]) == ("MCLP", True, 0)
    assert [site["gain"] for site in found["sites"]] == [78, 76]
    assert found["objective"] == found["best_bound"] == 154
    assert (found["before"][0]["served"], found["after"][0]["served"]) == (66, 220)
    tambon = {area["code"]: area["totals"][0]["served"] for area in found["areas"]["tambon"]}
    assert tambon == {"830101": 12, "830102": 208}
    # The middle columns of the four rows without the hospital: 20 to 24 people, but not 22.
    assert found["out_of_reach"] == 20 + 21 + 23 + 24


def test_siting_without_the_existing_begins_from_nobody(island):
    found = ask(island, "siting", question=ALL, count=1, existing=False)
    assert (found["before"][0]["served"], found["after"][0]["served"]) == (0, 78)


def test_siting_with_the_fewest_sites_serves_everyone_who_can_be(island):
    found = ask(island, "siting", question=HOSPITAL, problem="lscp", prove=True)
    # Both ends of four streets, and of the hospital's street those of columns 0 and 4.
    assert (found["objective"], found["is_proven"]) == (10, True)
    assert found["after"][0]["served"] + found["out_of_reach"] == 550


def test_siting_for_the_shortest_ways(island):
    points = [lon_lat(column, 0) for column in (0, 2, 4)]
    found = ask(
        island,
        "siting",
        question=HOSPITAL,
        problem="p-median",
        candidates={"source": "points", "points": points},
        existing=False,
    )
    (site,) = found["sites"]
    # 0, 10, 20, 30 and 40 people in row 0: the middle of them is in column 3, nearest are 2 and 4.
    ways = {2: 10 * 100 + 30 * 100 + 40 * 200, 4: 10 * 300 + 20 * 200 + 30 * 100}
    assert site["name"]["en"] == "Drawn point 3"
    assert found["objective"] == pytest.approx(ways[4], rel=1e-3)
    assert found["mean"] == pytest.approx(ways[4] / 100, rel=1e-3)


def test_siting_whose_run_has_no_more_time_tells_what_its_proof_leaves_open(island):
    asked = {"question": ALL, "problem": "p-median", "count": 3, "prove": True}
    over = ask(replace(island, ends=monotonic()), "siting", **asked, time_limit_s=600)
    assert (over["is_proven"], over["is_out_of_time"]) == (False, True)
    assert "the proof ran out of time" in over["summary"]["en"]
    assert "หมดเวลาก่อนพิสูจน์เสร็จ" in over["summary"]["th"]
    done = ask(island, "siting", **asked)
    assert (done["is_proven"], done["is_out_of_time"]) == (True, False)
    assert done["objective"] >= over["best_bound"]


def test_siting_among_the_features_of_a_layer(island):
    candidates = {"source": "layer", "layer": "facility", "filter": "amenity = 'school'"}
    found = ask(island, "siting", question=HOSPITAL, candidates=candidates)
    assert [site["id"] for site in found["sites"]] == ["facility/3"]
    assert (found["candidates"], found["sites"][0]["gain"]) == (2, 78)


def test_one_drawn_candidate_is_one_point(island):
    one = {"source": "points", "points": [lon_lat(2, 0)]}
    found = ask(island, "siting", question=HOSPITAL, candidates=one)
    assert "1 drawn point" in json.dumps(found)
    assert "1 drawn points" not in json.dumps(found)


def test_opportunity_of_every_corner(island):
    told = []
    found = ask(island, "opportunity", told, question=HOSPITAL, count=3, spacing_m=150)
    assert [one["people"] for one in found["best"]] == [78, 72, 18]
    assert (found["unserved"], found["looked_at"]) == (484, 10)
    assert [feature["properties"]["people"] for feature in found["surface"]["features"]] == found[
        "corners"
    ]["people"]
    assert sorted(found["corners"]["people"])[-3:] == [72, 76, 78]
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_criticality_of_facilities_and_roads(island):
    found = ask(island, "criticality", question=ALL)
    assert [(one["id"], one["lost"]) for one in found["facilities"]] == [
        ("facility/3", 78),
        ("facility/2", 66),
        ("facility/1", 10),
    ]
    assert [one["people"] for one in found["choice"]] == [396, 154, 0, 0, 0]
    roads = ask(island, "road-criticality", question=ALL, count=2)
    told = [feature["properties"] for feature in roads["roads"]["features"]]
    assert [(one["id"], one["lost"], one["living"]) for one in told] == [(14, 78, 78), (12, 66, 66)]
    assert [one["facilities"] for one in told] == [1, 1]
    assert "1 facility stands on it and closes with it" in roads["summary"]["en"]
    assert roads["rest_at_most"] == 10
    assert "No road that is not listed costs more than 10 people." in roads["summary"]["en"]
    assert "ไม่เกินสายละ 10 คน" in roads["summary"]["th"]


def test_missing_links_join_what_is_apart(island):
    question = {**HOSPITAL, "thresholds": [480]}
    found = ask(island, "missing-links", question=question, max_length_m=120, count=1)
    (link,) = found["links"]["features"]
    # East ends of rows 2 and 3: 250 m to there, 100 m across, 50 m to 43 people.
    assert link["properties"]["people"] == 43
    assert link["properties"]["length_m"] == pytest.approx(100, abs=0.5)
    assert link["properties"]["present"] is None
    assert len(found["notes"]) > 2


def test_why_no_link_was_looked_at_is_told(island):
    found = ask(island, "missing-links", question=HOSPITAL, max_length_m=1)
    assert (found["looked_at"], found["links"]["features"]) == (0, [])
    assert "no two places on streets, 1 m apart" in found["summary"]["en"]
    assert "0 looked at" not in found["summary"]["en"]
    assert "ลองแล้ว 0" not in found["summary"]["th"]


def test_access_shares_capacity(island):
    supply = {"layer": "clinic", "filter": "code = 'a'", "capacity": "beds"}
    found = ask(island, "access", question={**HOSPITAL, "supply": supply})
    assert (found["method"], found["unreached"]) == ("2SFCA", 484)
    assert found["access"] == pytest.approx(66 / 550)
    (clinic,) = found["facilities"]
    assert (clinic["capacity"], clinic["load"], clinic["ratio"]) == (66, 66, 1)
    tambon = {area["code"]: area for area in found["areas"]["tambon"]}
    assert tambon["830101"]["access"] == pytest.approx(12 / 70)
    zones = [{"up_to": 60, "weight": 1}, {"up_to": 160, "weight": 0.5}]
    found = ask(island, "access", question={**HOSPITAL, "supply": supply}, zones=zones)
    assert (found["method"], found["facilities"][0]["load"]) == ("E2SFCA", 22 + 44 / 2)


def test_sdg_measures_by_class(island):
    low = {"filter": "amenity = 'hospital'"}
    high = {"filter": "amenity = 'school'"}
    found = ask(island, "sdg", demand=GRID, low_capacity=low, high_capacity=high)
    assert found["people"]["served"] == 100 + 110 + 120
    assert [(one["distance_m"], one["served"]) for one in found["classes"]] == [
        (500, 110),
        (1000, 220),
    ]
    spaces = ask(island, "sdg", indicator="11.7.1", demand=GRID, open_space=low)
    assert (spaces["people"]["served"], len(spaces["lacking"])) == (110, 3)


def test_network_tells_its_parts(island):
    found = ask(island, "network")
    assert (found["streets"], found["parts_km"]) == (5, [0.5] * 5)
    assert not found["is_main_roads_only"]


def test_same_question_has_the_same_digest(island):
    digests = {ask(island, "criticality", question=HOSPITAL)["digest"] for _ in range(2)}
    digests.add(ask(island, "criticality", question=ALL)["digest"])
    assert len(digests) == 2
