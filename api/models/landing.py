"""The landing page and what the service conforms to."""

from __future__ import annotations

from pydantic import Field

from api.models.common import Answer, Bilingual, Link


class Landing(Answer):
    """Where to go from here."""

    title: str = Field(examples=["ฝาแฝดดิจิทัลภูเก็ต | Phuket Twin"])
    titles: Bilingual
    description: str
    descriptions: Bilingual
    links: list[Link]


class Conformance(Answer):
    """Conformance classes of OGC API that hold."""

    conformsTo: list[str]
    links: list[Link]
