"""Downloads of whole collections, or of what a filter leaves of them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from api.deps import CatalogueDep, CollectionId, EngineDep, PoolDep, SettingsDep
from api.downloading import Seats, Streamed, disposition, made, read_pieces
from api.item_request import CHOOSING, read_item_request
from api.links import GEOJSON, GEOTIFF, absolute
from api.openapi import problems
from twin.db.engine import libpq_address
from twin.errors import InvalidInputError
from twin.queries.catalogue import PublishedLayer
from twin.queries.downloads.formats import (
    FORMATS,
    FileFormat,
    Format,
    check_format,
    file_name,
    note_of,
)
from twin.queries.downloads.lines import stream_lines, write_lines
from twin.queries.downloads.order import Order
from twin.queries.downloads.workplace import own_folder
from twin.queries.item_query import check_query
from twin.rasters.files import raster_file

#: Nobody reads it: the client has left.
_LEFT: Final = 499

router = APIRouter(tags=["collections"], responses=problems(400, 404, 413))

_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILES: Final[dict[str, Any]] = {
    **{each.media_type: _BINARY for each in FORMATS.values()},
    GEOTIFF: _BINARY,
    GEOJSON: {"schema": {"type": "object"}},
}


@router.get(
    "/api/collections/{collectionId}/download",
    response_class=Response,
    openapi_extra={"parameters": CHOOSING},
    responses={200: {"description": "The file", "content": _FILES}},
)
async def get_download(
    request: Request,
    pool: PoolDep,
    engine: EngineDep,
    settings: SettingsDep,
    catalogue: CatalogueDep,
    collection_id: CollectionId,
    f: Annotated[
        Format | Literal["geotiff"] | None,
        Query(description="Format; GeoTIFF for rasters, and for them alone", examples=["csv"]),
    ] = None,
) -> Response:
    """Return the items that match, all of them, as a file; nothing is left out for its size."""
    layer = catalogue.get(collection_id)
    if layer.kind == "raster":
        return _raster(layer, f, raster_file(layer, settings.raster_dir))
    wanted = _format(f or "geojson")
    check_format(layer, wanted)
    query = read_item_request(request, is_paged=False).query
    seats: Seats = request.app.state.seats
    headers = {
        "Content-Disposition": disposition(file_name(layer, wanted.suffix)),
        "Link": f'<{absolute(request, f"/api/collections/{layer.id}")}>; rel="describedby"',
    }
    order = Order(
        spec=layer.spec.model_dump_json(),
        query=query,
        format=wanted.name,
        note=note_of(layer),
        database=libpq_address(engine.url),
        timeout_ms=settings.api.download_timeout_s * 1000,
    )
    async with AsyncExitStack() as held:
        held.enter_context(seats.take())
        if wanted.is_text:
            pieces = stream_lines(pool, write_lines(layer.described, order), order.timeout_ms)
        else:
            check_query(layer.described, query)  # what is wrong with it is told at once
            with own_folder(settings.temporary_dir) as folder:
                path = folder / f"{layer.id}{wanted.suffix}"
                if not await made(request, order, path):
                    return Response(status_code=_LEFT)
                # Once it is open, the file needs no name any more: it cannot be left behind.
                pieces = read_pieces(held.enter_context(path.open("rb")))
        held.push_async_callback(pieces.aclose)
        first = await anext(pieces)  # what goes wrong before it is told by a status
        return Streamed(request, first, pieces, wanted.media_type, headers, held.pop_all())


def _format(name: str) -> FileFormat:
    if name not in FORMATS:
        raise _wrong_format(", ".join(FORMATS))
    return FORMATS[name]


def _raster(layer: PublishedLayer, f: str | None, path: Path) -> Response:
    if f not in (None, "geotiff"):
        raise _wrong_format("geotiff")
    # Named `identity`, or the middleware would compress it and spoil ranges.
    headers = {"Content-Encoding": "identity"}
    return FileResponse(
        path, filename=file_name(layer, ".tif"), media_type=GEOTIFF, headers=headers
    )


def _wrong_format(offered: str) -> InvalidInputError:
    return InvalidInputError(
        f"This collection can be had as {offered}.",
        f"ชุดข้อมูลนี้ดาวน์โหลดได้เป็น {offered}",
        parameter="f",
    )
