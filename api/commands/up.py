"""`twin up`: everything after the installation, then serve. `scripts/up` ends here."""

from __future__ import annotations

import time
from importlib import import_module

from sqlalchemy import Engine

from api.commands import serve
from api.commands.console import out
from layers.content import is_loaded
from layers.edition import choose, loaded_edition
from layers.fetch import reachable
from layers.manifest import read_catalogue
from twin.db.database import open_database, open_engine
from twin.projects.placement import place_sites
from twin.projects.register import seed_register
from twin.settings import Settings

EDITION_TITLES = {
    "phuket": "ชุดข้อมูลจริง phuket | real data, edition phuket",
    "starter": "ชุดข้อมูลเริ่มต้น starter (พื้นที่โดยประมาณ ถนนสังเคราะห์)"
    " | bundled edition starter (approximate areas, synthetic streets)",
}


def run(settings: Settings, *, setup_only: bool) -> None:
    """Prepare the database and serve until interrupted."""
    if not setup_only:
        serve.check_address(settings)
    started = time.monotonic()
    with open_database(settings):  # the private cluster stays up from here to the end
        with open_engine(settings) as engine:
            prepare(engine, settings)
        out.print(f"▸ พร้อมใน {time.monotonic() - started:.1f} วินาที | ready")
        if not setup_only:
            serve.run(settings)


def prepare(engine: Engine, settings: Settings) -> None:
    """Load layers and projects where they are missing or changed."""
    with engine.begin() as connection:
        loaded = loaded_edition(connection)
    choice = choose(settings, loaded)
    if choice is None:
        out.print("▸ ใช้ข้อมูลจริงที่โหลดไว้แล้ว | keeping the real data loaded before")
    else:
        if choice.edition == "starter" and loaded is None:
            tell_about_real_data()
        out.print(f"▸ {EDITION_TITLES[choice.edition]}")
        with engine.begin() as connection:
            is_current = is_loaded(connection, read_catalogue(), choice, settings.raster_dir)
        if not is_current:
            loading = import_module("api.commands.loading")  # seconds of geometry libraries
            loading.print_loads(loading.load_layers(engine, settings, choice))
    with engine.begin() as connection:
        if seed_register(connection):
            place_sites(connection)


def tell_about_real_data() -> None:
    """Try the network for the real data, and say what came of it."""
    found = reachable(read_catalogue())
    if not found:
        out.print(
            "▸ ไม่ได้ระบุ --data และติดต่อแหล่งข้อมูลต้นทางไม่ได้"
            " | no --data, and none of the upstreams can be reached"
        )
        return
    out.print(
        f"▸ ติดต่อแหล่งข้อมูลต้นทางได้ {len(found)} ชั้น สั่ง twin layers fetch เพื่อดาวน์โหลด"
        " แล้วเตรียมไฟล์ตามที่แจ้ง จากนั้นสั่ง scripts/up --data DIR",
        soft_wrap=True,
    )
    out.print(
        f"  the upstreams of {len(found)} layers can be reached: `twin layers fetch` downloads them"
        " and tells how to prepare each; then scripts/up --data DIR",
        soft_wrap=True,
    )
