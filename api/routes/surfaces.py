"""Travel-time surfaces that the process `travel-time` made: tiles, values, GeoTIFF."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from api.deps import STRICT, AddressDep, PointDep, SettingsDep
from api.links import absolute
from api.models.surface import SurfaceTileJson, SurfaceValue
from api.openapi import binary, problems
from api.surfaces import surface_tilejson, surface_value
from api.tiling.ready import PNG, matches
from twin.queries.downloads.formats import GEOTIFF
from twin.rasters.bands import render_bands
from twin.rasters.surface_files import find_surface, read_about
from twin.rasters.values import sample_many

router = APIRouter(
    prefix="/raster/travel-time", tags=["tiles"], dependencies=STRICT, responses=problems(400, 404)
)

#: The address names the content, which therefore never changes.
_FOREVER: Final = "public, max-age=31536000, immutable"

Digest = Annotated[
    str,
    Path(pattern="^[0-9a-f]{64}$", description="As the process told it", examples=["0" * 64]),
]


@router.get("/{digest}.json")
def get_surface_tilejson(
    request: Request, settings: SettingsDep, digest: Digest
) -> SurfaceTileJson:
    """Describe the tiles of a surface (TileJSON 3.0.0), with the key to their colours."""
    told, bounds = read_about(find_surface(settings.surface_dir, digest))
    return surface_tilejson(told, bounds, absolute(request, f"/raster/travel-time/{digest}"))


@router.get(
    "/{digest}.tif",
    response_class=FileResponse,
    responses={200: binary(GEOTIFF, "One band, EPSG:32647, in the unit of the surface")},
)
def get_surface_file(settings: SettingsDep, digest: Digest) -> FileResponse:
    """Return a surface as a GeoTIFF."""
    path = find_surface(settings.surface_dir, digest)
    # Named `identity`, or the middleware would compress it and spoil ranges.
    headers = {"Content-Encoding": "identity", "Cache-Control": _FOREVER}
    name = f"travel-time-{digest[:8]}.tif"
    return FileResponse(path, filename=name, media_type=GEOTIFF, headers=headers)


@router.get("/{digest}/value")
def get_surface_value(settings: SettingsDep, digest: Digest, point: PointDep) -> SurfaceValue:
    """Return the time or distance at a point."""
    path = find_surface(settings.surface_dir, digest)
    told, _ = read_about(path)
    (value,) = sample_many(path, [point.lon], [point.lat]).tolist()
    return surface_value(told, point, value)


@router.get(
    "/{digest}/{z}/{x}/{y}.png",
    response_class=Response,
    responses={
        200: binary(PNG, "A tile of 256 pixels, transparent where there is no value"),
        204: {"description": "The surface has nothing to show in this tile"},
        304: {"description": "The tile is as the client has it"},
    },
)
def get_surface_tile(
    request: Request, settings: SettingsDep, digest: Digest, address: AddressDep
) -> Response:
    """Return one tile in XYZ order: zoom, column, row."""
    path = find_surface(settings.surface_dir, digest)
    told, _ = read_about(path)
    image = render_bands(path, told["steps"], address)
    etag = f'"{blake2b(image or b"", digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": _FOREVER}
    known = request.headers.get("if-none-match", "").encode("latin-1")
    if known and matches(known, etag.encode()):
        return Response(status_code=304, headers=headers)
    if image is None:
        return Response(status_code=204, headers=headers)
    return Response(image, media_type=PNG, headers=headers)
