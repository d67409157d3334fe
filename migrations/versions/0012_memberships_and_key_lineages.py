"""Keys follow each other by rotation and tell their last use; people and machines act by memberships.

Revision: 0012, after 0009. Keys made before it are the first of their lineage, and no use of theirs is known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("manages_access", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_memberships_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_organisation", "memberships", ["organisation_id", "role", "id"])
    op.create_index(op.f("ix_memberships_subject_hash"), "memberships", ["subject_hash"])
    op.add_column("api_keys", sa.Column("lineage_id", sa.Uuid(), nullable=True))
    op.add_column("api_keys", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_api_keys_lineage_id"), "api_keys", ["lineage_id"])
    # Not by a copy of the table, which would lose its guards.
    op.add_column("changes", sa.Column("membership_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # A guard laid by the code of a later revision names the column.
        op.execute("DROP TRIGGER IF EXISTS guard_changes_texts")
    op.drop_column("changes", "membership_id")
    op.drop_index(op.f("ix_api_keys_lineage_id"), table_name="api_keys")
    op.drop_column("api_keys", "last_used_at")
    op.drop_column("api_keys", "lineage_id")
    op.drop_table("memberships")
