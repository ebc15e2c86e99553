"""Summaries of layers by area."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.deps import STRICT, EngineDep, SettingsDep
from api.geojson import dumps
from api.models.summary import LayerQuestion, Summaries, SummaryQuestion
from api.openapi import problems
from api.shapes import read_shape
from twin.db.engine import connect
from twin.queries.catalogue import PublishedLayer, choose, list_layers
from twin.queries.drawn import require_area
from twin.queries.parts import Measured
from twin.queries.summary import Asked, Grouped, LayerSummary, Summary, summarise
from twin.types import Json

router = APIRouter(
    prefix="/api/query", tags=["query"], dependencies=STRICT, responses=problems(400, 413, 422)
)


@router.post("/summary", response_model=Summaries)
def summary(engine: EngineDep, settings: SettingsDep, question: SummaryQuestion) -> Response:
    """Return counts, lengths, areas and figures of layers by area, or inside one shape."""
    with connect(engine) as connection:
        published = list_layers(connection)
        asked = [_asked(published, each) for each in question.layers]
        if question.geometry is None:
            (by,) = choose(published, [question.areas], "areas")
            found = summarise(connection, asked, by)
        else:
            shape = read_shape(connection, published, question.geometry, settings)
            found = summarise(connection, asked, require_area(shape))
    content = dumps({"collections": [_collection(each) for each in found]})
    return Response(content, media_type="application/json")


def _asked(published: Sequence[PublishedLayer], question: LayerQuestion) -> Asked:
    (layer,) = choose(published, [question.collection], "collection")
    where = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in question.where.items()
    }
    return Asked(layer, where, tuple(dict.fromkeys(question.columns)), question.group_by)


def _collection(found: LayerSummary) -> Json:
    asked = found.asked
    areas = [
        {
            "id": zone.id,
            "code": zone.code,
            "names": zone.names._asdict() if zone.names else None,
            **_grouped(asked, each),
        }
        for zone, each in found.zones
    ]
    return {
        "collection": asked.layer.spec.id,
        "areas": areas,
        "outside": _grouped(asked, found.outside) if found.outside else None,
        "total": _grouped(asked, found.total),
    }


def _grouped(asked: Asked, grouped: Grouped) -> Json:
    titles = {}
    if asked.group_by:
        titles = asked.layer.spec.column(asked.group_by).values or {}
    groups = [
        {
            "value": value,
            "names": titles[value].model_dump() if value in titles else None,
            **_summary(asked, grouped.groups[value]),
        }
        for value in sorted(grouped.groups, key=lambda value: (value is None, value or ""))
    ]
    return {**_summary(asked, grouped.whole), "groups": groups}


def _summary(asked: Asked, found: Summary) -> Json:
    measure = Measured(asked.layer).measure
    sizes = {name: round(found.size, 3) if name == measure else None for name in _SIZES}
    columns = {name: vars(figures) for name, figures in found.columns.items()}
    return {"count": found.count, "touching": found.touching, **sizes, "columns": columns}


_SIZES = ("length_m", "area_m2")
