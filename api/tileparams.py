"""The path parameters of OGC API Tiles: which tile of which set, row before column."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Depends, Path

from twin.tiles.matrix import SET_IDS, get_matrix_set

TileMatrixSetId = Annotated[
    str,
    Path(
        alias="tileMatrixSetId",
        description="Id of a tile matrix set",
        examples=[SET_IDS[0]],
    ),
]


class TileName(NamedTuple):
    """A tile as a request names it."""

    tile_matrix: str
    row: int
    column: int


async def get_tile_name(
    set_id: TileMatrixSetId,
    tile_matrix: Annotated[
        str, Path(alias="tileMatrix", description="Zoom level", examples=["12"])
    ],
    row: Annotated[
        int, Path(alias="tileRow", ge=0, description="Row from the north", examples=[1957])
    ],
    column: Annotated[
        int, Path(alias="tileCol", ge=0, description="Column from the west", examples=[3167])
    ],
) -> TileName:
    """Return the tile's name; whether there is such a tile is for the tileset to say."""
    get_matrix_set(set_id)
    return TileName(tile_matrix, row, column)


TileAddressDep = Annotated[TileName, Depends(get_tile_name)]
