"""Running a process: what was sent becomes its inputs; at once in a thread, or as a job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import BoundedSemaphore
from time import monotonic
from typing import Any, Final

import anyio
from anyio.to_thread import run_sync
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.describing import RESULT
from api.models.processes import Execute
from twin.db import leases
from twin.errors import BusyError, InvalidInputError, TooLargeError
from twin.jobs.process import Context, Process
from twin.jobs.record import Response, as_json
from twin.jobs.references import fetch
from twin.types import Json, Text

#: What may stand beside a value that is sent as `{"value": …}`.
_QUALIFIED: Final = frozenset(("value", "mediaType", "encoding", "schema", "format"))
#: What a link may hold.
_LINK: Final = frozenset(("href", "rel", "type", "hreflang", "title"))

#: Seconds that a run waits for another to end.
_WAIT_S: Final = 2.0

_RESPOND_ASYNC: Final = re.compile(r"\s*respond-async\s*(=\s*(\"\"|true)?\s*)?", re.IGNORECASE)


def prefers_job(prefer: str | None) -> bool:
    """Tell whether a Prefer header (RFC 7240) asks for an answer before the work is done."""
    preferences = [part.partition(";")[0] for part in (prefer or "").split(",")]
    return any(map(_RESPOND_ASYNC.fullmatch, preferences))


def wanted_response(sent: Execute) -> Response:
    """Return what results are to be sent as.

    Raises
    ------
    InvalidInputError
        An output is wanted that no process has.
    """
    if sent.outputs is None:
        return sent.response
    for name in sent.outputs:
        if name != RESULT:
            raise InvalidInputError(
                f"`outputs` may hold `{RESULT}` alone.",
                f"`outputs` มีได้เพียง `{RESULT}`",
                parameter="outputs",
            )
    return sent.response if sent.outputs else "none"


def read_inputs(process: Process, values: Json, hosts: tuple[str, ...]) -> BaseModel:
    """Return the inputs of a process, those given by reference fetched.

    Parameters
    ----------
    hosts
        Those that may be asked.

    Raises
    ------
    RequestValidationError
        They cannot be used; each fault names its input.
    InvalidInputError
        One cannot be fetched.
    """
    plain = {name: _plain(name, value, hosts) for name, value in values.items()}
    try:
        return process.inputs.model_validate(plain)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", "inputs", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults, body={"inputs": plain}) from error


def _plain(name: str, value: Any, hosts: tuple[str, ...]) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(value, dict):
        if "value" in value and value.keys() <= _QUALIFIED:
            return value["value"]
        if "href" in value and value.keys() <= _LINK:
            return fetch(value["href"], hosts, f"inputs.{name}")
    return value


class BoundedProgress:
    """Ends a run whose time is over, or whose asker has left."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self.ends = monotonic() + timeout_s

    def __call__(self, share: float, text: Text) -> None:
        """Go on, or not."""
        del share, text
        leases.check()
        if monotonic() > self.ends:
            raise too_slow(self._timeout_s)


class Runs:
    """How many runs one worker has in work at a time; they are open to everybody.

    Parameters
    ----------
    number
        At most.
    """

    def __init__(self, number: int) -> None:
        self._free = BoundedSemaphore(number)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Be one of them for the block, which begins when another ends.

        Raises
        ------
        BusyError
            None ended soon.
        """
        if not self._free.acquire(timeout=_WAIT_S):
            raise BusyError(
                "Other questions are being answered; please try again in a moment, or ask for a"
                " job with the header `Prefer: respond-async`.",
                "กำลังคำนวณคำถามอื่นอยู่ โปรดลองอีกครั้งในอีกสักครู่ หรือสั่งเป็นงานเบื้องหลังด้วยส่วนหัว"
                " `Prefer: respond-async`",
            )
        try:
            yield
        finally:
            self._free.release()


async def run_at_once(process: Process, context: Context, inputs: BaseModel, runs: Runs) -> str:
    """Run a process in a thread and return its result as JSON text.

    Raises
    ------
    TooLargeError
        It took too long; the thread ends when the run next tells how far it is.
    BusyError
        Too many others are being run.
    """
    timeout_s = context.settings.jobs.sync_timeout_s
    progress = BoundedProgress(timeout_s)
    bounded = replace(context, ends=progress.ends)

    def run() -> str:
        with runs.take():
            return as_json(process.answer(bounded, inputs, progress))

    try:
        with anyio.fail_after(timeout_s):
            return await run_sync(run, abandon_on_cancel=True)
    except TimeoutError:
        raise too_slow(timeout_s) from None


def too_slow(timeout_s: float) -> TooLargeError:
    """Return the refusal of what takes too long at once."""
    return TooLargeError(
        f"This takes longer than {timeout_s:g} seconds; ask for it as a job, with the header"
        " `Prefer: respond-async`.",
        f"ใช้เวลาเกิน {timeout_s:g} วินาที โปรดสั่งเป็นงานเบื้องหลังด้วยส่วนหัว `Prefer: respond-async`",
    )
