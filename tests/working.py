"""Asking a service that runs in a process of its own for jobs, and looking at who runs them."""

import os
import time
from pathlib import Path

import httpx

from twin.db.database import open_engine
from twin.settings import DbSettings, Settings
from twin.testing import publish_toy

#: Far more than anything here takes.
PATIENCE_S = 60


def make_settings(url, home, **changes):
    """Return the settings of a twin with the toy island in a database of its own."""
    db = DbSettings(url=url.set(drivername="postgresql").render_as_string())
    settings = Settings(home=home, db=db, **changes)
    with open_engine(settings) as engine, engine.begin() as connection:
        publish_toy(connection)
    return settings


def order(base, process="echo", **body):
    """Ask for a job; return its address."""
    response = httpx.post(
        f"{base}/api/processes/{process}/execution", json=body, headers={"Prefer": "respond-async"}
    )
    assert response.status_code == 201, response.text
    return response.headers["location"]


def pause(base, seconds, message="x", **body):
    """Ask for a job that waits; return its address."""
    return order(base, inputs={"message": message, "pause_s": seconds}, **body)


def wait_until(holds, patience_s=PATIENCE_S):
    """Wait for something to hold and return it."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came true")


def wait_for(job, *statuses, **conditions):
    """Wait for a job to be in one of some states, and return what is known of it."""

    def told():
        found = httpx.get(job).json()
        is_so = all(found.get(name) == value for name, value in conditions.items())
        return found if found["status"] in statuses and is_so else None

    return wait_until(told)


def processes_with(text):
    """Ids of the processes whose command line holds a text, and that are not dead."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if text in command and state != "Z" and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def child_of(job):
    """Id of the process that runs a job; waits for it."""
    wait_for(job, "running")
    return wait_until(lambda: processes_with(job.rpartition("/")[2]))[0]


def worker_of(server):
    """Id of the process that takes jobs for a service; waits for it."""
    return wait_until(lambda: processes_with(f"api.commands.working {server.pid}"))[0]
