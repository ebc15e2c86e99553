"""Points that somebody drew or dragged on the map."""

from __future__ import annotations

from collections.abc import Sequence

from twin.analysis.model import FloatArray
from twin.crs import PROVINCE_BBOX
from twin.errors import InvalidInputError
from twin.projection import to_metric
from twin.studies.question import LonLat
from twin.types import BBox


def drawn_xy(points: Sequence[LonLat], parameter: str) -> FloatArray:
    """Return drawn points as (n, 2) EPSG:32647 metres.

    Parameters
    ----------
    parameter
        Which input they are, for the message.

    Raises
    ------
    InvalidInputError
        One is not near Phuket; told which, and the order of the numbers.
    """
    near = BBox(*PROVINCE_BBOX)
    for number, (lon, lat) in enumerate(points, start=1):
        if not near.holds(lon, lat):
            raise InvalidInputError(
                f"Drawn point {number} is not near Phuket: longitude comes first, within"
                f" {near.west:g} to {near.east:g}, then latitude, within {near.south:g} to"
                f" {near.north:g}.",
                f"จุดที่วาดลำดับ {number} ไม่ได้อยู่ใกล้ภูเก็ต ให้ใส่ลองจิจูด {near.west:g} ถึง {near.east:g}"
                f" แล้วตามด้วยละติจูด {near.south:g} ถึง {near.north:g}",
                parameter=parameter,
            )
    return to_metric(points)
