"""Streets and people as files that the browser searches by itself (docs/network-format.md)."""

from __future__ import annotations

from hashlib import blake2b
from importlib import import_module
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import STRICT, ContextDep
from api.encoding import takes_gzip
from api.openapi import binary, problems
from api.tiling.ready import CACHE_CONTROL, matches
from twin.analysis.model import Mode
from twin.studies.question import DemandChoice, LayerId, Variant

router = APIRouter(
    prefix="/api/network", tags=["network"], dependencies=STRICT, responses=problems(400, 404)
)

#: Of our own format; docs/network-format.md.
ARRAYS: Final = "application/vnd.phuket-twin.arrays"

#: Imported when first asked for, with all that analysis needs.
_WRITER: Final = "twin.studies.compact"

_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: binary(ARRAYS, "The file; docs/network-format.md says what is in it"),
    304: {"description": "The file is as the client has it"},
}

ModePath = Annotated[Mode, Path(description="Who travels", examples=["car"])]
Ferries = Annotated[bool, Query(description="With ferry lines")]


@router.get("/{mode}.bin", response_class=Response, responses=_RESPONSES)
def get_network_file(
    request: Request, context: ContextDep, mode: ModePath, ferries: Ferries = False
) -> Response:
    """Return the streets that a mode may use, with travel times, some 20 bytes a piece."""
    write = import_module(_WRITER).network_file
    return _sent(request, write(context, mode, ferries=ferries))


@router.get("/{mode}/demand.bin", response_class=Response, responses=_RESPONSES)
def get_demand_file(
    request: Request,
    context: ContextDep,
    mode: ModePath,
    ferries: Ferries = False,
    variant: Annotated[Variant, Query(description="Which people")] = "registered",
    areas: Annotated[LayerId, Query(description="Layer that totals are told by")] = "tambon",
) -> Response:
    """Return where people are on the streets of the file beside it, 14 bytes a point."""
    choice = DemandChoice(variant=variant)
    write = import_module(_WRITER).demand_file
    return _sent(request, write(context, mode, choice, areas, ferries=ferries))


def _sent(request: Request, content: bytes) -> Response:
    # Compressed, it is another representation, with a name of its own.
    digest = blake2b(content, digest_size=12).hexdigest()
    is_gzipped = takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{digest}-gzip"' if is_gzipped else f'"{digest}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    known = request.headers.get("if-none-match", "").encode("latin-1")
    if known and matches(known, etag.encode()):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=ARRAYS, headers=headers)
