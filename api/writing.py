"""Who may write, until there are roles: whoever is on this machine, and the operator with a token.

A request is of this machine when its connection comes from the loopback address, no proxy passed
it on, and it names this machine as its host: a page of another site whose name was made to lead
here (DNS rebinding) does not. A page of another site may not write either, whatever browser it is
shown in: browsers tell where a request comes from.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from fastapi import Request
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from api.proxies import passed_on
from twin.errors import ForbiddenError, UnauthorisedError

_READS: Final = ("GET", "HEAD")

#: Where a browser says a request comes from, if it is to be done.
_OWN_SITES: Final = ("same-origin", "none")


def check_writer(request: Request, token: SecretStr | None) -> None:
    """Refuse a request that may not write.

    Raises
    ------
    UnauthorisedError
        The token is wrong, or is needed and missing.
    ForbiddenError
        It comes from a page of another site, or from elsewhere and nobody there may write.
    HTTPException
        Its body is not JSON (415), so that a form of another site could have sent it.
    """
    _check_is_json(request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        if not _is_right(authorization, token):
            raise UnauthorisedError(
                "The operator's token is wrong; send it as `Authorization: Bearer …`.",
                "โทเคนของผู้ดูแลระบบไม่ถูกต้อง โปรดส่งเป็น `Authorization: Bearer …`",
                parameter="Authorization",
            )
        return
    if not _is_of_this_machine(request):
        raise _needs_token(token)
    if not _is_of_own_page(request):
        raise ForbiddenError(
            "A page of another site may not do this; send the operator's token.",
            "หน้าเว็บของไซต์อื่นทำสิ่งนี้ไม่ได้ โปรดส่งโทเคนของผู้ดูแลระบบ",
            parameter="Origin",
        )


def _check_is_json(request: Request) -> None:
    has_body = request.method not in (*_READS, "DELETE")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and media_type != "application/json":
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _is_right(authorization: str, token: SecretStr | None) -> bool:
    scheme, _, sent = authorization.partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(sent.strip().encode(), token.get_secret_value().encode())


def _is_of_this_machine(request: Request) -> bool:
    if request.client is None or passed_on(request.headers):
        return False
    return _is_loopback(request.client.host) and _names_this_machine(request.url.hostname or "")


def _names_this_machine(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or _is_loopback(host)


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_of_own_page(request: Request) -> bool:
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.url.netloc}"
    site = request.headers.get("sec-fetch-site", "none")
    return origin in (None, own) and site in _OWN_SITES


def _needs_token(token: SecretStr | None) -> UnauthorisedError | ForbiddenError:
    if token is None:
        return ForbiddenError(
            "This can be done on the machine of the service alone; its operator can set"
            " TWIN_API__ADMIN_TOKEN to allow it elsewhere.",
            "ทำสิ่งนี้ได้บนเครื่องที่ให้บริการเท่านั้น ผู้ดูแลระบบกำหนด TWIN_API__ADMIN_TOKEN เพื่อให้ทำจากที่อื่นได้",
        )
    return UnauthorisedError(
        "This needs the operator's token, sent as `Authorization: Bearer …`.",
        "ต้องใช้โทเคนของผู้ดูแลระบบ ส่งเป็น `Authorization: Bearer …`",
        parameter="Authorization",
    )
