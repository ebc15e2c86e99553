"""From explanations and service areas to what is drawn on a map."""

from __future__ import annotations

from collections.abc import Sequence

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.explain import Explanation as Explained
from twin.analysis.service_area import ServiceArea as Drawn
from twin.studies.answer import Explanation, Named, Spent
from twin.studies.inputs import ServiceArea
from twin.studies.lonlat import feature, to_lon_lat
from twin.studies.outputs import ServiceAreaAnswer
from twin.studies.question import Place
from twin.studies.study import Study
from twin.studies.writing import tell_threshold, words, write_assumptions
from twin.types import Text


def write_explanation(study: Study, found: Explained, asked: Place) -> Explanation:
    """Return why a place is served, or is not."""
    route, at = found.route, found.street_xy
    scaled = None if found.impedance is None else found.impedance / study.scale
    return Explanation(
        summary=words(found.reason),
        verdict=found.verdict,
        impedance=scaled,
        facility=write_facility(study, found.facility) if found.facility >= 0 else None,
        offset_m=found.offset_m,
        street=to_lon_lat([at])[0],
        length_m=None if route is None else route.length_m,
        spent=tuple(
            Spent(
                threshold=threshold,
                lon_lat=None if spent.xy is None else to_lon_lat([spent.xy])[0],
            )
            for threshold, spent in zip(study.question.thresholds, found.spent, strict=False)
        ),
        route=None if route is None else feature(route.line, impedance=scaled),
        digest=study.sign(asked),
    )


def write_service_areas(
    study: Study,
    found: ServiceCoverage,
    areas: Sequence[Drawn],
    asked: ServiceArea,
    *,
    is_clipped: bool,
) -> ServiceAreaAnswer:
    """Return areas to draw; empty ones are left out."""
    return ServiceAreaAnswer(
        features=tuple(
            feature(area.polygon, **_about(study, area)) for area in areas if area.polygon.area
        ),
        summary=words(_summarise(study, is_clipped=is_clipped)),
        is_clipped=is_clipped,
        assumptions=write_assumptions(study, found),
        digest=study.sign(asked),
    )


def write_facility(study: Study, row: int) -> Named:
    """Return one facility of the supply."""
    supply = study.supply
    return Named(
        id=supply.ids[row],
        name=words(supply.names[row]),
        lon_lat=to_lon_lat([supply.xy[row]])[0],
    )


def _about(study: Study, area: Drawn) -> dict[str, object]:
    row, supply = area.facility, study.supply
    is_one = row >= 0
    name = supply.names[row] if is_one else Text("สถานบริการทั้งหมด", "All facilities")
    return {
        "facility": supply.ids[row] if is_one else None,
        "name_th": name.th,
        "name_en": name.en,
        "threshold": area.threshold / study.scale,
    }


def _summarise(study: Study, *, is_clipped: bool) -> Text:
    within = tell_threshold(study)
    sea = Text("", "")
    if not is_clipped:
        sea = Text(
            " และไม่ได้ตัดส่วนที่อยู่ในทะเล เพราะไม่มีชั้นข้อมูล `land`",
            " What lies in the sea is not cut away: layer `land` is not loaded.",
        )
    return Text(
        f"บริเวณริมถนนที่ถึงสถานบริการภายใน {within.th} เป็นภาพประกอบเท่านั้น ห้ามใช้นับประชากร"
        f" ให้ใช้ `coverage`{sea.th}",
        f"Beside streets within {within.en} of a facility. This is a drawing: count people with"
        f" `coverage`, never by these areas.{sea.en}",
    )
