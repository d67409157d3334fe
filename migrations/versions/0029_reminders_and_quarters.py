"""Organisations are reminded by e-mail of what they owe, a contact may want no reminders; lists of quarters.

Revision: 0029. Contacts that stood before it want them. Going back forgets what was sent and the lists of
priority quarters: the earlier code sends nothing and reads no list.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("contacts", sa.Column("reminders", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("contracts", sa.Integer(), nullable=False),
        sa.Column("actions", sa.Integer(), nullable=False),
        sa.Column("contacts", JSON, nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_reminders_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "organisation_id",
            "role",
            "subject",
            "day",
            name=op.f("uq_reminders_organisation_id_role_subject_day"),
        ),
    )
    op.create_index("ix_reminders_organisation", "reminders", ["organisation_id", "id"])
    op.create_index("ix_reminders_day", "reminders", ["day", "state"])
    op.create_table(
        "quarter_editions",
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("quarters", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_quarter_editions")),
    )


def downgrade() -> None:
    op.drop_table("quarter_editions")
    op.drop_table("reminders")
    op.drop_column("contacts", "reminders")
