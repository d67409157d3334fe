"""Organisations keep profiles of their own: a draft, published versions, withdrawals; nothing is moved.

Revision: 0002, after 0001. A downgrade drops them: clauses keep their whole terms and do not miss them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("draft", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["organisations.id"],
            name=op.f("fk_profiles_owner_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("owner_id", "code", name=op.f("uq_profiles_owner_id_code")),
    )
    op.create_table(
        "profile_versions",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=1000), nullable=False),
        sa.Column("reference", sa.String(length=1000), nullable=False),
        sa.Column("conditions", JSON, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "profile_id"],
            ["profiles.owner_id", "profiles.id"],
            name=op.f("fk_profile_versions_owner_id_profile_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "profile_id", "number", name=op.f("pk_profile_versions")),
    )
    op.create_table(
        "profile_withdrawals",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "profile_id", "number"],
            ["profile_versions.owner_id", "profile_versions.profile_id", "profile_versions.number"],
            name=op.f("fk_profile_withdrawals_owner_id_profile_id_number"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "profile_id", "number", name=op.f("pk_profile_withdrawals")),
    )


def downgrade() -> None:
    op.drop_table("profile_withdrawals")
    op.drop_table("profile_versions")
    op.drop_table("profiles")
