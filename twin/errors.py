"""Everything that can go wrong by a user's doing, in Thai and English.

TwinError
├── InvalidInputError        a parameter or a file's content cannot be used
├── NotFoundError            no such layer, project, feature or tile
├── NoSuchProcessError       no such process
├── NoSuchJobError           no such job
├── NotReadyError            a job has no result, or not yet
├── UnauthorisedError        the operator's token is missing or wrong
├── ForbiddenError           may not be done from there
├── TooLargeError            a request beyond a stated limit
├── ConflictError            there is one of that id already
├── ChangedError             somebody else changed it meanwhile
├── ManifestError            a layer's manifest is wrong
├── LayerFileError           a data file cannot be read or has too many faults
├── ProjectFileError         a project register cannot be imported
├── FetchError               an upstream could not be downloaded
├── SetupError               the installation lacks something
├── BusyError                too many ask at once
└── DatabaseUnavailableError PostGIS does not answer
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class TwinError(Exception):
    """A fault a person can mend, told in both languages.

    Parameters
    ----------
    en, th
        What was wrong and what to do, one or two plain sentences, without a traceback.
    parameter
        Name of the request parameter, column or setting at fault, where there is one.
    """

    code: ClassVar[str] = "error"

    def __init__(self, en: str, th: str, *, parameter: str | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.th = th
        self.parameter = parameter


class InvalidInputError(TwinError):
    """A parameter or a file's content cannot be used."""

    code = "invalid-input"


class NotFoundError(TwinError):
    """No such layer, project, feature or tile."""

    code = "not-found"


class NoSuchProcessError(TwinError):
    """No process has this id."""

    code = "no-such-process"


class NoSuchJobError(TwinError):
    """No job has this id, or not any more."""

    code = "no-such-job"


class NotReadyError(TwinError):
    """A job has no result, or not yet."""

    code = "result-not-ready"


class UnauthorisedError(TwinError):
    """What writes needs the operator's token, which is missing or wrong."""

    code = "unauthorised"


class ForbiddenError(TwinError):
    """May not be done from where it was asked."""

    code = "forbidden"


class TooLargeError(TwinError):
    """A request goes beyond a stated limit."""

    code = "too-large"


class ConflictError(TwinError):
    """There is one of that id already, or it clashes with what is there."""

    code = "conflict"


class ChangedError(TwinError):
    """Somebody else changed it since it was read."""

    code = "changed"


class ManifestError(TwinError):
    """A layer's manifest is wrong."""

    code = "manifest"


class LayerFileError(TwinError):
    """A data file cannot be read, or none of it can be used."""

    code = "layer-file"


class ProjectFileError(TwinError):
    """A project register cannot be imported."""

    code = "project-file"


class FetchError(TwinError):
    """An upstream could not be downloaded."""

    code = "fetch"


class SetupError(TwinError):
    """The installation lacks something."""

    code = "setup"


class BusyError(TwinError):
    """Too many ask at once; try again in a moment."""

    code = "busy"


class DatabaseUnavailableError(TwinError):
    """PostGIS does not answer."""

    code = "database-unavailable"


@contextmanager
def within(path: str = "", **names: str) -> Iterator[None]:
    """Say of what is refused in the block which input it is of, not what the code calls it.

    Parameters
    ----------
    path
        Of the input that the block reads; put before the parameter of the fault.
    names
        Inputs by the parameters that the block calls them; their paths are whole.

    Examples
    --------
    >>> try:
    ...     with within("supply"):
    ...         raise InvalidInputError("Too many.", "มากเกินไป", parameter="points")
    ... except TwinError as error:
    ...     error.parameter
    'supply.points'
    """
    try:
        yield
    except TwinError as error:
        if error.parameter in names:
            error.parameter = names[error.parameter]
        elif path and error.parameter:
            error.parameter = f"{path}.{error.parameter}"
        raise
