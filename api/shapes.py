"""The shape a question is about: drawn by somebody, or that of an item."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from api.models.selection import ItemShape, Shape
from twin.queries.catalogue import PublishedLayer, choose
from twin.queries.drawn import find_shape, read_drawn
from twin.settings import Settings


def read_shape(
    connection: Connection,
    published: Sequence[PublishedLayer],
    shape: Shape,
    settings: Settings,
) -> BaseGeometry:
    """Return the geometry.

    Raises
    ------
    InvalidInputError
        It cannot be used, or there is no such item.
    TooLargeError
        What was drawn goes beyond a limit.
    """
    if isinstance(shape, ItemShape):
        (layer,) = choose(published, [shape.collection], "geometry.collection")
        return find_shape(connection, layer, shape.id)
    return read_drawn(shape.model_dump(), settings.api.max_vertices)
