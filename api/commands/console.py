"""How the command line speaks: one console, both languages, no traceback for a user's mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from api.commands.grid import Grid
from twin.errors import SetupError, TwinError
from twin.settings import Settings
from twin.validation import tell_faults

if TYPE_CHECKING:
    from twin.jobs.process import Progress as Tell
    from twin.types import Text as Words

# What is printed comes from files as well: square brackets and colons are just that.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)

Level = Literal["good", "note", "bad"]
_SIGNS: Final[dict[Level, tuple[str, str]]] = {
    "good": ("✓", "green"),
    "note": ("!", "yellow"),
    "bad": ("✗", "red"),
}

_STEPS: Final = 100


def settings() -> Settings:
    """Read the settings; a malformed one is named.

    Raises
    ------
    SetupError
        An environment variable `TWIN_…` cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            {**fault, "loc": (f"TWIN_{'__'.join(map(str, fault['loc'])).upper()}",)}
            for fault in error.errors()
        ]
        told = tell_faults(faults, "TWIN_…")
        raise SetupError(f"settings: {told.en}", f"ค่าตั้งไม่ถูกต้อง: {told.th}") from error


def tell(error: TwinError) -> None:
    """Print what went wrong, Thai first."""
    err.print(marked("bad", error.th), soft_wrap=True)
    err.print(marked("bad", error.en), soft_wrap=True)


def marked(level: Level, text: str) -> Text:
    """Return a text behind its coloured sign."""
    sign, colour = _SIGNS[level]
    return Text.assemble((f"{sign} ", colour), text)


def grid(*headers: tuple[str, str]) -> Grid:
    """Return an empty table that fits the terminal.

    Parameters
    ----------
    headers
        Title of each column, in Thai and in English.
    """
    table = Grid()
    for title in headers:
        table.add_column("\n".join(title), overflow="fold")
    return table


@contextmanager
def progress(total: int, text: str) -> Iterator[Progress]:
    """Show a bar with a count; its one task is already added."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        bar.add_task(text, total=total)
        yield bar


@contextmanager
def telling(text: str = "") -> Iterator[Tell]:
    """Show a bar; give what takes the share that is done and what comes next."""
    with progress(_STEPS, text) as bar:

        def take(share: float, text: Words) -> None:
            done, said = round(share * _STEPS), f"{text.th} | {text.en}"
            bar.update(bar.task_ids[0], completed=done, description=said)

        yield take
