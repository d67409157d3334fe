"""How a table was read is kept with its import, and columns that somebody confirmed are kept for next time.

Revision: 0026, after 0025. No row stood before it. Going back forgets them: columns are then said again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "import_tables",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=True),
        sa.Column("places", JSON, nullable=False),
        _reference("import_tables", "job_id", "jobs.id"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_import_tables")),
    )
    op.create_table(
        "import_mappings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _reference("import_mappings", "organisation_id", "organisations.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mappings")),
        sa.UniqueConstraint(
            *("organisation_id", "role", "kind", "fingerprint"),
            name=op.f("uq_import_mappings_organisation_id_role_kind_fingerprint"),
        ),
    )


def downgrade() -> None:
    op.drop_table("import_mappings")
    op.drop_table("import_tables")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=name, initially="DEFERRED", deferrable=True)
