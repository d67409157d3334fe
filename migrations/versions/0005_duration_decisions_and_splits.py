"""Decisions on how long a person counts, agreed splits of held hours, documents seen for a line.

Old entries and lines had no document seen: the defaults say so, without rewriting a row.

Revision: 0005, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "splits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("other_owner_id", sa.Uuid(), nullable=False),
        sa.Column("other_contract_id", sa.Uuid(), nullable=False),
        sa.Column("other_line_id", sa.Uuid(), nullable=False),
        sa.Column("other_hours", sa.BigInteger(), nullable=False),
        sa.Column("other_recorded_at", INSTANT, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_splits_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_splits")),
    )
    with op.batch_alter_table("splits", schema=None) as batch_op:
        batch_op.create_index("ix_splits_contract", ["contract_id"], unique=False)
        batch_op.create_index("ix_splits_line", ["line_id"], unique=False)
        batch_op.create_index("ix_splits_other_contract", ["other_contract_id"], unique=False)
        batch_op.create_index("ix_splits_other_line", ["other_line_id"], unique=False)

    op.create_table(
        "split_answers",
        sa.Column("split_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_split_answers_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["split_id"],
            ["splits.id"],
            name=op.f("fk_split_answers_split_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_split_answers")),
    )
    op.create_table(
        "duration_decisions",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("cancels_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_duration_decisions_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id"],
            ["hires.owner_id", "hires.id"],
            name=op.f("fk_duration_decisions_owner_id_hire_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_duration_decisions_participant_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_duration_decisions")),
    )
    with op.batch_alter_table("duration_decisions", schema=None) as batch_op:
        batch_op.create_index("ix_duration_decisions_participant", ["participant_id"], unique=False)

    op.create_table(
        "documents_seen",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("documents", JSON, nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_documents_seen_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "line_id"],
            ["lines.owner_id", "lines.id"],
            name=op.f("fk_documents_seen_owner_id_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "line_id", "change_id", name=op.f("pk_documents_seen")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended", JSON, nullable=True))

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("documented", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("documents", JSON, server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("lines", schema=None) as batch_op:
        batch_op.drop_column("documents")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("documented")

    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_column("suspended")

    op.drop_table("documents_seen")
    with op.batch_alter_table("duration_decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_duration_decisions_participant")

    op.drop_table("duration_decisions")
    op.drop_table("split_answers")
    with op.batch_alter_table("splits", schema=None) as batch_op:
        batch_op.drop_index("ix_splits_other_line")
        batch_op.drop_index("ix_splits_other_contract")
        batch_op.drop_index("ix_splits_line")
        batch_op.drop_index("ix_splits_contract")

    op.drop_table("splits")
