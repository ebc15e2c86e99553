"""Finding projects, sub-districts, districts, places, facilities and roads by name or alias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy import Text as SqlText

from twin.db.models import Alias
from twin.queries.catalogue import Described, PublishedLayer, list_layers
from twin.queries.register import ProjectRead, read_projects
from twin.queries.text import checked_text, normalise, normalised
from twin.types import BBox, Text

Kind = Literal["project", "tambon", "amphoe", "place", "facility", "road"]

#: Kinds of results in the order of equally good ones; each but the first is a layer's id.
KINDS: Final[tuple[Kind, ...]] = ("project", "amphoe", "tambon", "place", "facility", "road")

#: Words before a name that say what it is, normalised; "ตำบลป่าตอง" finds "ป่าตอง".
_PREFIXES: Final = ("ตำบล", "อำเภอ", "จังหวัด", "ถนน")

#: How well a name fits: it is the text, begins with it, holds it.
_EXACT, _BEGINS, _HOLDS = 0, 1, 2

THAI: Final = "th-x-icu"

_ALIAS: Final = Alias.__table__.c.alias


@dataclass(frozen=True)
class Result:
    """One thing found; `id` is an item of `collection`, or a project's code."""

    kind: Kind
    id: str
    collection: str | None
    names: Text
    details: Text
    point: tuple[float, float] | None
    bbox: BBox | None
    rank: int


def search(connection: Connection, text: str, limit: int) -> list[Result]:
    """Return what has the text in its name or an alias: exact names first, then beginnings.

    Parameters
    ----------
    text
        Thai or English; case, spaces and hyphens do not matter. Nothing but such marks finds
        nothing.

    Raises
    ------
    InvalidInputError
        The text is too long or holds control characters.
    """
    needle = _needle(checked_text(text, "q"))
    if not needle:
        return []
    layers = {layer.id: layer for layer in list_layers(connection)}
    results = list(_projects(connection, needle))
    for kind in KINDS[1:]:
        if kind in layers:
            results += _in_layer(connection, kind, layers[kind], needle, limit)
    return sorted(results, key=lambda result: (result.rank, KINDS.index(result.kind)))[:limit]


def _needle(text: str) -> str:
    needle = normalise(text)
    for prefix in map(normalise, _PREFIXES):
        if needle.startswith(prefix) and needle != prefix:
            return needle.removeprefix(prefix)
    return needle


def _projects(connection: Connection, needle: str) -> Iterator[Result]:
    for project in read_projects(connection):
        if needle in project.searchable:
            yield _project_result(project, _project_rank(project, needle))


def _project_rank(project: ProjectRead, needle: str) -> int:
    # Places and agencies of a project find it too, but after whatever bears that name itself.
    names = [normalise(name) for name in (project.code, *project.names)]
    if needle in names:
        return _EXACT
    return _BEGINS if any(name.startswith(needle) for name in names) else _HOLDS


def _project_result(project: ProjectRead, rank: int) -> Result:
    markers = [site.marker for site in project.drawn if site.marker]
    box = None
    if markers:
        lons, lats = zip(*markers, strict=True)
        box = BBox(min(lons), min(lats), max(lons), max(lats))
    details = project.place or Text("ทั้งจังหวัดหรือไม่ทราบที่ตั้ง", "province-wide or place unknown")
    point = markers[0] if markers else None
    return Result("project", project.code, None, project.names, details, point, box, rank)


def _in_layer(
    connection: Connection, kind: Kind, layer: PublishedLayer, needle: str, limit: int
) -> list[Result]:
    statement = layer_statement(layer.described, needle, limit)
    return [_layer_result(kind, layer, row) for row in connection.execute(statement)]


