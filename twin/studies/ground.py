"""What people are spread over, chosen and read: land cover of a year, or streets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

import numpy as np
from sqlalchemy import Connection

from twin.analysis.demand import Places
from twin.errors import InvalidInputError, NotFoundError
from twin.memo import Memo
from twin.queries.catalogue import PublishedLayer, list_layers
from twin.rasters.files import raster_file
from twin.rasters.kinds import Year, find_years
from twin.studies.areas import Shapes
from twin.studies.places import built_places, no_places, street_places, surface_places
from twin.studies.question import DemandChoice
from twin.studies.reading import listed, stamp
from twin.types import Provenance, Text

Spread = Literal["auto", "land_cover", "streets"]

_STREETS: Final = "road"
_ON_SURFACE: Final = Text("จุดหนึ่งในตำบล", "one point in it")

_PROVENANCES: Final[Mapping[Provenance, Text]] = {
    "synthetic": Text("ข้อมูลสังเคราะห์ ไม่ใช่ของจริง", "synthetic, not real"),
    "approximate": Text("ข้อมูลโดยประมาณ", "approximate"),
    "derived": Text("ประมวลผลจากข้อมูลอื่น", "derived from other data"),
}


@dataclass(frozen=True, eq=False)
class Ground:
    """What people are spread over.

    Parameters
    ----------
    places
        The first `main` are of the chosen ground; the others stand in for it where it is lacking.
    text
        What the chosen ground is, as the end of `spread over …`.
    notes
        Which sub-districts lack it, and what stands in.
    """

    places: Places
    main: int
    text: Text
    layers: tuple[PublishedLayer, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True)
class _Source:
    """One kind of ground; `layer` is None where the areas themselves will do.

    `stamp` differs whenever the content does.
    """

    text: Text
    layer: PublishedLayer | None
    stamp: Hashable
    read: Callable[[], Places]


def read_ground(
    connection: Connection, spread: Spread, year: int, tambon: Shapes, raster_dir: Path
) -> Ground:
    """Return places in every area: nobody is to be lost.

    Parameters
    ----------
    year
        Of the people; land cover is that of the nearest year, of two equally near the earlier.

    Raises
    ------
    NotFoundError
        There is no land cover, or there are no streets, as asked for.
    InvalidInputError
        No area has any of the ground asked for.

    Notes
    -----
    Kept in the process until one of the layers changes.
    """
    published = list_layers(connection)
    streets = next((layer for layer in published if layer.id == _STREETS), None)
    cover = _nearest(find_years(published), year) if spread != "streets" else None
    if (spread == "land_cover" and not cover) or not (cover or streets):
        raise _not_loaded(spread)
    sources = []
    if cover:
        path = raster_file(cover.layer, raster_dir)
        read = partial(built_places, path, tambon.shapes)
        identity = (path, path.stat().st_mtime_ns)
        sources.append(_Source(_cover_text(cover), cover.layer, identity, read))
    if streets:
        read = partial(street_places, connection, streets, tambon.shapes)
        written = stamp(connection, streets)
        sources.append(_Source(_street_text(streets), streets, written, read))
    key = (stamp(connection, tambon.layer), *(source.stamp for source in sources))
    return _KEPT.get(key, lambda: _make(sources, tambon))


def is_along_streets(connection: Connection, choice: DemandChoice) -> bool:
    """Tell whether a choice puts people along streets: so asked, or without any land cover."""
    if choice.source != "population" or choice.spread == "land_cover":
        return False
    return choice.spread == "streets" or not find_years(list_layers(connection))


def tell_provenance(layers: Iterable[PublishedLayer]) -> list[Text]:
    """Return what must be known of layers that are not as somebody surveyed them."""
    known = {layer.id: layer for layer in layers}.values()
    told = []
    for provenance, words in _PROVENANCES.items():
        titles = [one.spec.title for one in known if one.provenance == provenance]
        if titles:
            th, en = ", ".join(one.th for one in titles), ", ".join(one.en for one in titles)
            told.append(Text(f"{th}: {words.th}", f"{en}: {words.en}"))
    return told


#: Places of a few years and editions, some MB each.
_KEPT: Final[Memo[Ground]] = Memo(4)


def _nearest(years: Sequence[Year], year: int) -> Year | None:
    return min(years, key=lambda one: (abs(one.year - year), one.year), default=None)


def _make(sources: Sequence[_Source], tambon: Shapes) -> Ground:
    """Read one source after the other until every area has places."""
    chosen, *others = sources
    places = chosen.read()
    if not len(places):
        raise _nowhere(chosen)
    main, layers, notes = len(places), [chosen.layer], []
    areas = np.arange(len(tambon.codes), dtype=np.int32)
    surface = partial(surface_places, tambon.shapes, areas)
    for source in (*others, _Source(_ON_SURFACE, None, None, surface)):
        lacking = np.setdiff1d(areas, places.area)
        found = source.read() if len(lacking) else no_places()
        found = found.within(np.isin(found.area, lacking))
        if len(found):
            places = places.joined(found)
            layers.append(source.layer)
            notes.append(_note(tambon, np.unique(found.area).tolist(), source))
    for array in (places.xy, places.size, places.area):
        array.setflags(write=False)  # every answer shares them
    used = tuple(layer for layer in layers if layer)
    return Ground(places, main, chosen.text, used, tuple(notes))


def _note(tambon: Shapes, areas: Sequence[int], source: _Source) -> Text:
    names = [tambon.told(area) for area in areas]
    return Text(
        f"ตำบลที่ไม่มีพื้นที่ดังกล่าวใช้{source.text.th}แทน: {listed([name.th for name in names])}",
        f"Sub-districts without any of that are spread over {source.text.en} instead:"
        f" {listed([name.en for name in names])}",
    )


def _cover_text(cover: Year) -> Text:
    return Text(
        f"พื้นที่สิ่งปลูกสร้าง ค.ศ. {cover.year} (`{cover.layer.id}`) ตามสัดส่วนเนื้อที่ ในช่องขนาด 100 เมตร",
        f"the built-up land of {cover.year} (`{cover.layer.id}`) by area, in cells of 100 m",
    )


def _street_text(streets: PublishedLayer) -> Text:
    return Text(
        f"ถนน (`{streets.id}`) ตามสัดส่วนความยาวและชั้นถนน ช่วงละไม่เกิน 100 เมตร",
        f"the streets (`{streets.id}`) by length and class, in pieces of at most 100 m",
    )


def _not_loaded(spread: Spread) -> NotFoundError:
    wanted = {"land_cover": "land_cover_YYYY", "streets": _STREETS}.get(
        spread, f"land_cover_YYYY, {_STREETS}"
    )
    return NotFoundError(
        f"People cannot be spread: no layer {wanted} is loaded. Load it, or choose another"
        " `spread`.",
        f"กระจายประชากรไม่ได้ เพราะยังไม่ได้นำเข้าชั้นข้อมูล {wanted} โปรดนำเข้า หรือเลือก `spread` อื่น",
        parameter="demand.spread",
    )


def _nowhere(chosen: _Source) -> InvalidInputError:
    return InvalidInputError(
        f"People cannot be spread over {chosen.text.en}: there is none in any sub-district. Load"
        " data that has some, or choose another `spread`.",
        f"กระจายประชากรบน{chosen.text.th}ไม่ได้ เพราะไม่มีในตำบลใดเลย โปรดนำเข้าข้อมูลที่มี"
        " หรือเลือก `spread` อื่น",
        parameter="demand.spread",
    )
