"""The nearest of 100 facilities for every node, with its id: ours and four peers, checked first."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from benchmarks import coverage_pgrouting
from benchmarks.bench import Bench, timed
from benchmarks.console import step
from benchmarks.coverage_checked import Found, impedances, require_same
from benchmarks.coverage_town import Town, make_town
from benchmarks.report import Budget, Row, at_most, at_most_times
from benchmarks.tools import ensure_peer, run_peer
from twin.analysis.reach import nearest, search
from twin.analysis.snap import snap

PANDANA = "pandana 0.8"
_SCRIPT = Path(__file__).parent / "peers" / "pandana_nearest.py"
#: How coarse pandana counts, seconds of travel.
_PANDANA_S = 0.5


def rows(bench: Bench) -> list[Row]:
    """Return the rows of the engine."""
    town = make_town(quick=bench.quick)
    bench.note("town", town.told())
    every = impedances(town)
    found = ours(town)
    require_same("ours", found, every)
    what = "nearest of all nodes, with its id"
    made = [_networkx_row(bench, town, every, what), _pandana_row(bench, town, every, what)]
    routed = coverage_pgrouting.row(bench, town, every)
    homes = snap(town.graph, town.node_xy)
    run = partial(nearest, town.graph, homes, town.facilities, direction="to")
    with step("ที่ใกล้ที่สุด | nearest"):
        bench.quiet()
        own, exact = timed(5 if bench.quick else 31, partial(ours, town), run)
    point = f"{len(homes):,} points on streets, exact at both ends: {exact:.3g} ms"
    alone = Row(what, own, "ms", budgets=at_most(15, "ms"), note=f"{town.told()}; {point}")
    peers = [_against(own, row) for row in (*made, routed)]
    return [alone, *peers]


def ours(town: Town) -> Found:
    """Return our engine's answer."""
    impedance, _, facility = search(town.graph, town.facilities, direction="to")
    return Found(impedance, facility.astype(np.int64))


def _networkx_row(bench: Bench, town: Town, every: NDArray[np.float64], what: str) -> Row:
    matrix = town.graph.backward.tocoo()  # from facilities outwards: streets turned round
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(town.node_xy)))
    entries = zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True)
    graph.add_weighted_edges_from(entries)
    sources = set(town.at.tolist())
    length, path = nx.multi_source_dijkstra(graph, sources)
    row_of = {node: row for row, node in enumerate(town.at.tolist())}
    impedance = np.full(every.shape[1], np.inf)
    facility = np.full(every.shape[1], -1)
    for node, far in length.items():
        impedance[node], facility[node] = far, row_of[path[node][0]]
    require_same("networkx", Found(impedance, facility), every)
    with step("networkx"):
        bench.quiet()
        whole, bare = timed(
            1 if bench.quick else 5,
            partial(nx.multi_source_dijkstra, graph, sources),
            partial(nx.multi_source_dijkstra_path_length, graph, sources),
        )
    note = f"`multi_source_dijkstra`, the id is where the way begins; without ids {bare:,.0f} ms"
    return Row(what, None, "ms", whole, f"networkx {nx.__version__}", at_most_times(1 / 10), note)


def _pandana_row(bench: Bench, town: Town, every: NDArray[np.float64], what: str) -> Row:
    python = ensure_peer(bench.home, "pandana")
    matrix = town.graph.forward.tocoo()  # pandana's nearest is on the way to the facility
    with TemporaryDirectory(dir=bench.home) as folder, step("pandana"):
        given, told = Path(folder) / "in.npz", Path(folder) / "out.npz"
        farthest = every.min(axis=0)
        np.savez(
            given,
            node_xy=town.node_xy,
            tail=matrix.row,
            head=matrix.col,
            cost=matrix.data,
            facilities=town.at,
            farthest=farthest[np.isfinite(farthest)].max() * 1.01 + 1,
        )
        bench.quiet()
        run_peer(python, _SCRIPT, str(given), str(told), "1" if bench.quick else "5")
        with np.load(told) as answer:
            row_of = np.full(len(town.node_xy) + 1, -1)
            row_of[town.at] = np.arange(len(town.at))
            found = Found(answer["impedance"], row_of[answer["facility"]])
            took, build_s = float(np.median(answer["ms"])), float(answer["build_s"])
    require_same("pandana", found, every, within_s=_PANDANA_S)
    note = f"`nearest_pois`; its network took {build_s:.1f} s to prepare, which is not counted"
    return Row(what, None, "ms", took, PANDANA, at_most_times(1 / 20), note)


def _against(own: float, row: Row) -> Row:
    """Return a peer's row with our figure in it, and the ratio as people say it."""
    budgets = tuple(Budget(one.on, one.sign, one.limit) for one in row.budgets)
    faster = f"{row.peer / own:.0f} times as fast; " if row.peer else ""
    return Row(row.what, own, row.unit, row.peer, row.peer_name, budgets, faster + row.note)
