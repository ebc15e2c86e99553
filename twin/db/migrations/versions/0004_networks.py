"""Street networks, in the form that pgRouting reads."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ALONG = "Seconds from source to target; -1: not that way"
AGAINST = "Seconds from target to source; -1: not that way"
MODES = ("walk", "motorcycle", "car")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "network",
        sa.Column(
            "id",
            sa.Text(),
            nullable=False,
            comment="The layer's id, and `+ferries` where they are part of it",
        ),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column(
            "layer_revision",
            sa.BigInteger(),
            nullable=False,
            comment="Of the layer it was built from",
        ),
        sa.Column(
            "revision",
            sa.Text(),
            nullable=False,
            comment="Digest of streets, speeds, heights and options",
        ),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="twin.analysis.network.report.NetworkReport",
        ),
        sa.Column(
            "built_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        schema="twin",
    )
    _create(
        "network_node",
        sa.Column(
            "component", sa.BigInteger(), nullable=False, comment="Connected part; 0: the longest"
        ),
        geometry="POINT",
    )
    costs: list[sa.Column[Any]] = [
        sa.Column(f"{kind}_{mode}", sa.Double(), nullable=False, comment=comment)
        for mode in MODES
        for kind, comment in (("cost", ALONG), ("reverse_cost", AGAINST))
    ]
    _create(
        "network_edge",
        sa.Column("source", sa.BigInteger(), nullable=False, comment="Node"),
        sa.Column("target", sa.BigInteger(), nullable=False, comment="Node"),
        sa.Column("road_id", sa.BigInteger(), nullable=False, comment="id in the layer"),
        sa.Column("length_m", sa.Double(), nullable=False, comment="EPSG:32647"),
        *costs,
        geometry="LINESTRING",
    )


def downgrade() -> None:
    """Undo."""
    for table in ("network_edge", "network_node"):
        op.drop_geospatial_index(
            f"idx_{table}_geom",
            table_name=table,
            schema="twin",
            postgresql_using="gist",
            column_name="geom",
        )
        op.drop_geospatial_table(table, schema="twin")
    op.drop_table("network", schema="twin")


def _create(table: str, *columns: sa.Column[Any], geometry: str) -> None:
    op.create_geospatial_table(
        table,
        sa.Column("network_id", sa.Text(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Row of the arrays, from 0",
        ),
        *columns,
        sa.Column(
            "geom",
            Geometry(
                geometry_type=geometry,
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["twin.network.id"],
            name=op.f(f"fk_{table}_network_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f(f"pk_{table}")),
        schema="twin",
    )
    op.create_geospatial_index(
        f"idx_{table}_geom",
        table,
        ["geom"],
        unique=False,
        schema="twin",
        postgresql_using="gist",
        postgresql_ops={},
    )
