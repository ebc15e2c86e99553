"""Studies after edits of what they read."""

import pytest
from asking import ALL, HOSPITAL, ask, lon_lat, open_context, served
from sqlalchemy import text
from working import make_settings

from twin.errors import InvalidInputError


def edit(context, statement, **values):
    with context.writer.begin() as connection:
        connection.execute(text(statement), values)


@pytest.fixture
def edited(new_database, open_folder, request):
    """A twin of one test's own, to be edited."""
    name = f"edited_{request.node.name[5:40]}"
    yield from open_context(make_settings(new_database(name), open_folder / name))


def test_edit_of_a_facility_is_seen_at_once(edited):
    assert served(ask(edited, "coverage", **HOSPITAL)) == 66
    moved = "UPDATE layer.facility SET geom = ST_SetSRID(ST_MakePoint(:x, :y), 4326) WHERE id = 2"
    edit(edited, moved, **dict(zip("xy", lon_lat(2, 3), strict=True)))
    assert served(ask(edited, "coverage", **HOSPITAL)) == 13 + 23 + 33


def test_edit_of_a_road_is_seen_at_once(edited):
    assert ask(edited, "network")["streets"] == 5
    assert served(ask(edited, "coverage", **HOSPITAL)) == 66
    edit(edited, "DELETE FROM layer.road WHERE id = 12")
    found = ask(edited, "coverage", **{**ALL, "max_snap_m": 50})
    assert found["totals"][0]["unknown"] == 110
    assert ask(edited, "network")["streets"] == 4


def test_edit_of_the_register_is_seen_at_once(edited):
    question = {**HOSPITAL, "demand": {}}
    assert ask(edited, "coverage", **question)["totals"][0]["total"] == pytest.approx(9_000)
    edit(edited, "UPDATE layer.population SET total = 6000 WHERE id = 5")
    assert ask(edited, "coverage", **question)["totals"][0]["total"] == pytest.approx(10_000)


def test_links_between_main_roads_alone_say_why_none_was_looked_at(edited):
    edit(edited, "UPDATE layer.road SET highway = 'primary'")
    found = ask(edited, "missing-links", question=HOSPITAL, max_length_m=1)
    assert found["looked_at"] == 0
    assert "Only main roads are loaded" in found["summary"]["en"]
    assert "นำเข้าเฉพาะถนนสายหลัก" in found["summary"]["th"]


def test_network_without_rows_tells_what_to_load(edited):
    edit(edited, "TRUNCATE layer.road")
    with pytest.raises(InvalidInputError) as caught:
        ask(edited, "coverage", **HOSPITAL)
    assert (caught.value.parameter, "twin layers load" in str(caught.value)) == (None, True)


def test_nothing_is_looked_at_while_nothing_is_heard(edited):
    heard = [1]
    edited = type(edited)(edited.settings, edited.engine, edited.writer, lambda: heard[0])
    assert served(ask(edited, "coverage", **HOSPITAL)) == 66
    edit(edited, "DELETE FROM layer.facility WHERE id = 2")
    assert served(ask(edited, "coverage", **HOSPITAL)) == 66
    heard[0] = 2
    with pytest.raises(InvalidInputError, match="keeps nothing"):
        ask(edited, "coverage", **HOSPITAL)
