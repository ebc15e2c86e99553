"""Workers of `twin serve`: how many, replaced without a dropped request, replaced when they die."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import httpx
import pytest
from serving import run_server

from api.commands import serve
from api.processes import is_alive
from twin.settings import ApiSettings


@pytest.mark.parametrize(
    ("cores", "memory_gb", "workers"),
    [(1, 4, 1), (2, 4, 1), (4, 8, 2), (16, 64, 8), (16, 3, 3), (8, 0.5, 1)],
)
def test_workers_leave_half_the_cores_to_the_database(monkeypatch, cores, memory_gb, workers):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": int(memory_gb * 10**9 / 4096) + 1}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__)
    assert serve.count_workers() == workers


def test_workers_may_be_told():
    assert ApiSettings().workers is None
    assert ApiSettings(workers=3).workers == 3


def test_folders_of_services_that_were_killed_are_removed(toy):
    parent = toy.home / "metrics"
    dead, alive = parent / "4194305", parent / str(os.getppid())  # beyond the largest there is
    for folder in (dead, alive):
        folder.mkdir(parents=True, exist_ok=True)
    with serve.metrics_folder(toy) as folder:
        assert folder.is_dir()
        assert (dead.exists(), alive.exists()) == (False, True)
    assert not folder.exists()
    alive.rmdir()


def pids(base):
    return set(re.findall(r'twin_worker_memory_bytes{pid="(\d+)"}', metrics(base)))


def metrics(base):
    return httpx.get(f"{base}/metrics").text


class Trickle:
    """Clients that ask steadily, some on kept connections, some on a new one each time."""

    def __init__(self, base):
        self.base = base
        self.is_over = False
        self.seen = Counter()
        asks = [self.ask_on_one_connection] * 3 + [self.ask_on_new_connections] * 2
        self.threads = [threading.Thread(target=ask) for ask in asks]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self.seen

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def ask_on_one_connection(self):
        with httpx.Client() as client:
            while not self.is_over:
                self.ask(client.get, f"{self.base}/api/collections/facility/items?limit=1")
                time.sleep(0.02)

    def ask_on_new_connections(self):
        close = {"Connection": "close"}
        with httpx.Client(headers=close) as client:
            while not self.is_over:
                self.ask(client.get, f"{self.base}/health/live")
                time.sleep(0.02)

    def ask(self, get, address):
        try:
            self.seen[get(address, timeout=10).status_code] += 1
        except httpx.HTTPError as error:
            self.seen[repr(error)] += 1


def wait_for(state, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if state():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_reload_replaces_the_worker_without_a_dropped_request(toy):
    environment = {"TWIN_HOME": str(toy.home), "TWIN_DB__URL": toy.db.url}
    with run_server("serve", environment) as (base, server):
        before = pids(base)
        with Trickle(base) as seen:
            server.send_signal(signal.SIGHUP)
            is_replaced = wait_for(
                lambda: (now := pids(base)) and not now & before, serve.PATIENCE_S
            )
            time.sleep(1)
        server.terminate()
        server.wait(30)
        told = server.stdout.read()
    assert is_replaced, told
    assert set(seen) == {200}, seen
    assert seen[200] > 300
    assert "timeout graceful shutdown exceeded" not in told


def test_maps_that_listen_do_not_keep_the_service_from_ending(toy):
    environment = {"TWIN_HOME": str(toy.home), "TWIN_DB__URL": toy.db.url}
    with run_server("serve", environment) as (base, server):
        with httpx.stream("GET", f"{base}/tiles/changes", timeout=20) as listening:
            events = listening.iter_text()
            assert "hello" in next(events)
            server.terminate()
            assert "".join(events) == ""  # ended, not cut off
        server.wait(serve.GRACE_S)
        told = server.stdout.read()
    assert "timeout graceful shutdown exceeded" not in told


def test_worker_that_dies_is_replaced_and_its_counts_are_kept(toy):
    environment = {"TWIN_HOME": str(toy.home), "TWIN_DB__URL": toy.db.url}
    with run_server("serve", environment) as (base, _):
        (worker,) = pids(base)
        for _ in range(3):
            httpx.get(f"{base}/api/collections")
        time.sleep(1.3)
        os.kill(int(worker), signal.SIGKILL)

        def is_back():
            try:
                return pids(base) not in ({worker}, set())
            except httpx.TransportError:
                return False

        assert wait_for(is_back, 20)
        counted = 'method="GET",route="/api/collections",status="2xx"} 3.0'
        assert counted in metrics(base)


def test_worker_ends_with_a_service_that_is_killed(toy):
    environment = {"TWIN_HOME": str(toy.home), "TWIN_DB__URL": toy.db.url}
    with run_server("serve", environment) as (base, server):
        (worker,) = pids(base)
        server.kill()
        server.wait(10)
        assert wait_for(lambda: not is_alive(int(worker)), 20)


NEVER_ENDING = """
import asyncio, signal, time
from api.observing import draining

class App:
    tiles = None
    def let_go(self): pass

async def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    draining.Draining(App()).end()
    time.sleep(60)

draining.GIVE_UP_S = 0.1
asyncio.run(main())
"""


def test_worker_that_cannot_end_is_ended():
    ended = subprocess.run([sys.executable, "-c", NEVER_ENDING], timeout=30, check=False)
    assert ended.returncode == 1
