"""Tables of street networks, in the form that pgRouting reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from twin.crs import STORAGE_SRID
from twin.db.models import Base

_ALONG = "Seconds from source to target; -1: not that way"
_AGAINST = "Seconds from target to source; -1: not that way"


class StreetNetwork(Base):
    """One network of one layer of streets, as it was last built."""

    __tablename__ = "network"

    id: Mapped[str] = mapped_column(
        primary_key=True, comment="The layer's id, and `+ferries` where they are part of it"
    )
    layer_id: Mapped[str]
    layer_revision: Mapped[int] = mapped_column(comment="Of the layer it was built from")
    revision: Mapped[str] = mapped_column(comment="Digest of streets, speeds, heights and options")
    report: Mapped[dict[str, Any]] = mapped_column(
        comment="twin.analysis.network.report.NetworkReport"
    )
    built_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NetworkNode(Base):
    """A corner or an end of streets."""

    __tablename__ = "network_node"

    network_id: Mapped[str] = mapped_column(
        ForeignKey("twin.network.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Row of the arrays, from 0"
    )
    component: Mapped[int] = mapped_column(comment="Connected part; 0: the longest")
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=STORAGE_SRID, spatial_index=True)
    )


class NetworkEdge(Base):
    """A piece of street between two nodes, drawn from source to target."""

    __tablename__ = "network_edge"

    network_id: Mapped[str] = mapped_column(
        ForeignKey("twin.network.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Row of the arrays, from 0"
    )
    source: Mapped[int] = mapped_column(comment="Node")
    target: Mapped[int] = mapped_column(comment="Node")
    road_id: Mapped[int] = mapped_column(comment="id in the layer")
    length_m: Mapped[float] = mapped_column(comment="EPSG:32647")
    cost_walk: Mapped[float] = mapped_column(comment=_ALONG)
    reverse_cost_walk: Mapped[float] = mapped_column(comment=_AGAINST)
    cost_motorcycle: Mapped[float] = mapped_column(comment=_ALONG)
    reverse_cost_motorcycle: Mapped[float] = mapped_column(comment=_AGAINST)
    cost_car: Mapped[float] = mapped_column(comment=_ALONG)
    reverse_cost_car: Mapped[float] = mapped_column(comment=_AGAINST)
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("LINESTRING", srid=STORAGE_SRID, spatial_index=True)
    )
