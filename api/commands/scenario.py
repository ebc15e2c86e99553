"""`twin scenario …`: scenarios listed, shown, compared, and taken to another machine."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.console import grid, marked, out, settings, telling
from api.commands.coverage_tables import both, number, share
from twin.db.database import open_engine
from twin.studies.scenarios.base import Moved
from twin.studies.scenarios.changes import name_of
from twin.studies.scenarios.deferred import rebase
from twin.studies.scenarios.results import standing
from twin.studies.scenarios.store import delete_scenario, get_scenario, list_scenarios
from twin.studies.session import open_context
from twin.types import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.analysis.comparison import Comparison, FacilityRow, ThresholdRow, WorstOff
    from twin.analysis.tally import Totals

app = typer.Typer(no_args_is_help=True, help="สถานการณ์จำลอง | Scenarios: what if.")

ScenarioArgument = Annotated[str, typer.Argument(help="Id of the scenario.")]
#: What became of a facility that is not on both sides at one place.
PRESENCES: Final = {
    "added": Text("เพิ่ม", "added"),
    "removed": Text("ปิด", "removed"),
    "moved": Text("ย้าย", "moved"),
}

SideArgument = Annotated[str, typer.Argument(help="Id of a scenario, or `base`.")]
FileArgument = Annotated[Path, typer.Argument(help="FILE.json")]


@app.command("list")
def list_() -> None:
    """สถานการณ์จำลองทั้งหมด | All scenarios, those changed last first."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        found = list_scenarios(connection)
    table = grid(("รหัส", "id"), ("ชื่อ", "name"), ("เปลี่ยน", "changes"), ("แก้ไข", "updated"))
    for row in found:
        name = f"{row.names.th}\n{row.names.en}"
        table.add_row(row.id, name, str(row.changes), f"{row.updated_at:%Y-%m-%d %H:%M}")
    out.print(table)


@app.command()
def show(scenario_id: ScenarioArgument) -> None:
    """สถานการณ์จำลองหนึ่ง | One scenario: its changes, and whether its base has moved on."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        scenario = get_scenario(connection, scenario_id)
        found = standing(connection, scenario)
    out.print(f"{scenario.names.th} | {scenario.names.en}")
    table = grid(("ที่", "no."), ("การเปลี่ยนแปลง", "change"), ("บาท", "THB"))
    for position, change in scenario.changes.items():
        name = name_of(position, change)
        cost = "–" if change.cost_thb is None else f"{change.cost_thb:,}"
        table.add_row(str(position), f"{name.th}\n{name.en}", cost)
    out.print(table)
    _tell_moved(found.moved)


@app.command()
def compare(a: SideArgument, b: SideArgument) -> None:
    """เทียบสองสถานการณ์จำลอง | The fixed table of any two, or of one beside `base`."""
    answers = import_module("twin.studies.scenarios.answers")  # needs scipy
    with telling("เทียบ | comparing") as tell, open_context(settings(), tell) as context:
        found = answers.compare_sides(context, a, b)
    _print(found)


@app.command("rebase")
def rebase_(scenario_id: ScenarioArgument) -> None:
    """ยอมรับข้อมูลฐานปัจจุบัน | Accept the base as it stands now, and compute anew."""
    told = settings()
    with telling("คำนวณ | computing") as tell, open_engine(told) as engine:
        result = rebase(engine, engine, scenario_id, told, building=tell)
    out.print(marked("good", f"{scenario_id}: {result.computed_at:%Y-%m-%d %H:%M} {result.digest}"))


@app.command()
def remove(scenario_id: ScenarioArgument) -> None:
    """ลบสถานการณ์จำลอง | Forget a scenario with its changes and results."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        delete_scenario(connection, scenario_id)
    out.print(f"▸ ลบแล้ว | removed: {scenario_id}")


