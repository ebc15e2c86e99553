"""A whole collection as GeoJSON: ours in one answer, tipg page by page."""

import time
from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy import URL

from benchmarks.bench import TIPG, Bench
from benchmarks.client import Answer, Client
from benchmarks.console import BenchError, step
from benchmarks.machine import peak_mb, reset_peak, resident_mb
from benchmarks.report import Row, at_least, at_most
from benchmarks.servers import Server

LAYER = "building"
#: As many as tipg gives in one answer.
PAGE = 10_000
OURS = f"/api/collections/{LAYER}/download?f=geojson"


def rows(bench: Bench, address: URL) -> list[Row]:
    """Return the rows of a download: features a second, and the worker's memory."""
    wanted = bench.store.counts[LAYER]
    with step("ดาวน์โหลดทั้งชุด | download"):
        bench.quiet()
        with bench.ours(address) as server:
            ours, added, told = _ours(bench, server, wanted)
        with bench.tipg(address) as server, Client(server.base) as client:
            peers = {
                form: _rate(bench, lambda form=form: _pages(client, form, wanted), wanted)
                for form in ("geojson", "geojsonseq")
            }
    form = max(peers, key=lambda name: peers[name])
    pages = f"{TIPG} by {PAGE:,} a page: " + ", ".join(f"{k} {v:,.0f}/s" for k, v in peers.items())
    what, peer = f"download of {wanted:,} features as GeoJSON", f"{TIPG}, {form}"
    return [
        Row(what, ours, "rows/s", peers[form], peer, at_least(5), note=f"{told}; {pages}"),
        Row("its memory, above the idle worker's", added, "MB", budgets=at_most(150, "MB")),
    ]


def _ours(bench: Bench, server: Server, wanted: int) -> tuple[float | None, float | None, str]:
    (worker,) = server.workers()
    with Client(server.base) as client:
        idle = resident_mb(worker)
        if client.get(OURS).status == HTTPStatus.NOT_FOUND:
            return None, None, f"not there yet ({OURS})"
        reset_peak(worker)
        rate = _rate(bench, lambda: [client.expect(OURS)], wanted)
    peak = peak_mb(worker)
    return rate, peak - idle, f"the worker's peak is {peak:.0f} MB, {idle:.0f} MB before"


def _pages(client: Client, form: str, wanted: int) -> list[Answer]:
    path = f"/collections/layer.{LAYER}/items?f={form}&limit={PAGE}"
    return [client.expect(f"{path}&offset={offset}") for offset in range(0, wanted, PAGE)]


def _rate(bench: Bench, fetch: Callable[[], list[Answer]], wanted: int) -> float:
    """Return features a second, the middle of the runs; every one must be whole."""
    rates = []
    for _ in range(bench.runs):
        started = time.perf_counter()
        answers = fetch()
        rates.append(wanted / (time.perf_counter() - started))
        count = sum(answer.body.count(b'"Feature"') for answer in answers)
        if count != wanted:
            raise BenchError(f"{count} features, not {wanted}", f"ได้ {count} รายการ ไม่ใช่ {wanted}")
    return sorted(rates)[len(rates) // 2]
