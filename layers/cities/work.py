"""Cities answered one after the other or on a cluster; what was answered before is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from distributed import Client, KilledWorker
from pydantic import ValidationError

from layers.cities.digest import digest_city
from layers.cities.form import City
from layers.cities.task import Fault, Outcome, Task, answer, fault_of
from twin.errors import TwinError
from twin.studies.batch import run
from twin.studies.city import CityAnswer
from twin.types import Text


def cover_cities(
    cities: Sequence[City],
    folder: Path,
    cluster: AbstractContextManager[Client | None],
    *,
    again: bool = False,
    function: Callable[[Task], Outcome] = answer,
) -> Iterator[Outcome]:
    """Yield what becomes of each city, as it is known; the fault of one does not stop the others.

    Parameters
    ----------
    folder
        Where answers are kept, by what they are made from.
    cluster
        Gives the client of a cluster, or None: everything in this process. Entered only where there
        is something to work out.
    again
        Work out also what is kept.
    function
        What a worker does.

    Notes
    -----
    An answer is kept as soon as it is there, so that a run that was broken off goes on where it
    stopped. Answers are the same whatever the number of workers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for city in cities:
        try:
            task = Task(city, digest_city(city))
        except TwinError as error:
            yield Outcome(city.id, fault=fault_of(error))
            continue
        kept = None if again else _read(folder, task)
        if kept is None:
            tasks.append(task)
        else:
            yield Outcome(city.id, kept)
    if not tasks:
        return
    with cluster as client:
        for number, found in run(client, function, tasks):
            outcome = found if isinstance(found, Outcome) else _broken(tasks[number], found)
            if outcome.answer is not None:
                _keep(folder, outcome.answer)
            yield outcome


def _read(folder: Path, task: Task) -> CityAnswer | None:
    """Return the kept answer under the names of today; None where there is none to be read."""
    try:
        kept = CityAnswer.model_validate_json(_file(folder, task.inputs).read_bytes())
    except (OSError, ValidationError):
        return None
    city = task.city
    names = {
        "id": city.id,
        "name_th": city.name_th or city.name_en or city.id,
        "name_en": city.name_en or city.name_th or city.id,
    }
    return kept.model_copy(update=names)


def _keep(folder: Path, found: CityAnswer) -> None:
    path = _file(folder, found.inputs)
    part = path.with_suffix(".part")
    part.write_text(found.model_dump_json(), encoding="utf-8")
    part.replace(path)


def _file(folder: Path, inputs: str) -> Path:
    return folder / f"{inputs}.json"


def _broken(task: Task, error: Exception) -> Outcome:
    """Return what is told of a city whose worker died or met a fault of ours."""
    if isinstance(error, KilledWorker):
        text = Text(
            "ตัวประมวลผลหยุดทำงานซ้ำทุกครั้งที่คำนวณเมืองนี้ มักเพราะหน่วยความจำไม่พอ ลดจำนวนด้วย `--workers`"
            " หรือดูตารางใน docs/operations.md",
            "every worker that tried it was lost, most likely for lack of memory: use fewer"
            " `--workers`, or see the table in docs/operations.md",
        )
    else:
        told = f"{type(error).__name__}: {error}"
        text = Text(f"ข้อผิดพลาดของโปรแกรม: {told}", f"a fault of the program: {told}")
    return Outcome(task.city.id, fault=Fault("", text))