@app.command()
def export(scenario_id: ScenarioArgument, file: FileArgument) -> None:
    """ส่งออกเป็นไฟล์ | Write a scenario to a file that can be imported elsewhere."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        text = exchange().write_scenario(get_scenario(connection, scenario_id))
    file.write_text(text, encoding="utf-8")
    out.print(f"▸ {file}")


@app.command("import")
def import_(file: FileArgument) -> None:
    """นำเข้าจากไฟล์ | Keep the scenario of a file, on the base as it stands here."""
    wanted = exchange().read_scenario(file)
    with open_engine(settings()) as engine, engine.begin() as connection:
        scenario, moved = exchange().import_scenario(connection, wanted)
    changes = len(scenario.changes)
    out.print(marked("good", f"{scenario.id}: {changes} การเปลี่ยนแปลง | changes"))
    _tell_moved(moved)


def exchange() -> ModuleType:
    """Return the module that reads and writes files, which imports scipy."""
    return import_module("twin.studies.scenarios.exchange")


def _tell_moved(moved: list[Moved] | tuple[Moved, ...]) -> None:
    for one in moved:
        th, en = one.title
        out.print(marked("note", f"ข้อมูลฐานเปลี่ยนไป: {th} | the base has moved on: {en} ({one.id})"))


def _print(told: Comparison) -> None:
    """Print a table of rows by threshold, which fits 80 columns with four of them."""
    minutes, metres = ("นาที", "min"), ("ม.", "m")
    unit = minutes if told.unit == "s" else metres
    limits = [f"{row.threshold / told.scale:,g}" for row in told.thresholds]
    table = grid(("ภายใน", "within"), *((f"{one} {unit[0]}", f"{one} {unit[1]}") for one in limits))
    for title, tell in _rows(told.a.id, told.b.id):
        table.add_row(title, *map(tell, told.thresholds))
    out.print(table)
    _print_facilities(told)
    for reason in dict.fromkeys(row.cost.reason for row in told.thresholds if row.cost.reason):
        out.print(marked("note", f"{reason.th}\n  {reason.en}"))


def _print_facilities(told: Comparison) -> None:
    """Print the facilities that differ, those that most differ first."""
    changed = [row for row in told.facilities if row.presence != "both" or _change(row)]
    changed.sort(key=lambda row: (-abs(_change(row)), row.id))
    rest = Text(
        f"สถานบริการที่ไม่เปลี่ยน {len(told.facilities) - len(changed):,} แห่ง",
        f"facilities without a change: {len(told.facilities) - len(changed):,}",
    )
    if changed:
        table = grid(("สถานบริการ", "facility"), (told.a.id, ""), (told.b.id, ""), ("±", ""))
        for column in table.columns[1:]:
            column.justify = "right"
        for row in changed:
            presence = PRESENCES.get(row.presence)
            names = (
                row.name
                if presence is None
                else (Text(f"{row.name.th} ({presence.th})", f"{row.name.en} ({presence.en})"))
            )
            served = (number(row.served_a), number(row.served_b), f"{_change(row):+,.0f}")
            table.add_row(both(names), *served)
        out.print(table)
    out.print(f"{rest.th} | {rest.en}")


def _change(row: FacilityRow) -> float:
    """Return how many people more a facility serves, in whole people; 0 where it is not there."""
    return float(round((row.served_b or 0.0) - (row.served_a or 0.0)))


def _rows(a: str, b: str) -> tuple[tuple[str, Callable[[ThresholdRow], str]], ...]:
    """Return what is printed of each threshold, with its title."""
    return (
        (f"ได้รับบริการ {a}\nserved", lambda row: _served(row.a, row.ratio_a)),
        (f"ได้รับบริการ {b}\nserved", lambda row: _served(row.b, row.ratio_b)),
        (f"ไม่ได้รับบริการ {a}\nunserved (gap)", lambda row: f"{row.a.unserved:,.0f}"),
        (f"ไม่ได้รับบริการ {b}\nunserved (gap)", lambda row: f"{row.b.unserved:,.0f}"),
        (f"ไม่ทราบ {a}\nunknown", lambda row: f"{row.a.unknown:,.0f}"),
        (f"ไม่ทราบ {b}\nunknown", lambda row: f"{row.b.unknown:,.0f}"),
        ("ผู้ได้เพิ่ม\ngain service", lambda row: f"{row.gained:,.0f}"),
        ("ผู้เสียไป\nlose service", lambda row: f"{row.lost:,.0f}"),
        (f"ได้รับน้อยที่สุด {a}\nworst off", lambda row: _worst(row.worst_a)),
        (f"ได้รับน้อยที่สุด {b}\nworst off", lambda row: _worst(row.worst_b)),
        ("บาทต่อคนที่เพิ่ม\nTHB a person", lambda row: _cost(row.cost.per_person_thb)),
    )


def _served(totals: Totals, ratio: float | None) -> str:
    return f"{totals.served:,.0f} ({share(ratio)})"


def _worst(area: WorstOff | None) -> str:
    return "–" if area is None else f"{area.name.th} {area.ratio:.0%}\n{area.name.en}"


def _cost(per_person: float | None) -> str:
    return "–" if per_person is None else f"{per_person:,.0f}"
