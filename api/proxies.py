"""What reverse proxies tell about a request, believed only of proxies that are trusted.

Each proxy adds to the chain on the right, so the chain is read from there: as long as who sent the
request on is trusted, what it says about who sent it to *it* is believed. The values that count are
those of the outermost trusted proxy, the one that the client spoke to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from api.middleware import HOST
from twin.settings import ApiSettings

Address = IPv4Address | IPv6Address

#: A path prefix: segments of plain letters, none of them `.` or `..`.
_PREFIX: Final = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 (RFC 9110's word for a name)
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
#: More lenient than RFC 7239: a port or an IPv6 address need not be quoted.
_PAIR: Final = re.compile(rf'\s*({_TOKEN})=({_QUOTED}|[^\s;,"]+)\s*')

#: A proxy adds one of these: the request is not of whoever made the connection.
_PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MAX_PORT: Final = 65535

#: Longer chains are cut, longer headers not read: nobody needs them, and reading takes time.
_MAX_HOPS: Final = 32
_MAX_CHARACTERS: Final = 4096


@dataclass(frozen=True)
class Hop:
    """What one proxy says about a request that it sent on; empty where it says nothing."""

    client: str = ""
    proto: str = ""
    host: str = ""
    port: str = ""
    prefix: str = ""


class TrustedProxies:
    """Puts what trusted proxies tell into the request: client, scheme, host, path prefix."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self.app = app
        self.trusted = settings.trusted_proxies
        self.read = forwarded_hops if settings.proxy_headers == "forwarded" else x_forwarded_hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        client = scope.get("client")
        if self.trusted and scope["type"] == "http" and client and self._trusts(client[0]):
            scope = self._told(scope)
        await self.app(scope, receive, send)

    def _told(self, scope: Scope) -> Scope:
        hops = self._believed(self.read(Headers(scope=scope)))
        if not hops:
            return scope
        result = dict(scope)
        client = _client(hops[-1].client)
        if client:
            result["client"] = client
        proto = _outermost(
            [hop.proto.lower() for hop in hops if hop.proto.lower() in _DEFAULT_PORTS]
        )
        result["scheme"] = proto or scope["scheme"]
        prefix = _outermost([hop.prefix for hop in hops if _PREFIX.fullmatch(hop.prefix)])
        if prefix:
            result["root_path"] = prefix
        host = self._host(hops, scope, result["scheme"])
        if host:
            headers = MutableHeaders(raw=list(scope["headers"]))
            headers["host"] = host
            result["headers"] = headers.raw
        return result

    def _believed(self, hops: Sequence[Hop]) -> list[Hop]:
        """Return the hops of trusted proxies, the nearest first."""
        believed = []
        for hop in reversed(hops):
            believed.append(hop)
            if not self._trusts(_bare(hop.client)):
                break
        return believed

    def _host(self, hops: Sequence[Hop], scope: Scope, scheme: str) -> str:
        told = _outermost([hop.host for hop in hops if _is_host(hop.host)])
        port = _outermost([hop.port for hop in hops if _is_port(hop.port)])
        if not port or (told and _has_port(told)):
            return told
        name = told or Headers(scope=scope).get("host", "")
        if not _is_host(name):
            return ""
        name = re.sub(r":[0-9]+$", "", name)
        return name if int(port) == _DEFAULT_PORTS.get(scheme) else f"{name}:{int(port)}"

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self.trusted)


def passed_on(headers: Headers) -> bool:
    """Tell whether a proxy passed a request on, whatever connection brings it."""
    return any(name in headers for name in _PASSED_ON)


def x_forwarded_hops(headers: Headers) -> list[Hop]:
    """Return what the `X-Forwarded-…` headers say, a hop for each address in `X-Forwarded-For`.

    Proxies add to `X-Forwarded-For`, but many of them replace the others: those lists are laid
    against the addresses from the right, and a shorter one says the same of all hops before it.
    """
    lists = {
        name: _split(headers, f"x-forwarded-{header}")
        for name, header in (
            ("client", "for"),
            ("proto", "proto"),
            ("host", "host"),
            ("port", "port"),
            ("prefix", "prefix"),
        )
    }
    count = max(len(lists["client"]), 1)
    hops = []
    for back in range(count, 0, -1):
        values = {name: _from_right(values, back) for name, values in lists.items()}
        values["prefix"] = values["prefix"].rstrip("/")
        values["proto"] = values["proto"].lower()
        hops.append(Hop(**values))
    return hops if any(lists.values()) else []


def forwarded_hops(headers: Headers) -> list[Hop]:
    """Return what the `Forwarded` headers say (RFC 7239); nothing where any of it is malformed."""
    text = ",".join(headers.getlist("forwarded"))
    if len(text) > _MAX_CHARACTERS:
        return []
    try:
        elements = [dict(_pairs(element)) for element in _unquoted_split(text, ",")]
    except ValueError:
        return []
    return [
        Hop(each.get("for", ""), each.get("proto", "").lower(), each.get("host", ""))
        for each in elements
    ]


def _pairs(element: str) -> Iterator[tuple[str, str]]:
    for part in _unquoted_split(element, ";"):
        match = _PAIR.fullmatch(part)
        if not match:
            raise ValueError(part)
        value = match[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        yield match[1].lower(), value


def _unquoted_split(text: str, mark: str) -> list[str]:
    parts = re.findall(rf'(?:{_QUOTED}|[^{mark}"])+|"', text)
    return [part for part in parts if part.strip()]


def _split(headers: Headers, name: str) -> list[str]:
    values = [value.strip() for line in headers.getlist(name) for value in line.split(",")]
    return values[-_MAX_HOPS:] if any(values) else []


def _from_right(values: Sequence[str], back: int) -> str:
    return values[-min(back, len(values))] if values else ""


def _outermost(values: Sequence[str]) -> str:
    return values[-1] if values else ""


def _client(text: str) -> tuple[str, int] | None:
    bare = _bare(text)
    address = _address(bare)
    if address is None:
        return None
    port = text.rpartition(":")[2] if _has_port(text) else ""
    return str(address), int(port) if _is_port(port) else 0


def _bare(text: str) -> str:
    """Return an address without its port and brackets."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _has_port(text: str) -> bool:
    return bool(re.search(r"\]:[0-9]+$" if text.startswith("[") else r"^[^:]*:[0-9]+$", text))


def _is_host(text: str) -> bool:
    return bool(HOST.fullmatch(text.encode("latin-1", "replace")))


def _is_port(text: str) -> bool:
    return bool(_PORT.fullmatch(text)) and 0 < int(text) <= _MAX_PORT


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
