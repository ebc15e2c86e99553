"""`twin coverage batch`: the coverage of many cities, one a task, on this machine or a cluster."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from api.commands.console import err, grid, marked, out, progress, settings
from twin.types import Text

if TYPE_CHECKING:
    from layers.cities.form import City
    from layers.cities.task import Outcome

_MB_A_GB = 1000


def batch(
    cities: Annotated[Path, typer.Argument(help="CITIES.toml; see docs/operations.md.")],
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Dask scheduler, tcp://HOST:PORT.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=0, max=256, help="Processes here; 0: this one alone."),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="Table: .csv, .json or .gpkg; again for more than one."
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what is answered already.")] = False,
) -> None:
    """ความครอบคลุมของบริการหลายเมือง | Service coverage of many cities; goes on where it stopped."""
    told = settings()
    form, work = import_module("layers.cities.form"), import_module("layers.cities.work")
    tables = import_module("layers.cities.table")
    for table in output or ():
        tables.require_format(table)
    listed = form.read_cities(cities)
    folder = told.home / "batch"
    count = _count(workers, len(listed))
    if scheduler is None and count == 0:
        opened = nullcontext(None)
    else:
        open_client = import_module("twin.studies.batch").open_client
        opened = open_client(scheduler, count, folder / "dask")
    outcomes: list[Outcome] = []
    with progress(len(listed), "เมือง | cities") as bar:
        for outcome in work.cover_cities(listed, folder, opened, again=again):
            outcomes.append(outcome)
            bar.update(bar.task_ids[0], advance=1, description=outcome.city)
    _print(listed, outcomes)
    for table in output or ():
        rows = tables.write_table(table, listed, outcomes)
        out.print(marked("good", f"{table}: {rows:,} แถว | rows"))
    if any(outcome.fault for outcome in outcomes):
        raise typer.Exit(1)


def _count(workers: int | None, cities: int) -> int:
    """Return how many processes to start: one for each core unless told otherwise."""
    return min(workers if workers is not None else os.cpu_count() or 1, cities)


def _print(cities: Sequence[City], outcomes: Sequence[Outcome]) -> None:
    found = {outcome.city: outcome for outcome in outcomes}
    table = grid(
        ("เมือง", "city"),
        ("จุดเชื่อม", "nodes"),
        ("สถานบริการ", "facilities"),
        ("เกณฑ์", "within"),
        ("ได้รับบริการ", "served"),
        ("ร้อยละ", "%"),
        ("วินาที", "seconds"),
        ("GB", "GB"),
    )
    faults = []
    for city in cities:
        outcome = found[city.id]
        if outcome.fault is not None:
            faults.append((city.id, outcome.fault.field, outcome.fault.text))
        else:
            _add_rows(table, outcome)
    out.print(table)
    for name, field, text in faults:
        err.print(marked("bad", _told(name, field, text)), soft_wrap=True)


def _add_rows(table: Table, outcome: Outcome) -> None:
    answer = outcome.answer
    if answer is None:
        return
    spent = "เดิม | kept" if outcome.seconds is None else f"{outcome.seconds:,.1f}"
    memory = "" if outcome.memory_mb is None else f"{outcome.memory_mb / _MB_A_GB:.2f}"
    for row in (row for row in answer.rows if row.level == "city"):
        ratio = "–" if row.ratio is None else f"{100 * row.ratio:.1f}"
        unit = "min" if answer.unit == "minutes" else "m"
        within = f"{row.threshold:g} {unit}"
        name = f"{answer.id} {answer.name_th}" if answer.name_th != answer.id else answer.id
        counts = f"{answer.nodes:,}", f"{answer.facilities:,}"
        table.add_row(name, *counts, within, f"{row.served:,.0f}", ratio, spent, memory)


def _told(city: str, field: str, text: Text) -> str:
    where = f"{city}.{field}" if field else city
    return f"{where}: {text.th}\n  {where}: {text.en}"
