"""`twin tiles …`: making tiles ahead, and taking them along in one file."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.console import out, progress, settings
from twin.db.database import open_engine
from twin.db.pool import open_pool
from twin.errors import InvalidInputError
from twin.queries.held import HeldCatalogue
from twin.settings import Settings
from twin.tiles.tileset import MAX_ZOOM, MIN_ZOOM, get_tileset
from twin.types import BBox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twin.tiles.opening import TileServices
    from twin.tiles.seeding import Region

app = typer.Typer(no_args_is_help=True, help="แผ่นแผนที่ | Tiles.")

#: Connections that make tiles side by side.
_AT_ONCE: Final = 4

ZoomOption = Annotated[str, typer.Option("--zoom", help="A zoom, or a range such as 6-14.")]
BBoxOption = Annotated[
    str | None, typer.Option("--bbox", help="west,south,east,north, degrees; none: the province.")
]
_ALL_ZOOMS: Final = f"{MIN_ZOOM}-{MAX_ZOOM}"


@app.command("seed")
def seed_(
    tilesets: Annotated[
        list[str] | None, typer.Argument(help="Tilesets; none: base, facilities, projects.")
    ] = None,
    zoom: ZoomOption = _ALL_ZOOMS,
    bbox: BBoxOption = None,
) -> None:
    """สร้างแผ่นแผนที่ล่วงหน้า | Make tiles ahead; run again, it goes on where it was."""
    region = _region(zoom, bbox)
    asyncio.run(_seed(settings(), tilesets or ["base", "facilities", "projects"], region))


@app.command("export")
def export_(
    file: Annotated[Path, typer.Argument(help="PMTiles archive to write.")],
    tileset: Annotated[
        str, typer.Option("--tileset", help="One tileset, or several as a,b,c.")
    ] = "base,facilities,projects",
    zoom: ZoomOption = "6-14",
    bbox: BBoxOption = None,
) -> None:
    """ส่งออกแผ่นแผนที่เป็นไฟล์เดียว | Write tiles into one PMTiles archive."""
    if file.suffix.casefold() != ".pmtiles":
        raise InvalidInputError(
            f"{file}: what is written is a PMTiles archive; name a file ending in .pmtiles.",
            f"{file}: ไฟล์ที่เขียนเป็น PMTiles โปรดระบุชื่อไฟล์ที่ลงท้ายด้วย .pmtiles",
            parameter="FILE",
        )
    if not file.resolve().parent.is_dir():
        raise InvalidInputError(
            f"{file}: the folder does not exist.", f"{file}: ไม่มีโฟลเดอร์นี้", parameter="FILE"
        )
    asyncio.run(_export(settings(), file, tileset, _region(zoom, bbox)))


async def _seed(told: Settings, tilesets: list[str], region: Region) -> None:
    async with _opened(told) as (services, catalogue):
        layers = (await catalogue.get()).layers
        for name in tilesets:
            wanted = region.within(get_tileset(layers, name))
            with progress(wanted.count, name) as bar:
                advance = partial(bar.advance, bar.task_ids[0])
                filled = await seeding().seed(services, name, wanted, advance)
            out.print(f"▸ {name}: {wanted.count:,} แผ่น | tiles, {filled:,} ไม่ว่าง | not empty")


async def _export(told: Settings, file: Path, name: str, region: Region) -> None:
    async with _opened(told) as (services, catalogue):
        tileset = get_tileset((await catalogue.get()).layers, name)
        wanted = region.within(tileset)
        with progress(wanted.count, name) as bar:
            advance = partial(bar.advance, bar.task_ids[0])
            count = await seeding().export(services, tileset, wanted, file, advance)
    out.print(f"▸ {file}: {count:,} แผ่น | tiles, {file.stat().st_size / 1e6:.1f} MB")


@asynccontextmanager
async def _opened(told: Settings) -> AsyncIterator[tuple[TileServices, HeldCatalogue]]:
    open_tiles = import_module("twin.tiles.opening").open_tiles
    with open_engine(told) as engine:
        catalogue = HeldCatalogue(engine)
        async with (
            open_pool(
                engine.url, size=_AT_ONCE, max_waiting=_AT_ONCE * 2, statement_timeout_ms=0
            ) as pool,
            open_tiles(told, engine.url, pool, catalogue) as services,
        ):
            yield services, catalogue


def _region(zoom: str, bbox: str | None) -> Region:
    try:
        ends = [int(end) for end in zoom.split("-")]
        box = seeding().PROVINCE if bbox is None else BBox(*map(float, bbox.split(",")))
        west, south, east, north = box
        first, *rest = ends
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            "`--zoom` looks like 12 or 6-14, `--bbox` like 98.2,7.7,98.5,8.2.",
            "`--zoom` มีรูปแบบ 12 หรือ 6-14 และ `--bbox` มีรูปแบบ 98.2,7.7,98.5,8.2",
        ) from error
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):  # noqa: PLR2004 (degrees)
        raise InvalidInputError(
            "`--bbox` needs west < east and south < north, in degrees within 85 of the equator.",
            "`--bbox` ต้องเรียงเป็น ตะวันตก < ตะวันออก และ ใต้ < เหนือ เป็นองศา ไม่เกิน 85 จากเส้นศูนย์สูตร",
            parameter="bbox",
        )
    region: Region = seeding().Region(box, first, rest[-1] if rest else first)
    return region


def seeding() -> ModuleType:
    """Return the module that makes tiles ahead, which imports GDAL."""
    return import_module("twin.tiles.seeding")
