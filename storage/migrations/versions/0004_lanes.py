"""Lanes that know when they are next, messages merged and turned to another platform, tones and actions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('queued', 'sending')")
_DEAD = sa.text("state = 'dead'")
_PENDING = sa.text("next_at IS NOT NULL")
# The new columns, with what the rows that are there already get.
_COLUMNS = (
    (sa.Column("title", sa.String(), nullable=False), "''"),
    (sa.Column("tones", sa.JSON(), nullable=False), "'[]'"),
    (sa.Column("actions", sa.JSON(), nullable=False), "'[]'"),
    (sa.Column("bundle", sa.String(), nullable=False), "''"),
    (sa.Column("retries_from", sa.Integer(), nullable=False), "0"),
    (sa.Column("tried", sa.JSON(), nullable=False), "'[]'"),
)


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_index("outbox_waiting")
        batch_op.drop_column("leased_until")
        for column, value in _COLUMNS:
            batch_op.add_column(sa.Column(column.name, column.type, nullable=False, server_default=sa.text(value)))
    with op.batch_alter_table("outbox") as batch_op:
        for column, _ in _COLUMNS:
            batch_op.alter_column(column.name, server_default=None)
    op.create_index(
        "outbox_lane", "outbox", ["lane", "not_before", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_index("outbox_dead", "outbox", ["id"], sqlite_where=_DEAD, postgresql_where=_DEAD)
    op.drop_table("lane")
    op.create_table(
        "lane",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("ready_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("leased_until", columns.Moment(timezone=True), nullable=True),
        sa.Column("next_at", columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("lane"),
    )
    op.create_index("lane_next", "lane", ["next_at"], sqlite_where=_PENDING, postgresql_where=_PENDING)
    op.execute(
        "INSERT INTO lane (lane, platform, ready_at, next_at) SELECT lane, min(platform), min(made_at), "
        "min(not_before) FROM outbox WHERE state IN ('queued', 'sending') GROUP BY lane"
    )


def downgrade() -> None:
    op.drop_table("lane")
    op.create_table(
        "lane",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("ready_at", columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane"),
    )
    op.drop_index("outbox_dead", table_name="outbox")
    op.drop_index("outbox_lane", table_name="outbox")
    with op.batch_alter_table("outbox") as batch_op:
        for column, _ in _COLUMNS:
            batch_op.drop_column(column.name)
        batch_op.add_column(sa.Column("leased_until", columns.Moment(timezone=True), nullable=True))
        batch_op.create_index("outbox_waiting", ["state", "not_before", "id"], unique=False)
