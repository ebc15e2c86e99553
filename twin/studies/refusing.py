"""What validators of inputs refuse, told in Thai and English."""

from __future__ import annotations

from typing import Final

from pydantic_core import PydanticCustomError

#: The type of these faults; their context has `th`.
REFUSED: Final = "refused"


def refused(en: str, th: str) -> PydanticCustomError:
    """Return what a validator raises where values do not go together; both say what to do.

    Examples
    --------
    >>> refused("give either", "ระบุอย่างใดอย่างหนึ่ง").message()
    'give either'
    """
    return PydanticCustomError(REFUSED, "{en}", {"en": en, "th": th})
