"""Demand as a planner chooses it: the register, a layer of points, or a raster of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection

from twin.analysis.demand import spread
from twin.analysis.model import Demand, FloatArray
from twin.errors import InvalidInputError
from twin.queries.catalogue import PublishedLayer
from twin.studies.counts import read_counts
from twin.studies.ground import Ground, read_ground, tell_provenance
from twin.studies.people import Registered, aged_years, read_aged, read_registered
from twin.studies.question import DemandChoice
from twin.studies.reading import (
    find_layer,
    is_places,
    listed,
    make_basis,
    make_digest,
    read_features,
    read_numbers,
    refuse_rows,
    require_number,
)
from twin.types import Text

#: Grows when the same layers and the same choice would give another demand.
METHOD: Final = 1

_DEFAULTS: Final = DemandChoice()
#: What each source reads of a choice, beside `source`.
_READ: Final[Mapping[str, frozenset[str]]] = {
    "population": frozenset({"year", "variant", "spread", "unregistered_share", "visitors"}),
    "layer": frozenset({"layer", "weight"}),
    "raster": frozenset({"layer"}),
}
_VISITING: Final = frozenset({"unregistered_share", "visitors"})


def read_demand(connection: Connection, choice: DemandChoice, *, raster_dir: Path) -> Demand:
    """Return who needs the service, at points.

    Parameters
    ----------
    raster_dir
        Where loaded rasters are kept.

    Raises
    ------
    InvalidInputError
        The choice names a layer, column or year that is not there, or holds what its source or
        variant has no use for; told what there is.
    NotFoundError
        A layer that the choice needs is not loaded; told which.
    TooLargeError
        The raster has too many cells with people.

    Notes
    -----
    The weights of a sub-district add up to its registered people (`math.fsum`, all digits), and
    those of the visitors to the visitors. See `docs/coverage-demand.md`.
    """
    _require_meant(choice)
    if choice.source == "population":
        return _population(connection, choice, raster_dir)
    if choice.source == "layer":
        return _points(connection, choice)
    return read_counts(connection, choice, raster_dir=raster_dir)


def _require_meant(choice: DemandChoice) -> None:
    """Refuse what would be left out in silence."""
    read = _READ[choice.source] | {"source"}
    if choice.variant != "with_visitors":
        read -= _VISITING
    given = {name for name, value in choice if value != getattr(_DEFAULTS, name)}
    if idle := sorted(given - read):
        names = ", ".join(f"`{name}`" for name in idle)
        what = f"source `{choice.source}`" + (
            f", variant `{choice.variant}`" if choice.source == "population" else ""
        )
        raise InvalidInputError(
            f"Demand of {what} has no use for {names}; leave it out.",
            f"ความต้องการจาก {what} ไม่ใช้ {names} โปรดตัดออก",
            parameter=f"demand.{idle[0]}",
        )
    if choice.variant == "with_visitors" and not (choice.unregistered_share or choice.visitors):
        raise InvalidInputError(
            "Variant `with_visitors` needs `unregistered_share` or `visitors`: the figures are"
            " yours, none is assumed. docs/coverage-demand.md has published ones.",
            "รูปแบบ `with_visitors` ต้องระบุ `unregistered_share` หรือ `visitors` เอง ระบบไม่สมมติให้"
            " ตัวเลขที่มีผู้เผยแพร่อยู่ใน docs/coverage-demand.md",
            parameter="demand.unregistered_share",
        )


def _population(connection: Connection, choice: DemandChoice, raster_dir: Path) -> Demand:
    among = aged_years(connection) if choice.variant == "aged_60" else None
    registered = read_registered(connection, choice.year, among)
    ground = read_ground(connection, choice.spread, registered.year, registered.tambon, raster_dir)
    weigh = _VARIANTS[choice.variant]
    weight, told, layers = weigh(connection, choice, registered, ground)
    layers = [*registered.layers, *layers, *ground.layers]
    notes = [told, *ground.notes, *_unknown(registered), *tell_provenance(layers)]
    asked, arrays = choice.model_dump(), (ground.places.xy, weight)
    digest = make_digest(connection, layers, METHOD, asked, arrays=arrays)
    return Demand(ground.places.xy, weight, make_basis(notes, layers, digest))


Weighed = tuple[FloatArray, Text, Sequence[PublishedLayer]]


def _registered(
    _connection: Connection, _choice: DemandChoice, registered: Registered, ground: Ground
) -> Weighed:
    return spread(registered.people, ground.places), _tell_registered(registered, ground), ()


def _with_visitors(
    _connection: Connection, choice: DemandChoice, registered: Registered, ground: Ground
) -> Weighed:
    """Return residents, those unregistered alike, and visitors over all of the ground alike."""
    share, visitors = choice.unregistered_share, choice.visitors
    weight = spread(registered.people * (1 + share), ground.places)
    everywhere = ground.places.within(np.arange(len(ground.places)) < ground.main)
    everywhere.area[:] = 0
    weight[: ground.main] += spread(np.array([visitors]), everywhere)
    told = _tell_registered(registered, ground)
    unregistered = share * registered.total
    return (
        weight,
        Text(
            f"{told.th}; ผู้อยู่อาศัยที่ไม่ได้ลงทะเบียน {share:g} คนต่อผู้ลงทะเบียน 1 คน"
            f" ({unregistered:,.0f} คน) กระจายแบบเดียวกัน และผู้มาเยือนในวันปกติ {visitors:,.0f} คน"
            " กระจายทั่วจังหวัดตามสัดส่วนของพื้นที่ดังกล่าว ตัวเลขทั้งสองเป็นข้อสมมติของผู้ถาม",
            f"{told.en}; with {share:g} unregistered residents for each registered one"
            f" ({unregistered:,.0f} people), spread alike, and {visitors:,.0f} visitors on a usual"
            " day, spread over all of that in the province; both figures are the asker's"
            " assumption",
        ),
        (),
    )


def _aged_60(
    connection: Connection, _choice: DemandChoice, registered: Registered, ground: Ground
) -> Weighed:
    """Return the province's aged people, the same share of them in every sub-district."""
    aged = read_aged(connection, registered.year)
    share = aged.total / registered.total
    told = _tell_registered(registered, ground)
    return (
        spread(registered.people * share, ground.places),
        Text(
            f"ประชากรอายุ 60 ปีขึ้นไป ค.ศ. {registered.year} ทั้งจังหวัด {aged.total:,} คน"
            f" ({aged.told_by.th}) สมมติให้เป็นสัดส่วนเท่ากันทุกตำบล"
            f" คือร้อยละ {100 * share:.1f} ของ{told.th}",
            f"People aged 60 and over in {registered.year}: {aged.total:,} in the province"
            f" ({aged.told_by.en}), taken to be the same share, {share:.1%}, in every sub-district"
            f" of the {told.en[0].lower()}{told.en[1:]}",
        ),
        (aged.layer,),
    )


