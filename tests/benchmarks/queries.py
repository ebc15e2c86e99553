"""`scripts/bench queries`: items, identify, nearest, downloads, growing tables."""

import json
from collections.abc import Sequence

from sqlalchemy import URL

from benchmarks import download, scale
from benchmarks.addresses import places, usual_window, windows
from benchmarks.bench import TIPG, Bench
from benchmarks.client import Client
from benchmarks.console import step
from benchmarks.report import Row, at_least, at_most
from benchmarks.servers import Server

PLACES = 500
NEW_BOXES = 40_000
LIMIT = 100


def run(bench: Bench) -> list[Row]:
    """Measure every row."""
    address = bench.store.database("x1")
    rows = items(bench, address)
    rows += spatial(bench, address)
    rows += download.rows(bench, address)
    rows += scale.item_rows(bench)
    return rows


def items(bench: Bench, address: URL) -> list[Row]:
    """Return the rows of items by window: one window again and again, and many windows."""
    with bench.connect(address) as connection:
        one = [usual_window(windows(connection))]
        found_places = list(places(connection, PLACES))
    # More boxes than a run can ask for, each a little larger: nothing kept can answer them.
    many = [
        scale.around(*place, half_deg=0.01 + step_ * 1e-6)
        for step_ in range(NEW_BOXES // PLACES)
        for place in found_places
    ]
    with (
        step("รายการตามกรอบ | items by bbox"),
        bench.ours(address) as twin,
        bench.tipg(address) as tipg,
    ):
        bench.note(f"items of {one[0]}, ours", _matched(twin, _ours(one)[0]))
        bench.note(f"items of {one[0]}, tipg", _matched(tipg, _tipg(one)[0]))
        found = [bench.hammer((twin, _ours(each)), (tipg, _tipg(each))) for each in (one, many)]
    rows = []
    for boxes, (ours, peer) in zip(("one bbox, kept", "new bboxes"), found, strict=True):
        told = f"p99 {ours.p99_ms:.3g} ms, {TIPG} {peer.p99_ms:.3g} ms"
        what = f"items, {boxes}, limit {LIMIT}"
        rows.append(Row(what, ours.rate, "req/s", peer.rate, TIPG, at_least(8), note=told))
    return rows


def spatial(bench: Bench, address: URL) -> list[Row]:
    """Return the rows of identify and nearest, p50 with eight clients."""
    with bench.connect(address) as connection:
        found = [f"lon={lon}&lat={lat}" for lon, lat in places(connection, PLACES)]
    asked = {
        "identify": [f"/api/query/identify?{place}" for place in found],
        "nearest 10": [f"/api/query/nearest?layer=facility&k=10&{place}" for place in found],
    }
    with step("ถามพื้นที่ | identify, nearest"), bench.ours(address) as server:
        loads = dict(zip(asked, bench.hammer(*((server, asked[n]) for n in asked)), strict=True))
    rows = []
    for name, load in loads.items():
        told = f"{load.rate:,.0f} req/s, p99 {load.p99_ms:.3g} ms, {len(found)} places"
        what = f"{name}, p50, 8 clients"
        rows.append(Row(what, load.p50_ms, "ms", budgets=at_most(8, "ms"), note=told))
    return rows


def _ours(boxes: Sequence[str]) -> list[str]:
    return [f"/api/collections/road/items?limit={LIMIT}&bbox={box}" for box in boxes]


def _tipg(boxes: Sequence[str]) -> list[str]:
    return [f"/collections/layer.road/items?f=geojson&limit={LIMIT}&bbox={box}" for box in boxes]


def _matched(server: Server, path: str) -> dict[str, object]:
    with Client(server.base) as client:
        answer = client.expect(path)
    told = json.loads(answer.body)
    return {
        "matched": told["numberMatched"],
        "returned": told["numberReturned"],
        "links": [link["rel"] for link in told["links"]],
        "encoding": answer.headers.get("content-encoding"),
        "bytes": len(answer.sent),
    }
