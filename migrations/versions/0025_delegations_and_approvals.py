"""A contractor may have a structure declare its workers' hours; a holder approves what is declared under it.

Revision: 0025, after 0024. No row stood before it: statements that are there ask no holder. Going back
forgets delegations and answers, not what was declared.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("delegator_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                columns,
                targets,
                name=op.f(f"fk_delegations_{'_'.join(columns)}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for columns, targets in (
                (["owner_id", "contract_id"], ["contracts.owner_id", "contracts.id"]),
                (["delegator_id"], ["organisations.id"]),
                (["delegate_id"], ["organisations.id"]),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index("ix_delegations_contract", "delegations", ["contract_id", "id"])
    op.create_index(op.f("ix_delegations_delegate_id"), "delegations", ["delegate_id"])
    # Not by a copy of the table, which children refer to.
    op.add_column("statements", sa.Column("approval", sa.String(length=64), nullable=True))
    op.add_column("statements", sa.Column("approval_due_on", sa.Date(), nullable=True))
    op.create_table(
        "statement_approvals",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "statement_id"],
            ["statements.owner_id", "statements.id"],
            name=op.f("fk_statement_approvals_owner_id_statement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_statement_approvals_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "statement_id", "change_id", name=op.f("pk_statement_approvals")),
    )


def downgrade() -> None:
    op.drop_table("statement_approvals")
    op.drop_column("statements", "approval_due_on")
    op.drop_column("statements", "approval")
    op.drop_table("delegations")
