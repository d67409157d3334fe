"""Outcomes after hires, and the clause state kept with a contract.

Revision: 0006, after 0001. No row is filled here: what a state follows from (dated thresholds, other lots) is
the rules', which a migration does not import and would freeze; filling 100,000 rows in this transaction would
hold them against writers; and the previous version of the code, still at work, would add rows without state
anyway. The columns are null until the worker's `recheck_all` has judged, a hundred contracts at a time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_outcomes_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id"],
            ["hires.owner_id", "hires.id"],
            name=op.f("fk_outcomes_owner_id_hire_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["organisations.id"],
            name=op.f("fk_outcomes_recorded_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "hire_id", "moment", "number", name=op.f("pk_outcomes")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_change_id"), ["change_id"], unique=False)
        batch_op.create_index("ix_outcomes_contract", ["contract_id"], unique=False)

    op.create_table(
        "outcome_details",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("situation", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id", "moment", "number"],
            ["outcomes.owner_id", "outcomes.hire_id", "outcomes.moment", "outcomes.number"],
            name=op.f("fk_outcome_details_owner_id_hire_id_moment_number"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "hire_id", "moment", "number", name=op.f("pk_outcome_details")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consultation_reference", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("clause_state", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_contracts_clause_state", ["clause_state", "id"], unique=False)
        batch_op.create_index(
            "ix_contracts_consultation", ["owner_id", "consultation_reference"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index("ix_contracts_consultation")
        batch_op.drop_index("ix_contracts_clause_state")
        batch_op.drop_column("clause_state")
        batch_op.drop_column("consultation_reference")

    op.drop_table("outcome_details")
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index("ix_outcomes_contract")
        batch_op.drop_index(batch_op.f("ix_outcomes_change_id"))

    op.drop_table("outcomes")
