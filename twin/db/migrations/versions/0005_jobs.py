"""Jobs, and the queue of procrastinate that workers take them from."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("inputs", JSONB(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False, comment="What results are sent as"),
        sa.Column("status", sa.Text(), server_default=sa.text("'accepted'"), nullable=False),
        sa.Column(
            "progress",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Per cent",
        ),
        sa.Column(
            "message_th",
            sa.Text(),
            nullable=False,
            comment="What is being done, or what went wrong",
        ),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_parameter", sa.Text(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True, comment="As the process wrote it"),
        sa.Column(
            "queue_id", sa.BigInteger(), nullable=True, comment="Row of job.procrastinate_jobs"
        ),
        sa.Column(
            "attempt",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Times it was begun; what an earlier one says is ignored",
        ),
        sa.Column(
            "lost",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Times its worker died",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('accepted', 'running', 'successful', 'failed', 'dismissed')",
            name="ck_job_status",
        ),
        sa.CheckConstraint("response IN ('raw', 'document', 'none')", name="ck_job_response"),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="ck_job_progress"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        schema="twin",
    )
    for column in ("created_at", "finished_at"):
        op.create_index(f"ix_job_{column}", "job", [column], schema="twin")
    _make_queue()


def downgrade() -> None:
    """Undo."""
    op.execute("DROP SCHEMA job CASCADE")
    op.drop_table("job", schema="twin")


def _make_queue() -> None:
    """Run the schema that procrastinate brings, in a schema of its own.

    It is that of the release installed now: tests/db/test_jobs.py tells when another release
    brings another, and what to do then.
    """
    connection = op.get_bind()
    before = connection.scalar(sa.text("SHOW search_path"))
    op.execute("CREATE SCHEMA job")
    op.execute("SET LOCAL search_path TO job")
    # As it is: the driver would take its per cent signs for parameters.
    driver: Any = connection.connection.driver_connection
    driver.execute(SchemaManager.get_schema())
    connection.execute(sa.select(sa.func.set_config("search_path", before, True)))
