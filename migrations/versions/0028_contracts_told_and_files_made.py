"""The hours of contracts that a published year tells one by one.

Revision: 0028, after 0025. Years published before tell of none: nothing is computed again. Going back forgets
what was told, and the releases stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

HUNDREDTHS = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "release_contracts",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("hours", HUNDREDTHS, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                columns,
                targets,
                name=op.f(f"fk_release_contracts_{'_'.join(columns)}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for columns, targets in (
                (["owner_id", "contract_id"], ["contracts.owner_id", "contracts.id"]),
                (["release_id"], ["releases.id"]),
            )
        ),
        sa.PrimaryKeyConstraint("release_id", "contract_id", name=op.f("pk_release_contracts")),
    )
    op.create_index("ix_release_contracts_contract", "release_contracts", ["contract_id"])


def downgrade() -> None:
    op.drop_table("release_contracts")
