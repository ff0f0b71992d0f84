"""What came with a record, and the files kept of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNFETCHED = sa.text("state IN ('queued', 'fetching')")
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("number", _BIG, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("next_at", columns.Moment(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("kept_at", columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["record.number"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("number", "person_id", "sha256"):
        op.create_index(f"ix_media_{column}", "media", [column])
    op.create_index(
        "media_waiting",
        "media",
        ["platform", "next_at"],
        sqlite_where=_UNFETCHED,
        postgresql_where=_UNFETCHED,
    )


def downgrade() -> None:
    op.drop_table("media")
