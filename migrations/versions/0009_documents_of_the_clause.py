"""Facts towards penalties may be about a document that the clause itself makes due.

Revision: 0009, after 0008. Facts recorded before it are about none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not by a copy of the table, which would lose its guards.
    op.add_column("penalty_facts", sa.Column("document", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.drop_column("penalty_facts", "document")
