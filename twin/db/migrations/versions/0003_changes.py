"""The record of what changed in tiles, and indexes for what shows from afar."""

import sqlalchemy as sa
from alembic import op
from psycopg import sql

from twin.sql import read_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Greatest zoom of each band of generalised geometry.
BANDS = (8, 10, 12)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "xact",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id())::text::bigint"),
            nullable=False,
            comment="Transaction that wrote the row",
        ),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column(
            "boxes",
            sa.ARRAY(sa.Double()),
            nullable=True,
            comment="Old and new extents, EPSG:3857 metres; null: the whole layer",
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        schema="twin",
    )
    for column in ("xact", "changed_at"):
        op.create_index(f"ix_change_{column}", "change", [column], schema="twin")
    op.execute(read_sql("tile_change"))
    _index_bands(partial=True)
    _write_anew()


def downgrade() -> None:
    """Undo."""
    _drop_pieces()
    _index_bands(partial=False)
    op.execute("DROP TRIGGER project_announce ON twin.project")
    op.execute("DROP TRIGGER layer_announce ON twin.layer")
    for function in ("project_announce()", "layer_announce()"):
        op.execute(f"DROP FUNCTION twin.{function}")
    op.execute(read_sql("tile_refresh"))
    op.execute("DROP FUNCTION twin.announce(text, double precision[])")
    op.execute("DROP FUNCTION twin.tile_pieces(regclass)")
    op.execute("DROP FUNCTION twin.tile_cut() CASCADE")
    op.execute("DROP FUNCTION twin.store_plain(regclass)")
    op.drop_table("change", schema="twin")


def _write_anew() -> None:
    """Write what tiles read anew, uncompressed and areas in pieces; layers follow when loaded."""
    wanted = sa.text("SELECT id FROM twin.layer WHERE spec ->> 'geometry_type' = 'MultiPolygon'")
    areas = set(op.get_bind().scalars(wanted))
    found = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'tile'")
    for (table,) in op.get_bind().execute(found).all():
        target = sql.Identifier("tile", table)
        told = {"source": f'layer."{table}"', "target": f'tile."{table}"'}
        op.get_bind().execute(sa.text("SELECT twin.store_plain(CAST(:target AS regclass))"), told)
        op.execute(sql.SQL("TRUNCATE {}").format(target).as_string())
        if table in areas:
            op.get_bind().execute(
                sa.text("SELECT twin.tile_pieces(CAST(:target AS regclass))"), told
            )
        op.get_bind().execute(
            sa.text("SELECT twin.tile_fill(CAST(:source AS regclass), CAST(:target AS regclass))"),
            told,
        )
        if table in areas:
            index = sql.SQL("CREATE INDEX {} ON {} USING gist (geom)").format(
                sql.Identifier(f"ix_{table}_piece_geom"), sql.Identifier("tile", f"{table}$piece")
            )
            op.execute(index.as_string())


def _drop_pieces() -> None:
    found = sa.text(
        "SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE '%$piece'"
        " AND schemaname IN ('tile', 'stage_tile')"
    )
    for names in op.get_bind().execute(found).all():
        op.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(*names)).as_string())


def _index_bands(*, partial: bool) -> None:
    """Make the indexes of generalised geometry hold only the rows that their band shows, or all."""
    found = sa.text(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'tile' AND column_name = ANY(:names)"
    ).bindparams(names=[f"geom_{band}" for band in BANDS])
    for table, column in op.get_bind().execute(found).all():
        name = f"ix_{table}_tile_{column}"
        op.execute(sql.SQL("DROP INDEX tile.{}").format(sql.Identifier(name)).as_string())
        create = sql.SQL("CREATE INDEX {} ON tile.{} USING gist ({}){}").format(
            sql.Identifier(name),
            sql.Identifier(table),
            sql.Identifier(column),
            sql.SQL(f" WHERE min_zoom <= {column.removeprefix('geom_')}" if partial else ""),
        )
        op.execute(create.as_string())
