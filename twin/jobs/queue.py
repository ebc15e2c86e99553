"""The queue of procrastinate: putting jobs in and taking them out, in the caller's transaction.

Its library is imported when a job is first put in, not by every process that could.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy import Connection, func, select

from twin.db.engine import translated

#: The schema of procrastinate's tables and functions, and the queue and task that are ours.
SCHEMA: Final = "job"
QUEUE: Final = "twin"
TASK: Final = "twin.run"

#: How the tables and functions of procrastinate are found; `public` for nothing but types.
SEARCH_PATH: Final = f"{SCHEMA}, public"


def put(connection: Connection, job_id: UUID) -> int:
    """Put a job into the queue and wake a worker, both when the transaction commits.

    Returns
    -------
    int
        Its number in the queue.
    """
    driver = _driver(connection)
    tasks = import_module("procrastinate.tasks")
    deferrer = tasks.configure_task(
        name=TASK, job_manager=_manager(), queue=QUEUE, connection=driver
    )
    return int(_called(deferrer.defer, job_id=str(job_id)))


def take_out(connection: Connection, queue_id: int) -> None:
    """Take a job out of the queue; the worker that runs it is told when the transaction commits."""
    _called(
        _manager().cancel_job_by_id,
        queue_id,
        abort=True,
        delete_job=True,
        connection=_driver(connection),
    )


def _manager() -> Any:  # noqa: ANN401 (its type would mean importing it)
    connector = import_module("procrastinate.sync_psycopg_connector").SyncPsycopgConnector()
    return import_module("procrastinate.manager").JobManager(connector)


def _driver(connection: Connection) -> Any:  # noqa: ANN401 (SQLAlchemy knows no more)
    connection.execute(select(func.set_config("search_path", SEARCH_PATH, True)))
    return connection.connection.driver_connection


def _called(function: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
    exceptions = import_module("procrastinate.exceptions")
    try:
        return function(*args, **kwargs)
    except exceptions.ConnectorException as error:
        cause = error.__cause__
        raise (translated(cause) if isinstance(cause, psycopg.Error) else error) from error
