"""Inputs given by reference: `data:` addresses, and JSON from hosts that the operator allows.

Fetching whatever address somebody sends would let them reach what only this machine can reach.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from importlib import import_module
from time import monotonic
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from twin.errors import InvalidInputError

#: Largest value that is fetched, and seconds for it.
MAX_BYTES: Final = 10_000_000
_TIMEOUT_S: Final = 10.0


def fetch(href: object, hosts: Collection[str], parameter: str) -> Any:  # noqa: ANN401 (any JSON)
    """Return the JSON that an address leads to.

    Parameters
    ----------
    hosts
        `name` or `name:port` of those that may be asked.
    parameter
        What it is for, named in errors.

    Raises
    ------
    InvalidInputError
        The address is malformed or of a host that may not be asked, or gives no JSON in time.

    Examples
    --------
    >>> fetch("data:application/json,[1,2]", (), "inputs.numbers")
    [1, 2]
    """
    try:
        if not isinstance(href, str):
            raise ValueError
        if href.lower().startswith("data:"):
            return json.loads(_data(href))
        address = urlsplit(href)
        if address.scheme not in ("http", "https") or address.netloc not in hosts:
            raise _not_allowed(hosts, parameter)
        return json.loads(_get(href))
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            f"`{parameter}`: its address gives no JSON of at most {MAX_BYTES // 1_000_000} MB.",
            f"`{parameter}`: ที่อยู่ไม่ให้ JSON ที่มีขนาดไม่เกิน {MAX_BYTES // 1_000_000} MB",
            parameter=parameter,
        ) from error


def _data(href: str) -> bytes:
    head, mark, body = href.partition(",")
    if not mark:
        raise ValueError(href)
    content = unquote_to_bytes(body)
    if not head.lower().endswith(";base64"):
        return content
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError(href) from error


def _get(href: str) -> bytes:
    httpx = import_module("httpx")  # megabytes, for what is seldom asked
    content = b""
    ends = monotonic() + _TIMEOUT_S
    try:
        # Redirects are not followed: they lead past the list of hosts.
        with httpx.stream("GET", href, timeout=_TIMEOUT_S, trust_env=False) as response:
            response.raise_for_status()
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_BYTES or monotonic() > ends:
                    raise ValueError(href)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ValueError(href) from error
    return content


def _not_allowed(hosts: Collection[str], parameter: str) -> InvalidInputError:
    told = ", ".join(hosts) or "–"
    return InvalidInputError(
        f"`{parameter}`: only `data:` addresses and these hosts may be used: {told}; the operator"
        " can set TWIN_JOBS__INPUT_HOSTS.",
        f"`{parameter}`: ใช้ได้เฉพาะที่อยู่แบบ `data:` และโฮสต์เหล่านี้: {told}"
        " ผู้ดูแลระบบกำหนดได้ด้วย TWIN_JOBS__INPUT_HOSTS",
        parameter=parameter,
    )
