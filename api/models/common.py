"""Shapes that many answers share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from twin.types import Text

Position = Annotated[
    list[float], Field(min_length=2, max_length=2, description="lon, lat degrees, WGS 84")
]
Box = Annotated[
    list[float], Field(min_length=4, max_length=4, description="west, south, east, north, degrees")
]


def _is_none(value: object) -> bool:
    return value is None


class Answer(BaseModel):
    """A model of an answer; filled from dicts and from objects of `twin` alike."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Bilingual(Answer):
    """One text in both languages."""

    th: str = Field(examples=["ตำบล"])
    en: str = Field(examples=["Sub-districts"])


class Link(Answer):
    """A link of OGC API Common."""

    href: str = Field(examples=["http://127.0.0.1:8000/api/collections"])
    rel: str = Field(examples=["data"])
    type: str | None = Field(None, examples=["application/json"], exclude_if=_is_none)
    title: str | None = Field(None, exclude_if=_is_none)
    templated: bool | None = Field(
        None, description="True where `{names}` must be filled in", exclude_if=_is_none
    )


class Problem(Answer):
    """What went wrong (RFC 9457), in both languages."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["`bbox` must be four numbers."])
    detail_th: str = Field(examples=["`bbox` ต้องเป็นตัวเลขสี่ตัว"])
    code: str = Field(examples=["invalid-input"])
    parameter: str | None = Field(examples=["bbox"])
    request_id: str | None = Field(
        description="What to tell the operator, whose log has it", examples=["5f1c0f3a9d2b4e67"]
    )


def bilingual(text: Text) -> Bilingual:
    """Return the model of a text."""
    return Bilingual(th=text.th, en=text.en)
