"""Which raster layers a question is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twin.errors import InvalidInputError, NotFoundError
from twin.queries.catalogue import PublishedLayer
from twin.rasters.kinds import is_classes


def choose_rasters(
    published: Iterable[PublishedLayer], wanted: Sequence[str], parameter: str = "layers"
) -> list[PublishedLayer]:
    """Return the raster layers named in `wanted`, in that order; all where none is named.

    Raises
    ------
    InvalidInputError
        A name is unknown, or is no raster.
    NotFoundError
        No raster is published.
    """
    return _choose([layer for layer in published if layer.kind == "raster"], wanted, parameter)


def choose_measure(
    published: Iterable[PublishedLayer], wanted: str, parameter: str = "layer"
) -> PublishedLayer:
    """Return the raster layer of that name, whose values are measures, not classes.

    Raises
    ------
    InvalidInputError
        The name is unknown, or is no such raster.
    NotFoundError
        No such raster is published.
    """
    measures = [
        layer for layer in published if layer.kind == "raster" and not is_classes(layer.spec)
    ]
    return _choose(measures, [wanted], parameter)[0]


def _choose(
    rasters: list[PublishedLayer], wanted: Sequence[str], parameter: str
) -> list[PublishedLayer]:
    if not rasters:
        raise NotFoundError(
            "No raster layer for this question is loaded; see `twin layers list`.",
            "ยังไม่มีชั้นข้อมูลภาพสำหรับคำถามนี้ ดูรายการได้ด้วยคำสั่ง `twin layers list`",
            parameter=parameter,
        )
    known = {layer.id: layer for layer in rasters}
    if not known.keys() >= set(wanted):
        names = ", ".join(sorted(known))
        raise InvalidInputError(
            f"`{parameter}` must name raster layers: {names}.",
            f"`{parameter}` ต้องเป็นชื่อชั้นข้อมูลภาพ: {names}",
            parameter=parameter,
        )
    return [known[name] for name in dict.fromkeys(wanted)] if wanted else rasters
