"""`twin layers …`: what is loaded, checking files, loading and fetching."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table
from sqlalchemy import Connection, Engine, func, select

from api.commands.console import out, progress, settings
from layers.aliases import load_aliases
from layers.edition import Choice, choose, loaded_edition, starter
from layers.faults import Fault, fault_table
from layers.fetch import fetch_edition
from layers.load import LayerLoad, Loader
from layers.manifest import Manifest, read_catalogue
from layers.raster import check_raster
from layers.validate import Checked, Reference, check_file, check_layer, load_reference
from twin.db.database import open_engine
from twin.db.models import Fault as FaultRow
from twin.db.models import Layer, Quarantine
from twin.errors import NotFoundError, TwinError
from twin.projects.placement import place_sites
from twin.settings import Settings

app = typer.Typer(no_args_is_help=True, help="ชั้นข้อมูล | The layers.")

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder with the real data.")]


@app.command("list")
def list_layers() -> None:
    """ชั้นข้อมูลที่โหลดแล้ว | What is loaded."""
    table = Table("ชั้น | layer", "ชื่อ | title", "จำนวน | features", "รุ่น | revision", "ที่มา | source")
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
        faults = _recorded_faults(connection, layer)
        refused = connection.scalar(select(func.count()).where(Quarantine.layer_id == layer))
    for name, value in row._mapping.items():
        if name != "spec":
            out.print(f"{name:>16}  {value}", soft_wrap=True)
    out.print(f"{'quarantined':>16}  {refused}")
    print_faults(faults)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Any vector file, CSV or Excel sheet.")],
    layer: Annotated[str | None, typer.Option(help="Check against this layer's columns.")] = None,
    crs: Annotated[str | None, typer.Option(help="Declared CRS, e.g. EPSG:24047.")] = None,
    data: DataOption = None,
) -> None:
    """ตรวจไฟล์โดยไม่โหลด | Report every fault of a file, without loading it."""
    choice = choose(_with_data(settings(), data), None) or starter()
    manifests = read_catalogue()
    manifest = _find(manifests, layer) if layer else None
    if file.suffix.lower() in (".tif", ".tiff"):
        faults = check_raster(file, crs, manifest)
        print_faults(faults)
        raise typer.Exit(any(fault.severity == "refuse" for fault in faults))
    reference = load_reference(manifests, choice.edition, choice.root)
    checked = _checked(file, crs, manifest, choice, reference)
    print_faults(checked.faults)
    refused = len(checked.quarantined)
    out.print(
        f"อ่าน {checked.rows_read:,} แถว ใช้ได้ {len(checked.frame):,} กันไว้ {refused:,}"
        f" | {checked.rows_read:,} rows read, {len(checked.frame):,} usable, {refused:,} refused"
    )
    raise typer.Exit(1 if refused else 0)


@app.command()
def load(
    layers: Annotated[list[str] | None, typer.Argument(help="Only these layers.")] = None,
    edition: Annotated[str | None, typer.Option(help="phuket or starter.")] = None,
    data: DataOption = None,
) -> None:
    """โหลดชั้นข้อมูล | Load layers; what did not change stays as it is."""
    told = _with_data(settings(), data)
    with open_engine(told) as engine:
        with engine.begin() as connection:
            loaded = loaded_edition(connection)
        choice = starter() if edition == "starter" else choose(told, loaded)
        if choice is None:
            raise TwinError(
                "Where is the real data? Give --data DIR or set TWIN_DATA_DIR.",
                "ข้อมูลจริงอยู่ที่ใด โปรดระบุ --data DIR หรือกำหนด TWIN_DATA_DIR",
                parameter="data",
            )
        print_loads(load_layers(engine, told, choice, layers))


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
    table = Table("ชั้น | layer", "ผล | outcome", "ต้องทำต่อ | what is left")
    for result in results:
        table.add_row(result.layer_id, result.status, f"{result.message.th}\n{result.message.en}")
    out.print(table)


def load_layers(
    engine: Engine, told: Settings, choice: Choice, only: Sequence[str] | None = None
) -> list[LayerLoad]:
    """Load an edition with a progress bar, then place the projects' sites anew."""
    manifests = read_catalogue()
    wanted = [_find(manifests, layer) for layer in only] if only else manifests
    reference = load_reference(manifests, choice.edition, choice.root)
    loader = Loader(engine, choice.edition, choice.root, told.raster_dir, reference)
    total = sum(choice.edition in manifest.sources for manifest in wanted)
    with progress(total, "โหลดชั้นข้อมูล | layers") as bar:

        def tell(layer_id: str, step: str) -> None:
            bar.update(bar.task_ids[0], description=layer_id, advance=0 if step == "load" else 1)

        loads = loader.load_all(wanted, tell, retire=not only)
    if any(load.outcome == "loaded" for load in loads):
        with engine.begin() as connection:
            load_aliases(connection)
            place_sites(connection)
    return loads


def print_loads(loads: Sequence[LayerLoad]) -> None:
    """Print what became of each layer."""
    table = Table("ชั้น | layer", "ผล | outcome", "แถว | rows", "กันไว้ | refused", "ข้อสังเกต | faults")
    for load in loads:
        counts = ("–", "–", "–")
        if load.outcome == "loaded":
            counts = (f"{load.rows_loaded:,}", f"{load.rows_quarantined:,}", f"{load.faults:,}")
        table.add_row(load.layer_id, load.outcome, *counts)
    out.print(table)


def print_faults(faults: Sequence[Fault]) -> None:
    """Print faults grouped by rule, Thai first."""
    if not faults:
        return
    table = Table("กฎ | rule", "ผล | severity", "จำนวน | count", "แถว | rows", "ตัวอย่าง | example")
    for group in fault_table(faults):
        rows = ", ".join(map(str, group.rows))
        told = f"{group.example.message_th}\n{group.example.message_en}"
        title = f"{group.title.th}\n{group.title.en}"
        table.add_row(title, group.severity, f"{group.count:,}", rows, told)
    out.print(table)


def _checked(
    file: Path, crs: str | None, manifest: Manifest | None, choice: Choice, reference: Reference
) -> Checked:
    if manifest is None:
        return check_file(file, crs, reference)
    source = manifest.sources.get(choice.edition) or next(iter(manifest.sources.values()))
    if crs:
        source = source.model_copy(update={"crs": crs})
    return check_layer(manifest, source, file, reference)


def _recorded_faults(connection: Connection, layer: str) -> list[Fault]:
    columns = (
        FaultRow.row,
        FaultRow.column,
        FaultRow.rule,
        FaultRow.severity,
        FaultRow.value,
        FaultRow.message_th,
        FaultRow.message_en,
    )
    rows = connection.execute(
        select(*columns).where(FaultRow.layer_id == layer).order_by(FaultRow.id)
    )
    return [Fault(**row) for row in rows.mappings()]


def _find(manifests: Sequence[Manifest], layer: str) -> Manifest:
    for manifest in manifests:
        if manifest.id == layer:
            return manifest
    known = ", ".join(manifest.id for manifest in manifests)
    raise NotFoundError(
        f"no layer {layer!r}; there are {known}", f"ไม่มีชั้นข้อมูล {layer!r} มีแต่ {known}"
    )


def _with_data(told: Settings, data: Path | None) -> Settings:
    return told.model_copy(update={"data_dir": data}) if data else told
