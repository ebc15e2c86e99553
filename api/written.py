"""Answers whose bytes are ready: compressed at once, at little cost, where the client takes it."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response
from isal import isal_zlib

from api.encoding import takes_gzip
from api.links import GEOJSON
from twin.crs import Crs

#: Shorter answers are not worth compressing, bytes.
_MIN_BYTES: Final = 500

#: The fastest level: a page of items in a tenth of the time of zlib's level 6.
_LEVEL: Final = 1
_GZIP_WBITS: Final = 31


def written(request: Request, body: bytes, crs: Crs, link: str | None = None) -> Response:
    """Return GeoJSON that is written already, and that names its reference system.

    Parameters
    ----------
    link
        Value of the Link header.
    """
    headers = {"Content-Crs": f"<{crs.uri}>"}
    if link:
        headers["Link"] = link
    vary = [] if "f" in request.query_params else ["Accept"]
    if len(body) >= _MIN_BYTES and takes_gzip(request.headers.get("accept-encoding", "")):
        # Else the middleware says so: it adds to what it does not find encoded.
        headers["Content-Encoding"] = "gzip"
        vary.append("Accept-Encoding")
        body = isal_zlib.compress(body, level=_LEVEL, wbits=_GZIP_WBITS)
    if vary:
        headers["Vary"] = ", ".join(vary)
    return Response(body, headers=headers, media_type=GEOJSON)
