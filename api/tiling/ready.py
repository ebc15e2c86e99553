"""Answers that are ready to be sent: the messages of a tile, in each encoding it is kept in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, Literal

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from api.middleware import add_safe_headers
from twin.tiles.address import Address

Encoding = Literal["br", "gzip", "identity"]
Message = dict[str, Any]

MVT: Final = "application/vnd.mapbox-vector-tile"
PNG: Final = "image/png"

#: A tile may be kept, and is asked about each time: a 304 costs little, and no edit is missed.
CACHE_CONTROL: Final = "public, no-cache"

#: `Server-Timing` of what was ready.
_READY: Final = (b"server-timing", b'cache;desc="hit"')

#: What an entry weighs besides its bodies: messages, headers, names.
_OVERHEAD_BYTES: Final = 3_000


class Variant:
    """A tile in one encoding: the messages of 200 (or 204) and of 304."""

    __slots__ = ("body", "etag", "not_modified", "start")

    def __init__(self, status: int, etag: str, body: bytes, headers: Mapping[str, str]) -> None:
        self.etag = etag.encode()
        common = {"etag": etag, "cache-control": CACHE_CONTROL, "vary": "accept-encoding"}
        about = {name: value for name, value in headers.items() if name.startswith("x-")}
        # An answer without content may not tell a length.
        length = {"content-length": str(len(body))} if status == HTTPStatus.OK else {}
        self.start = _start(status, {**common, **headers, **length})
        self.not_modified = _start(HTTPStatus.NOT_MODIFIED, {**common, **about})
        self.body: Message = {"type": "http.response.body", "body": body}


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
        headers = {}
        if dropped:
            headers["x-tile-dropped"] = ", ".join(f"{name}={n}" for name, n in dropped.items())
        if not content:
            self.main = Variant(204, f'"{digest}"', b"", headers)
            return
        headers["content-type"] = media_type
        if media_type == MVT:
            headers["content-encoding"] = "gzip"
        self.main = Variant(200, f'"{digest}"', content, headers)

    def response(self) -> Response:
        """Return the tile as a response of Starlette, unpacked."""
        variant = self.plain() if self.is_packed else self.main
        response = Response(variant.body["body"], variant.start["status"])
        response.raw_headers = variant.start["headers"]
        return response

    @property
    def is_packed(self) -> bool:
        """Whether the content is a gzip member."""
        return self.media_type == MVT and bool(self.main.body["body"])

    def unpacked(self) -> bytes:
        """Return the content of a gzip member."""
        return zlib.decompress(self.main.body["body"], 31)

    def plain(self) -> Variant:
        """Return the tile for a client that cannot unpack it."""
        headers = dict(_told(self.main.start))
        headers.pop("content-encoding", None)
        return Variant(200, f'"{self.digest}-i"', self.unpacked(), headers)

    def with_brotli(self, body: bytes) -> Variant:
        """Return the tile packed by Brotli."""
        headers = dict(_told(self.main.start)) | {"content-encoding": "br"}
        return Variant(200, f'"{self.digest}-b"', body, headers)


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


def timed(start: Mapping[str, Any], query_s: float, total_s: float) -> Message:
    """Return the start of an answer that was not ready, with what it took."""
    told = f"db;dur={query_s * 1000:.2f}, total;dur={total_s * 1000:.2f}".encode()
    headers = [pair for pair in start["headers"] if pair is not _READY]
    return {**start, "headers": [*headers, (b"server-timing", told)]}


def _start(status: int, headers: Mapping[str, str]) -> Message:
    message: Message = {"type": "http.response.start", "status": int(status), "headers": []}
    mutable = MutableHeaders(raw=message["headers"])
    for name, value in headers.items():
        mutable[name] = value
    add_safe_headers(mutable, "/tiles/")
    message["headers"] = [*mutable.raw, _READY]
    return message


def _told(start: Message) -> list[tuple[str, str]]:
    own = {"content-type", "content-encoding"}
    return [
        (name.decode(), value.decode())
        for name, value in start["headers"]
        if name.decode() in own or name.startswith(b"x-tile-")
    ]
