"""What a column of a register file is, and the kinds of column there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypedDict, Unpack

from twin.projects.labels import ANSWERS
from twin.projects.values import Cell, Parser, choice_label, parse_choice, parse_list, parse_text
from twin.types import Text

_YES_NO: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, kw_only=True)
class SheetColumn:
    """One column of a sheet.

    Parameters
    ----------
    field
        Field of the record, site or fact.
    name
        What the header calls it, in code.
    parse, write
        From a cell to a value and back.
    words
        The allowed codes in words, offered as a drop-down list.
    default
        Value of an empty cell, unless the column is required.
    """

    name: str
    title: Text
    help: Text
    field: str
    parse: Parser
    write: Callable[[Any], Cell]
    words: Mapping[str, Text] | None
    required: bool
    default: object

    @property
    def header(self) -> str:
        """The header cell: Thai title and machine name."""
        return f"{self.title.th} ({self.name})"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name in the file and its columns in order."""

    name: str
    columns: tuple[SheetColumn, ...]


class Options(TypedDict, total=False):
    """What a column may have besides name, title and help; see `SheetColumn`."""

    field: str
    required: bool
    default: object


def plain(
    name: str,
    titles: tuple[str, str],
    helps: tuple[str, str],
    *,
    parse: Parser = parse_text,
    write: Callable[[Any], Cell] = lambda value: value,
    words: Mapping[str, Text] | None = None,
    **more: Unpack[Options],
) -> SheetColumn:
    """Describe a column of text, or of what `parse` reads and `write` writes."""
    return SheetColumn(
        name=name,
        title=Text(*titles),
        help=Text(*helps),
        field=more.get("field", name),
        parse=parse,
        write=write,
        words=words,
        required=more.get("required", False),
        default=more.get("default"),
    )


def choice(
    name: str,
    titles: tuple[str, str],
    helps: tuple[str, str],
    words: Mapping[str, Text],
    **more: Unpack[Options],
) -> SheetColumn:
    """Describe a column of codes, written as “Thai label (code)”."""
    write = partial(_write_choice, words)
    return plain(name, titles, helps, parse=parse_choice(words), write=write, words=words, **more)


def answer(
    name: str, titles: tuple[str, str], helps: tuple[str, str], *, default: bool
) -> SheetColumn:
    """Describe a column of yes or no."""
    return plain(
        name,
        titles,
        helps,
        parse=_parse_answer,
        write=_write_answer,
        words=ANSWERS,
        default=default,
    )


def members(
    name: str,
    titles: tuple[str, str],
    helps: tuple[str, str],
    separators: str,
    pattern: str | None = None,
) -> SheetColumn:
    """Describe a column of lists; the first of `separators` is the one written."""
    parse, write = parse_list(separators, pattern), partial(write_members, f"{separators[0]} ")
    return plain(name, titles, helps, parse=parse, write=write, default=())


def write_members(separator: str, value: tuple[Any, ...] | None) -> Cell:
    """Write a list into one cell."""
    return separator.join(map(str, value or ())) or None


def _write_choice(words: Mapping[str, Text], value: str | None) -> Cell:
    return None if value is None else choice_label(value, words[value])


_parse_yes_no: Final = parse_choice(ANSWERS)


def _parse_answer(cell: Cell) -> bool | None:
    code = _parse_yes_no(_YES_NO[cell] if isinstance(cell, bool) else cell)
    return None if code is None else code == "yes"


def _write_answer(value: bool) -> Cell:
    return _write_choice(ANSWERS, _YES_NO[value])
