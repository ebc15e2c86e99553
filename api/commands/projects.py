"""`twin projects …`: the register of the 39 projects."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from api.commands.console import Level, grid, marked, out, settings
from twin.db.database import open_engine
from twin.projects.checks import Check, check_register
from twin.projects.rows import FileFault

app = typer.Typer(no_args_is_help=True, help="ทะเบียนโครงการ | The register of projects.")

FileArgument = Annotated[Path, typer.Argument(help="FILE.xlsx or FILE.csv")]


@app.command()
def check() -> None:
    """ตรวจทะเบียนกับประกาศของจังหวัด | Check totals and sites; list what nobody has verified."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        report = check_register(connection)
    for result in report.checks:
        print_check(result)
    fields = len(report.unverified)
    projects = len({item.code for item in report.unverified})
    out.print(
        marked(
            "note",
            f"ยังไม่มีใครยืนยัน {fields} ช่องข้อมูลใน {projects} โครงการ"
            f" | {fields} fields of {projects} projects are unverified",
        )
    )
    table = grid(("โครงการ", "project"), ("ยังไม่ยืนยัน", "unverified fields"))
    by_code: dict[str, list[str]] = {}
    for item in report.unverified:
        by_code.setdefault(item.code, []).append(f"{item.field} ({item.confidence})")
    for code, names in by_code.items():
        table.add_row(code, ", ".join(names))
    out.print(table)
    raise typer.Exit(0 if report.ok else 1)


@app.command("import")
def import_(file: FileArgument) -> None:
    """นำเข้าทะเบียนจากไฟล์ ทั้งหมดหรือไม่เลย | Import a register file, all of it or nothing."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        report = exchange().import_file(connection, file)
    print_faults(report.faults, "bad")
    print_faults(report.notes, "note")
    if not report.ok or report.changes is None:
        out.print(
            f"ไม่ได้นำเข้า: พบข้อผิดพลาด {len(report.faults)} จุด"
            f" | nothing was imported: {len(report.faults)} faults"
        )
        raise typer.Exit(1)
    changes = report.changes
    out.print(
        f"เพิ่ม {len(changes.created)} แก้ไข {len(changes.updated)} เหมือนเดิม {len(changes.unchanged)}"
        f" | {len(changes.created)} new, {len(changes.updated)} changed,"
        f" {len(changes.unchanged)} as they were"
    )


@app.command()
def export(file: FileArgument) -> None:
    """ส่งออกทะเบียน | Write the register to a file that can be imported again."""
    with open_engine(settings()) as engine, engine.begin() as connection:
        count = exchange().export_register(connection, file)
    out.print(f"▸ {file}: {count} โครงการ | projects")


@app.command()
def template(file: FileArgument) -> None:
    """แบบฟอร์มเปล่าสำหรับกรอก | Write an empty form, with help and drop-down lists."""
    exchange().write_template(file)
    out.print(f"▸ {file}")


def exchange() -> ModuleType:
    """Return the module that reads and writes spreadsheets, which takes long to import."""
    return import_module("twin.projects.exchange")


def print_check(result: Check) -> None:
    """Print one check with what it found."""
    out.print(marked("good" if result.ok else "bad", f"{result.names.th} | {result.names.en}"))
    for found in result.rows:
        where = f"{found.code}: " if found.code else ""
        out.print(f"    {where}{found.text.th}\n    {where}{found.text.en}")


def print_faults(faults: Sequence[FileFault], level: Level) -> None:
    """Print what a file has wrong, with sheet, row and column."""
    for fault in faults:
        where = " ".join(str(part) for part in (fault.sheet, fault.row, fault.column) if part)
        out.print(
            marked(level, f"{where}: {fault.message.th}\n  {fault.message.en}"), soft_wrap=True
        )
