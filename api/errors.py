"""Faults as `application/problem+json`, in both languages; only what is our fault is logged."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.observing.metrics import REJECTED
from api.observing.request_id import REQUEST_ID
from api.problem_page import PROBLEM, for_reader
from twin import errors
from twin.types import Text
from twin.validation import fault_path, tell_fault

LOG: Final = logging.getLogger("twin.api")

#: Seconds after which a client may try again when the database was away.
RETRY_AFTER_S: Final = 5

STATUS: Final[Mapping[type[errors.TwinError], HTTPStatus]] = {
    errors.InvalidInputError: HTTPStatus.BAD_REQUEST,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NoSuchProcessError: HTTPStatus.NOT_FOUND,
    errors.NoSuchJobError: HTTPStatus.NOT_FOUND,
    errors.NotReadyError: HTTPStatus.NOT_FOUND,
    errors.UnauthorisedError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.ChangedError: HTTPStatus.PRECONDITION_FAILED,
    errors.ManifestError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.LayerFileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ProjectFileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.FetchError: HTTPStatus.BAD_GATEWAY,
    errors.SetupError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DatabaseUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}

#: The types of problems that OGC API Processes names, by our code.
_OGC: Final = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
TYPES: Final[Mapping[str, str]] = {
    error.code: _OGC + error.code
    for error in (errors.NoSuchProcessError, errors.NoSuchJobError, errors.NotReadyError)
}

INTERNAL: Final = Text(
    "ระบบขัดข้อง ได้บันทึกไว้แล้ว โปรดลองอีกครั้งหรือแจ้งผู้ดูแลระบบ",
    "Something went wrong on our side. It has been logged; please try again or tell the operator.",
)
BUSY: Final = Text("ระบบมีผู้ใช้มากในขณะนี้ โปรดลองอีกครั้ง", "The service is busy; please try again.")

_HTTP_TEXTS: Final[Mapping[int, Text]] = {
    400: Text("อ่านคำขอไม่ได้", "The request cannot be read."),
    404: Text("ไม่มีที่อยู่นี้", "There is nothing at this address."),
    405: Text("ที่อยู่นี้ไม่รับคำขอชนิดนี้", "This address does not accept this method."),
    415: Text(
        "ต้องส่งเป็น JSON ด้วย Content-Type: application/json",
        "It must be JSON, sent as Content-Type: application/json.",
    ),
    413: Text("คำขอมีขนาดใหญ่เกินกำหนด", "The request is larger than the limit."),
}


def problem(
    status: HTTPStatus,
    code: str,
    text: Text,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an RFC 9457 problem with a detail in both languages."""
    body = {
        "type": TYPES.get(code, "about:blank"),
        "title": status.phrase,
        "status": status.value,
        "detail": text.en,
        "detail_th": text.th,
        "code": code,
        "parameter": parameter,
        "request_id": REQUEST_ID.get(),
    }
    # A name sent by the client may hold half a surrogate pair, which UTF-8 cannot carry.
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, status.value, headers, media_type=PROBLEM)


def too_large(max_bytes: int) -> Response:
    """Return the refusal of a body of more than `max_bytes` bytes."""
    text = Text(
        f"คำขอมีขนาดใหญ่เกิน {max_bytes:,} ไบต์",
        f"The request body is larger than {max_bytes:,} bytes.",
    )
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, errors.TooLargeError.code, text)


def busy() -> Response:
    """Return the refusal of a request that there is no room for now."""
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", BUSY, headers=headers)


def unexpected(method: str, path: str, error: Exception) -> Response:
    """Log a fault of ours, and return the answer that tells nothing of it."""
    LOG.error("%s %s", method, path, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", INTERNAL)


def install(app: FastAPI) -> None:
    """Put the handlers on an application; they run on the event loop, where tallies are counted."""
    app.add_exception_handler(errors.TwinError, _twin_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(PoolTimeoutError, _busy)


def fault_response(error: errors.TwinError, asked: str) -> Response:
    """Return the problem that a fault of ours is; what is our own fault is logged.

    Parameters
    ----------
    asked
        What was asked for, for the log.
    """
    status = STATUS[type(error)]
    text = Text(error.th, error.en)
    headers = {}
    if isinstance(error, errors.BusyError):
        REJECTED["pool"].inc()
        LOG.warning("%s: %s", asked, error)
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.error("%s: %s", asked, error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        text = INTERNAL
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem(status, error.code, text, error.parameter, headers)


async def _twin_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, errors.TwinError):
        raise TypeError from error
    return for_reader(request, fault_response(error, f"{request.method} {request.url.path}"))


async def _invalid_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError from error
    return for_reader(request, _refusal(error))


def _refusal(error: RequestValidationError) -> Response:
    fault = error.errors()[0]
    place, *names = fault["loc"]
    if place != "body":
        # What follows a parameter is the place in a list, or which kind of a union was tried.
        names = [name for n, name in enumerate(names) if n == 0 or isinstance(name, int)]
    elif fault["type"] == "json_invalid":
        names = []  # the place of a character
    sent = error.body if place == "body" else None
    parameter = fault_path({**fault, "loc": names}, sent) or None
    if place == "path":
        text = Text("ไม่มีที่อยู่นี้", "There is nothing at this address.")
        return problem(HTTPStatus.NOT_FOUND, "not-found", text, parameter)
    status = HTTPStatus.BAD_REQUEST
    if place == "body" and fault["type"] != "json_invalid":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    name = f"`{parameter}`" if parameter else "body"
    told = tell_fault(fault)
    text = Text(f"{name}: {told.th}", f"{name}: {told.en}.")
    return problem(status, "invalid-input", text, parameter)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError from error
    status = HTTPStatus(error.status_code)
    text = _HTTP_TEXTS.get(status.value, Text(status.phrase, status.phrase))
    code = status.phrase.lower().replace(" ", "-")
    return for_reader(request, problem(status, code, text, headers=error.headers))


async def _busy(request: Request, error: Exception) -> Response:
    LOG.warning("%s %s: %s", request.method, request.url.path, error)
    REJECTED["pool"].inc()
    return busy()
