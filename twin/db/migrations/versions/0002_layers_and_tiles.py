"""Schemas of the layers and of what tiles read, and the functions that keep the second."""

from alembic import op

from twin.sql import read_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMAS = ("layer", "tile", "stage", "stage_tile")


def upgrade() -> None:
    """Apply."""
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA {schema}")
    op.execute(read_sql("tile_refresh"))
    op.execute(read_sql("project_site"))


def downgrade() -> None:
    """Undo."""
    op.execute("DROP VIEW layer.project_site")
    for operation in ("insert", "update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER tile_{operation} ON twin.project_site")
    for schema in SCHEMAS:
        op.execute(f"DROP SCHEMA {schema} CASCADE")
    op.execute("DROP FUNCTION twin.layer_swap(text)")
    op.execute("DROP FUNCTION twin.tile_watch(regclass, text)")
    op.execute("DROP FUNCTION twin.tile_refresh()")
    op.execute("DROP FUNCTION twin.tile_fill(regclass, regclass)")
    op.execute("DROP FUNCTION twin.tile_columns(regclass)")
