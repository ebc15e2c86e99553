"""Writing GeoJSON: the geometry that PostGIS wrote is passed on as it is, never parsed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from fastapi.responses import JSONResponse

from twin.queries.items import Item

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class GeoJSONResponse(JSONResponse):
    """A response of type `application/geo+json`, from JSON that is written already.

    A subclass of `JSONResponse`, so that OpenAPI shows the model and not a string.
    """

    media_type = "application/geo+json"

    def render(self, content: str) -> bytes:
        """Encode the text."""
        return content.encode("utf-8")


def feature(item: Item, **members: Any) -> str:  # noqa: ANN401 (any JSON)
    """Return a feature as JSON text.

    Parameters
    ----------
    members
        Foreign members of the feature, e.g. `links`.
    """
    head = f'{{"type":"Feature","id":{item.id},"geometry":{item.geometry or "null"}'
    return f'{head},"properties":{dumps(item.properties)}{_members(members)}}}'


def feature_collection(features: Iterable[str], **members: Any) -> str:  # noqa: ANN401
    """Return a feature collection as JSON text."""
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]{_members(members)}}}'


def dumps(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def respond(content: str, headers: dict[str, str] | None = None) -> GeoJSONResponse:
    """Return GeoJSON text as a response that names its coordinate reference system."""
    return GeoJSONResponse(content, headers={"Content-Crs": f"<{CRS84}>", **(headers or {})})


def _members(members: dict[str, Any]) -> str:
    return "".join(f',"{name}":{dumps(value)}' for name, value in members.items())
