"""From access with capacity and indicators to what a study answers."""

from __future__ import annotations

import hashlib
from math import isfinite

import numpy as np

from twin.analysis.catchment import FloatingCatchment
from twin.analysis.coverage import ServiceCoverage
from twin.analysis.model import Areas, Basis
from twin.analysis.network.report import NetworkReport
from twin.analysis.sdg import SdgAccess
from twin.analysis.tally import OUTSIDE
from twin.studies.answer import People
from twin.studies.inputs import Access, Sdg
from twin.studies.lonlat import to_lon_lat
from twin.studies.outputs import (
    AccessAnswer,
    AreaAccess,
    SdgAnswer,
    SdgArea,
    SdgClass,
    Shared,
    Zone,
)
from twin.studies.study import Study
from twin.studies.writing import (
    DECIMALS,
    join_texts,
    tell_limits,
    tell_threshold,
    tell_unknown,
    words,
    write_assumptions,
    write_basis,
    write_people,
)
from twin.types import Text


def write_access(
    study: Study, now: ServiceCoverage, found: FloatingCatchment, asked: Access
) -> AccessAnswer:
    """Return how much capacity each person finds, on average and by area."""
    none = now.weight[found.access == 0].sum()
    mean = found.mean(now.weight)
    return AccessAnswer(
        summary=words(
            join_texts(_summarise(study, found, mean, float(none)), tell_limits(study, now))
        ),
        method=found.method,
        zones=tuple(
            Zone(up_to=zone.up_to / study.scale, weight=zone.weight) for zone in found.zones
        ),
        access=mean,
        unreached=round(float(none), DECIMALS),
        unknown=round(now.totals[-1].unknown, DECIMALS),
        unused=found.unused,
        facilities=_share(study, found),
        areas={layer: _by_area(now, found, areas) for layer, areas in study.demand.areas.items()},
        assumptions=write_assumptions(study, now),
        digest=study.sign(asked),
    )


def write_sdg(
    found: SdgAccess, streets: Basis, report: NetworkReport, warning: Text, asked: Sdg
) -> SdgAnswer:
    """Return an indicator.

    Parameters
    ----------
    warning
        What else limits the answer, told after what is unknown; may be empty.
    """
    people = write_people(found)
    unknown = [tell_unknown(found, asked.max_snap_m, report)] if found.unknown > 0 else []
    parts = (asked.model_dump_json(), streets.revision, found.demand.revision)
    told = "\n".join((*parts, *(basis.revision for basis in found.supply.values())))
    return SdgAnswer(
        summary=words(join_texts(_summarise_sdg(found, people), *unknown, warning)),
        indicator=found.indicator,
        people=people,
        areas={
            layer: tuple(
                SdgArea(
                    code=row.code,
                    name=words(row.name),
                    **write_people(row.totals[0]).model_dump(),
                )
                for row in rows
            )
            for layer, rows in found.areas.items()
        },
        classes=tuple(
            SdgClass(
                name=name,
                distance_m=found.distances_m[name],
                served=round(served, DECIMALS),
                supply=write_basis(found.supply[name]),
            )
            for name, served in found.by_class.items()
        ),
        source=words(found.source),
        lacking=tuple(words(text) for text in found.lacking),
        network=write_basis(streets),
        demand=write_basis(found.demand),
        digest=hashlib.sha256(told.encode()).hexdigest(),
    )


def _share(study: Study, found: FloatingCatchment) -> tuple[Shared, ...]:
    supply = study.supply
    columns = (found.capacity, found.load, found.ratio)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    told = zip(supply.ids, supply.names, to_lon_lat(supply.xy), numbers, strict=True)
    return tuple(
        Shared(
            id=one,
            name=words(name),
            lon_lat=place,
            capacity=capacity,
            load=round(load, DECIMALS),
            ratio=ratio if isfinite(ratio) else None,
        )
        for one, name, place, (capacity, load, ratio) in told
    )


def _by_area(
    now: ServiceCoverage, found: FloatingCatchment, areas: Areas
) -> tuple[AreaAccess, ...]:
    """Return access by area, in their order; last what lies outside all, if anybody does."""
    known = np.isfinite(found.access)
    count = len(areas.codes)
    place = np.where(areas.member < 0, count, areas.member)[known]
    weight, access = now.weight[known], found.access[known]
    people, capacity, none = (
        np.bincount(place, values, minlength=count + 1).tolist()
        for values in (weight, weight * access, weight * (access == 0))
    )
    rows = zip((*areas.codes, ""), (*areas.names, OUTSIDE), people, capacity, none, strict=True)
    return tuple(
        AreaAccess(
            code=code,
            name=words(name),
            people=round(total, DECIMALS),
            access=shared / total if total else None,
            unreached=round(lost, DECIMALS),
        )
        for code, name, total, shared, lost in rows
        if code or total
    )


def _summarise(study: Study, found: FloatingCatchment, mean: float | None, none: float) -> Text:
    capacity = float(found.capacity.sum())
    if mean is None:
        return Text("ไม่มีผู้ต้องการบริการบนถนนใดเลย", "There is no demand on any street.")
    within = tell_threshold(study, found.zones[-1].up_to)
    return Text(
        f"ความจุรวม {capacity:,.10g} เฉลี่ย {1000 * mean:,.2f} ต่อ 1,000 คน ภายใน {within.th}"
        f" ({found.method}); {none:,.0f} คนไม่มีแห่งใดในระยะ",
        f"Of a capacity of {capacity:,.10g}, each 1,000 people find {1000 * mean:,.2f} on average"
        f" within {within.en} ({found.method}); {none:,.0f} find none.",
    )


def _summarise_sdg(found: SdgAccess, people: People) -> Text:
    if people.ratio is None:
        return Text("ไม่มีประชากรในพื้นที่ที่ถาม", "Nobody lives where it was asked.")
    return Text(
        f"ตัวชี้วัด {found.indicator}: {people.served:,.0f} จาก {people.total:,.0f} คน"
        f" ({people.ratio:.1%}) เข้าถึงได้",
        f"Indicator {found.indicator}: {people.served:,.0f} of {people.total:,.0f} people"
        f" ({people.ratio:.1%}) have access.",
    )
