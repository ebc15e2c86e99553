"""Loading an edition with a progress bar. Kept apart: it needs the geometry libraries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from api.commands.console import grid, out, progress
from layers.aliases import load_aliases
from layers.edition import Choice
from layers.load import LayerLoad, Loader
from layers.manifest import Manifest, read_catalogue
from layers.own import take_in
from layers.readers.raw import require_content
from twin.errors import NotFoundError
from twin.projects.placement import place_sites
from twin.settings import Settings


def load_file(engine: Engine, told: Settings, choice: Choice, layer: str, file: Path) -> LayerLoad:
    """Load one layer from a file of one's own, and keep a copy to load it from in future."""
    require_content(file)
    find(read_catalogue(), layer)
    with take_in(told.own_dir, layer, file) as copy:
        [load] = load_layers(engine, told, choice._replace(files={layer: copy}), [layer])
    return load


def load_layers(
    engine: Engine, told: Settings, choice: Choice, only: Sequence[str] = ()
) -> list[LayerLoad]:
    """Load an edition, or only some of its layers, then place the projects' sites anew."""
    manifests = read_catalogue()
    wanted = [find(manifests, layer) for layer in only] or manifests
    total = sum(choice.edition in manifest.sources for manifest in wanted)
    with progress(total, "โหลดชั้นข้อมูล | layers") as bar:

        def tell(layer_id: str, step: str) -> None:
            bar.update(bar.task_ids[0], description=layer_id, advance=0 if step == "check" else 1)

        def tell_reading(layer_id: str, step: str, count: int) -> None:
            shown = f"{layer_id}: {step} {count:,}" if count else f"{layer_id}: {step}"
            bar.update(bar.task_ids[0], description=shown)

        loader = Loader(engine, manifests, choice, told.raster_dir, tell_reading)
        loads = [loader.load(manifest) for manifest in wanted] if only else loader.load_all(tell)
    if any(load.outcome == "loaded" for load in loads):
        with engine.begin() as connection:
            load_aliases(connection)
            place_sites(connection)
    return loads


def find(manifests: Sequence[Manifest], layer: str) -> Manifest:
    """Return the manifest of that id.

    Raises
    ------
    NotFoundError
        There is none; the message lists those there are.
    """
    for manifest in manifests:
        if manifest.id == layer:
            return manifest
    known = ", ".join(manifest.id for manifest in manifests)
    raise NotFoundError(
        f"no layer {layer!r}; there are {known}", f"ไม่มีชั้นข้อมูล {layer!r} มีแต่ {known}"
    )


def print_loads(loads: Sequence[LayerLoad]) -> None:
    """Print what became of each layer."""
    table = grid(
        ("ชั้น", "layer"),
        ("ผล", "outcome"),
        ("แถว", "rows"),
        ("กันไว้", "refused"),
        ("ข้อสังเกต", "faults"),
    )
    for load in loads:
        counts = (load.rows_loaded, load.rows_quarantined) if load.rows_read else ()
        rows = [f"{count:,}" for count in counts] or ["–", "–"]
        faults = f"{load.faults:,}" if load.outcome == "loaded" else "–"
        table.add_row(load.layer_id, load.outcome, *rows, faults)
    out.print(table)
