"""The travel-time surface of a question: made, kept as a file, and told where it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from rasterio import Affine
from shapely import MultiPolygon, Polygon

from twin.analysis.coverage import ServiceCoverage
from twin.analysis.surface import Cells, Surface, make_cells, travel_surface
from twin.db.engine import connect
from twin.jobs.process import Context, Progress
from twin.memo import Memo
from twin.rasters.bands import make_bands
from twin.rasters.surface_files import keep_surface
from twin.rasters.surface_words import tell_band, tell_surface
from twin.studies.areas import read_land
from twin.studies.inputs import TravelTime
from twin.studies.outputs import BandAnswer, TravelTimeAnswer
from twin.studies.run import READING, steps
from twin.studies.study import Study, studies_of
from twin.studies.writing import tell_threshold, words, write_assumptions
from twin.types import Json, Text

#: Grows when the same inputs would give another file.
_METHOD: Final = 2

_PLACING: Final = Text("วางช่องบนบกลงบนถนน", "Putting the cells on land on streets")
_MEASURING: Final = Text("คำนวณเวลาเดินทาง", "Working out travel times")
_PATH: Final = "/raster/travel-time"
_M2_PER_KM2: Final = 1e6

Land = Polygon | MultiPolygon

#: Cells on the streets: a few megabytes, and most of the work.
_CELLS: Final[Memo[Cells]] = Memo(2)


def travel_time(context: Context, asked: TravelTime, progress: Progress) -> Json:
    """Return where the travel-time surface of a question can be had, which is made if need be."""
    progress(0.0, READING)
    study, found = studies_of(context).coverage(asked.question)
    with connect(context.engine) as connection:
        land = read_land(connection)
    area = land if land is not None else _around(study)
    progress(0.2, _PLACING)
    cells = _place(study, asked, area, steps(progress, _PLACING, 0.2, 0.7))
    progress(0.7, _MEASURING)
    direction = asked.question.direction
    surface = travel_surface(study.graph, study.placed.supply, cells, direction=direction)
    limits = asked.steps or asked.question.thresholds
    digest = _sign(study, asked, limits, area)
    keep_surface(
        context.settings.surface_dir,
        digest,
        surface.impedance / study.scale,
        Affine(*surface.transform),
        _about(study, asked, limits),
    )
    answer = _write(study, found, asked, surface, cells)
    where = {
        "digest": digest,
        "tilejson": f"{_PATH}/{digest}.json",
        "tiles": f"{_PATH}/{digest}/{{z}}/{{x}}/{{y}}.png",
        "geotiff": f"{_PATH}/{digest}.tif",
        "is_clipped": land is not None,
    }
    return TravelTimeAnswer.model_validate({**answer, **where}).model_dump(mode="json")


def _place(study: Study, asked: TravelTime, area: Land, told: Callable[[int, int], None]) -> Cells:
    network, mode, far = study.graph.network, study.graph.mode, asked.question.max_snap_m
    key = (network.revision, mode, asked.cell_m, far, shapely.to_wkb(area))
    return _CELLS.get(
        key,
        lambda: make_cells(study.graph, area, cell_m=asked.cell_m, max_snap_m=far, progress=told),
    )


def _around(study: Study) -> Polygon:
    """Return what lies around the streets, where no outline of the land is loaded."""
    xy, far = study.graph.network.node_xy, study.question.max_snap_m
    around: Polygon = shapely.box(*(xy.min(axis=0) - far), *(xy.max(axis=0) + far))
    return around


def _sign(study: Study, asked: TravelTime, steps: tuple[float, ...], area: Land) -> str:
    """Return a digest of all that the file shows; people are not in it."""
    question = asked.question
    told = (
        _METHOD,
        study.graph.network.revision,
        study.supply.basis.revision,
        question.supply.model_dump_json(),
        question.mode,
        question.direction,
        question.unit,
        question.max_snap_m,
        question.speed_factor,
        asked.cell_m,
        steps,
        shapely.to_wkb(area, hex=True),
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _about(study: Study, asked: TravelTime, steps: tuple[float, ...]) -> Json:
    question = asked.question
    sources = [study.streets.source.en, study.supply.basis.source.en]
    return {
        "titles": tell_surface(question.mode, question.direction)._asdict(),
        "unit": question.unit,
        "steps": list(steps),
        "cell_m": asked.cell_m,
        "attribution": "; ".join(dict.fromkeys(filter(None, sources))),
    }


def _write(
    study: Study, found: ServiceCoverage, asked: TravelTime, surface: Surface, cells: Cells
) -> Json:
    steps = asked.steps or asked.question.thresholds
    cell_km2 = asked.cell_m**2 / _M2_PER_KM2
    values = surface.impedance.ravel()[cells.index]
    reached = values[np.isfinite(values)] / study.scale
    count = np.bincount(np.searchsorted(steps, reached), minlength=len(steps) + 1)
    bands = [
        BandAnswer(
            above=band.above,
            up_to=band.up_to,
            color=band.color,
            titles=words(tell_band(band, asked.question.unit)),
            area_km2=round(number * cell_km2, 3),
        )
        for band, number in zip(make_bands(steps), count.tolist(), strict=True)
    ]
    within = count[:-1].sum() / max(len(values), 1)
    last = tell_threshold(study, steps[-1] * study.scale)
    unknown = _tell_unknown(np.isnan(values).sum() / max(len(values), 1), study)
    summary = Text(
        f"{within:.0%} ของพื้นที่บนบกอยู่ภายใน {last.th} จากสถานบริการ{unknown.th} นี่คือพื้นที่ ไม่ใช่จำนวนคน"
        " ให้นับคนด้วย `coverage`",
        f"{within:.0%} of the land is within {last.en} of a facility{unknown.en}. This is land:"
        " count people with `coverage`.",
    )
    return {
        "summary": words(summary),
        "unit": asked.question.unit,
        "cell_m": asked.cell_m,
        "bands": bands,
        "unreached_km2": round(int(np.isinf(values).sum()) * cell_km2, 3),
        "unknown_km2": round(int(np.isnan(values).sum()) * cell_km2, 3),
        "assumptions": write_assumptions(study, found),
    }


def _tell_unknown(share: float, study: Study) -> Text:
    if not share:
        return Text("", "")
    far = study.question.max_snap_m
    return Text(
        f" ไม่ทราบ {share:.0%} เพราะไม่มีถนนในระยะ {far:,.0f} ม.",
        f"; {share:.0%} is unknown, with no street within {far:,.0f} m",
    )
