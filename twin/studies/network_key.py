"""Telling cheaply whether the streets of a layer are still those that a network was built from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Double,
    Text,
    case,
    cast,
    column,
    func,
    select,
    table,
)

from twin.analysis.network.build import METHOD
from twin.analysis.network.speeds import SPEEDS
from twin.db.changes import KEPT_S
from twin.db.models import Change
from twin.queries.catalogue import PublishedLayer
from twin.studies.network_cache import State
from twin.studies.network_streets import SMOOTHING_CELLS

_NOW_S: Final = cast(func.extract("epoch", func.clock_timestamp()), Double)


@dataclass(frozen=True)
class Look:
    """How far a look at the database sees, and what it saw of a layer.

    Parameters
    ----------
    horizon, next_xact
        All transactions before the first are seen, none from the second on.
    at_s
        Seconds of the server's clock; 0 where this very transaction has written, since what it
        wrote may yet be undone.
    is_writable
        Whether the transaction may write.
    has_changed
        Whether `twin.change` tells of a change of the layer in transactions since the one asked
        about.
    """

    horizon: int
    next_xact: int
    at_s: float
    is_writable: bool
    has_changed: bool


def look(connection: Connection, layer: PublishedLayer | None = None, since: int = 0) -> Look:
    """Look at how far transactions have come, and whether one since `since` changed a layer.

    Parameters
    ----------
    layer
        None: any layer.
    """
    snapshot = func.pg_current_snapshot()
    changed = select(Change.id).where(Change.xact >= since)
    if layer is not None:
        changed = changed.where(Change.layer_id == layer.id)
    row = connection.execute(
        select(
            cast(cast(func.pg_snapshot_xmin(snapshot), Text), BigInteger),
            cast(cast(func.pg_snapshot_xmax(snapshot), Text), BigInteger),
            case((func.pg_current_xact_id_if_assigned().is_(None), _NOW_S), else_=0.0),
            func.current_setting("transaction_read_only") == "off",
            changed.exists(),
        )
    ).one()
    return Look(*row)


def which_database(connection: Connection) -> str:
    """Return what no other database is called, not even one restored from this one's backup."""
    databases = table("pg_database", column("oid"), column("datname"))
    mine = select(databases.c.oid).where(databases.c.datname == func.current_database())
    cluster = func.pg_control_system().table_valued("system_identifier").c.system_identifier
    told = select(select(cluster).scalar_subquery(), mine.scalar_subquery())
    return ":".join(map(str, connection.execute(told).one()))


def inputs(
    database: str, layer: PublishedLayer, elevation: PublishedLayer | None, *, ferries: bool
) -> str:
    """Return a digest of everything but the rows that a network is built from.

    Parameters
    ----------
    database
        As `which_database` tells: what is known of changes holds in it alone.
    """
    heights = (elevation.revision, elevation.file, SMOOTHING_CELLS) if elevation else None
    told = (
        METHOD,
        database,
        layer.id,
        layer.revision,
        layer.provenance,
        layer.spec.model_dump_json(),
        heights,
        ferries,
        SPEEDS.canonical().decode(),
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def is_untouched(state: State, now: Look) -> bool:
    """Tell whether no transaction can have changed the layer since a state was taken.

    Parameters
    ----------
    now
        A look at the layer since the state's horizon.

    Notes
    -----
    Every change leaves a row in `twin.change`, which is kept for a week. A change that the state
    does not hold is of a transaction from its horizon on.
    """
    is_told = now.at_s - state.looked_s <= KEPT_S and state.horizon <= now.next_xact
    return is_told and not now.has_changed
