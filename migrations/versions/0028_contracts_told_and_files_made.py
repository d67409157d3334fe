"""The hours of contracts that a published year tells one by one; files made by jobs for who asked for them.

Revision: 0028, after 0025. Years published before tell of none: nothing is computed again. Going back forgets
what was told, and the releases stay; files go, and can be asked for again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

HUNDREDTHS = sa.BigInteger()
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


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
    op.create_table(
        "export_files",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("cursor", JSON, nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["jobs.id"],
            name=op.f("fk_export_files_job_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_export_files")),
    )
    op.create_table(
        "export_pieces",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["export_files.job_id"],
            name=op.f("fk_export_pieces_job_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("job_id", "part", "ordinal", name=op.f("pk_export_pieces")),
    )


def downgrade() -> None:
    op.drop_table("export_pieces")
    op.drop_table("export_files")
    op.drop_table("release_contracts")
