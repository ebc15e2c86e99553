"""Spatial questions about many points in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter, Response

from api.deps import STRICT, CatalogueDep, PoolDep
from api.geojson import dumps
from api.models.batch import (
    BatchPoint,
    IdentifyAnswers,
    IdentifyBatch,
    NearestAnswers,
    NearestBatch,
)
from api.openapi import problems
from twin.queries.batch import (
    Holding,
    Near,
    NearQuestion,
    Places,
    ask_holding,
    ask_nearest_of_many,
)
from twin.queries.nearest import choose_some

#: Decimals of distances: millimetres.
_DECIMALS: Final = 3

router = APIRouter(
    prefix="/api/query", tags=["query"], dependencies=STRICT, responses=problems(400, 413, 422)
)


@router.post("/nearest/batch", response_model=NearestAnswers)
async def nearest_batch(pool: PoolDep, catalogue: CatalogueDep, batch: NearestBatch) -> Response:
    """Return the items of one layer nearest to each point, in the order of the points."""
    (layer,) = choose_some(catalogue.layers, [batch.layer], "layer")
    columns = None if batch.columns is None else tuple(batch.columns)
    question = NearQuestion(layer, batch.k, batch.max_distance_m, columns)
    found = await ask_nearest_of_many(pool, _places(batch.points), question)
    return _results(batch.points, "nearest", map(_nearest, found))


@router.post("/identify/batch", response_model=IdentifyAnswers)
async def identify_batch(pool: PoolDep, catalogue: CatalogueDep, batch: IdentifyBatch) -> Response:
    """Return the areas (sub-district, district, …) that hold each point, in their order."""
    layers = choose_some(catalogue.layers, batch.layers, "layers")
    names = [layer.spec.id for layer in layers]
    found = await ask_holding(pool, _places(batch.points), layers)
    return _results(batch.points, "areas", (_areas(names, areas) for areas in found))


def _places(points: Iterable[BatchPoint]) -> Places:
    return Places([point.lon for point in points], [point.lat for point in points])


def _nearest(found: Iterable[Near]) -> str:
    items = (
        f'{{"id":{near.id},"distance_m":{round(near.distance_m, _DECIMALS)},'
        f'"properties":{near.properties}}}'
        for near in found
    )
    return f"[{','.join(items)}]"


def _areas(names: Iterable[str], found: dict[str, Holding]) -> str:
    members = (f'"{name}":{_area(found.get(name))}' for name in names)
    return f"{{{','.join(members)}}}"


def _area(area: Holding | None) -> str:
    return f'{{"id":{area.id},"properties":{area.properties}}}' if area else "null"


def _results(points: Iterable[BatchPoint], name: str, answers: Iterable[str]) -> Response:
    results = (
        f'{{"id":{dumps(number if point.id is None else point.id)},"{name}":{answer}}}'
        for number, (point, answer) in enumerate(zip(points, answers, strict=True))
    )
    content = f'{{"results":[{",".join(results)}]}}'
    return Response(content, media_type="application/json")
