"""Absolute links, right behind a reverse proxy's path prefix too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import Request

from api.models.common import Link

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA_JSON: Final = "application/schema+json"

#: Kept in addresses as they are: the braces of templates and the commas of a bounding box.
_SAFE: Final = "{}/:,"


def absolute(
    request: Request, path: str, query: Mapping[str, str | Sequence[str]] | None = None
) -> str:
    """Return the address of `path` (`/api/…`) as this client reaches it."""
    base = str(request.base_url).rstrip("/")
    address = base + quote(path, safe=_SAFE)
    if query:
        address += "?" + query_text(query)
    return address


def query_text(query: Mapping[str, str | Sequence[str]]) -> str:
    """Return parameters as they stand in an address."""
    return urlencode(query, doseq=True, safe=_SAFE)


def link(
    request: Request,
    rel: str,
    path: str,
    media_type: str = JSON,
    title: str | None = None,
    *,
    query: Mapping[str, str] | None = None,
) -> Link:
    """Return a link to a path of this service."""
    return Link(href=absolute(request, path, query), rel=rel, type=media_type, title=title)


def template(request: Request, path: str, media_type: str, query: Mapping[str, str]) -> Link:
    """Return a link to many things of the same kind, whose `{names}` the client fills in."""
    href = absolute(request, path, query)
    return Link(href=href, rel="item", type=media_type, templated=True)
