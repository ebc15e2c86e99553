"""Seconds along pieces of street, by mode and direction."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.analysis.model import MODES, FloatArray, Mode
from twin.analysis.network.speeds import SpeedTable
from twin.analysis.network.streets import Mask, Streets

_MS_PER_KMH: Final = 1 / 3.6

_ALONG: Final = ("yes", "true", "1")
_AGAINST: Final = ("-1", "reverse")
_BOTH: Final = ("no", "false", "0", "reversible", "alternating")
#: Classes that are one-way in the direction of drawing unless `oneway` says otherwise.
_ONE_WAY_CLASSES: Final = ("motorway", "motorway_link")


def street_speeds(streets: Streets, speeds: SpeedTable) -> dict[Mode, FloatArray]:
    """Return for each mode (r, 2) usual speeds along and against each street, m/s.

    Returns
    -------
    0 where a mode may not go. Vehicles drive at the usual speed of the class, or at the speed limit
    where that is lower: a limit is seldom what a trip makes, so it never raises a speed. People on
    foot go both ways everywhere.
    """
    return {mode: _directed(streets, speeds, mode) * _MS_PER_KMH for mode in MODES}


def piece_costs(
    streets: Streets, speeds: SpeedTable, street: np.ndarray, length_m: FloatArray
) -> dict[Mode, FloatArray]:
    """Return for each mode (m, 2) seconds along and against each piece, infinite where closed.

    Parameters
    ----------
    street, length_m
        (m,) row of each piece's street, and its length.
    """
    board_s = np.where(streets.is_ferry, speeds.board_s, 0.0)[street]
    costs = {}
    for mode, speed in street_speeds(streets, speeds).items():
        with np.errstate(divide="ignore"):
            costs[mode] = length_m[:, None] / speed[street] + board_s[:, None]
    return costs


def _directed(streets: Streets, speeds: SpeedTable, mode: Mode) -> FloatArray:
    usual = speeds.usual_kmh(mode, streets.highway)
    usual[np.isin(streets.access, speeds.closed)] = np.nan
    if mode == "walk":
        opened = np.isin(streets.foot, speeds.foot_open)
        usual[opened & np.isnan(usual)] = speeds.usual_kmh(mode, np.array(["footway"]))
        usual[np.isin(streets.foot, speeds.foot_closed)] = np.nan
    else:
        usual = np.where(streets.maxspeed_kmh > 0, np.fmin(usual, streets.maxspeed_kmh), usual)
    usual[streets.is_ferry] = speeds.ferry_kmh.get(mode, np.nan)
    both = np.column_stack([usual, usual])
    if mode != "walk":
        along, against = _one_way(streets)
        both[along, 1] = np.nan
        both[against, 0] = np.nan
    return np.nan_to_num(both)


def _one_way(streets: Streets) -> tuple[Mask, Mask]:
    """Tell which streets go along their line only, and which against it only.

    A street that is reversed by the hour counts as open both ways.
    """
    implied = streets.is_roundabout | np.isin(streets.highway, _ONE_WAY_CLASSES)
    along = np.isin(streets.oneway, _ALONG) | (implied & ~np.isin(streets.oneway, _BOTH))
    against = np.isin(streets.oneway, _AGAINST)
    return along & ~against, against
