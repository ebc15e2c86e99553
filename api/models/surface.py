"""Travel-time surfaces: their tiles, and the value at a point."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.common import Answer, Bilingual, Position
from api.models.tiles import TileJson

Unit = Literal["minutes", "metres"]


class BandModel(Answer):
    """Values above one number and up to another, in one colour."""

    above: float | None = Field(description="Null: from nothing")
    up_to: float | None = Field(description="Null: however far")
    color: str = Field(examples=["#fde725"])
    titles: Bilingual


class SurfaceTileJson(TileJson):
    """The tiles of a surface, and the key to their colours."""

    titles: Bilingual
    unit: Unit
    cell_m: float = Field(description="Size of the cells: smaller things cannot show")
    bands: list[BandModel] = Field(description="The nearest first; what has no way is transparent")
    data_url: str = Field(description="Address of the GeoTIFF")
    value_url: str = Field(description="Address of the value at a point; add `lon` and `lat`")


class SurfaceValue(Answer):
    """The value of the cell that holds a point."""

    point: Position
    value: float | None = Field(
        description="Null at sea, outside, and where no street is near or none leads to a facility"
    )
    unit: Unit
    titles: Bilingual = Field(description="Which band it is in, or that there is no value")
