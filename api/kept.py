"""Answers that were written before, sent again until something in the database changes.

Whatever changes a layer of geometry is heard of within milliseconds (`twin.db.changes`), so what is
kept is as fresh as what would be written anew. Nothing is kept while changes cannot be heard.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from fastapi import Request, Response

from api.encoding import takes_gzip
from api.tiling.ready import matches
from twin.queries.catalogue import PublishedLayer
from twin.tiles.opening import TileServices

#: A longer answer is asked for seldom, and would push many others out.
_LONGEST: Final = 200_000


@dataclass(frozen=True)
class Kept:
    """One answer, and how many changes had been heard when it was begun."""

    heard: int
    body: bytes
    headers: list[tuple[bytes, bytes]]
    etag: bytes

    def answer(self, request: Request) -> Response:
        """Return the answer, 304 where the client has it."""
        known = request.headers.get("if-none-match", "").encode("latin-1")
        if known and matches(known, self.etag):
            response = Response(status_code=304)
            response.raw_headers = [pair for pair in self.headers if pair[0] in _CACHED]
            return response
        response = Response(self.body)
        response.raw_headers = list(self.headers)
        return response


_CACHED: Final = (b"etag", b"vary", b"link", b"content-crs")


class KeptAnswers:
    """Keeps answers by what was asked, up to a total size.

    Parameters
    ----------
    services
        Tell how many changes were heard, and whether any can be.
    max_bytes
        Of all bodies; the least recently asked for go first.
    """

    def __init__(self, services: TileServices, max_bytes: int) -> None:
        self._services = services
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, bool], Kept] = OrderedDict()

    @property
    def heard(self) -> int:
        """How many times changes were heard."""
        return self._services.vector.heard

    def news(self) -> int | None:
        """Return how many times changes were heard, None while they cannot be."""
        return self.heard if self._services.watcher.is_connected else None

    def get(self, request: Request) -> Kept | None:
        """Return the answer to a request, if nothing has changed since it was written."""
        key = _key(request)
        kept = self._kept.get(key)
        if kept is None or not self._services.watcher.is_connected:
            return None
        if kept.heard != self.heard:
            self._forget(key)
            return None
        self._kept.move_to_end(key)
        return kept

    def put(
        self, request: Request, heard: int, layer: PublishedLayer, response: Response
    ) -> Response:
        """Keep an answer where it may be kept, and return it.

        Parameters
        ----------
        heard
            Of before the database was asked. Edits of tables without geometry are not told.
        """
        body = bytes(response.body)
        may_be_kept = layer.kind == "vector" and len(body) <= _LONGEST
        if not may_be_kept or heard != self.heard or not self._services.watcher.is_connected:
            return response
        etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
        kept = Kept(heard, body, [*response.raw_headers, (b"etag", etag)], etag)
        key = _key(request)
        self._forget(key)
        self._kept[key] = kept
        self._bytes += len(body)
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))
        return kept.answer(request)

    def _forget(self, key: tuple[str, bool]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.body)


def _key(request: Request) -> tuple[str, bool]:
    # With its host: links in the answer name it.
    return str(request.url), takes_gzip(request.headers.get("accept-encoding", ""))
