"""Writing the answers of spatial questions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from api.geojson import dumps, feature
from twin.queries.here import Here
from twin.queries.items import Item
from twin.queries.spatial import Found, Hit, Unit
from twin.rasters.values import Sample
from twin.types import Json

#: Decimals of distances: millimetres.
_DECIMALS: Final = 3


def near_feature(hit: Hit) -> str:
    """Return a feature with `distance_m` among its properties, as JSON text."""
    properties = {**hit.item.properties, "distance_m": round(hit.distance_m, _DECIMALS)}
    return feature(replace(hit.item, properties=properties))


def selected(found: Iterable[Found]) -> str:
    """Return the items selected by a drawn geometry, by collection, as JSON text."""
    parts = (
        f'{{"collection":{dumps(one.layer.spec.id)},"numberMatched":{one.page.number_matched},'
        f'"features":[{",".join(map(feature, one.page.items))}]}}'
        for one in found
    )
    return f'{{"collections":[{",".join(parts)}]}}'


def identified(here: Here) -> Json:
    """Return what is at a place."""
    return {
        "point": [here.point.lon, here.point.lat],
        "tambon": _unit(here.tambon),
        "amphoe": _unit(here.amphoe),
        "features": [_hit(hit) for hit in here.hits],
        "rasters": [_sample(sample) for sample in here.samples],
    }


def _unit(unit: Unit | None) -> Json | None:
    return {"code": unit.code, "names": unit.names._asdict()} if unit else None


def _hit(hit: Hit) -> Json:
    item: Item = hit.item
    return {
        "collection": hit.layer.spec.id,
        "id": item.id,
        "distance_m": round(hit.distance_m, _DECIMALS),
        "geometry": json.loads(item.geometry) if item.geometry else None,
        "properties": item.properties,
    }


def _sample(sample: Sample) -> Json:
    spec = sample.layer.spec
    column = spec.columns[0] if spec.columns else None
    titles = (column.values or {}) if column else {}
    title = None if sample.value is None else titles.get(f"{sample.value:g}")
    return {
        "layer": spec.id,
        "titles": spec.title.model_dump(),
        "value": sample.value,
        "unit": column.unit if column else None,
        "titles_value": title.model_dump() if title else None,
    }
