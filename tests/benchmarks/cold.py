"""Tiles that nobody asked for before: the server new, its cache empty, each tile once."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import URL

from benchmarks.addresses import ZOOMS, Tile
from benchmarks.bench import TIPG, Bench, percentile, take_turns
from benchmarks.client import Answer, Client
from benchmarks.console import step
from benchmarks.load import Load, visit
from benchmarks.report import Row, at_least, at_most, at_most_times
from benchmarks.servers import Server
from benchmarks.warm import ROAD

#: A new server answers a few other tiles first: its start is not what is measured. They are held
#: back from the list, except at low zooms, where there are too few.
PRIMERS = 24
LOW_ZOOM = 11


@dataclass(frozen=True)
class Subject:
    """A server that can be started anew, and the paths to ask it for."""

    bench: Bench
    name: str
    address: URL
    paths: Sequence[str]
    primers: Sequence[str]

    def serve(self, workers: int = 1) -> AbstractContextManager[Server]:
        """Start the server."""
        start = self.bench.tipg if self.name == TIPG else self.bench.ours
        return start(self.address, workers=workers)

    def storm(self, workers: int = 1) -> Load:
        """Ask a new server for every path once, eight at a time."""
        self.bench.quiet()
        with self.serve(workers) as server:
            visit(server.base, self.primers)
            return visit(server.base, self.paths)

    def walk(self) -> list[Answer]:
        """Ask a new server for every path once, one after the other."""
        self.bench.quiet()
        with self.serve() as server, Client(server.base) as client:
            for path in self.primers:
                client.expect(path)
            return [client.expect(path) for path in self.paths]


def rows(bench: Bench, address: URL, tiles: Sequence[Tile], label: str) -> list[Row]:
    """Return the rows of cold tiles."""
    above = sorted({Tile(9, tile.x >> (tile.z - 9), tile.y >> (tile.z - 9)) for tile in tiles})
    primers = [*above, *[tile for tile in tiles if tile.z > LOW_ZOOM][:PRIMERS]]
    tiles = [tile for tile in tiles if tile not in set(primers)]

    def ours(tileset: str) -> Subject:
        paths, first = ([tile.ours(tileset) for tile in some] for some in (tiles, primers))
        return Subject(bench, "ours", address, paths, first)

    paths, first = ([tile.tipg(ROAD) for tile in some] for some in (tiles, primers))
    tipg = Subject(bench, TIPG, address, paths, first)
    with step(f"แผ่นใหม่ | cold tiles{label}"):
        two = tipg.storm(workers=2)  # and the database's own cache is warm for both
        rounds = bench.runs + 2  # a storm is over within a second: one hiccup is a tenth of it
        storms = take_turns(rounds, ours("road").storm, tipg.storm)
        walks = [subject.walk() for subject in (ours("road"), tipg, ours("base"))]
    what = f"cold tile, z10–15, {len(tiles)} unique{label}"
    told = f"{TIPG} with two workers: {two.rate:,.0f} req/s"
    speed = Row(what, storms[0].rate, "req/s", storms[1].rate, TIPG, at_least(4.5), note=told)
    found = [speed, *_latencies(walks[0], walks[1], label)]
    found += _sizes(tiles, walks[0], walks[1], label)
    return [*found, _composite(walks[2], walks[0], label)]


def _latencies(ours: Sequence[Answer], peer: Sequence[Answer], label: str) -> list[Row]:
    mine, theirs = ([answer.took_ms for answer in answers] for answers in (ours, peer))
    found = [
        ("p50", percentile(mine, 50), percentile(theirs, 50), ()),
        ("p99", percentile(mine, 99), percentile(theirs, 99), at_most(12, "ms")),
        ("max", max(mine), max(theirs), ()),
    ]
    return [
        Row(f"cold tile, one after the other, {name}{label}", a, "ms", b, TIPG, budgets)
        for name, a, b, budgets in found
    ]


def _sizes(
    tiles: Sequence[Tile], ours: Sequence[Answer], peer: Sequence[Answer], label: str
) -> list[Row]:
    lowest = [number for number, tile in enumerate(tiles) if tile.z == min(ZOOMS)]
    mine, theirs = ([len(some[n].body) / 1000 for n in lowest] for some in (ours, peer))
    what = f"z10 tile, raw, the largest{label}"
    return [Row(what, max(mine), "kB", max(theirs), TIPG, at_most(80, "kB"))] if mine else []


def _composite(base: Sequence[Answer], single: Sequence[Answer], label: str) -> Row:
    a, b = (percentile([answer.took_ms for answer in answers], 50) for answers in (base, single))
    what = f"cold composite tile `base`, p50{label}"
    return Row(what, a, "ms", b, "ours, road only", at_most_times(2))
