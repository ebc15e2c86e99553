"""The options that a question of coverage has on the command line, and the question they make.

All values are taken as text: what they may be, the question itself says, in both languages.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from twin.errors import InvalidInputError
from twin.studies.question import Question
from twin.types import Json

Read = Callable[[Any], Any]


def _same(value: Any) -> Any:  # noqa: ANN401
    return value


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _growing(text: str) -> list[str]:
    """Return thresholds in order; what is no number stays for the question to refuse."""
    parts = list(dict.fromkeys(_listed(text)))
    try:
        return sorted(parts, key=float)
    except ValueError:
        return parts


def _places(texts: Sequence[str]) -> list[list[str]]:
    return [_listed(text) for text in texts]


@dataclass(frozen=True)
class Option:
    """An option: where in the question its value goes, and what it is.

    Parameters
    ----------
    read
        Makes what the question takes of what was typed.
    kind
        What Typer takes: a text, several, or a switch.
    """

    path: tuple[str, ...]
    help: str
    read: Read = _same
    kind: Any = str


OPTIONS: Final[Mapping[str, Option]] = {
    "layer": Option(
        ("supply", "layer"), "Layer of facilities; facility, unless only --point or --project."
    ),
    "where": Option(("supply", "filter"), "CQL2, e.g. \"amenity = 'hospital'\"."),
    "capacity": Option(("supply", "capacity"), "Column of the layer with the capacity."),
    "point": Option(
        ("supply", "points"), "A facility at lon,lat; again for more.", _places, list[str]
    ),
    "project": Option(
        ("supply", "projects"), "Code of a project: its sites; again for more.", list, list[str]
    ),
    "opened-by": Option(("supply", "opened_by"), "Day, YYYY-MM-DD: leave out what opens later."),
    "demand": Option(("demand", "source"), "population, layer or raster."),
    "demand-layer": Option(("demand", "layer"), "Points with --weight, or a raster of people."),
    "weight": Option(("demand", "weight"), "Column of --demand-layer with the quantity."),
    "year": Option(("demand", "year"), "Of the register, CE; none: the newest."),
    "variant": Option(("demand", "variant"), "registered, with_visitors or aged_60."),
    "spread": Option(("demand", "spread"), "auto, land_cover or streets."),
    "unregistered-share": Option(
        ("demand", "unregistered_share"), "Residents not registered, for each registered one."
    ),
    "visitors": Option(("demand", "visitors"), "Visitors on a usual day."),
    "mode": Option(("mode",), "walk, motorcycle or car."),
    "direction": Option(("direction",), "to: people travel; from: the service does."),
    "minutes": Option(("thresholds",), "E.g. 5,10,15.", _growing),
    "metres": Option(("thresholds",), "In place of --minutes, e.g. 500,1000.", _growing),
    "areas": Option(("areas",), "Layers of areas, e.g. amphoe,tambon; '' for none.", _listed),
    "max-snap": Option(("max_snap_m",), "Metres; farther from any street is unknown."),
    "speed-factor": Option(("speed_factor",), "On the usual speeds."),
    "speed-range": Option(
        ("speed_range",), "Also answer for slow and fast travel.", kind=bool
    ),
    "ferries": Option(("ferries",), "With ferry lines.", kind=bool),
    "scenario": Option(("scenario",), "Id of a scenario."),
}  # fmt: skip

_FILE: Final = Annotated[
    Path | None,
    typer.Option("--question", help="FILE.json with a question; options go before it."),
]


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a question; its first argument is the question."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    def run(**given: Any) -> None:  # noqa: ANN401
        typed = {name: given.pop(_identifier(name)) for name in OPTIONS}
        question = read_question(typed, given.pop("question"))
        command(question, **given)

    parameters = [*own, *map(_parameter, OPTIONS), _keyword("question", _FILE)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__doc__ = command.__doc__
    run.__name__ = command.__name__
    return run


def read_question(typed: Mapping[str, Any], file: Path | None = None) -> Question:
    """Return the question that was typed, on top of that of a file.

    Parameters
    ----------
    typed
        Values by name of option; None where it was not given.

    Raises
    ------
    InvalidInputError
        The file cannot be read, or values cannot be used; each fault names its option.
    """
    given = {name: value for name, value in typed.items() if value not in (None, [])}
    if "minutes" in given and "metres" in given:
        raise InvalidInputError(
            "Give `--minutes` or `--metres`, not both.",
            "ระบุ `--minutes` หรือ `--metres` อย่างใดอย่างหนึ่ง",
            parameter="thresholds",
        )
    asked = {} if file is None else _read_file(file)
    if given.keys() & {"minutes", "metres"}:
        asked["unit"] = "metres" if "metres" in given else "minutes"
    if _is_only_drawn(given, asked):
        _put(asked, ("supply", "layer"), None)
    for name, value in given.items():
        _put(asked, OPTIONS[name].path, OPTIONS[name].read(value))
    try:
        return Question.model_validate(asked)
    except ValidationError as error:
        raise _unusable(error, given) from error


def _is_only_drawn(given: Mapping[str, Any], asked: Json) -> bool:
    names = given.keys()
    return bool(names & {"point", "project"}) and not (
        names & {"layer", "where", "capacity"} or "supply" in asked
    )


def _put(asked: Json, path: tuple[str, ...], value: Any) -> None:  # noqa: ANN401
    *parents, last = path
    reduce(lambda inner, name: inner.setdefault(name, {}), parents, asked)[last] = value


def _read_file(file: Path) -> Json:
    try:
        asked = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"{file}: cannot be read as JSON: {error}",
            f"{file}: อ่านเป็น JSON ไม่ได้: {error}",
            parameter="question",
        ) from error
    if not isinstance(asked, dict) or not all(
        isinstance(asked.get(name, {}), dict) for name in ("supply", "demand")
    ):
        raise InvalidInputError(
            f"{file}: a question is a JSON object, with objects `supply` and `demand`.",
            f"{file}: คำถามต้องเป็นออบเจ็กต์ JSON ที่มี `supply` และ `demand` เป็นออบเจ็กต์",
            parameter="question",
        )
    return asked


def _unusable(error: ValidationError, given: Mapping[str, Any]) -> InvalidInputError:
    tell_fault = import_module("api.errors").tell_fault  # needs the HTTP framework
    faults = [(_name(fault["loc"], given), tell_fault(fault)) for fault in error.errors()]
    return InvalidInputError(
        "; ".join(f"{name}: {text.en}" for name, text in faults),
        "; ".join(f"{name}: {text.th}" for name, text in faults),
        parameter=faults[0][0],
    )


def _name(place: tuple[int | str, ...], given: Mapping[str, Any]) -> str:
    """Return the option that a fault is in, or the name in the file."""
    for name in given:
        path = OPTIONS[name].path
        if place[: len(path)] == path:
            return f"--{name}"
    return ".".join(map(str, place)) or "question"


def _identifier(name: str) -> str:
    return name.replace("-", "_")


def _parameter(name: str) -> inspect.Parameter:
    option = OPTIONS[name]
    flag = f"--{name}/--no-{name}" if option.kind is bool else f"--{name}"
    told = typer.Option(
        flag, help=option.help, show_default=False, rich_help_panel="คำถาม | Question"
    )
    return _keyword(_identifier(name), Annotated[option.kind | None, told])


def _keyword(name: str, annotation: Any) -> inspect.Parameter:  # noqa: ANN401
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )
