"""The same question with one facility more or less, quickly enough to drag it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from math import inf, nan
from typing import Final

import numpy as np

from twin.analysis.checks import check_xy
from twin.analysis.coverage import Placed, Run, ServiceCoverage, service_coverage
from twin.analysis.model import FloatArray, Supply
from twin.analysis.reach import Reach, reach_one
from twin.analysis.snap import Snapped, snap
from twin.analysis.supply import join, select
from twin.analysis.tally import TOLERANCE
from twin.errors import InvalidInputError, NotFoundError
from twin.types import Text

ADDED: Final = Text("จุดที่เพิ่ม", "Added point")


def with_added(
    coverage: ServiceCoverage,
    xy: Sequence[float],
    *,
    facility: str = "drawn/1",
    name: Text = ADDED,
    capacity: float = nan,
    is_whole: bool = False,
    is_paced: bool = True,
) -> ServiceCoverage:
    """Return coverage with one facility more.

    Parameters
    ----------
    coverage
        To start from.
    xy
        EPSG:32647 metres. Where no street is near enough, nobody more is served and
        `off_network` of the result names the facility.
    facility, name, capacity
        Of the new one; the id must be new.
    is_whole
        Search as far as streets go, so that the load in all and every quantile are known too; else
        only as far as the largest threshold at the fastest pace.
    is_paced
        Answer for slow and fast travel too, if `coverage` does; three searches by vehicle.

    Raises
    ------
    InvalidInputError
        If the id is taken or a coordinate is not a number.

    Notes
    -----
    One search from one place, then the lesser of old and new for every demand point: the totals
    are those of `service_coverage` with the facility in the supply. Who is equally far from the
    new one and an old one stays with the old one.
    """
    if facility in coverage.supply.ids:
        raise InvalidInputError(
            f"A facility '{facility}' is there already: give the new one another id.",
            f"มีสถานบริการรหัส '{facility}' อยู่แล้ว โปรดใช้รหัสอื่น",
            parameter="facility",
        )
    if not is_paced:
        coverage = replace(coverage, speed_range=None, paced={})
    point = check_xy([xy])
    spot = snap(coverage.usual.graph, point, max_snap_m=coverage.max_snap_m)
    limit = inf if is_whole else _far_enough(coverage)
    supply = _append(coverage.supply, point, facility, name, capacity)
    widened = replace(coverage, supply=supply, supply_at=coverage.supply_at.joined(spot))
    return replace(
        widened,
        usual=_add(widened, coverage.usual, spot, limit),
        paced={pace: _add(widened, run, spot, limit) for pace, run in coverage.paced.items()},
        limit=min(coverage.limit, limit) if spot.is_known[0] else coverage.limit,
    )


def without(coverage: ServiceCoverage, facility: str) -> ServiceCoverage:
    """Return coverage with one facility less, searched again.

    Raises
    ------
    NotFoundError
        If there is no facility of this id.
    """
    if facility not in coverage.supply.ids:
        raise NotFoundError(
            f"There is no facility '{facility}' to take away: choose one of the supply.",
            f"ไม่มีสถานบริการ '{facility}' ให้ตัดออก โปรดเลือกจากรายการสถานบริการ",
            parameter="facility",
        )
    kept = np.array([id_ != facility for id_ in coverage.supply.ids])
    return service_coverage(
        coverage.usual.graph,
        coverage.demand,
        select(coverage.supply, kept),
        direction=coverage.direction,
        thresholds=coverage.thresholds,
        max_snap_m=coverage.max_snap_m,
        speed_range=coverage.speed_range,
        at=Placed(coverage.demand_at, coverage.supply_at.take(kept)),
    )


def _far_enough(coverage: ServiceCoverage) -> float:
    """Return the impedance at the usual speed beyond which nobody is served at any pace."""
    speeds = coverage.speed_range
    factor = 1.0 if speeds is None else max(1.0, speeds.slow, speeds.fast)
    return coverage.thresholds[-1] * factor * (1 + 2 * TOLERANCE)


def _add(widened: ServiceCoverage, run: Run, spot: Snapped, limit: float) -> Run:
    """Return a search with what the last facility of the supply reaches put in."""
    if not spot.is_known[0]:
        return run
    old, row = run.reach, len(widened.supply.ids) - 1
    new = reach_one(
        run.graph,
        widened.demand_at,
        spot,
        direction=widened.direction,
        limit=limit,
        ends=run.ends,
    )
    is_better = new < old.impedance
    return replace(
        run,
        reach=Reach(
            np.where(is_better, new, old.impedance),
            np.where(is_better, np.int32(row), old.facility),
        ),
    )


def _append(
    supply: Supply,
    point: FloatArray,
    facility: str,
    name: Text,
    capacity: float,
) -> Supply:
    revised = f"{supply.basis.revision}+{facility}@{point.tolist()}"
    basis = replace(supply.basis, revision=hashlib.sha256(revised.encode()).hexdigest())
    new = Supply(point, (facility,), (name,), np.array([capacity]), (None,), basis)
    return join([supply, new], basis)
