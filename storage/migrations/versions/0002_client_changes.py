"""Aliases of a team, clients merged into another, and a log of what changed about the clients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite keeps no name for an unnamed constraint; this is the one PostgreSQL gives.
_NAMES = {"uq": "%(table_name)s_%(column_0_N_name)s_key"}


def upgrade() -> None:
    op.create_table(
        "clientchange",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    # Others refer to this table: SQLite may not write it anew, which is how Alembic adds a column with a reference.
    op.execute("ALTER TABLE client ADD COLUMN merged_into INTEGER REFERENCES client (id)")
    op.create_index(op.f("ix_client_merged_into"), "client", ["merged_into"], unique=False)
    with op.batch_alter_table("alias", naming_convention=_NAMES) as batch_op:
        batch_op.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("alias_team_id_fkey", "person", ["team_id"], ["id"])
        batch_op.drop_constraint("alias_client_id_alias_key", type_="unique")
        batch_op.create_unique_constraint("alias_client_id_alias_team_id_key", ["client_id", "alias", "team_id"])
        batch_op.create_index(batch_op.f("ix_alias_alias"), ["alias"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("alias", naming_convention=_NAMES) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alias_alias"))
        batch_op.drop_constraint("alias_client_id_alias_team_id_key", type_="unique")
        batch_op.create_unique_constraint("alias_client_id_alias_key", ["client_id", "alias"])
        batch_op.drop_constraint("alias_team_id_fkey", type_="foreignkey")
        batch_op.drop_column("team_id")
    op.drop_index(op.f("ix_client_merged_into"), table_name="client")
    op.drop_column("client", "merged_into")
    op.drop_table("clientchange")
