"""`twin network …`: building street networks, and telling what became of the streets."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Final

import typer
from sqlalchemy import select

from api.commands.console import grid, marked, out, settings, telling
from twin.db.database import open_engine
from twin.db.models_network import StreetNetwork
from twin.errors import NotFoundError
from twin.types import Json

app = typer.Typer(no_args_is_help=True, help="โครงข่ายถนน | Street networks.")

LayerOption = Annotated[str, typer.Option("--layer", help="Any layer of lines.")]
FerriesOption = Annotated[bool, typer.Option("--ferries", help="With ferry lines.")]

_MODES: Final = {
    "walk": ("เดิน กม.", "walk km"),
    "motorcycle": ("จักรยานยนต์ กม.", "motorcycle km"),
    "car": ("รถยนต์ กม.", "car km"),
}
#: Parts told one by one; of more, the rest is summed.
_MOST_PARTS: Final = 10


@app.command()
def build(layer: LayerOption = "road", ferries: FerriesOption = False) -> None:
    """สร้างโครงข่ายจากชั้นข้อมูลถนน | Build a network; what did not change stays as it is."""
    told = settings()
    load_network = import_module("twin.studies.network").load_network  # needs scipy
    with open_engine(told) as engine, engine.begin() as connection, telling() as tell:
        network, report = load_network(
            connection,
            told.network_dir,
            layer=layer,
            ferries=ferries,
            progress=tell,
        )
    _print(network.revision, report.to_json())


@app.command()
def show(layer: LayerOption = "road", ferries: FerriesOption = False) -> None:
    """โครงข่ายที่สร้างไว้ | The network as it was last built."""
    name = import_module("twin.studies.network_store").network_id(layer, ferries=ferries)
    with open_engine(settings()) as engine, engine.begin() as connection:
        stored = connection.execute(
            select(StreetNetwork).where(StreetNetwork.id == name)
        ).one_or_none()
    if stored is None:
        more = " --ferries" if ferries else ""
        raise NotFoundError(
            f"No network of `{layer}` is built; `twin network build --layer {layer}{more}` does"
            " that.",
            f"ยังไม่ได้สร้างโครงข่ายจาก `{layer}` สร้างด้วย `twin network build --layer {layer}{more}`",
            parameter="layer",
        )
    out.print(f"{stored.id}: {stored.built_at:%Y-%m-%d %H:%M} UTC")
    _print(stored.revision, stored.report)


def _print(revision: str, report: Json) -> None:
    out.print(f"รุ่น | revision {revision[:16]}")
    table = grid(("รายการ", "what"), ("จำนวน", "count"), ("กม.", "km"))
    for (th, en), count, length_km in _rows(report):
        length = "" if length_km is None else f"{length_km:,.1f}"
        table.add_row(f"{th}\n{en}", f"{count:,}", length)
    out.print(table)
    _print_parts("ส่วนที่เชื่อมกันด้วยจุดร่วม | Parts by common vertices", report["shared_vertex_km"])
    _print_parts("ส่วนที่เชื่อมกันหลังต่อแล้ว | Parts after joining", report["component_km"])
    _print_classes(report)
    _print_notes(report)


def _rows(report: Json) -> list[tuple[tuple[str, str], int, float | None]]:
    """Return what is counted, in both languages, with its length where it has one."""
    return [
        (("เส้น", "lines"), report["streets"], report["street_km"]),
        (("จุดเชื่อม", "nodes"), report["nodes"], None),
        (("ช่วง", "pieces"), report["edges"], None),
        (("ปลายตัน", "dead ends"), report["dead_ends"], None),
        (
            ("จุดตัดที่ต่อเป็นทางแยก", "crossings made junctions"),
            len(report["crossings_joined"]),
            None,
        ),
        (("จุดตัดที่ข้ามกัน ไม่ต่อ", "crossings left apart"), len(report["crossings_left"]), None),
        (("ปลายถนนที่ต่อให้ (ไม่เกิน 1 ม.)", "ends joined (within 1 m)"), len(report["snapped"]), None),
        (("วงถนน", "loops"), report["loops"], None),
        (("ช่วงถนนคู่ขนาน", "parallel pieces"), report["parallels"], None),
        (
            ("เศษที่ตัดทิ้ง", "crumbs dropped"),
            report["left_over"],
            report["left_over_m"] / 1000,
        ),
        (("ไม่มีเส้น", "without a line"), report["without_line"], None),
        (("เรือข้ามฟากที่ไม่นับ", "ferries left out"), report["ferries_left_out"], None),
    ]


def _print_parts(title: str, lengths_km: list[float]) -> None:
    told = " / ".join(f"{length:,.1f}" for length in lengths_km[:_MOST_PARTS])
    rest = lengths_km[_MOST_PARTS:]
    more = f" + {len(rest):,} ({sum(rest):,.1f})" if rest else ""
    out.print(f"▸ {title}: {len(lengths_km):,}: {told}{more} km", soft_wrap=True)


def _print_classes(report: Json) -> None:
    table = grid(("ชั้นถนน", "class"), ("ถนน", "streets"), ("กม.", "km"), *_MODES.values())
    for name, told in sorted(report["by_class"].items(), key=lambda one: -one[1]["length_km"]):
        lengths = (told["open_km"][mode] for mode in _MODES)
        row = (told["length_km"], *lengths)
        table.add_row(name or "–", f"{told['streets']:,}", *(f"{length:,.1f}" for length in row))
    out.print(table)


def _print_notes(report: Json) -> None:
    unknown = report["unknown_level"]
    notes = (
        (
            unknown and report["crossings_left"],
            f"ไม่ทราบว่าถนน {unknown:,} สายเป็นสะพานหรืออุโมงค์หรือไม่ ถนนเหล่านี้ที่ตัดกันโดยไม่มีจุดร่วมจึงไม่ต่อกัน",
            f"Of {unknown:,} streets it is unknown whether they are bridges or tunnels: where they"
            " cross without a common vertex, they are left apart.",
        ),
        (
            report["unknown_oneway"] == report["streets"],
            "ไม่มีข้อมูลการเดินรถทางเดียว ทุกสายจึงไปได้สองทาง",
            "Nothing is known of one-way streets: all are open both ways.",
        ),
        (
            not report["has_elevation"],
            "ไม่มีชั้นข้อมูลความสูง จึงเดินเร็วเท่าที่ราบทุกที่",
            "The elevation layer is not loaded: walking is as on the flat everywhere.",
        ),
    )
    for is_so, th, en in notes:
        if is_so:
            out.print(marked("note", f"{th}\n  {en}"), soft_wrap=True)