_VARIANTS: Final[Mapping[str, Callable[..., Weighed]]] = {
    "registered": _registered,
    "with_visitors": _with_visitors,
    "aged_60": _aged_60,
}


def _tell_registered(registered: Registered, ground: Ground) -> Text:
    people, year = f"{registered.total:,.0f}", registered.year
    return Text(
        f"ประชากรตามทะเบียนราษฎร ณ 31 ธันวาคม ค.ศ. {year} {people} คน กระจายในแต่ละตำบลบน"
        f"{ground.text.th}",
        f"Registered population of 31 December {year}, {people} people, spread in each"
        f" sub-district over {ground.text.en}",
    )


def _unknown(registered: Registered) -> list[Text]:
    names = [registered.tambon.told(place) for place in registered.unknown]
    if not names:
        return []
    return [
        Text(
            f"ตำบลที่ทะเบียนไม่มีตัวเลขของปีนี้จึงไม่นับ: {listed([name.th for name in names])}",
            "Not counted, since the register has no number of that year: "
            f"{listed([name.en for name in names])}",
        )
    ]


def _points(connection: Connection, choice: DemandChoice) -> Demand:
    parameter = "demand.layer"
    kind = Text("จุดหรือพื้นที่", "of points or areas")
    layer = find_layer(connection, choice.layer or "", is_places, kind, parameter)
    column = require_number(layer, choice.weight, "demand.weight")
    features = read_features(connection, layer, [column], parameter=parameter)
    if not len(features):
        raise InvalidInputError(
            f"Layer `{layer.id}` is empty; load it, or choose another.",
            f"ชั้นข้อมูล `{layer.id}` ว่างเปล่า โปรดนำเข้าข้อมูล หรือเลือกชั้นข้อมูลอื่น",
            parameter=parameter,
        )
    weight = read_numbers(layer, features, column, 0, "demand.weight")
    refuse_rows(layer, features, column, np.isnan(weight), "demand.weight")
    arrays = (features.xy, weight)
    digest = make_digest(connection, [layer], METHOD, choice.model_dump(), arrays=arrays)
    basis = make_basis(_tell_points(layer, column, weight), [layer], digest)
    return Demand(features.xy, weight, basis)


def _tell_points(layer: PublishedLayer, column: str, weight: FloatArray) -> list[Text]:
    wanted = layer.spec.column(column)
    title, unit = wanted.title, f" {wanted.unit}" if wanted.unit else ""
    total = f"{weight.sum():,.10g}{unit}"
    return [
        Text(
            f"{layer.spec.title.th} (`{layer.id}`) ถ่วงน้ำหนักด้วย{title.th} (`{column}`) รวม {total}"
            f" จาก {len(weight):,} แห่ง",
            f"{layer.spec.title.en} (`{layer.id}`) weighted by {title.en} (`{column}`): {total} at"
            f" {len(weight):,} places",
        ),
        *tell_provenance([layer]),
    ]
