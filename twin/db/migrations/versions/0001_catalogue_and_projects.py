"""catalogue and projects."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "alias",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column(
            "key", sa.Text(), nullable=False, comment="Value of the layer's key column, e.g. 830202"
        ),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint("layer_id", "key", "alias", name=op.f("uq_alias_layer_id_key_alias")),
        schema="twin",
    )
    op.create_table(
        "domain",
        sa.Column("code", sa.Text(), nullable=False, comment="ENV, ECO, ENE, GOV, LIV, MOB, PEO"),
        sa.Column("id", sa.Text(), nullable=False, comment="environment, economy, ..."),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "planned", sa.BigInteger(), nullable=False, comment="Projects announced in this domain"
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_domain")),
        sa.UniqueConstraint("id", name=op.f("uq_domain_id")),
        schema="twin",
    )
    op.create_table(
        "layer",
        sa.Column("id", sa.Text(), nullable=False, comment="Table name in schema layer"),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column(
            "spec",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="twin.spec.LayerSpec as loaded",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title_th", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("source_th", sa.Text(), nullable=False),
        sa.Column("source_en", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("valid_date", sa.Date(), nullable=False, comment="Date the data describe"),
        sa.Column("declared_crs", sa.Text(), nullable=True),
        sa.Column(
            "revision",
            sa.BigInteger(),
            nullable=False,
            comment="Grows by one when the content changes",
        ),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("feature_count", sa.BigInteger(), nullable=False),
        sa.Column(
            "bbox",
            sa.ARRAY(sa.Double()),
            nullable=True,
            comment="west, south, east, north, degrees",
        ),
        sa.Column(
            "file", sa.Text(), nullable=True, comment="Raster: the GeoTIFF, below TWIN_HOME/raster"
        ),
        sa.Column(
            "loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('vector', 'raster', 'table')", name=op.f("ck_layer_kind")),
        sa.CheckConstraint(
            "provenance IN ('official', 'osm', 'operator', 'derived', 'approximate', 'synthetic')",
            name=op.f("ck_layer_provenance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layer")),
        schema="twin",
    )
    op.create_table(
        "load",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_loaded", sa.BigInteger(), nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load")),
        schema="twin",
    )
    op.create_index(op.f("ix_load_layer_id"), "load", ["layer_id"], unique=False, schema="twin")
    op.create_table(
        "phase",
        sa.Column("id", sa.Text(), nullable=False, comment="2021, 2022-2023"),
        sa.Column("first_year", sa.BigInteger(), nullable=False, comment="Common Era"),
        sa.Column("last_year", sa.BigInteger(), nullable=False, comment="Common Era"),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        schema="twin",
    )
    op.create_table(
        "programme_fact",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("text_th", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "confidence IN ('verified', 'sourced', 'inferred', 'unknown')",
            name=op.f("ck_programme_fact_confidence"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_fact")),
        schema="twin",
    )
    op.create_table(
        "fault",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column(
            "row",
            sa.BigInteger(),
            nullable=True,
            comment="Row of the file, from 1; null: whole file",
        ),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("message_th", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.CheckConstraint("severity IN ('refuse', 'note')", name=op.f("ck_fault_severity")),
        sa.ForeignKeyConstraint(
            ["load_id"], ["twin.load.id"], name=op.f("fk_fault_load_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault")),
        schema="twin",
    )
    op.create_index(op.f("ix_fault_layer_id"), "fault", ["layer_id"], unique=False, schema="twin")
    op.create_index(op.f("ix_fault_load_id"), "fault", ["load_id"], unique=False, schema="twin")
    op.create_table(
        "project",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("domain_code", sa.Text(), nullable=False),
        sa.Column("phase_id", sa.Text(), nullable=True),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "is_named", sa.Boolean(), nullable=False, comment="False: only the count was announced"
        ),
        sa.Column("agencies_th", sa.ARRAY(sa.Text()), nullable=False, comment="Lead agency first"),
        sa.Column(
            "agencies_en",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="As agencies_th, in the same order",
        ),
        sa.Column("budget_thb", sa.BigInteger(), nullable=True, comment="Thai baht"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_note_th", sa.Text(), nullable=True),
        sa.Column("status_note_en", sa.Text(), nullable=True),
        sa.Column("progress", sa.Double(), nullable=True, comment="Per cent"),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("place_th", sa.Text(), nullable=True, comment="Where, in words"),
        sa.Column("place_en", sa.Text(), nullable=True, comment="Where, in words"),
        sa.Column("confidence", sa.Text(), nullable=False, comment="The record as a whole"),
        sa.CheckConstraint(
            "confidence IN ('verified', 'sourced', 'inferred', 'unknown')",
            name=op.f("ck_project_confidence"),
        ),
        sa.CheckConstraint(
            "status IN ('not_started', 'planned', 'in_progress', 'operating', 'suspended', 'finished', 'unknown')",
            name=op.f("ck_project_status"),
        ),
        sa.CheckConstraint("budget_thb >= 0", name=op.f("ck_project_budget")),
        sa.CheckConstraint(
            "cardinality(agencies_th) = cardinality(agencies_en)", name=op.f("ck_project_agencies")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_project_progress")),
        sa.ForeignKeyConstraint(
            ["domain_code"], ["twin.domain.code"], name=op.f("fk_project_domain_code")
        ),
        sa.ForeignKeyConstraint(["phase_id"], ["twin.phase.id"], name=op.f("fk_project_phase_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_project")),
        schema="twin",
    )
    op.create_index(
        op.f("ix_project_domain_code"), "project", ["domain_code"], unique=False, schema="twin"
    )
    op.create_geospatial_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["load_id"], ["twin.load.id"], name=op.f("fk_quarantine_load_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        schema="twin",
    )
    op.create_index(
        op.f("ix_quarantine_layer_id"), "quarantine", ["layer_id"], unique=False, schema="twin"
    )
    op.create_index(
        op.f("ix_quarantine_load_id"), "quarantine", ["load_id"], unique=False, schema="twin"
    )
    op.create_table(
        "project_fact",
        sa.Column("project_code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("note_th", sa.Text(), nullable=True),
        sa.Column("note_en", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "confidence IN ('verified', 'sourced', 'inferred', 'unknown')",
            name=op.f("ck_project_fact_confidence"),
        ),
        sa.ForeignKeyConstraint(
            ["project_code"],
            ["twin.project.code"],
            name=op.f("fk_project_fact_project_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_code", "field", name=op.f("pk_project_fact")),
        schema="twin",
    )
    op.create_geospatial_table(
        "project_site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_code", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column(
            "args",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Arguments of the rule",
        ),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("is_marine", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("note_th", sa.Text(), nullable=True),
        sa.Column("note_en", sa.Text(), nullable=True),
        sa.Column(
            "tambon_codes",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="Sub-districts the geometry touches; at sea the one its source names",
        ),
        sa.Column("amphoe_codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "problem_th", sa.Text(), nullable=True, comment="Why there is no geometry, if so"
        ),
        sa.Column("problem_en", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "confidence IN ('verified', 'sourced', 'inferred', 'unknown')",
            name=op.f("ck_project_site_confidence"),
        ),
        sa.CheckConstraint(
            "precision IN ('exact', 'sourced', 'approximate', 'estimated', 'unknown')",
            name=op.f("ck_project_site_precision"),
        ),
        sa.CheckConstraint(
            "rule IN ('point', 'route', 'area', 'coast_buffer', 'province', 'unknown')",
            name=op.f("ck_project_site_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["project_code"],
            ["twin.project.code"],
            name=op.f("fk_project_site_project_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_site")),
        sa.UniqueConstraint(
            "project_code", "position", name=op.f("uq_project_site_project_code_position")
        ),
        schema="twin",
    )
    op.create_geospatial_index(
        "idx_project_site_geom",
        "project_site",
        ["geom"],
        unique=False,
        schema="twin",
        postgresql_using="gist",
        postgresql_ops={},
    )


def downgrade() -> None:
    """Undo."""
    op.drop_geospatial_index(
        "idx_project_site_geom",
        table_name="project_site",
        schema="twin",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("project_site", schema="twin")
    op.drop_table("project_fact", schema="twin")
    op.drop_index(op.f("ix_quarantine_load_id"), table_name="quarantine", schema="twin")
    op.drop_index(op.f("ix_quarantine_layer_id"), table_name="quarantine", schema="twin")
    op.drop_geospatial_table("quarantine", schema="twin")
    op.drop_index(op.f("ix_project_domain_code"), table_name="project", schema="twin")
    op.drop_table("project", schema="twin")
    op.drop_index(op.f("ix_fault_load_id"), table_name="fault", schema="twin")
    op.drop_index(op.f("ix_fault_layer_id"), table_name="fault", schema="twin")
    op.drop_table("fault", schema="twin")
    op.drop_table("programme_fact", schema="twin")
    op.drop_table("phase", schema="twin")
    op.drop_index(op.f("ix_load_layer_id"), table_name="load", schema="twin")
    op.drop_table("load", schema="twin")
    op.drop_table("layer", schema="twin")
    op.drop_table("domain", schema="twin")
    op.drop_table("alias", schema="twin")
