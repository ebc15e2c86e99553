"""A really served twin: at the root, under a prefix, and behind a proxy that cuts a prefix off."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from serving import serve

PREFIX = "/city/twin"
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


class Proxy(BaseHTTPRequestHandler):
    """Passes requests on as nginx does: the prefix cut off, and told in headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        headers = {
            **dict(self.headers),
            "Host": "inside.invalid",
            "X-Forwarded-For": self.client_address[0],
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": self.headers["Host"],
            "X-Forwarded-Prefix": PREFIX,
        }
        target = self.server.upstream + self.path.removeprefix(PREFIX)
        with httpx.stream("GET", target, headers=headers) as answer:
            content = b"".join(answer.iter_raw())
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in HOP_BY_HOP:
                    self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def proxied(upstream: str) -> Iterator[str]:
    """Run a proxy before a service until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.upstream = upstream
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session", params=["root", "prefix", "proxy"])
def api(request, toy) -> Iterator[str]:
    """Address of the API of the toy island, as clients reach it."""
    if request.param == "root":
        with serve(toy) as base:
            yield f"{base}/api"
    elif request.param == "prefix":
        with serve(toy, TWIN_API__ROOT_PATH="/twin") as base:
            yield f"{base}/twin/api"
    else:
        with serve(toy, TWIN_API__TRUSTED_PROXIES="127.0.0.1") as base, proxied(base) as outside:
            yield f"{outside}/api"
