"""Networks in PostGIS, as QGIS draws them and pgRouting reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, insert, select

from twin.analysis.model import MODES, Network
from twin.analysis.network.report import NetworkReport
from twin.crs import STORAGE_SRID
from twin.db.copying import copy_rows
from twin.db.models_network import NetworkEdge, NetworkNode, StreetNetwork
from twin.projection import to_degrees
from twin.queries.catalogue import PublishedLayer

#: Where pgRouting reads a cost as "not that way".
CLOSED: Final = -1.0


def network_id(layer: str, *, ferries: bool) -> str:
    """Return the name that a layer's network is stored under.

    Examples
    --------
    >>> network_id("road", ferries=False), network_id("road", ferries=True)
    ('road', 'road+ferries')
    """
    return f"{layer}+ferries" if ferries else layer


def stored_revision(connection: Connection, name: str) -> str | None:
    """Return which revision of a network the database holds; None: none."""
    wanted = select(StreetNetwork.revision).where(StreetNetwork.id == name)
    return connection.scalar(wanted)


def store_network(
    connection: Connection,
    name: str,
    layer: PublishedLayer,
    network: Network,
    report: NetworkReport,
) -> None:
    """Put a network in the place of the stored one, in the transaction of `connection`.

    Nothing is written where this very revision is stored already; two at once wait for each other.
    Costs that are infinite become -1.
    """
    lock = func.pg_advisory_xact_lock(func.hashtext(f"twin network {name}"))
    connection.execute(select(lock))
    if stored_revision(connection, name) == network.revision:
        return
    for table in (NetworkEdge, NetworkNode):
        connection.execute(delete(table).where(table.network_id == name))
    connection.execute(delete(StreetNetwork).where(StreetNetwork.id == name))
    row = {
        "id": name,
        "layer_id": layer.id,
        "layer_revision": layer.revision,
        "revision": network.revision,
        "report": report.to_json(),
    }
    connection.execute(insert(StreetNetwork), [row])
    copy_rows(connection, NetworkNode.__table__, _NODE_COLUMNS, _nodes(name, network))
    copy_rows(connection, NetworkEdge.__table__, _EDGE_COLUMNS, _edges(name, network))


_NODE_COLUMNS: Final = ("network_id", "id", "component", "geom")
_EDGE_COLUMNS: Final = (
    "network_id",
    "id",
    "source",
    "target",
    "road_id",
    "length_m",
    *(f"{kind}_{mode}" for mode in MODES for kind in ("cost", "reverse_cost")),
    "geom",
)


def _nodes(name: str, network: Network) -> Iterator[tuple[Any, ...]]:
    points = _hex(np.asarray(shapely.points(to_degrees(network.node_xy))))
    component = network.component.tolist()
    for number, (part, geom) in enumerate(zip(component, points, strict=True)):
        yield name, number, part, geom


def _edges(name: str, network: Network) -> Iterator[tuple[Any, ...]]:
    count = np.diff(network.path_start)
    lines = shapely.linestrings(
        to_degrees(network.path_xy), indices=np.repeat(np.arange(len(count)), count)
    )
    columns = [
        *network.edge_nodes.T.tolist(),
        network.road.tolist(),
        network.length_m.tolist(),
        *(
            np.where(np.isfinite(cost), cost, CLOSED).tolist()
            for mode in MODES
            for cost in network.cost_s[mode].T
        ),
        _hex(np.asarray(lines)),
    ]
    for number, values in enumerate(zip(*columns, strict=True)):
        yield name, number, *values


def _hex(shapes: NDArray[Any]) -> list[str]:
    marked = shapely.set_srid(shapes, STORAGE_SRID)
    return [str(one) for one in shapely.to_wkb(marked, hex=True, include_srid=True)]
