"""What the State's directory says of an organisation stands beside what people say; connectors have a pulse.

Revision: 0024. Going back forgets both: they are read again from the directory.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
COLUMNS = (
    ("official_name", sa.String(length=1000)),
    ("official_state", sa.String(length=64)),
    ("official_closed_on", sa.Date()),
    ("official_siae_kind", sa.String(length=64)),
    ("official_checked_at", INSTANT),
)


def upgrade() -> None:
    with op.batch_alter_table("organisations") as batch:
        for name, kind in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.create_index(op.f("ix_organisations_official_checked_at"), ["official_checked_at"])
    op.create_table(
        "connector_pulses",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("last_success_at", INSTANT, nullable=True),
        sa.Column("last_failure_at", INSTANT, nullable=True),
        sa.Column("last_failure", sa.String(length=64), nullable=True),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_connector_pulses")),
    )


def downgrade() -> None:
    op.drop_table("connector_pulses")
    with op.batch_alter_table("organisations") as batch:
        batch.drop_index(op.f("ix_organisations_official_checked_at"))
        for name, _ in reversed(COLUMNS):
            batch.drop_column(name)
