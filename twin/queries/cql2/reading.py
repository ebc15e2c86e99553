"""Reading a filter: its limits, and its text as the JSON that CQL2 defines for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import cql2

from twin.crs import CRS84, Crs
from twin.errors import InvalidInputError

Language = Literal["cql2-text", "cql2-json"]

MAX_CHARACTERS: Final = 10_000
MAX_DEPTH: Final = 24
MAX_NODES: Final = 1_000

_MAX_TOLD: Final = 60
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: What makes the parser call itself: each must be counted before it is let loose.
_NESTING: Final = re.compile(
    r"[()]|[-+*/^%=<>]|\b(NOT|DIV|AND|OR|LIKE|IN|BETWEEN|IS)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Filter:
    """A condition in CQL2.

    Parameters
    ----------
    crs
        Of the geometries in it.
    """

    text: str
    language: Language = "cql2-text"
    crs: Crs = CRS84


def fault(en: str, th: str) -> InvalidInputError:
    """Return the refusal of a filter."""
    return InvalidInputError(f"`filter`: {en}.", f"`filter`: {th}", parameter="filter")


def told(node: Any) -> str:  # noqa: ANN401 (any JSON)
    """Return a part of a filter as a person finds it again."""
    if isinstance(node, dict) and isinstance(node.get("property"), str):
        text = node["property"]
    else:
        text = json.dumps(node, ensure_ascii=False)
    text = _CONTROL.sub("�", text)
    return f"`{text if len(text) <= _MAX_TOLD else text[:_MAX_TOLD] + '…'}`"


def read_filter(wanted: Filter) -> Any:  # noqa: ANN401 (any JSON)
    """Return a filter as CQL2 JSON, which may still say anything.

    Raises
    ------
    InvalidInputError
        It is too long, too deep, or no CQL2; told at which character.
    """
    if len(wanted.text) > MAX_CHARACTERS:
        raise fault(
            f"it may have at most {MAX_CHARACTERS:,} characters",
            f"ต้องไม่เกิน {MAX_CHARACTERS:,} ตัวอักษร",
        )
    if _CONTROL.search(wanted.text):
        raise fault("it holds control characters", "มีอักขระควบคุม")
    node = _from_text(wanted.text) if wanted.language == "cql2-text" else _from_json(wanted.text)
    _check_size(node)
    return node


def _from_text(text: str) -> Any:  # noqa: ANN401 (any JSON)
    _check_nesting(text)
    try:
        return cql2.parse_text(text).to_json()
    except Exception as error:
        where = " ".join(str(error).split()) or "unreadable"
        raise fault(
            f"it is not CQL2 text ({where})",
            f"ไม่ใช่ CQL2 แบบข้อความ ({where})",
        ) from error


def _from_json(text: str) -> Any:  # noqa: ANN401 (any JSON)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise fault(
            f"it is not CQL2 JSON ({error})",
            f"ไม่ใช่ CQL2 แบบ JSON ({error})",
        ) from error


def _check_nesting(text: str) -> None:
    """Refuse what would nest deeper than the parser's stack reaches: it ends the process."""
    depth = steps = 0
    for found in _NESTING.finditer(_QUOTED.sub("", text)):
        mark = found.group()
        depth += {"(": 1, ")": -1}.get(mark, 0)
        steps += mark not in "()"
        if depth > MAX_DEPTH or steps > MAX_NODES:
            raise _too_deep()


def _check_size(node: Any) -> None:  # noqa: ANN401 (any JSON)
    waiting, nodes = [(node, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise _too_deep()
        waiting += [(part, depth + 1) for part in _parts(node)]


def _parts(node: Any) -> Iterator[Any]:  # noqa: ANN401 (any JSON)
    if isinstance(node, dict):
        for name in ("args", "interval"):
            if isinstance(node.get(name), list):
                yield from node[name]
    elif isinstance(node, list):
        yield from node


def _too_deep() -> InvalidInputError:
    return fault(
        f"it may nest at most {MAX_DEPTH} deep and have at most {MAX_NODES:,} parts",
        f"ซ้อนกันได้ไม่เกิน {MAX_DEPTH} ชั้น และมีได้ไม่เกิน {MAX_NODES:,} ส่วน",
    )


def _no_constant(name: str) -> None:
    raise ValueError(name)
