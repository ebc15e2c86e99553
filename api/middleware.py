"""Around every request: a path prefix, HEAD, a size limit, a checked Host, safe headers, 500."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem, too_large, unexpected
from twin.types import Text

#: A host with or without a port, as it may stand in an address.
HOST: Final = re.compile(rb"([a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")

_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self';"
    " form-action 'self'"
)

#: Open data, which pages and maps of other sites may read.
_OPEN: Final = ("/api", "/tiles/", "/raster/")

#: The only path whose pages other sites may show in a frame.
EMBED: Final = "/embed/"


def _headers(ancestors: str) -> tuple[tuple[bytes, bytes], ...]:
    headers = {
        "content-security-policy": f"{_POLICY}; frame-ancestors {ancestors}",
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "permissions-policy": "geolocation=(self)",
        "cache-control": "no-cache",
    }
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


_SAFE: Final = _headers("'none'")
_EMBEDDED: Final = _headers("*")
READABLE: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"timing-allow-origin", b"*"),
)


class PathPrefix:
    """Tells the application the path prefix it is reached by, which a proxy may have cut off.

    A prefix that a trusted proxy told (`api.proxies`) comes before the one that is set.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        root_path = scope.get("root_path") or self.root_path
        if scope["type"] == "http" and root_path:
            path = scope["path"]
            if not f"{path}/".startswith(f"{root_path}/"):
                path = root_path + path
            scope = {**scope, "root_path": root_path, "path": path}
        await self.app(scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET would be answered, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_start(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})

        await self.app({**scope, "method": "GET", "twin.head": True}, receive, send_start)


class Apology:
    """Answers a request that ended in an error of ours, which is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_started = False

        async def send_on(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except Exception as error:
            if scope["type"] != "http":
                raise
            response = unexpected(scope["method"], scope["path"], error)
            if is_started:  # too late for another answer: the server cuts it off
                raise
            await response(scope, receive, send)


class BodyLimit:
    """Refuses a request body beyond a limit, told by its length or found while it comes in."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > self.max_bytes:
            await too_large(self.max_bytes)(scope, receive, send)
            return
        await self.app(scope, receive_within_limit, send)


class SafeHeaders:
    """Adds security headers, and refuses requests whose Host cannot be part of an address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = scope["path"].removeprefix(scope.get("root_path", ""))
                message["headers"] = headers = list(message["headers"])
                add_safe_headers(headers, path)
            await send(message)

        host = next((value for name, value in scope["headers"] if name == b"host"), None)
        if host is not None and not HOST.fullmatch(host):
            text = Text("ส่วนหัว Host ไม่ถูกต้อง", "The Host header cannot be used.")
            refusal = problem(HTTPStatus.BAD_REQUEST, "invalid-input", text, "Host")
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def add_safe_headers(headers: list[tuple[bytes, bytes]], path: str) -> None:
    """Add what every answer carries; `path` is without the prefix."""
    present = {name for name, _ in headers}
    policy = _EMBEDDED if path.startswith(EMBED) else _SAFE
    headers += [header for header in policy if header[0] not in present]
    # Always, not only where there is an Origin: shared caches keep one answer for everybody.
    if path.startswith(_OPEN):
        headers += READABLE
