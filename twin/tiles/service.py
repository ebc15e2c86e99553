"""Tiles for whoever asks: from the shared file, or made once from the database and kept there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from twin.db.changes import Change, Horizon
from twin.queries.catalogue import Described
from twin.queries.held import HeldCatalogue, Snapshot
from twin.tiles.address import Address, Block, check_address, touched
from twin.tiles.contents import Contents
from twin.tiles.flights import Flights
from twin.tiles.making import TileMaker
from twin.tiles.parts import Part
from twin.tiles.store import Slot, TileStore
from twin.tiles.tileset import MAX_ZOOM, MIN_ZOOM, Tileset, get_tileset

#: An edit that touches more tiles gives the layer another name instead of removing each.
MOST_REMOVED: Final = 5_000


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as parts by layer, in the order of the tileset.

    Parameters
    ----------
    query_s
        Seconds that the database took; 0 where all parts were stored.
    """

    layers: Sequence[str]
    parts: Sequence[Part]
    query_s: float

    @property
    def dropped(self) -> dict[str, int]:
        """How many features were left out, by layer."""
        pairs = zip(self.layers, self.parts, strict=True)
        return {layer: part.dropped for layer, part in pairs if part.dropped}


@dataclass(frozen=True)
class Touched:
    """What a change does to tiles; `blocks` is None where it is the layer as a whole."""

    change: Change
    blocks: Sequence[Block] | None


@dataclass
class TileService:
    """Makes tiles, keeps them in the shared file, and removes what changes touch.

    Parameters
    ----------
    heard
        How many times changes were heard: what was being made meanwhile must not be kept.
    listeners
        Are told of every change, after the file has been cleared of it.
    """

    maker: TileMaker
    catalogue: HeldCatalogue
    store: TileStore
    contents: Contents
    heard: int = field(default=0, init=False)
    listeners: list[Callable[[Touched | None], None]] = field(default_factory=list, init=False)
    _flights: Flights[Tile] = field(default_factory=Flights, init=False)
    _tilesets: dict[str, Tileset] = field(default_factory=dict, init=False)
    _snapshot: Snapshot | None = field(default=None, init=False)

    async def tile(self, tileset_id: str, address: Address) -> Tile:
        """Return a vector tile.

        Raises
        ------
        NotFoundError
            There is no such tileset, or the tile is outside its zooms or the matrix.
        DatabaseUnavailableError
            A part is not stored, and PostGIS does not answer.
        BusyError
            Too many wait for the database.
        """
        try:
            return await self._joined(tileset_id, address)
        except asyncpg.UndefinedTableError:  # a layer was retired, and we have not heard of it yet
            self.catalogue.drop()
            return await self._joined(tileset_id, address)

    def tileset(self, snapshot: Snapshot, tileset_id: str) -> Tileset:
        """Return a tileset of the catalogue; raises as `get_tileset` does."""
        if snapshot is not self._snapshot:
            self._tilesets.clear()
            self.maker.forget()
            self._snapshot = snapshot
        tileset = self._tilesets.get(tileset_id)
        if tileset is None:
            tileset = get_tileset(snapshot.layers, tileset_id)
            self._tilesets[tileset_id] = tileset
        return tileset

    def has_layer(self, tileset_id: str, layer_id: str) -> bool:
        """Tell whether a tileset may hold a layer; True where that is not known any more."""
        tileset = self._tilesets.get(tileset_id)
        return tileset is None or any(layer.spec.id == layer_id for layer in tileset.layers)

    def changed(self, changes: Sequence[Change], horizon: Horizon) -> None:
        """Remove what changes touched (`twin.db.changes.Listener`)."""
        self.catalogue.is_watched = True
        if changes:
            self.heard += 1
            self._flights.part()
        for change in changes:
            self._tell(self._remove(change))
        self.store.remember(b"horizon", f"{horizon.xact} {horizon.at_s}".encode())

    def missed(self, horizon: Horizon) -> None:
        """Remove everything: changes may have been missed (`twin.db.changes.Listener`)."""
        self.heard += 1
        self._flights.part()
        self.catalogue.drop()
        self.store.clear()
        self.store.remember(b"horizon", f"{horizon.xact} {horizon.at_s}".encode())
        self._tell(None)

    def lost(self) -> None:
        """Trust nothing that is held until changes are heard again."""
        self.catalogue.drop(is_watched=False)

    def _tell(self, news: Touched | None) -> None:
        for listener in self.listeners:
            listener(news)

    def _remove(self, change: Change) -> Touched:
        layer_id = change.layer_id
        if change.boxes is None:
            self.catalogue.drop()
            self.contents.renew(change)
            self.store.count_removal(layer_id.encode())
            return Touched(change, None)
        blocks = touched(change.boxes, MIN_ZOOM, MAX_ZOOM)
        layer = self._layer(layer_id)
        if layer is None or sum(block.count for block in blocks) > MOST_REMOVED:
            self.contents.renew(change)
            self.store.count_removal(layer_id.encode())
        else:
            self.contents.look_again(layer_id)
            content = self.contents.of_layer(*layer)
            addresses = {address for block in blocks for address in block.addresses()}
            self.store.remove(Slot(content, layer_id.encode()), addresses)
        return Touched(change, blocks)

    def _layer(self, layer_id: str) -> tuple[Snapshot, Described] | None:
        snapshot = self.catalogue.last
        if snapshot is None or not self.catalogue.is_current:
            return None
        found = get_tileset(snapshot.layers, layer_id).layers if layer_id in _ids(snapshot) else ()
        return (snapshot, found[0]) if found else None

    async def _joined(self, tileset_id: str, address: Address) -> Tile:
        snapshot = await self.catalogue.get_or_last()
        tileset = self.tileset(snapshot, tileset_id)
        check_address(address, tileset.min_zoom, tileset.max_zoom)
        key = (tileset_id, address)
        return await self._flights.join(key, lambda: self._make(snapshot, tileset, address))

    async def _make(self, snapshot: Snapshot, tileset: Tileset, address: Address) -> Tile:
        layers = tileset.shown_at(address.z)
        names = [layer.spec.id for layer in layers]
        slots = [
            Slot(self.contents.of_layer(snapshot, layer), name.encode())
            for layer, name in zip(layers, names, strict=True)
        ]
        parts, removed = self.store.look(slots, address)
        missing = [number for number, part in enumerate(parts) if part is None]
        query_s = 0.0
        if missing:
            started = time.perf_counter()
            made = await self.maker.make([layers[number] for number in missing], address)
            query_s = time.perf_counter() - started
            for number, part in zip(missing, made, strict=True):
                parts[number] = part
            found = zip(missing, made, strict=True)
            self.store.put(address, ((slots[n], part, removed[n]) for n, part in found))
        return Tile(names, [part for part in parts if part is not None], query_s)


def _ids(snapshot: Snapshot) -> set[str]:
    vector = {layer.id for layer in snapshot.layers if layer.kind == "vector"}
    return vector | {"project_site"}
