"""What a process is: something planners can ask for by name, at once or as a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from math import inf
from typing import Any, Protocol, get_args

from pydantic import BaseModel
from sqlalchemy import Engine

from twin.errors import TwinError
from twin.settings import Settings
from twin.types import Json, Text


class DismissedError(Exception):
    """Nobody wants the result any more; let it end the run."""


class Progress(Protocol):
    """Is told how far a run has come; a run calls it often, it is cheap."""

    def __call__(self, share: float, text: Text) -> None:
        """Tell how far the run has come.

        Parameters
        ----------
        share
            Done so far, 0 to 1.
        text
            What is being done, one short sentence.

        Raises
        ------
        DismissedError
            The job was dismissed, or is another worker's by now.
        TooLargeError
            The time for an answer at once is over.
        """


@dataclass(frozen=True)
class Context:
    """What a run may use.

    Parameters
    ----------
    engine
        Read-only.
    writer
        May write; for what is derived and kept, such as a network.
    heard
        Tells how often changes of the database were heard, None while they cannot be; None: nobody
        listens.
    building
        Told how far a street network is that has to be built first.
    ends
        `time.monotonic()` at which the time of the run is over.
    """

    settings: Settings
    engine: Engine
    writer: Engine
    heard: Callable[[], int | None] | None = None
    building: Progress | None = None
    ends: float = inf


#: Takes what was asked, as the process's model of inputs; returns what JSON can say.
Run = Callable[[Context, Any, Progress], Json]


@dataclass(frozen=True)
class Output:
    """What a process returns: one JSON document.

    Parameters
    ----------
    schema
        Of the document, as JSON Schema.
    """

    title: Text
    description: Text
    schema: Json


@dataclass(frozen=True)
class Process:
    """A process of OGC API Processes.

    Parameters
    ----------
    id
        Kebab-case.
    version
        Grows when the meaning of inputs or output changes.
    inputs
        Each field is an input; frozen, and refusing what it does not know.
    is_long
        Takes more than seconds: only run as a job.
    run
        The work. What it needs of heavy libraries is imported when it is first called (`later`).
    links
        Members of the result that are paths of the service: it sends them as addresses.
    """

    id: str
    version: str
    title: Text
    description: Text
    inputs: type[BaseModel]
    output: Output
    is_long: bool
    run: Run
    links: tuple[str, ...] = ()

    def answer(self, context: Context, inputs: BaseModel, progress: Progress) -> Json:
        """Run it; the parameter of a fault is the path of the input as a client sends it.

        Raises
        ------
        TwinError
            What was asked cannot be answered.
        """
        try:
            return self.run(context, inputs, progress)
        except TwinError as error:
            error.parameter = input_path(self.inputs, error.parameter or "")
            raise


def input_path(inputs: type[BaseModel], parameter: str) -> str | None:
    """Return the path in a request of the input that a parameter is of.

    Parameters
    ----------
    parameter
        A path in the inputs, or in the question that is one of them; what follows the innermost
        input is left out.

    Returns
    -------
    None where the fault is of no input.

    Examples
    --------
    >>> from twin.studies.inputs import Sdg
    >>> input_path(Sdg, "demand.layer"), input_path(Sdg, "areas.0"), input_path(Sdg, "network")
    ('inputs.demand.layer', 'inputs.areas.0', None)
    """
    for start in ((), ("question",)):
        kept = _follow(inputs, (*start, *parameter.split(".")))
        if len(kept) > len(start):
            return ".".join(("inputs", *kept))
    return None


def _follow(model: type[BaseModel] | None, names: Iterable[str]) -> list[str]:
    """Return the names up to the first that is no input."""
    kept: list[str] = []
    for name in names:
        if not (kept and name.isdigit()):  # an item of a list is of the model of the list
            field = model.model_fields.get(name) if model else None
            if field is None:
                break
            model = _model_in(field.annotation)
        kept.append(name)
    return kept


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 (any type)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def later(module: str, name: str) -> Run:
    """Return a function that is imported when it is first called, with all that it imports.

    Parameters
    ----------
    module, name
        Where the function is.
    """

    def run(context: Context, inputs: Any, progress: Progress) -> Json:  # noqa: ANN401
        found: Run = getattr(import_module(module), name)
        return found(context, inputs, progress)

    return run
