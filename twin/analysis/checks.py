"""Refuse what analysis cannot answer, with a message that says what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from twin.analysis.model import MODES, FloatArray, Network
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
