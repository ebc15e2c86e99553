"""HTTP/1.1 on one connection: uvicorn's protocol, which sends a ready tile at once.

A request for a tile that lies ready is answered from within the parser, in one write: no task, no
messages. That is two thirds of what a warm tile costs otherwise (docs/adr/0021). All other requests
take uvicorn's way through the ASGI application, which answers tiles with the same bytes.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.errors import problem
from api.observing.draining import CLOSE, Draining
from api.observing.tiles import count_ready_tile
from api.tiling.ready import written
from api.tiling.sending import wishes
from twin.errors import InvalidInputError
from twin.types import Text

#: Bytes of a request's line and headers; longer ones are refused.
MAX_HEAD_BYTES: Final = 65_536

_MALFORMED: Final = Text("คำขอไม่เป็นไปตาม HTTP/1.1", "The request is not valid HTTP/1.1.")
_TOO_LONG: Final = Text(
    f"บรรทัดคำขอและส่วนหัวยาวเกิน {MAX_HEAD_BYTES:,} ไบต์",
    f"The request line and headers are longer than {MAX_HEAD_BYTES:,} bytes.",
)


class TileProtocol(HttpToolsProtocol):
    """Answers ready tiles itself, and hands all else to the application."""

    app: Draining

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._is_answered = False
        self._is_in_head = self._is_head_counted = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; who sends nothing is not waited for longer than between two requests."""
        super().connection_made(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        """Read what has come; a head may take its time, and its room, but not for ever."""
        super().data_received(data)
        if self._is_in_head:
            # What came with its beginning does not count: other requests may have come with it.
            self._head_bytes += len(data) if self._is_head_counted else 0
            self._is_head_counted = True
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _TOO_LONG)
        if self.timeout_keep_alive_task is None and self._is_idle():
            self._wait_for_request()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (in English alone)
        """Refuse what is no request."""
        self._refuse(HTTPStatus.BAD_REQUEST, _MALFORMED)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._is_in_head, self._is_head_counted, self._head_bytes = True, False, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Answer the request if it is for a tile that lies ready, or hand it on."""
        self._is_in_head = False
        # Where the client does not read, answers wait for it in the application.
        is_free = self._is_idle() and not self.flow.write_paused
        self._is_answered = is_free and self._answer()
        if not self._is_answered:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        if not self._is_answered:
            super().on_message_complete()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _answer(self) -> bool:
        started = perf_counter()
        front = self.app.tiles
        if front is None:
            return False
        parser = self.parser
        name = front.name_of(self.url.decode("latin-1"))
        ready = front.ready(name)
        if ready is None or parser.get_method() != b"GET" or not _is_plain(parser):
            return False
        accepts, known, has_body = wishes(self.headers)
        if has_body:
            return False
        variant, is_known = front.sender.choose(name, ready, accepts, known)
        self.transport.write(variant.written(self.server_state.default_headers, is_known=is_known))
        status = 304 if is_known else variant.status
        count_ready_tile("GET", status, started, is_raster=ready.is_raster)
        return True

    def _refuse(self, status: HTTPStatus, told: Text) -> None:
        response = problem(status, InvalidInputError.code, told)
        headers = [*self.server_state.default_headers, *response.raw_headers, CLOSE]
        line = b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode())
        self.transport.write(b"".join((line, written(headers), b"\r\n", response.body)))
        self.transport.close()

    def _wait_for_request(self) -> None:
        if not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )


def _is_plain(parser: Any) -> bool:  # noqa: ANN401 (httptools has no types)
    """Tell whether the connection goes on as it is after the answer."""
    plain: bool = (
        parser.get_http_version() == "1.1"
        and parser.should_keep_alive()
        and not parser.should_upgrade()
    )
    return plain
