"""`twin up` and `twin serve` from the first second to the last."""

import os
import signal
import subprocess
from pathlib import Path

import httpx
import pytest
from serving import TWIN, free_port, run_server

from twin.db.embedded import Cluster

LISTENING = "0A"
LOOPBACK = "0100007F"  # 127.0.0.1, as the kernel writes it


def to_the_process(server):
    """As a service manager does."""
    server.send_signal(signal.SIGTERM)


def to_the_group(server):
    """As Ctrl-C in a terminal does."""
    os.killpg(server.pid, signal.SIGINT)


@pytest.mark.parametrize("end", [to_the_process, to_the_group])
def test_up_serves_and_ends_with_its_database(open_folder, end):
    home = open_folder / "served"
    with run_server("up", {"TWIN_HOME": str(home)}) as (base, server):
        assert Cluster(home).is_running()
        assert httpx.get(f"{base}/api/collections").json()["edition"] == "starter"
        assert httpx.get(f"{base}/health/ready").json()["status"] == "ok"
        end(server)
        assert server.wait(30) == 0
        told = server.stdout.read()
    assert "หยุดแล้ว | stopped" in told
    assert "Traceback" not in told
    assert "timeout graceful shutdown exceeded" not in told
    assert not Cluster(home).is_running()


def test_serve_listens_on_loopback_alone(starter):
    environment = {"TWIN_HOME": str(starter.home), "TWIN_DB__URL": starter.db.url}
    with run_server("serve", environment) as (base, server):
        port = f"{httpx.URL(base).port:04X}"
        table = Path(f"/proc/{server.pid}/net/tcp").read_text().splitlines()[1:]
    sockets = [line.split()[1].split(":") for line in table if line.split()[3] == LISTENING]
    assert {address for address, owner in sockets if owner == port} == {LOOPBACK}


def test_service_that_cannot_start_says_so_and_ends(toy, open_folder):
    home = open_folder / "unusable"
    home.mkdir()
    (home / "tiles").write_text("a file, where the folder of kept tiles should be")
    environment = {"TWIN_HOME": str(home), "TWIN_DB__URL": toy.db.url}
    served = subprocess.run(
        [*TWIN, "serve", "--port", str(free_port())],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert served.returncode == 1
    assert "บริการเริ่มไม่สำเร็จ" in served.stdout + served.stderr
    assert "FileExistsError" in served.stderr
