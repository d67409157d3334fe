"""Files for import are stored in pieces as they arrive; what DECP last said is kept, with what to decide.

Revision: 0021, after 0017. A file that is stored whole stays so until its job has read it. Going back, files
in pieces are gone: their imports find an empty file, and are sent again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IDENTITY = ["buyer", "reference", "cpv", "holders_hash"]
KEY = "uq_decp_records_buyer_reference_cpv_holders_hash"


def upgrade() -> None:
    op.create_table(
        "import_chunks",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "ordinal", name="pk_import_chunks"),
    )
    with op.batch_alter_table("import_files") as batch:
        batch.alter_column("content", existing_type=sa.LargeBinary(), nullable=True)
        batch.add_column(sa.Column("upload_id", sa.Uuid(), nullable=True))
    with op.batch_alter_table("decp_records") as batch:
        batch.add_column(sa.Column("rank", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch.add_column(sa.Column("likeness", sa.LargeBinary(length=32), nullable=True))
        batch.add_column(sa.Column("said", JSON, nullable=True))
        batch.drop_constraint(KEY, type_="unique")
        batch.create_unique_constraint(f"{KEY}_rank", [*IDENTITY, "rank"])
        batch.create_index("ix_decp_records_likeness", ["likeness"])
    _of_contract(
        "decp_conflicts",
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("ours", JSON, nullable=False),
        sa.Column("theirs", JSON, nullable=False),
    )
    op.create_index("ix_decp_conflicts_contract", "decp_conflicts", ["contract_id", "field"])
    _of_contract(
        "decp_reviews",
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("source", sa.String(length=1000), nullable=True),
        sa.Column("new_contract_id", sa.Uuid(), nullable=True),
        sa.UniqueConstraint(
            "owner_id", "contract_id", "fingerprint", name="uq_decp_reviews_owner_id_contract_id_fingerprint"
        ),
    )


def downgrade() -> None:
    op.drop_table("decp_reviews")
    op.drop_table("decp_conflicts")
    # Contracts that are distinct under one identity keep their contract, and lose their record.
    op.execute("DELETE FROM decp_records WHERE rank > 0")
    with op.batch_alter_table("decp_records") as batch:
        batch.drop_index("ix_decp_records_likeness")
        batch.drop_constraint(f"{KEY}_rank", type_="unique")
        batch.create_unique_constraint(KEY, IDENTITY)
        batch.drop_column("said")
        batch.drop_column("likeness")
        batch.drop_column("rank")
    op.execute("UPDATE import_files SET content = '' WHERE content IS NULL")
    with op.batch_alter_table("import_files") as batch:
        batch.drop_column("upload_id")
        batch.alter_column("content", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_table("import_chunks")


def _of_contract(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "contract_id"],
            ["contracts.owner_id", "contracts.id"],
            name=f"fk_{table}_owner_id_contract_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_state", table, ["state", "id"])
