"""Writing the answers of spatial questions; what PostgreSQL wrote is passed on unread."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from api.geojson import dumps, feature
from twin.queries.catalogue import Described
from twin.queries.here import Here, Unit
from twin.queries.near import Hit
from twin.queries.spatial import Found
from twin.rasters.values import Sample
from twin.types import Json

#: Decimals of distances: millimetres.
_DECIMALS: Final = 3


def near_feature(hit: Hit) -> str:
    """Return a feature with `distance_m` among its properties, as JSON text."""
    distance = f'"distance_m":{round(hit.distance_m, _DECIMALS)}'
    properties = (
        f"{hit.properties[:-1]},{distance}}}" if hit.properties != "{}" else f"{{{distance}}}"
    )
    return (
        f'{{"type":"Feature","id":{hit.id},"collection":"{hit.layer.spec.id}",'
        f'"geometry":{hit.geometry},"properties":{properties}}}'
    )


def selected(found: Iterable[Found]) -> str:
    """Return the member `collections` with the items selected by a geometry, as JSON text."""
    parts = (
        f'{{"collection":{dumps(one.layer.spec.id)},"numberMatched":{one.page.number_matched},'
        f'"features":[{",".join(map(feature, one.page.items))}]}}'
        for one in found
    )
    return f'"collections":[{",".join(parts)}]'


def identified(here: Here) -> str:
    """Return what is at a place, as JSON text."""
    members = {
        "point": dumps([here.point.lon, here.point.lat]),
        "tambon": dumps(_unit(here.tambon)),
        "amphoe": dumps(_unit(here.amphoe)),
        "features": f"[{','.join(map(_hit, here.hits))}]",
        "rasters": f"[{','.join(map(_sample, here.samples))}]",
    }
    return f"{{{','.join(f'{dumps(name)}:{value}' for name, value in members.items())}}}"


def _unit(unit: Unit | None) -> Json | None:
    return {"code": unit.code, "names": unit.names._asdict()} if unit else None


def _hit(hit: Hit) -> str:
    return (
        f'{{"collection":"{hit.layer.spec.id}","id":{hit.id},'
        f'"distance_m":{round(hit.distance_m, _DECIMALS)},'
        f'"geometry":{hit.geometry},"properties":{hit.properties}}}'
    )


def _sample(sample: Sample) -> str:
    described = sample.layer.described
    value = None if sample.value is None else f"{sample.value:g}"
    return f'{_head(described)},"value":{dumps(sample.value)},{_tail(described, value)}'


@lru_cache(maxsize=64)
def _head(layer: Described) -> str:
    titles = layer.spec.title.model_dump()
    return f'{{"layer":{dumps(layer.spec.id)},"titles":{dumps(titles)}'


@lru_cache(maxsize=1024)
def _tail(layer: Described, value: str | None) -> str:
    column = layer.spec.columns[0] if layer.spec.columns else None
    titles = (column.values or {}) if column else {}
    title = None if value is None else titles.get(value)
    unit = column.unit if column else None
    return f'"unit":{dumps(unit)},"titles_value":{dumps(title.model_dump() if title else None)}}}'