def layer_statement(layer: Described, needle: str, limit: int) -> Select[Any]:
    """Return the statement that finds a needle in a layer's names and aliases.

    Rows of the same names, such as the pieces of one road, are one result with their common box.
    """
    table, (th, en) = layer.rows, _name_columns(layer)
    key = cast(table.c[layer.spec.key[0]], SqlText)
    alias = (
        select(Alias.key, func.min(_sql_rank(normalised(_ALIAS), needle)).label("rank"))
        .where(Alias.layer_id == layer.spec.id)
        .where(normalised(_ALIAS).contains(needle, autoescape=True))
        .group_by(Alias.key)
        .subquery("alias")
    )
    names = [normalised(table.c[name]) for name in dict.fromkeys(_searched(layer))]
    ranks = [_sql_rank(name, needle) for name in names]
    rank = func.min(func.least(alias.c.rank, *ranks))
    extent = func.ST_Extent(table.c.geom)
    place = func.ST_PointOnSurface(func.ST_Collect(table.c.geom))
    columns: list[ColumnElement[Any]] = [
        func.min(table.c.id).label("id"),
        th.label("th"),
        en.label("en"),
        rank.label("rank"),
        func.ST_X(place).label("lon"),
        func.ST_Y(place).label("lat"),
        *(bound(extent).label(name) for name, bound in _BOUNDS.items()),
        *(func.min(table.c[name]).label(f"detail_{name}") for name in _detail_columns(layer)),
    ]
    found = or_(
        alias.c.key.is_not(None), *(name.contains(needle, autoescape=True) for name in names)
    )
    return (
        select(*columns)
        .select_from(table.outerjoin(alias, alias.c.key == key))
        .where(found)
        .group_by(th, en, *([] if layer.spec.id == "road" else [table.c.id]))
        .order_by(rank, th.collate(THAI), en, func.min(table.c.id))
        .limit(limit)
    )


_BOUNDS: Final[Mapping[str, Callable[[Any], ColumnElement[float]]]] = {
    "west": func.ST_XMin,
    "south": func.ST_YMin,
    "east": func.ST_XMax,
    "north": func.ST_YMax,
}


def _sql_rank(name: ColumnElement[str], needle: str) -> ColumnElement[int]:
    # Literals, because GROUP BY and ORDER BY must see the very same expression.
    return case(
        (name == needle, literal_column(str(_EXACT))),
        (name.startswith(needle, autoescape=True), literal_column(str(_BEGINS))),
        (name.contains(needle, autoescape=True), literal_column(str(_HOLDS))),
    )


def _searched(layer: Described) -> list[str]:
    present = {column.name for column in layer.spec.columns}
    return [name for name in ("name_th", "name_en", "name") if name in present]


def _name_columns(layer: Described) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    names = [layer.rows.c[name] for name in _searched(layer)]
    return func.coalesce(*names), func.coalesce(*reversed(names))


def _detail_columns(layer: Described) -> list[str]:
    present = {column.name for column in layer.spec.columns}
    wanted = ("amphoe_th", "amphoe_en", "kind", "amenity", "highway")
    return [name for name in wanted if name in present]


def _layer_result(kind: Kind, layer: PublishedLayer, row: Row[Any]) -> Result:
    return Result(
        kind=kind,
        id=str(row.id),
        collection=layer.id,
        names=Text(row.th, row.en),
        details=_details(layer, row),
        point=(round(row.lon, 6), round(row.lat, 6)),
        bbox=BBox(*(round(getattr(row, name), 6) for name in _BOUNDS)),
        rank=row.rank,
    )


def _details(layer: PublishedLayer, row: Row[Any]) -> Text:
    present = _detail_columns(layer.described)
    if "amphoe_th" in present:
        return Text(f"อำเภอ{row.detail_amphoe_th}", f"{row.detail_amphoe_en} District")
    for name in present:
        titles = layer.spec.column(name).values or {}
        title = titles.get(getattr(row, f"detail_{name}"))
        if title:
            return Text(title.th, title.en)
    return Text(layer.spec.title.th, layer.spec.title.en)
