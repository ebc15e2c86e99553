"""Tiles asked for before: ours from its cache, tipg as ever, nginx with the same bytes as files."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import URL

from benchmarks import servers
from benchmarks.addresses import Tile
from benchmarks.bench import TIPG, Bench
from benchmarks.client import Client
from benchmarks.console import BenchError, step
from benchmarks.data import spec_of
from benchmarks.report import Row, at_least
from benchmarks.servers import Server

ROAD = spec_of("road")
UNIT = "req/s"


def rows(bench: Bench, address: URL, tiles: Sequence[Tile], label: str) -> list[Row]:
    """Return the rows of warm tiles and of 304s."""
    files = bench.home / "files"
    shutil.rmtree(files, ignore_errors=True)
    with step(f"แผ่นที่เคยขอแล้ว | warm tiles{label}"), ExitStack() as running:
        twin = running.enter_context(bench.ours(address))
        etags = _collect(twin, tiles, files)
        tipg = running.enter_context(bench.tipg(address))
        nginx = running.enter_context(servers.nginx(files, bench.home))
        ours, unchanged, peer, static = bench.hammer(
            (twin, [tile.ours("road") for tile in tiles]),
            (twin, [f"{tile.ours('road')}\t{etags[tile]}" for tile in tiles]),
            (tipg, [tile.tipg(ROAD) for tile in tiles]),
            (nginx, [f"/{tile.z}/{tile.x}/{tile.y}.mvt" for tile in tiles]),
        )
    mean = f"{ours.bytes / ours.requests:,.0f} bytes a tile with headers, p99 {ours.p99_ms:.2g} ms"
    same, own = f"304 of the same{label}", f"{unchanged.rate / ours.rate:.2f} × our own 200s"
    what = f"warm tile, {len(tiles)} unique{label}"
    return [
        Row(what, ours.rate, UNIT, peer.rate, TIPG, at_least(120), note=mean),
        Row(what, ours.rate, UNIT, static.rate, "nginx, files", at_least(0.4)),
        # "1.2 × that" of the budget: of what a warm tile is held to.
        Row(same, unchanged.rate, UNIT, peer.rate, TIPG, at_least(1.2 * 120), note=own),
        Row(same, unchanged.rate, UNIT, static.rate, "nginx, files", at_least(1.2 * 0.4)),
    ]


def _collect(server: Server, tiles: Sequence[Tile], files: Path) -> dict[Tile, str]:
    """Write every tile as it travels to a file, and return their ETags."""
    etags = {}
    with Client(server.base) as client:
        for tile in tiles:
            answer = client.expect(tile.ours("road"))
            path = files / str(tile.z) / str(tile.x) / f"{tile.y}.mvt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(answer.sent)
            etags[tile] = answer.headers.get("etag", "")
        last = tiles[-1]
        again = client.get(last.ours("road"), If_None_Match=etags[last])
    for folder in [files, *files.rglob("*")]:
        folder.chmod(0o755)
    if again.status != 304:
        raise BenchError(f"{last}: {again.status}, not 304, with its own ETag", "ไม่ได้ 304")
    return etags
