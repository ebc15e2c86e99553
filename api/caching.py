"""Answers that a client may keep: an ETag of the content, and 304 when it has not changed."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from fastapi import Request, Response

#: A changed layer is seen within a minute; within it, panning back asks nobody.
CACHE_CONTROL: Final = "public, max-age=60"


def answer(request: Request, content: bytes | None, media_type: str) -> Response:
    """Return the content, 204 where there is none, 304 where the client has it.

    The ETag is weak, because the same content also travels compressed.
    """
    headers = {"Cache-Control": CACHE_CONTROL}
    if not content:
        return Response(status_code=204, headers=headers)
    etag = f'W/"{blake2b(content, digest_size=12).hexdigest()}"'
    headers["ETag"] = etag
    known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
