"""Coverage and what-if over HTTP, through the service as it is started."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.bench import Bench, percentile
from benchmarks.client import Client
from benchmarks.console import BenchError, step
from benchmarks.report import Row, at_most

COVERAGE = "/api/processes/coverage/execution"
WHAT_IF = "/api/processes/what-if/execution"
#: Requests of a row; before them some that warm up what is kept.
ASKED, QUICK_ASKED, WARMING = 200, 20, 10
Question = dict[str, Any]


def rows(bench: Bench) -> list[Row]:
    """Return the rows of HTTP."""
    address = bench.store.database("town")
    with bench.connect(address) as connection:
        places = list(_corners(connection, 2 * WARMING + (QUICK_ASKED if bench.quick else ASKED)))
    made: list[Row] = []
    with (
        step("ความครอบคลุมผ่าน HTTP | coverage over HTTP"),
        bench.ours(address, TWIN_JOBS__SYNC_TIMEOUT_S="60") as server,
        Client(server.base) as client,
    ):
        for mode in ("walk", "car"):
            bench.quiet()
            made += _rows(client, places, mode)
    return made


def _rows(client: Client, places: Sequence[Sequence[float]], mode: str) -> list[Row]:
    question = make_question(mode)
    first = client.post(COVERAGE, {"inputs": question})
    told = json.loads(first.body)
    points = f"{told['totals'][0]['total']:,.0f} people, {len(told['areas']['tambon'])} areas"
    _require_same(client, question, places)
    fresh = _p50_p99(client, COVERAGE, places, lambda place: _with_drawn(question, place))
    kept = _p50_p99(client, COVERAGE, places, lambda _place: question)
    moved = _p50_p99(client, WHAT_IF, places, lambda place: {"question": question, "add": [place]})
    speeds = "slow, usual and fast" if mode == "car" else "one search for all speeds"
    note = f"{points}; {speeds}; another drawn facility each time, p99 {fresh[1]:.3g} ms"
    return [
        Row(
            f"coverage over HTTP, {mode}, p50", fresh[0], "ms", budgets=at_most(50, "ms"), note=note
        ),
        Row(f"the same question again, {mode}, p50", kept[0], "ms", note=f"p99 {kept[1]:.3g} ms"),
        Row(
            f"dragged what-if over HTTP, {mode}, p50",
            moved[0],
            "ms",
            budgets=at_most(10, "ms"),
            note=f"another place each time, p99 {moved[1]:.3g} ms",
        ),
    ]


def make_question(mode: str) -> Question:
    """Return who is within 5, 10 and 15 minutes of a hospital, by tambon."""
    return {
        "supply": {"layer": "facility", "filter": "amenity = 'hospital'"},
        "demand": {"source": "layer", "layer": "home", "weight": "people"},
        "mode": mode,
        "thresholds": [5, 10, 15],
        "areas": ["tambon"],
    }


def _with_drawn(question: Question, place: Sequence[float]) -> Question:
    return question | {"supply": question["supply"] | {"points": [place]}}


def _require_same(client: Client, question: Question, places: Sequence[Sequence[float]]) -> None:
    """Refuse a what-if that tells another number than the question with the place drawn in it.

    Raises
    ------
    BenchError
        The totals differ.
    """
    for place in places[:3]:
        asked = {"question": question, "add": [place]}
        dragged = json.loads(client.post(WHAT_IF, {"inputs": asked}).body)
        drawn = json.loads(client.post(COVERAGE, {"inputs": _with_drawn(question, place)}).body)
        if (dragged["totals"], dragged["areas"]) != (drawn["totals"], drawn["areas"]):
            raise BenchError(f"what-if and coverage differ at {place}", f"ผลที่ {place} ไม่ตรงกัน")


def _p50_p99(
    client: Client,
    path: str,
    places: Sequence[Sequence[float]],
    inputs: Callable[[Sequence[float]], Question],
) -> tuple[float, float]:
    took = [client.post(path, {"inputs": inputs(place)}).took_ms for place in places][WARMING:]
    return percentile(took, 50), percentile(took, 99)


def _corners(connection: Connection, count: int) -> Iterator[list[float]]:
    """Yield places on streets all over the town, lon/lat, none twice."""
    statement = text(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_StartPoint(ST_GeometryN(geom, 1)) AS p"
        " FROM layer.road ORDER BY md5(id::text) LIMIT :count) AS corner"
    )
    for lon, lat in connection.execute(statement, {"count": count}):
        yield [lon, lat]
