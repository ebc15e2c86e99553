"""Scenarios, their changes and their results."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = (
    "'add_facility', 'move_facility', 'remove_facility', 'open_street', 'close_street',"
    " 'project', 'speed', 'population'"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "scenario",
        sa.Column("id", sa.Text(), nullable=False, comment="Kebab-case, as in addresses"),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "question",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="twin.studies.question.Question",
        ),
        sa.Column(
            "base",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="By layer: revision and content digest that the scenario was accepted on",
        ),
        _moment("created_at"),
        _moment("updated_at", comment="Of the scenario or of any of its changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        schema="twin",
    )
    op.create_table(
        "scenario_change",
        sa.Column("scenario_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="From 1"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "args",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="twin.studies.scenarios.changes, by kind",
        ),
        sa.Column("name_th", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("cost_thb", sa.BigInteger(), nullable=True, comment="Thai baht; null: not known"),
        sa.Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_scenario_change_kind")),
        sa.CheckConstraint("cost_thb >= 0", name=op.f("ck_scenario_change_cost")),
        _of_scenario("scenario_change"),
        sa.PrimaryKeyConstraint("scenario_id", "position", name=op.f("pk_scenario_change")),
        schema="twin",
    )
    op.create_index(
        "idx_scenario_change_geom",
        "scenario_change",
        ["geom"],
        schema="twin",
        postgresql_using="gist",
    )
    op.create_table(
        "scenario_result",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scenario_id", sa.Text(), nullable=False),
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of question, revisions and changes",
        ),
        sa.Column(
            "revisions",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="As base, when it was computed",
        ),
        sa.Column(
            "table",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="twin.analysis.comparison.Comparison",
        ),
        _moment("computed_at"),
        _of_scenario("scenario_result"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_result")),
        sa.UniqueConstraint(
            "scenario_id", "digest", name=op.f("uq_scenario_result_scenario_id_digest")
        ),
        schema="twin",
    )


def downgrade() -> None:
    """Undo."""
    for table in ("scenario_result", "scenario_change", "scenario"):
        op.drop_table(table, schema="twin")


def _moment(name: str, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
        comment=comment,
    )


def _of_scenario(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["scenario_id"],
        ["twin.scenario.id"],
        name=op.f(f"fk_{table}_scenario_id"),
        ondelete="CASCADE",
    )
