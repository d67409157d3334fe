"""Pieces of files are sealed: a table may name people, and is kept to be given back with its problems.

Revision: 0027, after 0026. Pieces that stood before it stay as they came until their job has read them. Going
back, sealed pieces are gone: their imports find an empty file, and are sent again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_chunks") as batch:
        batch.alter_column("content", existing_type=sa.LargeBinary(), nullable=True)
        batch.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("import_tables", sa.Column("copy_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_import_tables_copy_id"), "import_tables", ["copy_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_import_tables_copy_id"), "import_tables")
    op.drop_column("import_tables", "copy_id")
    chunks = sa.table("import_chunks", sa.column("content"))
    op.execute(chunks.delete().where(chunks.c.content.is_(None)))
    with op.batch_alter_table("import_chunks") as batch:
        batch.drop_column("sealed")
        batch.alter_column("content", existing_type=sa.LargeBinary(), nullable=False)
