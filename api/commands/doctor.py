"""`twin doctor`: what is wrong with the installation, and how to mend it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import typer
from sqlalchemy import Engine, func, select, text

from api.commands.console import Level, marked, out, settings
from twin.db.database import open_database
from twin.db.engine import connect, make_engine
from twin.db.models import Layer, Project, Quarantine
from twin.db.postgres import installed_programs
from twin.db.version import is_current
from twin.errors import TwinError
from twin.settings import Settings

LOW_DISK_BYTES: Final = 1_000_000_000
STALE_DAYS: Final = 730
MADE_BY_CODE: Final = ("approximate", "synthetic")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    th: str
    en: str


def run() -> None:
    """ตรวจระบบ | Check the installation; ends with 1 where something is wrong."""
    told = settings()
    findings = [finding for check in (_python, _disk, _front_end) for finding in check(told)]
    findings += _database(told)
    for finding in findings:
        out.print(marked(finding.level, f"{finding.th}\n  {finding.en}"), soft_wrap=True)
    raise typer.Exit(any(finding.level == "bad" for finding in findings))


def _python(_told: Settings) -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding("good", f"Python {version}", f"Python {version}")


def _disk(told: Settings) -> Iterator[Finding]:
    told.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(told.home).free
    level: Level = "good" if free > LOW_DISK_BYTES else "bad"
    yield Finding(
        level,
        f"พื้นที่ว่าง {free / 1e9:.1f} GB ที่ {told.home}",
        f"{free / 1e9:.1f} GB free at {told.home}"
        + ("" if level == "good" else "; free some space or set TWIN_HOME elsewhere"),
    )


def _front_end(told: Settings) -> Iterator[Finding]:
    if not (told.web_dir / "index.html").exists():
        yield Finding(
            "bad",
            "ยังไม่ได้สร้างหน้าเว็บ สั่ง scripts/up --setup-only",
            f"no front end in {told.web_dir}; run scripts/up --setup-only",
        )
        return
    fonts = len(list(told.web_dir.rglob("*.woff2")))
    level: Level = "good" if fonts else "bad"
    mend = "" if fonts else "; build it again with scripts/up --setup-only"
    yield Finding(level, f"หน้าเว็บพร้อมฟอนต์ {fonts} ไฟล์", f"front end with {fonts} font files{mend}")


def _database(told: Settings) -> Iterator[Finding]:
    if not told.db.url:
        versions = ", ".join(str(programs.major) for programs in installed_programs()) or "–"
        yield Finding(
            "good" if versions != "–" else "bad",
            f"PostgreSQL ในเครื่อง: {versions}",
            f"PostgreSQL on this machine: {versions}",
        )
    try:
        with open_database(told) as url:
            engine = make_engine(url, read_only=True)
            try:
                yield from _inside(engine, told)
            finally:
                engine.dispose()
    except TwinError as error:
        yield Finding("bad", error.th, error.en)


def _inside(engine: Engine, told: Settings) -> Iterator[Finding]:
    checks: tuple[Callable[[Engine, Settings], Iterator[Finding]], ...] = (_layers, _projects)
    with connect(engine) as connection:
        server = connection.scalar(text("SHOW server_version"))
        postgis = connection.scalar(
            text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
        )
        ready = postgis is not None and is_current(connection)
    yield Finding(
        "good" if postgis else "bad",
        f"เซิร์ฟเวอร์ PostgreSQL {server} กับ PostGIS {postgis or '(ยังไม่มี)'}",
        f"server PostgreSQL {server} with PostGIS {postgis or '(none)'}",
    )
    if not ready:
        yield Finding(
            "bad",
            "โครงสร้างฐานข้อมูลยังไม่เป็นรุ่นล่าสุด สั่ง twin db upgrade",
            "the schema is not current; run `twin db upgrade`",
        )
        return
    for check in checks:
        yield from check(engine, told)


def _layers(engine: Engine, told: Settings) -> Iterator[Finding]:
    with connect(engine) as connection:
        layers = connection.execute(select(Layer).order_by(Layer.position)).all()
        refused = connection.scalar(select(func.count()).select_from(Quarantine))
    if not layers:
        yield Finding("bad", "ยังไม่มีชั้นข้อมูล สั่ง twin layers load", "no layers; run `twin layers load`")
        return
    edition = layers[0].edition
    yield Finding(
        "good",
        f"ชั้นข้อมูล {len(layers)} ชั้น ชุด {edition} กันไว้ {refused} แถว",
        f"{len(layers)} layers of edition {edition}, {refused} rows in quarantine",
    )
    if any(layer.edition != edition for layer in layers):
        yield Finding(
            "bad",
            "ชั้นข้อมูลปนกันสองชุด เพราะการเปลี่ยนชุดข้อมูลหยุดกลางคัน สั่ง scripts/up อีกครั้ง",
            "the layers are of two editions, a change was cut short; run scripts/up again",
        )
    for layer in layers:
        if layer.file and not (told.raster_dir / layer.file).exists():
            yield Finding(
                "bad",
                f"ไฟล์ภาพของ {layer.id} หายไป สั่ง twin layers load {layer.id} --data DIR",
                f"the raster of {layer.id} is gone; run `twin layers load {layer.id} --data DIR`",
            )
        age_days = (datetime.now(UTC).date() - layer.valid_date).days
        if age_days > STALE_DAYS and layer.provenance not in MADE_BY_CODE:
            yield Finding(
                "note",
                f"{layer.id} เป็นข้อมูล ณ {layer.valid_date} เก่ากว่า {age_days // 365} ปี"
                " หากแหล่งข้อมูลมีรุ่นใหม่ ให้โหลดแทน",
                f"{layer.id} describes {layer.valid_date}, {age_days // 365} years ago;"
                " load a newer one where its source has one",
            )


def _projects(engine: Engine, _told: Settings) -> Iterator[Finding]:
    with connect(engine) as connection:
        count = connection.scalar(select(func.count()).select_from(Project))
    level: Level = "good" if count else "bad"
    mend = "" if count else "; run scripts/up --setup-only"
    yield Finding(level, f"โครงการในทะเบียน {count} โครงการ", f"{count} projects registered{mend}")
