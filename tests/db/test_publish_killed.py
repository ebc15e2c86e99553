"""The whole PostgreSQL server killed while a layer is replaced: the old layer stays whole."""

import os
import signal
import time
from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
from shapely import Point
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from twin.db import publish as publishing
from twin.db.embedded import Cluster
from twin.db.engine import make_engine
from twin.db.migrate import upgrade
from twin.testing import make_columns, make_spec

ROWS = (
    "SELECT (SELECT array_agg(id ORDER BY id) FROM layer.well),"
    " (SELECT array_agg(id ORDER BY id) FROM tile.well),"
    " to_regclass('stage.well'), to_regclass('stage_tile.well')"
)
WELLS = make_spec("well", "Point", key=["name"], columns=make_columns(name="text"))


def parent_and_state(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), fields[0]


def server_processes(postmaster):
    found = [postmaster]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if parent_and_state(folder.name)[0] == postmaster:
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def is_gone(pid):
    """Tell whether a process ended; one that nobody reaps stays as a zombie."""
    try:
        return parent_and_state(pid)[1] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def kill_server(cluster):
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    processes = server_processes(postmaster)
    assert len(processes) > 1
    for pid in processes:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not all(map(is_gone, processes)):
        assert time.monotonic() < deadline, "the server's processes do not end"


def wells(*ids):
    frame = {"id": ids, "name": [f"well {n}" for n in ids]}
    points = [Point(98.3, 7.9 + n / 1000) for n in ids]
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326).rename_geometry("geom")


@pytest.fixture
def cluster(open_folder, request):
    """A private cluster of the test's own, which may be killed."""
    return Cluster(open_folder / f"killed-{request.node.callspec.id}")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes in /proc")
@pytest.mark.parametrize("moment", ["_copy", "_analyse", "commit"])
def test_server_killed_in_the_middle_of_publish_leaves_the_old_layer_whole(
    cluster, moment, monkeypatch
):
    with cluster.use() as url:
        engine = make_engine(url)
        upgrade(engine)
        with engine.begin() as connection:
            publishing.publish(connection, WELLS, wells(1, 2))
        if hasattr(publishing, moment):
            step = getattr(publishing, moment)

            def killed(*arguments):
                step(*arguments)
                kill_server(cluster)

            monkeypatch.setattr(publishing, moment, killed)

        def replace():
            with engine.begin() as connection:
                publishing.publish(connection, WELLS, wells(3, 4, 5))
                kill_server(cluster)

        with pytest.raises((DBAPIError, psycopg.OperationalError)):
            replace()
        monkeypatch.undo()
        assert not cluster.is_running()
        cluster.start()
        engine.dispose()
        with engine.begin() as connection:
            assert connection.execute(text(ROWS)).one() == ([1, 2], [1, 2], None, None)
            publishing.publish(connection, WELLS, wells(3, 4, 5))
            assert connection.execute(text(ROWS)).one() == ([3, 4, 5], [3, 4, 5], None, None)
        engine.dispose()
