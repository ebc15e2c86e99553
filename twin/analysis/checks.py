"""Refuse what analysis cannot answer, with a message that says what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from twin.analysis.model import MODES, Areas, Demand, FloatArray, Network, Supply
from twin.errors import InvalidInputError

_PLANE: Final = 2


def check_xy(xy: ArrayLike, parameter: str = "xy") -> FloatArray:
    """Return points as an (p, 2) array of metres.

    Raises
    ------
    InvalidInputError
        If the shape is another, or a coordinate is not a finite number.
    """
    points = np.asarray(xy, dtype=np.float64)
    if points.ndim != _PLANE or points.shape[1] != _PLANE:
        raise InvalidInputError(
            f"Points must be an array of (p, 2) metres, not {points.shape}: give x and y of each.",
            f"จุดต้องเป็นอาร์เรย์ (p, 2) เมตร ไม่ใช่ {points.shape} โปรดให้ค่า x และ y ของแต่ละจุด",
            parameter=parameter,
        )
    if not np.isfinite(points).all():
        row = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise InvalidInputError(
            f"Point {row} has a coordinate that is not a number: correct or remove it.",
            f"จุดที่ {row} มีพิกัดที่ไม่ใช่ตัวเลข โปรดแก้ไขหรือตัดจุดนั้นออก",
            parameter=parameter,
        )
    return points


def check_positive(value: float, parameter: str) -> float:
    """Return a number that must be finite and more than 0.

    Raises
    ------
    InvalidInputError
        If it is not.
    """
    if not (math.isfinite(value) and value > 0):
        raise InvalidInputError(
            f"{parameter} must be a number above 0, not {value}.",
            f"{parameter} ต้องเป็นตัวเลขที่มากกว่า 0 ไม่ใช่ {value}",
            parameter=parameter,
        )
    return float(value)


def check_thresholds(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Return thresholds: at least one, each above 0, growing.

    Raises
    ------
    InvalidInputError
        If they are not.
    """
    checked = tuple(check_positive(value, "thresholds") for value in thresholds)
    if not checked or any(low >= high for low, high in pairwise(checked)):
        raise InvalidInputError(
            "Give at least one threshold; several must grow, each once.",
            "โปรดระบุเกณฑ์อย่างน้อยหนึ่งค่า ถ้ามีหลายค่าต้องเรียงจากน้อยไปมากและไม่ซ้ำกัน",
            parameter="thresholds",
        )
    return checked


def check_network(network: Network, mode: str) -> None:
    """Refuse a network without streets, or one that does not know the mode.

    Raises
    ------
    InvalidInputError
        If it is empty, the mode is unknown, or no street is open to it.
    """
    if mode not in MODES or mode not in network.cost_s:
        raise InvalidInputError(
            f"The network has no mode '{mode}': choose one of {', '.join(network.cost_s)}.",
            f"โครงข่ายไม่มีวิธีเดินทาง '{mode}' โปรดเลือกจาก {', '.join(network.cost_s)}",
            parameter="mode",
        )
    if network.edge_count == 0 or not np.isfinite(network.cost_s[mode]).any():
        raise InvalidInputError(
            f"The network has no street that is open to '{mode}': load a road layer first.",
            f"โครงข่ายไม่มีถนนที่ใช้ได้สำหรับ '{mode}' โปรดนำเข้าชั้นข้อมูลถนนก่อน",
            parameter="network",
        )


def check_demand(demand: Demand) -> None:
    """Refuse demand whose parts do not fit, or whose weights are no quantities.

    Raises
    ------
    InvalidInputError
        If so.
    """
    points = len(check_xy(demand.xy, "demand"))
    if demand.weight.shape != (points,):
        raise _misfit("demand", "weight", points)
    if not (np.isfinite(demand.weight) & (demand.weight >= 0)).all():
        raise InvalidInputError(
            "Every weight of the demand must be a number of 0 or more: correct or remove the rest.",
            "น้ำหนักของทุกจุดความต้องการต้องเป็นตัวเลขตั้งแต่ 0 ขึ้นไป โปรดแก้ไขหรือตัดค่าอื่นออก",
            parameter="demand",
        )
    for areas in demand.areas.values():
        _check_areas(areas, points)


def check_supply(supply: Supply) -> None:
    """Refuse supply whose parts do not fit, or whose ids repeat.

    Raises
    ------
    InvalidInputError
        If so.
    """
    count = len(check_xy(supply.xy, "supply"))
    parts = {
        "ids": supply.ids,
        "names": supply.names,
        "capacity": supply.capacity,
        "opened": supply.opened,
    }
    for name, part in parts.items():
        if len(part) != count:
            raise _misfit("supply", name, count)
    if len(set(supply.ids)) < count:
        raise InvalidInputError(
            "Facilities must have ids that differ: name each once.",
            "รหัสสถานบริการต้องไม่ซ้ำกัน โปรดระบุแต่ละแห่งเพียงครั้งเดียว",
            parameter="supply",
        )


def _check_areas(areas: Areas, points: int) -> None:
    if areas.member.shape != (points,):
        raise _misfit("demand", f"areas '{areas.layer}'", points)
    if len(areas.names) != len(areas.codes):
        raise _misfit("areas", "names", len(areas.codes))
    if points and not -1 <= areas.member.min() <= areas.member.max() < len(areas.codes):
        raise _misfit("areas", "member", len(areas.codes))


def _misfit(parameter: str, part: str, count: int) -> InvalidInputError:
    return InvalidInputError(
        f"{parameter}: {part} must have one value for each of {count} rows: read it again.",
        f"{parameter}: {part} ต้องมีหนึ่งค่าต่อแต่ละแถวจากทั้งหมด {count} แถว โปรดอ่านข้อมูลใหม่",
        parameter=parameter,
    )
