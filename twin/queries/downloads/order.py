"""An order for a file, and the process that fills it.

GDAL, Arrow and pandas are large; a process of their own keeps them out of the service, gives their
memory back, and can be ended at any moment.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from twin import errors
from twin.queries.downloads.formats import Format, Note
from twin.queries.item_query import ItemQuery

#: What the process ends with when it told a fault.
TOLD: Final = 3


@dataclass(frozen=True)
class Order:
    """A file to make.

    Parameters
    ----------
    spec
        Of the layer, JSON.
    note
        What the file says about itself.
    database
        Its address, password included.
    timeout_ms
        For each piece.
    """

    spec: str
    query: ItemQuery
    format: Format
    note: Note
    database: str
    timeout_ms: int


_ORDER: Final = TypeAdapter(Order)
_FAULTS: Final = {
    kind.code: kind
    for kind in (
        errors.InvalidInputError,
        errors.TooLargeError,
        errors.BusyError,
        errors.DatabaseUnavailableError,
        errors.SetupError,
    )
}


def read_order(text: bytes) -> Order:
    """Return an order that `fill` wrote."""
    return _ORDER.validate_json(text)


def tell(fault: errors.TwinError) -> str:
    """Return a fault as `fill` reads it."""
    return json.dumps([fault.code, fault.en, fault.th, fault.parameter])


async def fill(order: Order, path: Path) -> None:
    """Have a file made by a process of its own; leaving ends the process.

    Raises
    ------
    TwinError
        What the process told.
    RuntimeError
        It ended without telling why.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "twin.queries.downloads.make",
        str(path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        told, _ = await process.communicate(_ORDER.dump_json(order))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == TOLD:
        code, en, th, parameter = json.loads(told)
        raise _FAULTS[code](en, th, parameter=parameter)
    if process.returncode:
        raise RuntimeError(f"the process that makes files ended with {process.returncode}")
