"""A hire may name the body that referred the person, which then reads the hire, its end and its outcome.

Revision: 0011, after 0009. Hires recorded before name nobody: only the kind of the body was kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hires", sa.Column("prescriber_id", sa.Uuid(), nullable=True))
    op.create_index("ix_hires_prescriber", "hires", ["prescriber_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_hires_prescriber", table_name="hires")
    op.drop_column("hires", "prescriber_id")
