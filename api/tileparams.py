"""What the routes of OGC API Tiles share: which tile of which set is asked for, and its sending."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.tiling.front import TileFront
from api.tiling.ready import Ready
from twin.queries.held import HeldCatalogue, Snapshot
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


TileNameDep = Annotated[TileName, Depends(get_tile_name)]


async def get_last_catalogue(request: Request) -> Snapshot:
    """Return the catalogue, as it was last known while PostGIS does not answer."""
    held: HeldCatalogue = request.app.state.catalogue
    return await held.get_or_last()


#: For tiles, which are served from what is kept while the database is away.
LastCatalogueDep = Annotated[Snapshot, Depends(get_last_catalogue)]


class TileResponse(Response):
    """A tile that is sent as the tile path sends it: 304, gzip, Brotli, HEAD."""

    def __init__(self, front: TileFront, name: str, ready: Ready) -> None:
        super().__init__()
        self.front, self.name, self.ready = front, name, ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it."""

        async def send_copy(message: Message) -> None:
            # The messages are shared by all answers, and middleware adds to their headers.
            await send(dict(message))

        await self.front.sender.send(self.name, self.ready, scope, send_copy)
