"""Tables of schema `twin`: the catalogue of layers, their loads and faults, and the projects.

Layers themselves live in schema `layer`, one table each, made from their specification
(`twin.db.layer_table`); what tiles read lives in schema `tile`, kept by the database.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    MetaData,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from twin.crs import STORAGE_SRID

CONFIDENCES = "'verified', 'sourced', 'inferred', 'unknown'"


class Base(DeclarativeBase):
    """Declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        schema="twin",
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as declared)
        str: Text,
        int: BigInteger,
        list[str]: ARRAY(Text),
        list[float]: ARRAY(Double),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class Layer(Base):
    """One published layer as it was last loaded."""

    __tablename__ = "layer"
    __table_args__ = (
        CheckConstraint("kind IN ('vector', 'raster', 'table')", name="kind"),
        CheckConstraint(
            "provenance IN ('official', 'osm', 'operator', 'derived', 'approximate', 'synthetic')",
            name="provenance",
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="Table name in schema layer")
    edition: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(comment="twin.spec.LayerSpec as loaded")
    kind: Mapped[str]
    theme: Mapped[str]
    position: Mapped[int]
    title_th: Mapped[str]
    title_en: Mapped[str]
    provenance: Mapped[str]
    source_th: Mapped[str]
    source_en: Mapped[str]
    source_url: Mapped[str | None]
    licence: Mapped[str]
    attribution: Mapped[str]
    valid_date: Mapped[date] = mapped_column(comment="Date the data describe")
    declared_crs: Mapped[str | None]
    revision: Mapped[int] = mapped_column(comment="Grows by one when the content changes")
    content_sha256: Mapped[str]
    feature_count: Mapped[int]
    bbox: Mapped[list[float] | None] = mapped_column(comment="west, south, east, north, degrees")
    file: Mapped[str | None] = mapped_column(comment="Raster: the GeoTIFF, below TWIN_HOME/raster")
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Load(Base):
    """One run of the loader over one layer that changed it."""

    __tablename__ = "load"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    layer_id: Mapped[str] = mapped_column(index=True)
    edition: Mapped[str]
    revision: Mapped[int]
    path: Mapped[str]
    content_sha256: Mapped[str]
    rows_read: Mapped[int]
    rows_loaded: Mapped[int]
    rows_quarantined: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Fault(Base):
    """One thing a load found wrong with one row; noted, or the reason it was refused."""

    __tablename__ = "fault"
    __table_args__ = (CheckConstraint("severity IN ('refuse', 'note')", name="severity"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    load_id: Mapped[int] = mapped_column(ForeignKey("twin.load.id", ondelete="CASCADE"), index=True)
    layer_id: Mapped[str] = mapped_column(index=True)
    row: Mapped[int | None] = mapped_column(comment="Row of the file, from 1; null: whole file")
    column: Mapped[str | None]
    rule: Mapped[str]
    severity: Mapped[str]
    value: Mapped[str | None]
    message_th: Mapped[str]
    message_en: Mapped[str]


class Quarantine(Base):
    """A row that was refused, kept as it was read, with the rules it broke."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    load_id: Mapped[int] = mapped_column(ForeignKey("twin.load.id", ondelete="CASCADE"), index=True)
    layer_id: Mapped[str] = mapped_column(index=True)
    row: Mapped[int]
    rules: Mapped[list[str]]
    properties: Mapped[dict[str, Any]]
    geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", srid=STORAGE_SRID, spatial_index=False)
    )


class Alias(Base):
    """Another spelling of a name: search finds it, joins never use it."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("layer_id", "key", "alias"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    layer_id: Mapped[str]
    key: Mapped[str] = mapped_column(comment="Value of the layer's key column, e.g. 830202")
    alias: Mapped[str]


class Change(Base):
    """One statement that changed what tiles show; written by triggers (`twin/sql/tile_change`)."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    xact: Mapped[int] = mapped_column(
        server_default=text("(pg_current_xact_id())::text::bigint"),
        index=True,
        comment="Transaction that wrote the row",
    )
    layer_id: Mapped[str]
    boxes: Mapped[list[float] | None] = mapped_column(
        comment="Old and new extents, EPSG:3857 metres; null: the whole layer"
    )
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Domain(Base):
    """One of the seven smart domains, with the number of projects the province announced."""

    __tablename__ = "domain"

    code: Mapped[str] = mapped_column(primary_key=True, comment="ENV, ECO, ENE, GOV, LIV, MOB, PEO")
    id: Mapped[str] = mapped_column(unique=True, comment="environment, economy, ...")
    position: Mapped[int]
    name_th: Mapped[str]
    name_en: Mapped[str]
    planned: Mapped[int] = mapped_column(comment="Projects announced in this domain")


class Phase(Base):
    """One period of the programme, with the number of projects announced for it."""

    __tablename__ = "phase"

    id: Mapped[str] = mapped_column(primary_key=True, comment="2021, 2022-2023")
    first_year: Mapped[int] = mapped_column(comment="Common Era")
    last_year: Mapped[int] = mapped_column(comment="Common Era")
    planned: Mapped[int]


class Project(Base):
    """One record of the register; what is not known is null, never guessed."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint(
            "status IN ('not_started', 'planned', 'in_progress', 'operating', 'suspended',"
            " 'finished', 'unknown')",
            name="status",
        ),
        CheckConstraint(f"confidence IN ({CONFIDENCES})", name="confidence"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("budget_thb >= 0", name="budget"),
        CheckConstraint("cardinality(agencies_th) = cardinality(agencies_en)", name="agencies"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    domain_code: Mapped[str] = mapped_column(ForeignKey("twin.domain.code"), index=True)
    phase_id: Mapped[str | None] = mapped_column(ForeignKey("twin.phase.id"))
    name_th: Mapped[str]
    name_en: Mapped[str]
    is_named: Mapped[bool] = mapped_column(comment="False: only the count was announced")
    agencies_th: Mapped[list[str]] = mapped_column(comment="Lead agency first")
    agencies_en: Mapped[list[str]] = mapped_column(comment="As agencies_th, in the same order")
    budget_thb: Mapped[int | None] = mapped_column(comment="Thai baht")
    status: Mapped[str]
    status_note_th: Mapped[str | None]
    status_note_en: Mapped[str | None]
    progress: Mapped[float | None] = mapped_column(comment="Per cent")
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    place_th: Mapped[str | None] = mapped_column(comment="Where, in words")
    place_en: Mapped[str | None] = mapped_column(comment="Where, in words")
    confidence: Mapped[str] = mapped_column(comment="The record as a whole")

    domain: Mapped[Domain] = relationship(lazy="raise")
    sites: Mapped[list[ProjectSite]] = relationship(
        back_populates="project", cascade="all, delete-orphan", lazy="raise"
    )
    facts: Mapped[list[ProjectFact]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="ProjectFact.field"
    )


class ProjectSite(Base):
    """One place of a project: a rule that says where, and the geometry it gave."""

    __tablename__ = "project_site"
    __table_args__ = (
        CheckConstraint(
            "rule IN ('point', 'route', 'area', 'coast_buffer', 'province', 'unknown')",
            name="rule",
        ),
        CheckConstraint(
            "precision IN ('exact', 'sourced', 'approximate', 'estimated', 'unknown')",
            name="precision",
        ),
        CheckConstraint(f"confidence IN ({CONFIDENCES})", name="confidence"),
        UniqueConstraint("project_code", "position"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("twin.project.code", ondelete="CASCADE"))
    position: Mapped[int]
    name_th: Mapped[str]
    name_en: Mapped[str]
    rule: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(comment="Arguments of the rule")
    precision: Mapped[str]
    is_marine: Mapped[bool]
    source: Mapped[str | None]
    confidence: Mapped[str]
    note_th: Mapped[str | None]
    note_en: Mapped[str | None]
    tambon_codes: Mapped[list[str]] = mapped_column(
        comment="Sub-districts the geometry touches; at sea the one its source names"
    )
    amphoe_codes: Mapped[list[str]]
    problem_th: Mapped[str | None] = mapped_column(comment="Why there is no geometry, if so")
    problem_en: Mapped[str | None]
    geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", srid=STORAGE_SRID, spatial_index=True)
    )

    project: Mapped[Project] = relationship(back_populates="sites", lazy="raise")


class ProjectFact(Base):
    """Where one field of a project comes from, and how sure it is."""

    __tablename__ = "project_fact"
    __table_args__ = (CheckConstraint(f"confidence IN ({CONFIDENCES})", name="confidence"),)

    project_code: Mapped[str] = mapped_column(
        ForeignKey("twin.project.code", ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(primary_key=True)
    confidence: Mapped[str]
    source: Mapped[str | None]
    source_date: Mapped[date | None]
    note_th: Mapped[str | None]
    note_en: Mapped[str | None]


class ProgrammeFact(Base):
    """Something a source says about the programme as a whole, also where sources disagree."""

    __tablename__ = "programme_fact"
    __table_args__ = (CheckConstraint(f"confidence IN ({CONFIDENCES})", name="confidence"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    text_th: Mapped[str]
    text_en: Mapped[str]
    confidence: Mapped[str]
    source: Mapped[str]
    source_date: Mapped[date | None]


class Job(Base):
    """One run of a process that was asked for, from the queue to its result."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "status IN ('accepted', 'running', 'successful', 'failed', 'dismissed')", name="status"
        ),
        CheckConstraint("response IN ('raw', 'document', 'none')", name="response"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    response: Mapped[str] = mapped_column(comment="What results are sent as")
    status: Mapped[str] = mapped_column(server_default=text("'accepted'"))
    progress: Mapped[int] = mapped_column(server_default=text("0"), comment="Per cent")
    message_th: Mapped[str] = mapped_column(comment="What is being done, or what went wrong")
    message_en: Mapped[str]
    error_code: Mapped[str | None]
    error_parameter: Mapped[str | None]
    result: Mapped[str | None] = mapped_column(JSON, comment="As the process wrote it")
    queue_id: Mapped[int | None] = mapped_column(comment="Row of job.procrastinate_jobs")
    attempt: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Times it was begun; what an earlier one says is ignored"
    )
    lost: Mapped[int] = mapped_column(server_default=text("0"), comment="Times its worker died")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
