"""A name for every request, by which an operator finds what a user tells of."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from typing import Final

from starlette.types import Scope

HEADER: Final = b"x-request-id"

#: What may stand in a log, a header and a search box without being quoted.
_SANE: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

#: The request that is being answered here, in this task or thread.
REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("twin_request_id", default=None)


def id_header() -> tuple[bytes, bytes]:
    """Return the header that names the request to its client."""
    return HEADER, (REQUEST_ID.get() or "").encode()


def name_request(scope: Scope) -> str:
    """Return the name a proxy in front gave to the request, if it is a sane one; else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER and _SANE.fullmatch(value):
            given: str = value.decode("ascii")
            return given
    return secrets.token_hex(8)
