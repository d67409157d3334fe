"""A contractor may have an insertion structure declare its workers' hours.

Revision: 0025, after 0024. No row stood before it: going back forgets the delegations, not what was declared.
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


def downgrade() -> None:
    op.drop_table("delegations")
