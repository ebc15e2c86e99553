"""Asking studies from a program of one's own: a notebook, a script, the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twin.db.database import open_engine
from twin.jobs.process import Context, Progress
from twin.settings import Settings
from twin.types import Text


@contextmanager
def open_context(settings: Settings, building: Progress | None = None) -> Iterator[Context]:
    """Give what processes run with, on the twin's database.

    Parameters
    ----------
    building
        As in `Context`.

    Raises
    ------
    SetupError, DatabaseUnavailableError
        As `open_engine`.

    Notes
    -----
    As in `with open_context(Settings()) as context: coverage(context, Question(), untold)`.
    """
    with open_engine(settings) as engine:
        yield Context(settings, engine, engine, building=building)


def untold(share: float, text: Text) -> None:
    """Take notice of nothing: for programs that do not show how far a run has come."""
    del share, text
