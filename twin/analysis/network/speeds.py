"""How fast each mode is on which class of street, and who may use it; read from `speeds.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.analysis.model import MODES, FloatArray, Mode
from twin.errors import InvalidInputError
from twin.types import Text

#: The class that stands for all that the table does not name.
OTHER: Final = "other"

#: A usual speed above this is a slip of the pen.
_MAX_KMH: Final = 200


@dataclass(frozen=True)
class SpeedTable:
    """Usual speeds by class of street, and what `access` and `foot` mean.

    Parameters
    ----------
    kmh
        By class, then by mode: km/h; a mode that is missing may not use the class. The class
        `other` stands for every class that is not named.
    closed
        Values of a mode's own column, or of `access` where that is empty, that close a street.
    open, opened_kmh
        Values of a mode's own column that open a street whose class is not for it, and the speeds
        there.
    ferry_kmh
        By mode: km/h on a ferry; a mode that is missing is not carried.
    board_s
        Seconds of waiting and boarding for each piece of ferry line.
    source
        Where the figures come from.
    """

    kmh: Mapping[str, Mapping[Mode, float]]
    closed: tuple[str, ...]
    open: tuple[str, ...]
    opened_kmh: Mapping[Mode, float]
    ferry_kmh: Mapping[Mode, float]
    board_s: float
    source: Text

    def usual_kmh(self, mode: Mode, classes: NDArray[np.str_]) -> FloatArray:
        """Return the usual speed of a mode on streets of these classes, NaN where it may not go.

        Examples
        --------
        >>> SPEEDS.usual_kmh("car", np.array(["primary", "footway", "no such class"]))
        array([50., nan, 20.])
        >>> SPEEDS.usual_kmh("walk", np.array([], dtype=str))
        array([], dtype=float64)
        """
        names, place = np.unique(classes, return_inverse=True)
        speeds = [self.kmh.get(name, self.kmh[OTHER]).get(mode, np.nan) for name in names.tolist()]
        return np.array(speeds, dtype=np.float64)[place]

    def canonical(self) -> bytes:
        """Return the table as bytes that are equal where tables are."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()


def read_speeds(text: str) -> SpeedTable:
    """Read a speed table from TOML in the form of `speeds.toml`.

    Raises
    ------
    InvalidInputError
        A part is missing, a mode is unknown, or a speed is not between 0 and 200 km/h.
    """
    try:
        told = tomllib.loads(text)
        table = SpeedTable(
            kmh={name: _speeds(row) for name, row in told["class"].items()},
            closed=tuple(told["access"]["closed"]),
            open=tuple(told["access"]["open"]),
            opened_kmh=_speeds(told["access"]["opened"]),
            ferry_kmh=_speeds(told["ferry"]["speed"]),
            board_s=float(told["ferry"]["board_s"]),
            source=Text(told["source"]["th"], told["source"]["en"]),
        )
        _check(table)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(
            f"The speed table cannot be used: {error}. Compare it with speeds.toml.",
            f"ใช้ตารางความเร็วไม่ได้: {error} โปรดเทียบกับ speeds.toml",
            parameter="speeds",
        ) from error
    return table


def _check(table: SpeedTable) -> None:
    table.kmh[OTHER]  # a KeyError names it
    if not 0 <= table.board_s < np.inf:
        raise ValueError(f"board_s = {table.board_s} is below 0")


def _speeds(row: Mapping[str, Any]) -> dict[Mode, float]:
    if unknown := set(row) - set(MODES):
        raise ValueError(f"no such mode: {', '.join(sorted(unknown))}")
    speeds = {mode: float(row[mode]) for mode in MODES if mode in row}
    for speed in speeds.values():
        if not 0 < speed <= _MAX_KMH:
            raise ValueError(f"{speed} km/h is not between 0 and {_MAX_KMH}")
    return speeds


#: The table that comes with this package.
SPEEDS: Final = read_speeds(
    resources.files("twin.analysis.network").joinpath("speeds.toml").read_text(encoding="utf-8")
)
