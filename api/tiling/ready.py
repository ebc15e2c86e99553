"""Answers that are ready to be sent: the messages of a tile, in each encoding it is kept in."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, Literal

from starlette.responses import Response

from api.middleware import READABLE
from twin.tiles.address import Address

Encoding = Literal["br", "gzip", "identity"]
Message = dict[str, Any]
Header = tuple[bytes, bytes]

MVT: Final = "application/vnd.mapbox-vector-tile"
PNG: Final = "image/png"

#: A tile may be kept, and is asked about each time: a 304 costs little, and no edit is missed.
CACHE_CONTROL: Final = "public, no-cache"

#: `Server-Timing` of what was ready.
_READY: Final = (b"server-timing", b'cache;desc="hit"')

_START: Final[Message] = {"type": "http.response.start"}
_TYPES: Final = {name: (b"content-type", name.encode()) for name in (MVT, PNG)}
_GZIP: Final = (b"content-encoding", b"gzip")
_BROTLI: Final = (b"content-encoding", b"br")

#: What an entry weighs besides its bodies: headers and names (measured).
_OVERHEAD_BYTES: Final = 1_400


class Variant:
    """A tile in one encoding: what is sent as 200 (or 204) and as 304.

    Parameters
    ----------
    about
        Headers of this tile, besides its ETag and length.
    """

    __slots__ = ("_about", "_head", "body", "etag", "status")

    def __init__(self, status: int, etag: str, body: bytes, about: tuple[Header, ...]) -> None:
        self.status = int(status)
        self.etag = etag.encode()
        self.body = body
        self._about = about
        self._head = written(self._own())

    @property
    def start(self) -> Message:
        """The head of the answer as a message of ASGI."""
        return {**_START, "status": self.status, "headers": [*self._own(), *_SHARED]}

    @property
    def not_modified(self) -> Message:
        """The head of 304: what the client keeps has the rest."""
        return {**_START, "status": 304, "headers": [(b"etag", self.etag), *_CACHED]}

    def written(self, more: Iterable[Header], *, is_known: bool) -> bytes:
        """Return the answer as it travels by HTTP/1.1, with more headers: 304 where it is known."""
        if is_known:
            return b"".join((_LINES[304], written(more), b"etag: ", self.etag, _CACHED_END))
        return b"".join((_LINES[self.status], written(more), self._head, _SHARED_END, self.body))

    def _own(self) -> list[Header]:
        own = [(b"etag", self.etag), *self._about]
        if self.status == HTTPStatus.OK:  # an answer without content may not tell a length
            own.append((b"content-length", b"%d" % len(self.body)))
        return own


class Ready:
    """One tile, ready to be sent.

    Parameters
    ----------
    content
        The tile as it travels: one gzip member for vector tiles, a PNG; empty where nothing is.
    digest
        Name of the content, of which the ETags are made.
    dropped
        Features left out, by layer: told in a header.
    query_s
        Seconds that the database took to make it: told to those who waited for it.
    """

    __slots__ = (
        "about",
        "address",
        "asked_for_br",
        "br",
        "digest",
        "main",
        "media_type",
        "query_s",
        "tileset",
        "weight",
    )

    def __init__(
        self,
        tileset: str,
        address: Address,
        content: bytes,
        digest: str,
        media_type: str,
        dropped: Mapping[str, int],
        query_s: float = 0.0,
    ) -> None:
        self.tileset = tileset
        self.address = address
        self.digest = digest
        self.media_type = media_type
        self.query_s = query_s
        self.asked_for_br = 0
        self.br: Variant | None = None
        self.weight = len(content) + _OVERHEAD_BYTES
        self.about: tuple[Header, ...] = ()
        if dropped:
            told = ", ".join(f"{name}={count}" for name, count in dropped.items())
            self.about = ((b"x-tile-dropped", told.encode()),)
        if not content:
            self.main = Variant(HTTPStatus.NO_CONTENT, f'"{digest}"', b"", self.about)
            return
        packed = (_GZIP,) if media_type == MVT else ()
        self.about = (_TYPES[media_type], *self.about)
        self.main = Variant(HTTPStatus.OK, f'"{digest}"', content, (*packed, *self.about))

    def response(self) -> Response:
        """Return the tile as a response of Starlette, unpacked."""
        variant = self.plain() if self.is_packed else self.main
        response = Response(variant.body, variant.status)
        response.raw_headers = variant.start["headers"]
        return response

    @property
    def is_raster(self) -> bool:
        """Whether it is a picture."""
        return self.media_type == PNG

    @property
    def is_packed(self) -> bool:
        """Whether the content is a gzip member."""
        return self.media_type == MVT and bool(self.main.body)

    def unpacked(self) -> bytes:
        """Return the content of a gzip member."""
        return zlib.decompress(self.main.body, 31)

    def plain(self) -> Variant:
        """Return the tile for a client that cannot unpack it."""
        return Variant(HTTPStatus.OK, f'"{self.digest}-i"', self.unpacked(), self.about)

    def with_brotli(self, body: bytes) -> Variant:
        """Return the tile packed by Brotli."""
        return Variant(HTTPStatus.OK, f'"{self.digest}-b"', body, (_BROTLI, *self.about))


@lru_cache(maxsize=512)
def accepted(header: bytes) -> tuple[bool, bool]:
    """Return whether a client reads gzip, and Brotli, by its `Accept-Encoding`.

    Examples
    --------
    >>> accepted(b"gzip, deflate, br"), accepted(b"gzip;q=0, br"), accepted(b"*"), accepted(b"")
    ((True, True), (False, True), (True, True), (False, False))
    """
    reads: dict[str, bool] = {}
    for part in header.decode("latin-1").lower().split(","):
        name, _, weight = part.strip().partition(";")
        reads[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    rest = reads.get("*", False)
    return reads.get("gzip", rest), reads.get("br", rest)


def matches(known: bytes, etag: bytes) -> bool:
    """Tell whether `If-None-Match` names this ETag (compared weakly, as the standard asks)."""
    if known == etag:
        return True
    names = [name.strip().removeprefix(b"W/") for name in known.split(b",")]
    return etag in names or b"*" in names


def written(headers: Iterable[Header]) -> bytes:
    r"""Return headers as they travel by HTTP/1.1.

    Examples
    --------
    >>> written([(b"etag", b'"1"'), (b"vary", b"accept-encoding")])
    b'etag: "1"\r\nvary: accept-encoding\r\n'
    """
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def timed(start: Mapping[str, Any], query_s: float, total_s: float) -> Message:
    """Return the start of an answer that was not ready, with what it took."""
    told = f"db;dur={query_s * 1000:.2f}, total;dur={total_s * 1000:.2f}".encode()
    headers = [pair for pair in start["headers"] if pair is not _READY]
    return {**start, "headers": [*headers, (b"server-timing", told)]}


_LINES: Final = {
    200: b"HTTP/1.1 200 OK\r\n",
    204: b"HTTP/1.1 204 No Content\r\n",
    304: b"HTTP/1.1 304 Not Modified\r\n",
}

#: What every tile tells. Pages need more (`api.middleware`); these are no pages, and small.
_CACHED: Final[tuple[Header, ...]] = (
    (b"cache-control", CACHE_CONTROL.encode()),
    (b"vary", b"accept-encoding"),
)
_SHARED: Final[tuple[Header, ...]] = (
    *_CACHED,
    (b"x-content-type-options", b"nosniff"),
    *READABLE,
    _READY,
)
_CACHED_END: Final = b"\r\n" + written(_CACHED) + b"\r\n"
_SHARED_END: Final = written(_SHARED) + b"\r\n"
