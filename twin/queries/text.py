"""Text that people type: refused where the database cannot hold it, normalised to be compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from sqlalchemy import ColumnElement, func

from twin.errors import InvalidInputError

MAX_TEXT: Final = 200

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_IGNORED: Final = r"[\s.,'’‘`_/()\u200b\u200c\u200d\ufeff‐‑‒–—-]+"


def checked_text(value: str, parameter: str) -> str:
    """Return `value` where it can be looked for.

    Raises
    ------
    InvalidInputError
        It holds control characters, or is longer than `MAX_TEXT` characters.
    """
    if len(value) > MAX_TEXT or _CONTROL.search(value):
        raise InvalidInputError(
            f"`{parameter}` may have at most {MAX_TEXT} characters, none of them control signs.",
            f"`{parameter}` ต้องไม่เกิน {MAX_TEXT} ตัวอักษร และไม่มีอักขระควบคุม",
            parameter=parameter,
        )
    return value


def normalise(value: str) -> str:
    """Return `value` without case, spaces, hyphens and other marks that spellings differ in.

    Examples
    --------
    >>> normalise("Pa Tong") == normalise("PATONG") == normalise("pa-tong")
    True
    >>> normalise("")
    ''
    """
    return re.sub(_IGNORED, "", unicodedata.normalize("NFKC", value)).lower()


def normalised(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the SQL expression that does to a column what `normalise` does to a text."""
    plain = func.pg_catalog.normalize(column, "NFKC")
    return func.lower(func.regexp_replace(plain, _IGNORED, "", "g"))
