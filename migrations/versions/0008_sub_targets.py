"""What sub-targets look at of a hire is kept sealed, version by version.

Revision: 0008, after 0001. Hires approved before it have none until their clause says sub-targets.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_traits",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("traits", sa.LargeBinary(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_kept_traits_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "hire_id"],
            ["hires.owner_id", "hires.id"],
            name=op.f("fk_kept_traits_owner_id_hire_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("owner_id", "hire_id", "number", name=op.f("pk_kept_traits")),
    )
    with op.batch_alter_table("kept_traits", schema=None) as batch_op:
        batch_op.create_index("ix_kept_traits_contract", ["contract_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("kept_traits", schema=None) as batch_op:
        batch_op.drop_index("ix_kept_traits_contract")
    op.drop_table("kept_traits")
