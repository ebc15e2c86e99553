"""Tables of schema `twin`: scenarios, the changes they are made of, and what came out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from twin.crs import STORAGE_SRID
from twin.db.models import Base


class Scenario(Base):
    """A named what-if: the base as it stands, and changes laid over it; nothing is copied."""

    __tablename__ = "scenario"

    id: Mapped[str] = mapped_column(primary_key=True, comment="Kebab-case, as in addresses")
    name_th: Mapped[str]
    name_en: Mapped[str]
    note: Mapped[str | None]
    question: Mapped[dict[str, Any]] = mapped_column(comment="twin.studies.question.Question")
    base: Mapped[dict[str, Any]] = mapped_column(
        comment="By layer: revision and content digest that the scenario was accepted on"
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), comment="Of the scenario or of any of its changes"
    )


class ScenarioChange(Base):
    """One change of a scenario; they are applied in the order of their positions."""

    __tablename__ = "scenario_change"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('add_facility', 'move_facility', 'remove_facility', 'open_street',"
            " 'close_street', 'project', 'speed', 'population')",
            name="kind",
        ),
        CheckConstraint("cost_thb >= 0", name="cost"),
    )

    scenario_id: Mapped[str] = mapped_column(
        ForeignKey("twin.scenario.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, comment="From 1")
    kind: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(comment="twin.studies.scenarios.changes, by kind")
    name_th: Mapped[str | None]
    name_en: Mapped[str | None]
    cost_thb: Mapped[int | None] = mapped_column(comment="Thai baht; null: not known")
    geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", srid=STORAGE_SRID, spatial_index=True)
    )


class ScenarioResult(Base):
    """What a scenario came to, with the revisions it was computed on; never overwritten unasked."""

    __tablename__ = "scenario_result"
    __table_args__ = (UniqueConstraint("scenario_id", "digest"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    scenario_id: Mapped[str] = mapped_column(ForeignKey("twin.scenario.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(comment="SHA-256 of question, revisions and changes")
    revisions: Mapped[dict[str, Any]] = mapped_column(comment="As base, when it was computed")
    table: Mapped[dict[str, Any]] = mapped_column(comment="twin.analysis.comparison.Comparison")
    computed_at: Mapped[datetime] = mapped_column(server_default=func.now())
