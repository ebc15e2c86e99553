"""`twin layers …`: what is loaded, checking files, loading and fetching.

The modules that need the geometry libraries are imported by the commands that use them, so that
`twin up` and `twin serve` start without.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from sqlalchemy import func, select

from api.commands.console import grid, marked, out, settings
from layers import own
from layers.edition import Choice, choose, loaded_edition, starter
from layers.fetch import LayerFetch, fetch_edition
from layers.manifest import read_catalogue
from twin.db.database import open_engine
from twin.db.models import Layer, Quarantine
from twin.errors import InvalidInputError, NotFoundError
from twin.settings import Settings
from twin.types import Edition, Text

app = typer.Typer(no_args_is_help=True, help="ชั้นข้อมูล | The layers.")

FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="A file of your own for the one layer; kept for later loads."),
]
ForgetOption = Annotated[
    bool, typer.Option("--forget-file", help="Back from a file of your own to the edition's.")
]
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder with the real data.")]


@app.command("list")
def list_layers() -> None:
    """ชั้นข้อมูลที่โหลดแล้ว | What is loaded."""
    table = grid(
        ("ชั้น", "layer"),
        ("ชื่อ", "title"),
        ("จำนวน", "features"),
        ("รุ่น", "revision"),
        ("ที่มา", "source"),
    )
    with open_engine(settings()) as engine, engine.begin() as connection:
        for layer in connection.execute(select(Layer).order_by(Layer.position)).all():
            title = f"{layer.title_th}\n{layer.title_en}"
            count = "–" if layer.kind == "raster" else f"{layer.feature_count:,}"
            source = f"{layer.provenance}, {layer.valid_date}"
            table.add_row(layer.id, title, count, str(layer.revision), source)
    out.print(table)


@app.command()
def show(layer: Annotated[str, typer.Argument(help="Layer id, e.g. facility.")]) -> None:
    """รายละเอียดและข้อผิดพลาดของชั้นข้อมูล | One layer, with the faults of its last load."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        row = connection.execute(select(Layer).where(Layer.id == layer)).one_or_none()
        if row is None:
            raise NotFoundError(f"no layer {layer!r} is loaded", f"ยังไม่ได้โหลดชั้นข้อมูล {layer!r}")
        reporting = import_module("api.commands.reporting")
        faults = reporting.recorded_faults(connection, layer)
        refused = connection.scalar(select(func.count()).where(Quarantine.layer_id == layer))
    for name, value in row._mapping.items():
        if name != "spec":
            out.print(f"{name:>16}  {value}", soft_wrap=True)
    out.print(f"{'quarantined':>16}  {refused}")
    reporting.print_faults(faults)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Any vector file, CSV or Excel sheet.")],
    layer: Annotated[str | None, typer.Option(help="Check against this layer's columns.")] = None,
    crs: Annotated[str | None, typer.Option(help="Declared CRS, e.g. EPSG:24047.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet or inner layer, of several.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Text encoding, e.g. cp874.")] = None,
    data: DataOption = None,
) -> None:
    """ตรวจไฟล์โดยไม่โหลด | Report every fault of a file, without loading it."""
    choice = choose(_with_data(settings(), data), None) or starter()
    checking = import_module("api.commands.checking")
    reading = checking.Reading(crs=crs, layer=sheet, encoding=encoding)
    raise typer.Exit(0 if checking.print_check(file, layer, reading, choice) else 1)


@app.command()
def load(
    layers: Annotated[list[str] | None, typer.Argument(help="Only these layers.")] = None,
    edition: Annotated[Edition | None, typer.Option(help="Which data.")] = None,
    data: DataOption = None,
    file: FileOption = None,
    forget: ForgetOption = False,
) -> None:
    """โหลดชั้นข้อมูล | Load layers; what did not change stays as it is."""
    told = _with_data(settings(), data)
    if (file or forget) and (len(layers or ()) != 1 or (file and forget)):
        raise InvalidInputError(
            "--file and --forget-file are for one layer: `twin layers load road --file FILE`.",
            "--file และ --forget-file ใช้กับชั้นข้อมูลเดียว เช่น `twin layers load road --file FILE`",
            parameter="file",
        )
    with open_engine(told) as engine:
        with engine.begin() as connection:
            loaded = loaded_edition(connection)
        choice = _choice(told, edition, loaded)
        if layers and loaded not in (None, choice.edition):
            raise InvalidInputError(
                f"Editions are not mixed: {loaded} is loaded. Load all of {choice.edition} by"
                " naming no layers.",
                f"ไม่ปนชุดข้อมูลกัน ขณะนี้ใช้ชุด {loaded} หากต้องการชุด {choice.edition}"
                " ให้โหลดทั้งหมดโดยไม่ระบุชั้นข้อมูล",
                parameter="layers",
            )
        loading = import_module("api.commands.loading")
        if layers and file:
            loads = [loading.load_file(engine, told, choice, layers[0], file)]
        else:
            if layers and forget:
                _forget(told, layers[0])
            loads = loading.load_layers(engine, told, choice, layers or ())
        loading.print_loads(loads)


@app.command()
def fetch() -> None:
    """ดาวน์โหลดข้อมูลต้นทาง | Download what the real data are made from."""
    told = settings()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), DownloadColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(layer_id: str, done: int, total: int | None) -> None:
            bar.update(task, description=layer_id, completed=done, total=total)

        results = fetch_edition(read_catalogue(), told, tell)
    print_fetches(results)


def print_fetches(results: Sequence[LayerFetch]) -> None:
    """Print what became of each upstream, with the layers that share it."""
    layers_of: dict[tuple[bool, Text], list[str]] = {}
    for result in results:
        layers_of.setdefault((result.status == "failed", result.message), []).append(
            result.layer_id
        )
    for (is_failed, message), layers in layers_of.items():
        text = f"{', '.join(layers)}\n  {message.th}\n  {message.en}"
        out.print(marked("bad" if is_failed else "good", text), soft_wrap=True)


def _forget(told: Settings, layer: str) -> None:
    if not own.forget(told.own_dir, layer):
        raise NotFoundError(
            f"No file was given for the layer {layer!r}.",
            f"ไม่มีไฟล์ที่ให้ไว้สำหรับชั้นข้อมูล {layer!r}",
            parameter="layers",
        )


def _choice(told: Settings, edition: Edition | None, loaded: Edition | None) -> Choice:
    if edition == "starter":
        return starter().at_home(told)
    choice = choose(told, edition or loaded)
    if choice is None:
        raise InvalidInputError(
            "Where is the real data? Give --data DIR or set TWIN_DATA_DIR.",
            "ข้อมูลจริงอยู่ที่ใด โปรดระบุ --data DIR หรือกำหนด TWIN_DATA_DIR",
            parameter="data",
        )
    return choice


def _with_data(told: Settings, data: Path | None) -> Settings:
    return told.model_copy(update={"data_dir": data}) if data else told
