"""Which format a client gets: what `f` says, else what its Accept header likes best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request, Response

from api.html import page
from api.links import JSON, SCHEMA_JSON, link
from api.models.common import Answer, Link

HTML: Final = "text/html"

#: What documents come as; the first is for whoever does not say.
Format = Literal["json", "html"]
_MEDIA: Final[dict[str, Format]] = {JSON: "json", HTML: "html"}

#: Accept headers of programs, which need no weighing.
_CARELESS: Final = frozenset(("", "*/*"))

FormatParam = Annotated[
    Format | None,
    Query(description="`json` or `html`, whatever the Accept header says", examples=["json"]),
]


async def get_format(request: Request, f: FormatParam = None) -> Format:
    """Return the format of the answer."""
    return f or _MEDIA[preferred(request.headers.get("accept", ""), [*_MEDIA])]


async def get_schema_format(request: Request, f: FormatParam = None) -> Format:
    """Return the format of an answer that is a JSON Schema where it is no page."""
    return f or ("html" if wants_html(request, SCHEMA_JSON) else "json")


FormatDep = Annotated[Format, Depends(get_format)]
SchemaFormatDep = Annotated[Format, Depends(get_schema_format)]

#: For OpenAPI: a document is also a page.
PAGE: Final[dict[str, Any]] = {"content": {HTML: {"schema": {"type": "string"}}}}


def wants_html(request: Request, own: str = JSON) -> bool:
    """Tell whether a client asks for a page, by `f=html` or, without `f`, by its Accept header.

    Parameters
    ----------
    own
        Media type of what is no page; who likes `application/json` means that too.
    """
    asked = request.query_params.get("f")
    if asked is not None:
        return asked == "html"
    return preferred(request.headers.get("accept", ""), (own, *_MEDIA)) == HTML


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Return the media type that an Accept header likes best, the first where it does not care.

    Nothing is refused: who accepts none of them gets the first all the same (RFC 9110, 12.4.1).

    Examples
    --------
    >>> preferred("text/html,application/xml;q=0.9,*/*;q=0.8", ["application/json", "text/html"])
    'text/html'
    >>> preferred("*/*", ["application/json", "text/html"])
    'application/json'
    >>> preferred("", ["application/json", "text/html"])
    'application/json'
    """
    if accept in _CARELESS:
        return offered[0]
    ranges = dict(_ranges(accept))

    def weight(media_type: str) -> float:
        group = media_type.partition("/")[0]
        names = (name for name in (media_type, f"{group}/*", "*/*") if name in ranges)
        return ranges.get(next(names, ""), 0.0)

    return max(offered, key=weight)


def negotiated(
    request: Request, wanted: Format, model: Answer, template: str, *, sparse: bool = False
) -> Response:
    """Return a document as JSON, or as the page of a template, which is given it as `it`.

    Parameters
    ----------
    sparse
        Leave out members without a value, as the standard of the document has it.
    """
    response: Response
    if wanted == "html":
        response = page(request, template, it=model)
    else:
        response = Response(model.model_dump_json(exclude_none=sparse), media_type=JSON)
    say_varies(request, response)
    return response


def say_varies(request: Request, response: Response) -> None:
    """Say that the answer depends on the Accept header, where `f` did not decide."""
    if "f" not in request.query_params:
        response.headers.add_vary_header("Accept")


def own_links(request: Request, path: str, query: dict[str, str] | None = None) -> list[Link]:
    """Return the links of a document to itself and to its page."""
    page_query = {**(query or {}), "f": "html"}
    return [
        link(request, "self", path, title="This document | เอกสารนี้", query=query),
        link(request, "alternate", path, HTML, "As a page | หน้าสำหรับอ่าน", query=page_query),
    ]


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [piece[2:] for piece in parameters if piece.startswith("q=")]
        try:
            yield name, float(weights[0]) if weights else 1.0
        except ValueError:
            continue
