"""What can be asked of a layer's items, and the conditions it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement

from twin.crs import CRS84, Crs
from twin.queries.catalogue import Described
from twin.queries.cql2 import Filter, condition
from twin.queries.filters import (
    Interval,
    Literal,
    Window,
    has_value,
    in_interval,
    in_place,
    in_window,
    property_type,
    read_value,
)
from twin.queries.keyset import Place, SortKey, check_sort, read_token


@dataclass(frozen=True)
class ItemQuery:
    """What to look for, and how to show it.

    Parameters
    ----------
    interval
        Applies to layers with a date column; others have no date that could differ.
    where
        Column → value as text; rows must have exactly that value.
    filter
        A condition in CQL2.
    sort
        Most important key first; `id` decides where they are equal.
    properties
        Which to show; None means all.
    crs
        Of the geometries shown.
    after
        Go on after this place: a token of `Page.next`.
    """

    window: Window | None = None
    interval: Interval | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    filter: Filter | None = None
    sort: tuple[SortKey, ...] = ()
    properties: tuple[str, ...] | None = None
    crs: Crs = CRS84
    has_geometry: bool = True
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True)
class View:
    """How items are shown: all that the text of a feature depends on."""

    properties: tuple[str, ...] | None = None
    crs: Crs = CRS84
    has_geometry: bool = True


@dataclass(frozen=True)
class Conditions:
    """What narrows the items down, without the values: all that a condition's text depends on.

    Parameters
    ----------
    window_srid
        Of the bounding box; None where there is none.
    """

    window_srid: int | None = None
    has_first: bool = False
    has_last: bool = False
    where: tuple[str, ...] = ()
    filter: Filter | None = None

    def clauses(self, layer: Described, literal: Literal) -> list[ColumnElement[bool]]:
        """Return the conditions; their parameters are the values of `Asked`.

        Parameters
        ----------
        literal
            Puts a constant geometry into the statement.
        """
        clauses = [
            has_value(layer, name, where_parameter(number))
            for number, name in enumerate(self.where)
        ]
        clauses += in_interval(layer, has_first=self.has_first, has_last=self.has_last)
        if self.window_srid is not None:
            clauses.append(in_window(layer, self.window_srid, literal))
        if self.filter:
            clauses.append(condition(layer, self.filter, literal))
        return clauses


@dataclass(frozen=True)
class Shape:
    """All of a question that the text of its statement depends on."""

    conditions: Conditions
    view: View
    sort: tuple[SortKey, ...] = ()
    nulls: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class Asked:
    """A question as a shape, whose statement is made once, and the values for it."""

    shape: Shape
    values: Mapping[str, object]


def read_query(layer: Described, query: ItemQuery) -> Asked:
    """Return a question as a shape and its values.

    Raises
    ------
    NotFoundError
        The layer is a raster.
    InvalidInputError
        A property is unknown, a value does not fit its type, or `after` is not of this question.
    """
    place = _place(layer, query)
    return Asked(
        Shape(
            conditions=read_conditions(query),
            view=read_view(layer, query),
            sort=query.sort,
            nulls=place.nulls if place else None,
        ),
        {**read_values(layer, query), **(place.parameters() if place else {})},
    )


def check_query(layer: Described, query: ItemQuery) -> None:
    """Refuse a question that cannot be asked, its filter included; raises as `read_query` does."""
    read_query(layer, query).shape.conditions.clauses(layer, in_place)


def read_conditions(query: ItemQuery) -> Conditions:
    """Return what narrows the items down."""
    interval = query.interval
    return Conditions(
        window_srid=query.window.srid if query.window else None,
        has_first=bool(interval and interval.first),
        has_last=bool(interval and interval.last),
        where=tuple(query.where),
        filter=query.filter,
    )


def read_view(layer: Described, query: ItemQuery) -> View:
    """Return how the items are to be shown, properties in the order of the layer."""
    if query.properties is None:
        return View(None, query.crs, query.has_geometry)
    for name in query.properties:
        property_type(layer, name, "properties")
    shown = tuple(name for name in layer.types if name in query.properties)
    return View(shown, query.crs, query.has_geometry)


def read_values(layer: Described, query: ItemQuery) -> dict[str, object]:
    """Return the values of the conditions' parameters."""
    layer.rows  # noqa: B018 (a raster has none, which is told before what else may be wrong)
    values: dict[str, object] = {
        where_parameter(number): read_value(layer, name, value)
        for number, (name, value) in enumerate(query.where.items())
    }
    if query.window and layer.spec.geometry_type:
        values |= query.window.values()
    if query.interval and "date" in layer.types.values():
        ends = {"first": query.interval.first, "last": query.interval.last}
        values |= {name: end for name, end in ends.items() if end}
    return values


def where_parameter(number: int) -> str:
    """Return the name of the parameter of a property's wanted value."""
    return f"where_{number}"


def _place(layer: Described, query: ItemQuery) -> Place | None:
    check_sort(layer, query.sort)
    if query.after is None:
        return None
    return read_token(layer, query.sort, query.after)
