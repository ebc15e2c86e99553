"""The parameters that choose items: read by hand, since every other name is a property's.

FastAPI would validate each through a model of its own for every request; here the items' route
spends its time on items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from fastapi import Request

from api.parsing import parse_crs, parse_interval, parse_window, split_names
from twin.crs import CRS84, OFFERED_CRS, Crs
from twin.errors import InvalidInputError
from twin.queries.cql2 import Filter, Language
from twin.queries.item_query import ItemQuery
from twin.queries.keyset import SortKey

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1000

_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False}
_FORMATS: Final = {"json": "json", "geojson": "json", "html": "html"}
_LANGUAGES: Final = get_args(Language)


@dataclass(frozen=True)
class ItemRequest:
    """A request for items: the query, and its parameters as they were sent, for paging links."""

    query: ItemQuery
    sent: Mapping[str, str]


def read_item_request(request: Request, *, is_paged: bool = True) -> ItemRequest:
    """Return the request; every parameter not named here must be a property to compare with.

    Parameters
    ----------
    is_paged
        Whether `limit` and `after` are known.

    Raises
    ------
    InvalidInputError
        A parameter cannot be used; `parameter` names it.
    """
    sent = dict(request.query_params)
    if is_paged:
        _choice(sent, "f", _FORMATS, default="json")
    known = _PAGED | _CHOOSING if is_paged else _CHOOSING
    query = ItemQuery(
        window=parse_window(sent.get("bbox"), parse_crs(sent.get("bbox-crs"), "bbox-crs")),
        interval=parse_interval(sent.get("datetime")),
        where={name: value for name, value in sent.items() if name not in known},
        filter=_filter(sent),
        sort=_sort(sent.get("sortby")),
        properties=_properties(sent.get("properties")),
        crs=parse_crs(sent.get("crs"), "crs"),
        has_geometry=not _choice(sent, "skipGeometry", _TRUTHS, default=False),
        limit=_limit(sent.get("limit")) if is_paged else 0,
        after=sent.get("after") if is_paged else None,
    )
    return ItemRequest(query, sent)


def read_crs(request: Request) -> Crs:
    """Return the reference system of one item; no other parameter is known there.

    Raises
    ------
    InvalidInputError
        There is another parameter, or the system is not offered.
    """
    for name in request.query_params:
        if name not in ("crs", "f"):
            raise InvalidInputError(
                "There is no such parameter here. Parameters: crs, f.",
                "ไม่มีพารามิเตอร์ชื่อนี้ พารามิเตอร์ที่ใช้ได้: crs, f",
                parameter=name,
            )
    _choice(request.query_params, "f", _FORMATS, default="json")
    return parse_crs(request.query_params.get("crs"), "crs")


def _filter(sent: Mapping[str, str]) -> Filter | None:
    languages = {name: name for name in _LANGUAGES}
    language = _choice(sent, "filter-lang", languages, default=_LANGUAGES[0])
    crs = parse_crs(sent.get("filter-crs"), "filter-crs")
    text = sent.get("filter")
    return None if text is None else Filter(text, language, crs)


def _sort(text: str | None) -> tuple[SortKey, ...]:
    # A plus in an address is a space.
    parts = [part.strip() for part in text.split(",")] if text is not None else []
    return tuple(
        SortKey(part.removeprefix("+").removeprefix("-"), part.startswith("-")) for part in parts
    )


def _properties(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(split_names([text]))


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    digits = text.removeprefix("+").lstrip("0")
    if not digits.isascii() or not digits.isdecimal():
        raise InvalidInputError(
            "`limit` must be a whole number of at least 1.",
            "`limit` ต้องเป็นจำนวนเต็มตั้งแต่ 1 ขึ้นไป",
            parameter="limit",
        )
    return min(int(digits[:6]), MAX_LIMIT)


def _choice(
    sent: Mapping[str, str],
    name: str,
    choices: Mapping[str, Any],
    default: Any,  # noqa: ANN401 (a value of `choices`)
) -> Any:  # noqa: ANN401 (as above)
    value = sent.get(name)
    if value is None:
        return default
    if value not in choices:
        told = ", ".join(choices)
        raise InvalidInputError(
            f"`{name}` must be one of {told}.",
            f"`{name}` ต้องเป็นค่าใดค่าหนึ่งใน {told}",
            parameter=name,
        )
    return choices[value]


def _documented(name: str, description: str, schema: Mapping[str, Any], *examples: str) -> Any:  # noqa: ANN401
    """Return a query parameter as OpenAPI describes it."""
    told = {n: {"value": example} for n, example in enumerate(examples, start=1)}
    parameter: dict[str, Any] = {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": dict(schema),
    }
    if told:
        parameter["examples"] = {str(n): example for n, example in told.items()}
    return parameter


_TEXT: Final = {"type": "string"}
_CRS: Final = {"type": "string", "format": "uri", "enum": list(OFFERED_CRS), "default": CRS84.uri}
_FORMAT: Final = {"type": "string", "enum": list(_FORMATS)}

COLLECTION_ID: Final[dict[str, Any]] = {
    "name": "collectionId",
    "in": "path",
    "required": True,
    "description": "Id of a collection",
    "schema": _TEXT,
    "examples": {"1": {"value": "tambon"}},
}

CRS_PARAMETER: Final = _documented("crs", "CRS of the geometries, axes in its order", _CRS)

#: What chooses items, wherever items are asked for.
CHOOSING: Final[list[Any]] = [
    _documented(
        "bbox",
        "west,south,east,north; only items that touch it",
        _TEXT,
        "98.28,7.88,98.31,7.91",
    ),
    _documented("bbox-crs", "CRS of `bbox`", _CRS),
    _documented(
        "datetime",
        "Date, time or interval (RFC 3339); layers without dates ignore it",
        _TEXT,
        "2021-01-01/2021-12-31",
    ),
    _documented("filter", "A condition in CQL2, at most 10,000 characters", _TEXT),
    _documented(
        "filter-lang",
        "Language of `filter`",
        {"type": "string", "enum": list(_LANGUAGES), "default": _LANGUAGES[0]},
    ),
    _documented("filter-crs", "CRS of the geometries in `filter`", _CRS),
    _documented(
        "sortby",
        "Properties to sort by, divided by commas, `-` before one for descending order;"
        " items without a value come last",
        _TEXT,
    ),
    _documented("properties", "Which properties to show, divided by commas", _TEXT),
    _documented("skipGeometry", "Leave out the geometries", {"type": "boolean", "default": False}),
    CRS_PARAMETER,
    {
        "name": "propertyValues",
        "in": "query",
        "description": "Any property of the collection: only items with exactly this value,"
        " e.g. `amenity=hospital`",
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "style": "form",
        "explode": True,
    },
]

#: What chooses a page of them.
PAGING: Final[list[Any]] = [
    _documented(
        "limit",
        f"Most items in the answer; more than {MAX_LIMIT} is treated as {MAX_LIMIT}.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    _documented("after", "Where the page begins; taken from a `next` link", _TEXT),
]

FORMAT_PARAMETER: Final = _documented(
    "f", "Format of the answer, whatever the Accept header says; `html` is a page", _FORMAT
)

_CHOOSING: Final = frozenset(each["name"] for each in CHOOSING) - {"propertyValues"} | {"f"}
_PAGED: Final = frozenset(each["name"] for each in PAGING)
