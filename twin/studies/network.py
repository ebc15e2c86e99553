"""The street network of a layer: built when its streets changed, else read from disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from twin.analysis.model import Network
from twin.analysis.network.build import Progress, build_network
from twin.analysis.network.report import NetworkReport
from twin.queries.catalogue import PublishedLayer, list_layers
from twin.studies import network_cache as cache
from twin.studies import network_key as key
from twin.studies.network_store import (
    network_id,
    store_network,
    stored_revision,
)
from twin.studies.network_streets import (
    find_elevation,
    find_streets,
    read_elevation,
    read_streets,
)
from twin.studies.reading import stamp


def load_network(
    connection: Connection,
    folder: Path,
    *,
    layer: str = "road",
    ferries: bool = False,
    progress: Progress | None = None,
) -> tuple[Network, NetworkReport]:
    """Return the network of a layer as it is now.

    Parameters
    ----------
    connection
        In a transaction. Where that may write, the network is also stored in
        `twin.network_edge` and `twin.network_node`, unless it is there already.
    folder
        Where arrays are kept, `Settings.network_dir`; loaded rasters are in `raster` beside it.
    layer
        Any layer of lines.
    ferries
        Whether ferry lines are part of it.
    progress
        Told the share that is done while a network is built, and what comes next.

    Returns
    -------
    The network, its arrays mapped from disk and read-only, and the report on it.

    Raises
    ------
    NotFoundError
        There is no such layer, or the elevation layer's file is gone.
    InvalidInputError
        The layer holds no lines, or none with a length.
    SetupError
        The elevation layer cannot be read.
    """
    wanted = _wanted(connection, layer, ferries=ferries)
    place = folder / wanted.name
    state = cache.read_state(place)
    now = key.look(connection, wanted.streets, state.horizon if state else 0)
    found = _kept(connection, place, wanted, state, now)
    if found is None:
        found = _build(connection, place, wanted, now, folder.parent / "raster", progress)
    if now.is_writable and stored_revision(connection, wanted.name) != found[0].revision:
        store_network(connection, wanted.name, wanted.streets, *found)
    return found


@dataclass(frozen=True)
class _Wanted:
    """The network that is asked for: its name, and the database and layers it is made of."""

    name: str
    database: str
    streets: PublishedLayer
    elevation: PublishedLayer | None
    ferries: bool

    @property
    def inputs(self) -> str:
        return key.inputs(self.database, self.streets, self.elevation, ferries=self.ferries)


def _wanted(connection: Connection, layer: str, *, ferries: bool) -> _Wanted:
    layers = list_layers(connection)
    streets = find_streets(layers, layer)
    name, database = network_id(layer, ferries=ferries), key.which_database(connection)
    return _Wanted(name, database, streets, find_elevation(layers), ferries)


def _kept(
    connection: Connection, place: Path, wanted: _Wanted, state: cache.State | None, now: key.Look
) -> tuple[Network, NetworkReport] | None:
    """Return what is on disk where nothing that it depends on has changed."""
    if state is None or state.inputs != wanted.inputs:
        return None
    if not key.is_untouched(state, now):
        if stamp(connection, wanted.streets) != state.content:
            return None
        cache.write_state(place, replace(state, horizon=now.horizon, looked_s=now.at_s))
    return cache.read_network(place, state.revision)


def _build(
    connection: Connection,
    place: Path,
    wanted: _Wanted,
    now: key.Look,
    raster_dir: Path,
    progress: Progress | None,
) -> tuple[Network, NetworkReport]:
    """Build a network and keep it; `now` and `content` are older than the rows that are read.

    What changes in between is seen as a change at the next look.
    """
    content = stamp(connection, wanted.streets)
    network, report = build_network(
        read_streets(connection, wanted.streets),
        elevation=read_elevation(wanted.elevation, raster_dir),
        ferries=wanted.ferries,
        progress=progress,
    )
    cache.write_network(place, network, report)
    state = cache.State(network.revision, wanted.inputs, content, now.horizon, now.at_s)
    cache.write_state(place, state)
    return cache.read_network(place, network.revision) or (network, report)
