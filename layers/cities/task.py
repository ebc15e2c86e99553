"""One city as one task: what a worker does, and what it tells."""

from __future__ import annotations

import gc
import resource
import sys
import time
from dataclasses import dataclass
from typing import Final

from layers.cities.form import City
from layers.cities.inputs import read_city
from twin.errors import TwinError
from twin.studies.city import CityAnswer, cover_city
from twin.types import Text

#: `ru_maxrss` is in bytes on macOS, in kB elsewhere.
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Task:
    """A city to answer, and the SHA-256 of what it is answered from."""

    city: City
    inputs: str


@dataclass(frozen=True)
class Fault:
    """Why a city has no answer: the field of its table, and what to do."""

    field: str
    text: Text


@dataclass(frozen=True)
class Outcome:
    """What became of a city.

    Parameters
    ----------
    answer
        None where there is a fault.
    seconds, memory_mb
        What it took, and the most memory that the process had until then, MB; None where the answer
        was there before.
    """

    city: str
    answer: CityAnswer | None = None
    fault: Fault | None = None
    seconds: float | None = None
    memory_mb: float | None = None


def answer(task: Task) -> Outcome:
    """Return the answer of a city, or what a person can mend; other faults are raised.

    Everything of it but the answer is let go of before the next city begins.
    """
    started = time.monotonic()
    found, fault = None, None
    try:
        found = cover_city(read_city(task.city, task.inputs), task.inputs)
    except TwinError as error:
        fault = fault_of(error)
    gc.collect()
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / 1e6
    return Outcome(task.city.id, found, fault, time.monotonic() - started, memory_mb)


def fault_of(error: TwinError) -> Fault:
    """Return a fault as it can travel between processes."""
    return Fault(error.parameter or "", Text(error.th, error.en))
