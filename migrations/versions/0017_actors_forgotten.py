"""By what credential and in which request a change was made goes after the retention of logs.

Revision: 0017, after 0015. The guard of the changes lets these details be emptied: the old one goes here, the
new one is laid after the chain. Going back, changes whose request was forgotten name an empty one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drop_guard()
    with op.batch_alter_table("changes") as batch:
        batch.alter_column("request_id", existing_type=sa.String(length=64), nullable=True)


def downgrade() -> None:
    _drop_guard()
    op.execute("UPDATE changes SET request_id = '' WHERE request_id IS NULL")
    with op.batch_alter_table("changes") as batch:
        batch.alter_column("request_id", existing_type=sa.String(length=64), nullable=False)


def _drop_guard() -> None:
    where = " ON changes" if op.get_bind().dialect.name == "postgresql" else ""
    for kind in ("rows", "texts"):
        op.execute(f"DROP TRIGGER IF EXISTS guard_changes_{kind}{where}")
