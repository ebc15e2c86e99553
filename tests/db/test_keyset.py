"""Pages that go on where the last one ended, while others write; and counts that say how sure."""

import random
from dataclasses import replace

import numpy as np
import pytest
from geopandas import GeoDataFrame
from pandas import DataFrame
from shapely import Point
from sqlalchemy import delete, insert, text, update

from twin.errors import InvalidInputError
from twin.queries.catalogue import describe
from twin.queries.filters import Window
from twin.queries.item_query import ItemQuery
from twin.queries.keyset import SortKey
from twin.queries.pages import MAX_COUNTED, find_items
from twin.testing import make_columns, make_spec, publish_layer
from twin.types import BBox

ROWS = 300
SORTS = [
    "",
    "id",
    "-id",
    "level",
    "-level",
    "level,-name",
    "-level,name",
    "-share,level",
    "share",
    "opened,-is_open",
    "-is_open,opened,name",
    "name,-id",
]


def keys(text):
    parts = text.split(",") if text else []
    return tuple(SortKey(part.lstrip("-"), part.startswith("-")) for part in parts)


@pytest.fixture
def shuffled(connection):
    """A layer with many equal and many missing values."""
    chance = random.Random(5)  # noqa: S311 (makes test data)
    spec = make_spec(
        "shuffled",
        "Point",
        columns=make_columns(
            code="integer",
            level="integer",
            name="text",
            share="number",
            opened="date",
            is_open="boolean",
        ),
    )
    publish_layer(
        connection,
        spec,
        GeoDataFrame(
            {"id": [0], "code": [0]}, geometry=[Point(98.3, 7.9)], crs=4326
        ).rename_geometry("geom"),
    )
    layer = describe(spec.model_dump_json())
    connection.execute(insert(layer.rows), [row(number, chance) for number in range(1, ROWS)])
    return connection, layer, chance


def row(number, chance):
    return {
        "id": number,
        "code": number,
        "level": chance.choice([None, 1, 2, 3]),
        "name": chance.choice([None, "", "ก", "ข", "a'b", "z"]),
        "share": chance.choice([None, 0.1, 0.2, 1 / 3, float("nan"), float("inf"), -1e300]),
        "opened": chance.choice([None, "2020-01-01", "2021-06-30"]),
        "is_open": chance.choice([None, True, False]),
        "geom": f"SRID=4326;POINT({98.3 + number / 1e4} 7.9)",
    }


def walk(connection, layer, query, between=lambda: None):
    """The ids of all pages, in the order they come."""
    seen = []
    while True:
        page = find_items(connection, layer, query)
        seen += [feature["id"] for feature in page.features]
        if page.next is None:
            return seen
        query = replace(query, after=page.next)
        between()


@pytest.mark.parametrize("sort", SORTS)
def test_pages_are_the_whole_list_in_order(shuffled, sort):
    connection, layer, _ = shuffled
    whole = walk(connection, layer, ItemQuery(sort=keys(sort), limit=1000))
    assert sorted(whole) == list(range(ROWS))
    for limit in (1, 7, 100, ROWS, ROWS + 1):
        if limit > 1 or sort in ("", "level,-name"):
            query = ItemQuery(sort=keys(sort), limit=limit)
            assert walk(connection, layer, query) == whole


@pytest.mark.parametrize(("sort", "is_descending"), [("level", False), ("-level", True)])
def test_items_without_a_value_come_last_in_either_direction(shuffled, sort, is_descending):
    connection, layer, _ = shuffled
    page = find_items(connection, layer, ItemQuery(sort=keys(sort), limit=1000))
    levels = [feature["properties"]["level"] for feature in page.features]
    known = [level for level in levels if level is not None]
    assert known == sorted(known, reverse=is_descending)
    assert levels == known + [None] * (ROWS - len(known))


