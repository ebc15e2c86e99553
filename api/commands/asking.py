"""Options of commands that ask, and the inputs of a process that they make.

All values are taken as text: what they may be, the inputs themselves say, in both languages.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from twin.errors import InvalidInputError
from twin.types import Json, Text
from twin.validation import fault_path, tell_fault

Read = Callable[[Any], Any]
Inputs = TypeVar("Inputs", bound=BaseModel)


def same(value: Any) -> Any:  # noqa: ANN401
    """Return what was typed."""
    return value


def listed(text: str) -> list[str]:
    """Return the parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def growing(text: str) -> list[str]:
    """Return thresholds in order; what is no number stays for the question to refuse."""
    parts = list(dict.fromkeys(listed(text)))
    try:
        return sorted(parts, key=float)
    except ValueError:
        return parts


def places(texts: Sequence[str]) -> list[list[str]]:
    """Return lon and lat of each."""
    return [listed(text) for text in texts]


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
    read: Read = same
    kind: Any = str


_FILE: Final = Annotated[
    Path | None,
    typer.Option("--question", help="FILE.json with a question; options go before it."),
]


@dataclass(frozen=True)
class Typed:
    """What was typed: values by name of option, None where it was not given; a question's file."""

    options: Mapping[str, Option]
    values: Mapping[str, Any]
    file: Path | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The values that were given."""
        return {name: value for name, value in self.values.items() if value not in (None, [])}


def takes(
    options: Mapping[str, Option], *, file: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command options; its first argument is what was typed.

    Parameters
    ----------
    file
        A question may come from a file.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

        def run(**given: Any) -> None:  # noqa: ANN401
            values = {name: given.pop(_identifier(name)) for name in options}
            command(Typed(options, values, given.pop("question", None)), **given)

        parameters = [*own, *(_parameter(name, option) for name, option in options.items())]
        if file:
            parameters.append(_keyword("question", _FILE))
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        run.__doc__ = command.__doc__
        run.__name__ = command.__name__
        return run

    return decorate


def put_within(name: str, options: Mapping[str, Option]) -> dict[str, Option]:
    """Return options whose values go into a part of the inputs."""
    return {key: replace(option, path=(name, *option.path)) for key, option in options.items()}


def read_inputs(model: type[Inputs], typed: Typed, at: tuple[str, ...] = ()) -> Inputs:
    """Return the inputs that were typed, on top of the question of a file.

    Parameters
    ----------
    at
        Where in the inputs the question is.

    Raises
    ------
    InvalidInputError
        The file cannot be read, or values cannot be used; each fault names its option.
    """
    given = typed.given
    if "minutes" in given and "metres" in given:
        raise InvalidInputError(
            "Give `--minutes` or `--metres`, not both.",
            "ระบุ `--minutes` หรือ `--metres` อย่างใดอย่างหนึ่ง",
            parameter="thresholds",
        )
    question = {} if typed.file is None else _read_file(typed.file)
    if given.keys() & {"minutes", "metres"}:
        question["unit"] = "metres" if "metres" in given else "minutes"
    if _is_only_drawn(given, question):
        _put(question, ("supply", "layer"), None)
    asked: Json = {at[0]: question} if at else question
    for name, value in given.items():
        _put(asked, typed.options[name].path, typed.options[name].read(value))
    try:
        return model.model_validate(asked)
    except ValidationError as error:
        raise _unusable(error, typed) from error


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


def _unusable(error: ValidationError, typed: Typed) -> InvalidInputError:
    faults: dict[str, Text] = {}  # of each option the first: others follow from it
    for fault in error.errors():
        faults.setdefault(_name(fault, typed), tell_fault(fault))
    return InvalidInputError(
        "; ".join(f"{name}: {text.en}" for name, text in faults.items()),
        "; ".join(f"{name}: {text.th}" for name, text in faults.items()),
        parameter=next(iter(faults)),
    )


def _name(fault: Mapping[str, Any], typed: Typed) -> str:
    """Return the option that a fault is in, or the name in the file."""
    for name in typed.given:
        path = typed.options[name].path
        if fault["loc"][: len(path)] == path:
            return f"--{name}"
    for name, option in typed.options.items():  # what is missing
        if fault["loc"] == option.path:
            return f"--{name}"
    return fault_path(fault) or "question"


def _identifier(name: str) -> str:
    return name.replace("-", "_")


def _parameter(name: str, option: Option) -> inspect.Parameter:
    flag = f"--{name}/--no-{name}" if option.kind is bool else f"--{name}"
    told = typer.Option(
        flag, help=option.help, show_default=False, rich_help_panel="คำถาม | Question"
    )
    return _keyword(_identifier(name), Annotated[option.kind | None, told])


def _keyword(name: str, annotation: Any) -> inspect.Parameter:  # noqa: ANN401
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )
