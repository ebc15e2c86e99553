"""How long after an edit every worker shows it."""

import statistics
import time
from pathlib import Path

from psycopg import connect
from sqlalchemy import URL, text

from benchmarks.addresses import Tile
from benchmarks.bench import TIPG, Bench
from benchmarks.client import Client
from benchmarks.console import BenchError, step
from benchmarks.data import spec_of
from benchmarks.report import Row, at_most
from benchmarks.servers import Server
from twin.db.engine import libpq_address

EDITS = 12
LONGEST_S = 10
#: So that polling does not keep the workers from hearing of the edit.
POLL_S = 0.002
_EDITED = "UPDATE layer.facility SET name = %s WHERE id = %s"
_PLACE = text("""
    SELECT id, name, floor((ST_X(geom) + 20037508.342789244) / width)::int AS x,
           floor((20037508.342789244 - ST_Y(geom)) / width)::int AS y
    FROM tile.facility, (SELECT 40075016.685578488 / 2 ^ 14 AS width) AS zoom
    ORDER BY id LIMIT 1
""")


def rows(bench: Bench, address: URL) -> list[Row]:
    """Return the row of an edit's way into a tile, on the worker that shows it last."""
    with bench.connect(address) as connection:
        found = connection.execute(_PLACE).one()
    tile = Tile(14, found.x, found.y)
    with step("แผ่นหลังแก้ไขข้อมูล | a tile after an edit"):
        with bench.ours(address, workers=2) as server:
            ours = _edits(server, address, tile.ours("facility"), found.id, found.name)
        with bench.tipg(address) as server:
            peer = _edits(server, address, tile.tipg(spec_of("facility")), found.id, found.name)
    worst = f"slowest of {EDITS} edits {max(ours):.0f} ms; two workers, the later one counts"
    what = "tile after an edit, on every worker"
    mine, theirs = statistics.median(ours), statistics.median(peer)
    peer_name = f"{TIPG}, no cache"
    return [Row(what, mine, "ms", theirs, peer_name, at_most(200, "ms"), note=worst)]


def _edits(server: Server, address: URL, path: str, item: int, name: str) -> list[float]:
    clients = _one_for_each_worker(server)
    try:
        with connect(libpq_address(address), autocommit=True) as editor:
            took = []
            for number in range(EDITS):
                before = [client.expect(path).body for client in clients]
                editor.execute(_EDITED, [f"{name} {number}", item])
                took.append(_until_changed(clients, path, before))
            editor.execute(_EDITED, [name, item])
    finally:
        for client in clients:
            client.close()
    return took


def _until_changed(clients: list[Client], path: str, before: list[bytes]) -> float:
    """Return the milliseconds until each client sees another tile than before."""
    started = time.perf_counter()
    waiting = set(range(len(clients)))
    while waiting:
        for number in sorted(waiting):
            if clients[number].expect(path).body != before[number]:
                waiting.remove(number)
        if time.perf_counter() - started > LONGEST_S:
            raise BenchError(f"{path}: still the old tile after {LONGEST_S} s", "แผ่นไม่เปลี่ยน")
        time.sleep(POLL_S)
    return (time.perf_counter() - started) * 1000


def _one_for_each_worker(server: Server) -> list[Client]:
    """Open connections until every worker holds one; return one for each."""
    held: dict[int, Client] = {}
    workers = server.workers()
    for _ in range(200):
        client = Client(server.base)
        client.get("/health/live")
        owner = _owner(client.port, workers)
        if owner is None or owner in held:
            client.close()
        else:
            held[owner] = client
        if len(held) == len(workers):
            return list(held.values())
    raise BenchError(f"only {len(held)} of {len(workers)} workers answer", "บางโปรเซสไม่ตอบ")


def _owner(client_port: int, workers: list[int]) -> int | None:
    """Return which worker holds the other end of a connection of ours."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == client_port:
            inodes.add(f"socket:[{fields[9]}]")
    for worker in workers:
        for descriptor in Path(f"/proc/{worker}/fd").iterdir():
            try:
                if str(descriptor.readlink()) in inodes:
                    return worker
            except OSError:
                continue
    return None