@pytest.mark.parametrize("is_narrowed", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_what_was_there_throughout_comes_exactly_once(shuffled, sort, is_narrowed):
    connection, layer, chance = shuffled
    gone, new, table = set(), iter(range(1000, 9000)), layer.rows

    def others_write():
        victims = chance.sample(sorted(set(range(ROWS)) - gone), 4)
        gone.update(victims)
        connection.execute(delete(table).where(table.c.id.in_(victims)))
        rows = [row(next(new), chance) for _ in range(4)]
        rows += [{**row(-next(new), chance)}]
        connection.execute(insert(table), rows)
        connection.execute(
            update(table).where(table.c.id >= 1000).values(level=chance.choice([None, 1, 3]))
        )

    window = Window(BBox(98, 7, 99, 9)) if is_narrowed else None
    query = ItemQuery(sort=keys(sort), window=window, limit=20)
    seen = walk(connection, layer, query, others_write)
    stayed = set(range(ROWS)) - gone
    assert len(gone) > 40
    assert [seen.count(number) for number in stayed] == [1] * len(stayed)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "!!!!",
        "WyJ",
        "é",
        "W10",  # []
        "WyIiXQ",  # [""]
        "WyIiLDEuNV0",  # ["",1.5]
        "WyIiLHRydWVd",  # ["",true]
        "WyIiLCIxIl0",  # ["","1"]
        "WyIiLG51bGxd",  # ["",null]
        "WyIiLDFlMzBd",  # ["",1e30]
        "WyIiLDk5OTk5OTk5OTk5OTk5OTk5OTk5OV0",  # ["",9999...]
        "WyItbGV2ZWwiLDEsMV0",  # ["-level",1,1], of another order
        "eyJhIjoxfQ",  # {"a":1}
        "W" * 5000,
    ],
)
def test_token_that_was_not_given_out_is_refused(shuffled, token):
    connection, layer, _ = shuffled
    with pytest.raises(InvalidInputError) as told:
        find_items(connection, layer, ItemQuery(after=token))
    assert told.value.parameter == "after"


def test_token_of_another_order_is_refused(shuffled):
    connection, layer, _ = shuffled
    page = find_items(connection, layer, ItemQuery(sort=keys("level"), limit=5))
    for sort in ("", "-level", "share", "level,name"):
        with pytest.raises(InvalidInputError) as told:
            find_items(connection, layer, ItemQuery(sort=keys(sort), after=page.next))
        assert told.value.parameter == "after"


@pytest.mark.parametrize("sort", ["nothing", "geom", "", ",level", "level,level", "level,-level"])
def test_sort_that_cannot_be_is_refused(shuffled, sort):
    connection, layer, _ = shuffled
    asked = keys(sort) if sort else (SortKey(""),)
    with pytest.raises(InvalidInputError) as told:
        find_items(connection, layer, ItemQuery(sort=asked))
    assert told.value.parameter == "sortby"


@pytest.fixture
def crowd(connection):
    """More items than are counted, a tenth of them of kind `b`."""
    number = MAX_COUNTED * 2
    spec = make_spec("crowd", "Point", columns=make_columns(code="integer", kind="text"))
    rows = {
        "id": np.arange(number),
        "code": np.arange(number),
        "kind": np.where(np.arange(number) % 10, "a", "b"),
    }
    points = [Point(98.2 + n % 200 / 500, 7.5 + n // 200 / 150) for n in range(number)]
    frame = GeoDataFrame(rows, geometry=points, crs=4326).rename_geometry("geom")
    publish_layer(connection, spec, frame)
    connection.execute(text("ANALYZE layer.crowd"))
    return connection, describe(spec.model_dump_json())


@pytest.mark.parametrize(
    ("query", "number", "is_estimated"),
    [
        ({}, 20_000, True),
        ({"window": Window(BBox(98, 7, 99, 9))}, 20_000, True),
        ({"window": Window(BBox(98, 7, 98.4, 9))}, 10_000, True),
        ({"window": Window(BBox(98, 7, 98.205, 9))}, 300, False),
        ({"where": {"kind": "b"}}, 2_000, False),
        ({"where": {"kind": "a"}}, 18_000, True),
    ],
)
def test_number_matched_is_exact_or_said_to_be_estimated(crowd, query, number, is_estimated):
    connection, layer = crowd
    page = find_items(connection, layer, ItemQuery(**query))
    assert page.is_estimated == is_estimated
    assert page.number_matched == pytest.approx(number, rel=0.1 if is_estimated else 0)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"window": Window(BBox(98, 7, 99, 9))},
        {"where": {"kind": "a"}},
        {"where": {"kind": "a"}, "sort": keys("-code")},
        {"window": Window(BBox(98, 7, 99, 9)), "sort": keys("kind,-id")},
    ],
)
def test_pages_beyond_what_is_counted_are_right_too(crowd, query):
    connection, layer = crowd
    whole = walk(connection, layer, ItemQuery(limit=1000, **query))
    assert len(whole) == len(set(whole)) == (18_000 if "where" in query else 20_000)
    first = find_items(connection, layer, ItemQuery(limit=9, **query))
    assert [feature["id"] for feature in first.features] == whole[:9]


def test_table_is_paged_as_well(connection):
    spec = make_spec("listed", None, columns=make_columns(code="text"))
    publish_layer(connection, spec, DataFrame({"id": range(5), "code": list("bcade")}))
    layer = describe(spec.model_dump_json())
    assert walk(connection, layer, ItemQuery(sort=keys("code"), limit=2)) == [2, 0, 1, 3, 4]
