"""Questions about many points: the same answers as one by one, in the order asked."""

import asyncio
import json

import numpy as np
import pytest

from twin.db.database import database_address
from twin.db.engine import make_engine
from twin.db.pool import open_pool
from twin.errors import InvalidInputError, TooLargeError
from twin.queries.batch import (
    MAX_POINTS,
    NearQuestion,
    Places,
    ask_holding,
    ask_nearest_of_many,
)
from twin.queries.catalogue import get_layer
from twin.queries.nearest import find_nearest
from twin.queries.place import Point
from twin.testing import centre, square


@pytest.fixture
def island(toy):
    engine = make_engine(toy.db.url, read_only=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def ask(toy):
    def run(question, *arguments):
        async def inside():
            limits = {"size": 1, "max_waiting": 8, "statement_timeout_ms": 5000}
            async with open_pool(database_address(toy), **limits) as pool:
                return await question(pool, *arguments)

        return asyncio.run(inside())

    return run


def layer(connection, layer_id):
    return get_layer(connection, layer_id).described


def places(*points):
    return Places([point.x for point in points], [point.y for point in points])


@pytest.mark.parametrize(
    ("layer_id", "k", "reach"), [("facility", 2, None), ("road", 1, 40), ("grid", 6, 90)]
)
def test_nearest_of_many_is_that_of_each(island, ask, layer_id, k, reach):
    random = np.random.default_rng(3)
    some = [centre(*xy) for xy in random.uniform(-1, 6, (60, 2))]
    described = layer(island, layer_id)
    found = ask(ask_nearest_of_many, places(*some), NearQuestion(described, k, reach))
    for point, hits in zip(some, found, strict=True):
        expected = find_nearest(island, described, Point(point.x, point.y), k, reach)
        assert [hit.id for hit in hits] == [hit.id for hit in expected]
        assert [hit.distance_m for hit in hits] == pytest.approx(
            [hit.distance_m for hit in expected], abs=1e-3
        )


def test_columns_are_those_asked_for_or_names(island, ask):
    facility = layer(island, "facility")
    for columns, expected in (
        (None, {"code": "F1"}),
        (("amenity",), {"amenity": "school"}),
        ((), {}),
    ):
        question = NearQuestion(facility, 1, None, columns)
        ((hit,),) = ask(ask_nearest_of_many, places(centre(0, 0)), question)
        assert json.loads(hit.properties) == expected
    with pytest.raises(InvalidInputError, match="code"):
        NearQuestion(facility, 1, None, ("none",))


def test_areas_that_hold_points(island, ask):
    layers = [layer(island, "tambon"), layer(island, "grid")]
    some = places(centre(0, 4), centre(3, 1), centre(9, 9))
    west, east, none = ask(ask_holding, some, layers)
    assert (west["tambon"].id, west["grid"].id) == (830101, 104)
    assert json.loads(east["tambon"].properties)["name_en"] == "East Side"
    assert (east["grid"].id, none) == (131, {})


def test_point_on_a_common_border_is_in_the_area_of_the_lower_code(island, ask):
    corner = square(2, 2).exterior.coords[3]
    some = Places([corner[0]], [corner[1]])
    (found,) = ask(ask_holding, some, [layer(island, "tambon")])
    assert found["tambon"].id in (830101, 830102)
    border = square(1, 0).exterior.coords[0]
    (found,) = ask(ask_holding, Places([border[0]], [border[1]]), [layer(island, "tambon")])
    assert found["tambon"].id == 830101


def test_too_many_points_are_refused(island, ask):
    many = Places([98.3] * (MAX_POINTS + 1), [7.9] * (MAX_POINTS + 1))
    with pytest.raises(TooLargeError, match=str(MAX_POINTS)):
        ask(ask_nearest_of_many, many, NearQuestion(layer(island, "facility"), 1))
    with pytest.raises(TooLargeError, match="answers"):
        ask(
            ask_nearest_of_many,
            Places([98.3] * 5000, [7.9] * 5000),
            NearQuestion(layer(island, "road"), 5),
        )


def test_layer_without_areas_is_refused(island, ask):
    with pytest.raises(InvalidInputError, match="road"):
        ask(ask_holding, places(centre(0, 0)), [layer(island, "road")])
