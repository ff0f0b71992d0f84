"""How much of a platform's monthly rights was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quotause",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.Column("refused_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "right", "month"),
    )


def downgrade() -> None:
    op.drop_table("quotause")
