"""How much of each item lies in each area: the statement behind summaries.

Everything counts once. A point on a common border belongs to the area of the lower code; so does
a piece of a line that runs along one, and what lies in areas that overlap. Lines and areas are cut
at the borders, in degrees, and their pieces measured on the ellipsoid; an item wholly inside an
area (as most are) is not cut. Lines that are cut are taken segment by segment, so that a bus line
that runs there and back keeps both ways.

Pieces of one item grow together area by area, and what an area adds is its share: so shares and
what is left outside add up to the whole, however the borders' coordinates are rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    case,
    column,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from twin.queries.catalogue import Described

#: Number of what lies in no area; areas count from 1.
OUTSIDE: Final = 0

_OUTSIDE: Final[ColumnElement[int]] = literal_column(str(OUTSIDE), Integer)
_ONE: Final[ColumnElement[int]] = literal_column("1", Integer)
_ZERO: Final[ColumnElement[float]] = literal_column("0::float8", Double)

#: Metres or square metres; less is rounding.
_NOTHING: Final[ColumnElement[float]] = literal_column("1e-3::float8", Double)

#: Degrees around a piece of an item within which an area's border is looked at: about 1 m.
_ROOM: Final[ColumnElement[float]] = literal_column("1e-5::float8", Double)

_MEASURES: Final = {"MultiLineString": "length_m", "MultiPolygon": "area_m2"}


@dataclass(frozen=True)
class Measured:
    """The items of a layer that a summary is about.

    Parameters
    ----------
    conditions
        On the columns of the layer's table.
    """

    layer: Described
    conditions: Sequence[ColumnElement[bool]] = ()

    @property
    def measure(self) -> str | None:
        """What is measured of an item: `length_m`, `area_m2`, or nothing of points."""
        return _MEASURES.get(self.layer.spec.geometry_type or "")

    def size(self, geometry: ColumnElement[Any]) -> ColumnElement[float]:
        """Return the geodesic length or area of a geometry, 0 where nothing is measured."""
        if self.measure is None:
            return _ZERO
        measure = func.ST_Length if self.measure == "length_m" else func.ST_Area
        return measure(func.geography(geometry), type_=Double)

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return a selection of the items; index relied on: GiST on `geom`."""
        return select(*columns).where(*self.conditions)


def share_select(measured: Measured, areas: CTE, *, has_outside: bool) -> Select[Any]:
    """Return the shares of items: `id`, `n` (number of the area), `size`, `is_main`.

    Parameters
    ----------
    areas
        `n` from 1 in the order of the codes, `geom`.
    has_outside
        What lies in no area is told too, as area number `OUTSIDE`.

    Notes
    -----
    `is_main` holds for one share of each item: that of the area with the greatest part of it.
    """
    inside = _cut(measured, areas) if measured.measure else _touched(measured, areas)
    shares = select(inside.c.id, inside.c.n, inside.c.size)
    if has_outside:
        shares = select(union_all(shares, _outside(measured, inside)).subquery("every"))
    share = shares.subquery("share")
    first = (share.c.n == _OUTSIDE, share.c.size.desc(), share.c.n)
    place = func.row_number().over(partition_by=share.c.id, order_by=first)
    return select(*share.c, (place == _ONE).label("is_main"))


def _touched(measured: Measured, areas: CTE) -> CTE:
    """Return each item with the first area it touches."""
    table = measured.layer.rows
    touching = areas.join(table, _meets(areas.c.geom, table.c.geom))
    lowest = func.min(areas.c.n).label("n")
    rows = measured.select(table.c.id, lowest, _ZERO.label("size")).select_from(touching)
    return _kept(rows.group_by(table.c.id), "inside")


def _cut(measured: Measured, areas: CTE) -> CTE:
    """Return each item with the areas it reaches into, and the size of its share in each."""
    table = measured.layer.rows
    geom = table.c.geom
    wholly = geom.op("&&")(areas.c.geom) & func.ST_ContainsProperly(areas.c.geom, geom)
    lowest = func.min(areas.c.n).label("n")
    rows = measured.select(table.c.id, lowest).select_from(areas.join(table, wholly))
    held = _kept(rows.group_by(table.c.id), "held")
    whole = select(table.c.id, held.c.n, measured.size(geom).label("size")).join(
        held, held.c.id == table.c.id
    )
    share = _added(measured, _pieces(measured, areas, held))
    total = func.sum(share.c.size)
    shared = (
        select(share.c.id, share.c.n, total.label("size"))
        .group_by(share.c.id, share.c.n)
        .having(total > _NOTHING)
    )
    return _kept(select(union_all(whole, shared).subquery("both")), "inside")


def _pieces(measured: Measured, areas: CTE, held: CTE) -> FromClause:
    """Return the pieces of items that cross borders: `id`, `bit`, `n`, `geom`."""
    table = measured.layer.rows
    dump = func.ST_DumpSegments if measured.measure == "length_m" else func.ST_Dump
    bits = dump(table.c.geom).table_valued(column("path"), column("geom")).lateral("bits")
    crossing = _kept(
        measured.select(table.c.id, bits.c.path.label("bit"), bits.c.geom)
        .select_from(table.join(bits, true()))
        .where(table.c.id.not_in(select(held.c.id))),
        "crossing",
    )
    bit = crossing.c.geom
    border = func.ST_ClipByBox2D(areas.c.geom, func.ST_Expand(bit, _ROOM))
    is_whole = func.ST_ContainsProperly(areas.c.geom, bit)
    cut = case((is_whole, bit), else_=func.ST_Intersection(bit, border))
    return (
        select(crossing.c.id, crossing.c.bit, areas.c.n, cut.label("geom"))
        .select_from(areas.join(crossing, _meets(areas.c.geom, bit)))
        .subquery("pieces")
    )


def _added(measured: Measured, pieces: FromClause) -> FromClause:
    """Return what each area adds to the pieces of the areas before it: `id`, `n`, `size`."""
    together = func.ST_Union(pieces.c.geom).over(
        partition_by=(pieces.c.id, pieces.c.bit), order_by=pieces.c.n
    )
    grown = select(
        pieces.c.id, pieces.c.bit, pieces.c.n, measured.size(together).label("size")
    ).subquery("grown")
    earlier = func.lag(grown.c.size, _ONE, _ZERO).over(
        partition_by=(grown.c.id, grown.c.bit), order_by=grown.c.n
    )
    return select(grown.c.id, grown.c.n, (grown.c.size - earlier).label("size")).subquery("added")


def _outside(measured: Measured, inside: CTE) -> Select[Any]:
    """Return what of the items lies in no area."""
    table = measured.layer.rows
    known = (
        select(inside.c.id, func.sum(inside.c.size).label("size"))
        .group_by(inside.c.id)
        .subquery("known")
    )
    rest = (
        measured.select(
            table.c.id,
            known.c.id.label("known"),
            (measured.size(table.c.geom) - func.coalesce(known.c.size, _ZERO)).label("size"),
        )
        .select_from(table.outerjoin(known, known.c.id == table.c.id))
        .subquery("rest")
    )
    return select(rest.c.id, _OUTSIDE.label("n"), rest.c.size).where(
        rest.c.known.is_(None) | (rest.c.size > _NOTHING)
    )


def _meets(area: ColumnElement[Any], geometry: ColumnElement[Any]) -> ColumnElement[bool]:
    return geometry.op("&&")(area) & func.ST_Intersects(area, geometry)


def _kept(statement: Select[Any], name: str) -> CTE:
    """Return a part that is worked out once, before what asks for it."""
    return statement.cte(name).prefix_with("MATERIALIZED")
