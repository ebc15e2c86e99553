"""Edits of layers without geometry are announced, too."""

import sqlalchemy as sa
from alembic import op

from twin.sql import read_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = sa.text("SELECT id FROM twin.layer WHERE kind = 'table'")
_WATCH = sa.text("SELECT twin.table_watch(CAST(:source AS regclass), :layer)")


def upgrade() -> None:
    """Apply."""
    op.execute(read_sql("table_change"))
    for layer in op.get_bind().scalars(_TABLES).all():
        op.get_bind().execute(_WATCH, {"source": f'layer."{layer}"', "layer": layer})


def downgrade() -> None:
    """Undo."""
    op.execute("DROP FUNCTION twin.table_watch(regclass, text)")
    op.execute("DROP FUNCTION twin.table_announce() CASCADE")
