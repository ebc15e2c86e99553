"""Seconds along pieces of street, by mode and direction."""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.analysis.model import KMH_PER_M_S, MODES, FloatArray, Mode
from twin.analysis.network.speeds import SpeedTable
from twin.analysis.network.streets import Ints, Mask, Streets, Strings

_M_S_PER_KMH: Final = 1 / KMH_PER_M_S

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
    return {mode: _directed(streets, speeds, mode) * _M_S_PER_KMH for mode in MODES}


def piece_costs(
    streets: Streets, speeds: SpeedTable, street: Ints, length_m: FloatArray
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
    own = _own_permission(streets, mode)
    usual[np.isnan(usual) & np.isin(own, speeds.open)] = speeds.opened_kmh.get(mode, np.nan)
    usual[streets.is_ferry] = speeds.ferry_kmh.get(mode, np.nan)
    usual[np.isin(np.where(own == "", streets.access, own), speeds.closed)] = np.nan
    if mode != "walk":
        limit = np.where(streets.maxspeed_kmh > 0, streets.maxspeed_kmh, np.inf)
        usual = np.where(streets.is_ferry, usual, np.minimum(usual, limit))
    both = np.column_stack([usual, usual])
    if mode != "walk":
        along, against = _one_way(streets)
        both[along, 1] = np.nan
        both[against, 0] = np.nan
    return np.nan_to_num(both)


def _own_permission(streets: Streets, mode: Mode) -> Strings:
    if mode == "walk":
        return streets.foot
    if mode == "car":
        return streets.motor_vehicle
    return np.where(streets.motorcycle == "", streets.motor_vehicle, streets.motorcycle)


def _one_way(streets: Streets) -> tuple[Mask, Mask]:
    """Tell which streets go along their line only, and which against it only.

    A street that is reversed by the hour counts as open both ways.
    """
    implied = np.isin(streets.highway, _ONE_WAY_CLASSES) & ~np.isin(streets.oneway, _BOTH)
    along = np.isin(streets.oneway, _ALONG) | implied
    against = np.isin(streets.oneway, _AGAINST)
    return along & ~against, against
