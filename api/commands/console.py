"""How the command line speaks: one console, both languages, no traceback for a user's mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from twin.errors import SetupError, TwinError
from twin.settings import Settings

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


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
        faults = "; ".join(
            f"TWIN_{'__'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SetupError(f"settings: {faults}", f"ค่าตั้งไม่ถูกต้อง: {faults}") from error


def tell(error: TwinError) -> None:
    """Print what went wrong, Thai first."""
    err.print(f"[red]✗[/red] {error.th}", soft_wrap=True, markup=True)
    err.print(f"[red]✗[/red] {error.en}", soft_wrap=True, markup=True)


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
