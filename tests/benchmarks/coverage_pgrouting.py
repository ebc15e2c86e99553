"""pgRouting's nearest facility of every node, in a database of its own in the benches' cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import psycopg
from numpy.typing import NDArray

from benchmarks.bench import Bench, timed
from benchmarks.console import BenchError, step
from benchmarks.coverage_checked import Found, require_same
from benchmarks.coverage_town import Town
from benchmarks.report import Row, at_most_times
from benchmarks.tools import apt_install
from twin.db.engine import libpq_address

WHAT = "nearest of all nodes, with its id"
_DATABASE = "bench_routing"

_TABLE = """
CREATE TABLE street (
    id integer PRIMARY KEY, source integer, target integer, cost float8, reverse_cost float8
)
"""
#: The streets turned round, so that a search from the facilities goes against the traffic.
_EDGES = "SELECT id, target AS source, source AS target, cost, reverse_cost FROM street"
_NEAREST = """
SELECT node, from_v, agg_cost
FROM pgr_drivingDistance(%s, %s::bigint[], 'Infinity'::float8, directed => true, equicost => true)
"""
_TIMED = """
SELECT count(from_v), sum(agg_cost)
FROM pgr_drivingDistance(%s, %s::bigint[], 'Infinity'::float8, directed => true, equicost => true)
"""


def row(bench: Bench, town: Town, every: NDArray[np.float64]) -> Row:
    """Return the row of pgRouting; without its figure, and with the reason, where it is not there.

    Parameters
    ----------
    every
        (q, n) how far every node is from every facility.
    """
    budget = at_most_times(1 / 20)
    try:
        with step("pgRouting"), _database(bench) as connection:
            version = _fill(connection, town)
            # 3.4.2 leaves some nodes with a start that is not the nearest: told, not refused.
            far = require_same("pgRouting", _found(connection, town), every, longer=0.01)
            bench.quiet()
            rounds = 1 if bench.quick else 7
            asked = partial(connection.execute, _TIMED, [_EDGES, town.at.tolist()])
            [took] = timed(rounds, lambda: asked().fetchone())
    except (BenchError, psycopg.Error) as error:
        reason = str(error).strip().splitlines()[0]
        return Row(WHAT, None, "ms", None, "pgRouting", budget, f"not measured: {reason}")
    note = "`pgr_drivingDistance` with `equicost`, summed up in the database"
    note = f"{note}; {far}" if far else note
    return Row(WHAT, None, "ms", took, f"pgRouting {version}", budget, note)


@contextmanager
def _database(bench: Bench) -> Iterator[psycopg.Connection]:
    """Give an empty database with pgRouting for the block."""
    url = bench.store.url
    with psycopg.connect(libpq_address(url.set(database="postgres")), autocommit=True) as server:
        major = str(server.info.server_version // 10_000)
        there = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pgrouting'"
        if not server.execute(there).fetchone()[0]:
            apt_install([f"postgresql-{major}-pgrouting"])
        server.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {_DATABASE}")
        try:
            with psycopg.connect(libpq_address(url.set(database=_DATABASE))) as connection:
                connection.execute("CREATE EXTENSION pgrouting CASCADE")
                yield connection
        finally:
            server.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)")


def _fill(connection: psycopg.Connection, town: Town) -> str:
    """Write the streets as our own table of edges has them; return pgRouting's version."""
    cost = np.where(np.isfinite(town.graph.cost), town.graph.cost, -1).tolist()
    ends = town.graph.network.edge_nodes.tolist()
    connection.execute(_TABLE)
    with connection.cursor().copy("COPY street FROM STDIN") as copy:
        for number, (pair, both) in enumerate(zip(ends, cost, strict=True)):
            copy.write_row((number, *pair, *both))
    connection.execute("ANALYZE street")
    return str(connection.execute("SELECT pgr_version()").fetchone()[0])


def _found(connection: psycopg.Connection, town: Town) -> Found:
    told = connection.execute(_NEAREST, [_EDGES, town.at.tolist()]).fetchall()
    node, source, cost = (np.array(column) for column in zip(*told, strict=True))
    row_of = np.full(len(town.node_xy), -1)
    row_of[town.at] = np.arange(len(town.at))
    impedance = np.full(len(town.node_xy), np.inf)
    facility = np.full(len(town.node_xy), -1)
    impedance[node], facility[node] = cost, row_of[source]
    return Found(impedance, facility)
