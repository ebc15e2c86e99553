"""A keep-alive client that adds microseconds, not milliseconds: one request after the other."""

import gzip
import json
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.console import BenchError


@dataclass(frozen=True)
class Answer:
    """One answer: the body as it travelled, and what it took."""

    status: int
    headers: dict[str, str]
    sent: bytes
    took_ms: float

    @property
    def body(self) -> bytes:
        """The body, unpacked."""
        packed = self.headers.get("content-encoding") == "gzip" and self.sent
        return gzip.decompress(self.sent) if packed else self.sent


class Client:
    """One connection to a local server."""

    def __init__(self, base: str) -> None:
        address = urlsplit(base)
        self.host = address.netloc
        self.socket = socket.create_connection((address.hostname, address.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def close(self) -> None:
        """End the connection."""
        self.socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """Our own port, by which the server's end of the connection is found."""
        return int(self.socket.getsockname()[1])

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path, gzip accepted; header names have `_` for `-`."""
        told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        return self._ask(f"GET {path} HTTP/1.1\r\n", told, b"")

    def post(self, path: str, document: object) -> Answer:
        """Send a JSON document that must be taken; raises as `expect` does."""
        body = json.dumps(document).encode()
        told = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return self._accepted(self._ask(f"POST {path} HTTP/1.1\r\n", told, body), path)

    def _ask(self, line: str, told: str, content: bytes) -> Answer:
        head = f"{line}Host: {self.host}\r\nAccept-Encoding: gzip\r\n{told}\r\n"
        started = time.perf_counter()
        self.socket.sendall(head.encode() + content)
        status_line, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(status_line.split()[1])
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = b"" if status in (204, 304) else self._body(headers)
        return Answer(status, headers, body, (time.perf_counter() - started) * 1000)

    def expect(self, path: str) -> Answer:
        """Ask for a path that must be there.

        Raises
        ------
        BenchError
            The answer is a refusal.
        """
        return self._accepted(self.get(path), path)

    def _accepted(self, answer: Answer, path: str) -> Answer:
        if answer.status >= 400:
            told = answer.body[:200].decode(errors="replace")
            raise BenchError(
                f"{self.host}{path}: {answer.status} {told}", f"{path}: {answer.status}"
            )
        return answer

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self._take(int(headers.get("content-length", 0)))
        parts = []
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            parts.append(self._take(size))
            self._take(2)
        self._until(b"\r\n")
        return b"".join(parts)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._receive()
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def _take(self, size: int) -> bytes:
        parts, missing = [self.buffer[:size]], size - len(self.buffer)
        self.buffer = self.buffer[size:]
        while missing > 0:
            self._receive()
            parts.append(self.buffer[:missing])
            self.buffer, missing = self.buffer[missing:], missing - len(self.buffer)
        return b"".join(parts)

    def _receive(self) -> None:
        received = self.socket.recv(1 << 18)
        if not received:
            raise BenchError(f"{self.host} closed the connection", f"{self.host} ปิดการเชื่อมต่อ")
        self.buffer += received
