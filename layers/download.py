"""One download: resumed where it broke off, within limits of size and time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from typing import Literal

import httpx

from twin.errors import FetchError
from twin.types import Text

#: Called with bytes so far and bytes in all, the latter None where the server does not tell.
Progress = Callable[[int, int | None], None]

_SUMS = {"sha256": "SHA-256", "md5": "MD5"}
_CONNECT_S = 10.0
_PARTIAL, _OK, _RANGE_REFUSED = 206, 200, 416
_TOO_MANY, _SERVER_FAULT = 429, 500


@dataclass(frozen=True)
class Limits:
    """How much and how long a download may take.

    Parameters
    ----------
    max_bytes
        Size beyond which it is given up.
    total_s
        Seconds for everything, retries included.
    stall_s
        Seconds without a byte after which the connection is given up.
    attempts
        Tries in all, where the server fails or breaks off.
    backoff_s
        Seconds before the second try; doubled before each further one.
    """

    max_bytes: int = 200_000_000
    total_s: float = 1800.0
    stall_s: float = 30.0
    attempts: int = 4
    backoff_s: float = 1.0


class _Retry(Exception):
    """The server failed or broke off: another try may do."""


class Download:
    """One download with its unfinished file, its state and its deadline."""

    def __init__(self, url: str, target: Path, limits: Limits, progress: Progress) -> None:
        self.url = url
        self.limits = limits
        self.progress = progress
        self.part = target.with_name(target.name + ".part")
        self.state = target.with_name(target.name + ".part.json")
        self.deadline = time.monotonic() + limits.total_s

    @contextmanager
    def claim(self) -> Iterator[BufferedWriter]:
        """Hold the unfinished file for this download alone; leave nothing where nothing came."""
        self.part.parent.mkdir(parents=True, exist_ok=True)
        with self.part.open("ab") as part:
            self._lock(part)
            try:
                yield part
            finally:
                if self.part.exists() and not self.part.stat().st_size:
                    self._drop()

    def run(self, part: BufferedWriter) -> None:
        """Try until the file is complete or the tries are used up."""
        timeout = httpx.Timeout(self.limits.stall_s, connect=min(_CONNECT_S, self.limits.total_s))
        with httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=5) as client:
            for attempt in range(1, self.limits.attempts + 1):
                try:
                    self._attempt(client, part)
                except _Retry as error:
                    if attempt == self.limits.attempts:
                        raise failed(self.url, Text(*error.args)) from error
                    self._wait(self.limits.backoff_s * 2 ** (attempt - 1))
                else:
                    return

    def finish(self, target: Path, part: BufferedWriter) -> None:
        """Give the complete file its name, durably."""
        os.fsync(part.fileno())
        self.part.replace(target)
        self.state.unlink(missing_ok=True)

    def verify(self, algorithm: Literal["sha256", "md5"], expected: str | None) -> None:
        """Compare the digest of what was downloaded; a wrong file is not kept."""
        if expected is None:
            return
        with self.part.open("rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
        if found != expected:
            self._drop()
            raise failed(
                self.url,
                Text(
                    f"ค่าตรวจสอบ {_SUMS[algorithm]} ไม่ตรง ได้ {found} แต่ควรเป็น {expected}",
                    f"its {_SUMS[algorithm]} is {found}, expected {expected}",
                ),
            )

    def _lock(self, part: BufferedWriter) -> None:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another download may have finished, and renamed the file, since it was opened.
            is_free = (
                self.part.exists() and self.part.stat().st_ino == os.fstat(part.fileno()).st_ino
            )
        except BlockingIOError:
            is_free = False
        if not is_free:
            raise failed(
                self.url,
                Text("มีการดาวน์โหลดไฟล์นี้อยู่แล้ว", "another process is downloading it already"),
            )

    def _drop(self) -> None:
        self.part.unlink(missing_ok=True)
        self.state.unlink(missing_ok=True)

    def _attempt(self, client: httpx.Client, part: BufferedWriter) -> None:
        try:
            with client.stream("GET", self.url, headers=self._headers(part)) as response:
                self._receive(response, part)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            told = Text("ติดต่อเซิร์ฟเวอร์ไม่ได้", f"the server cannot be reached ({error})")
            if not part.tell():
                raise failed(self.url, told) from error
            raise _Retry(*told) from error
        except httpx.ReadTimeout as error:
            told = Text(
                f"เซิร์ฟเวอร์เงียบไปเกิน {self.limits.stall_s:g} วินาที",
                f"nothing came for {self.limits.stall_s:g} s",
            )
            raise _Retry(*told) from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise _Retry("การเชื่อมต่อขาดกลางคัน", f"the connection broke ({error})") from error
        except (httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise failed(
                self.url, Text("ที่อยู่ใช้ไม่ได้", f"the address is no good ({error})")
            ) from error

    def _receive(self, response: httpx.Response, part: BufferedWriter) -> None:
        self._check_status(response, part)
        if response.status_code == _OK:
            part.truncate(0)
            part.seek(0)
            self._remember(response)
        length = response.headers.get("content-length")
        total = part.tell() + int(length) if length else None
        self._check_size(total or 0)
        self.progress(part.tell(), total)
        # Blocks as they arrive: a server that drips must not escape the limit of time.
        for block in response.iter_raw():
            part.write(block)
            self._check_size(part.tell())
            self._check_time()
            self.progress(part.tell(), total)
        part.flush()

    def _check_status(self, response: httpx.Response, part: BufferedWriter) -> None:
        status = response.status_code
        told = Text(
            f"เซิร์ฟเวอร์ตอบ HTTP {status} {response.reason_phrase}",
            f"the server answered HTTP {status} {response.reason_phrase}",
        )
        if status == _RANGE_REFUSED or (status == _PARTIAL and not _continues(response, part)):
            part.truncate(0)
            part.seek(0)
            self.state.unlink(missing_ok=True)
            raise _Retry(*told)
        if status == _TOO_MANY or status >= _SERVER_FAULT:
            raise _Retry(*told)
        if status not in (_OK, _PARTIAL):
            raise failed(self.url, told)

    def _headers(self, part: BufferedWriter) -> dict[str, str]:
        # Bytes are counted, resumed and digested as the server keeps them, so uncompressed.
        headers = {"accept-encoding": "identity", "user-agent": "phuket-twin"}
        part.flush()
        part.seek(0, os.SEEK_END)
        validator = self._validator()
        if part.tell() and validator:
            headers |= {"range": f"bytes={part.tell()}-", "if-range": validator}
        return headers

    def _validator(self) -> str | None:
        """Return what tells that the server still has the same file, if it ever told."""
        try:
            state = json.loads(self.state.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return state["validator"] if state.get("url") == self.url else None

    def _remember(self, response: httpx.Response) -> None:
        etag = response.headers.get("etag", "")
        # A weak tag does not promise the same bytes.
        validator = etag if etag.startswith('"') else response.headers.get("last-modified")
        state = {"url": self.url, "validator": validator}
        self.state.write_text(json.dumps(state), encoding="utf-8")

    def _check_size(self, size: int) -> None:
        if size > self.limits.max_bytes:
            limit_mb = self.limits.max_bytes / 1e6
            self._drop()
            raise failed(
                self.url,
                Text(
                    f"ใหญ่เกิน {limit_mb:g} MB ที่กำหนดไว้",
                    f"it is larger than the limit of {limit_mb:g} MB",
                ),
            )

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise failed(
                self.url,
                Text(
                    f"ใช้เวลาเกิน {self.limits.total_s:g} วินาที ส่วนที่ได้แล้วเก็บไว้ทำต่อครั้งหน้า",
                    f"it took more than {self.limits.total_s:g} s; what came is kept for next time",
                ),
            )

    def _wait(self, seconds: float) -> None:
        time.sleep(max(0.0, min(seconds, self.deadline - time.monotonic())))
        self._check_time()


def _continues(response: httpx.Response, part: BufferedWriter) -> bool:
    start = f"bytes {part.tell()}-"
    return bool(response.headers.get("content-range", "").startswith(start))


def failed(url: str, told: Text) -> FetchError:
    """Return the error of an address."""
    return FetchError(f"{url}: {told.en}.", f"{url}: {told.th}", parameter="url")
