"""Figures of territories are published in releases that never change.

Revision: 0015, after 0009. Going back drops what was published: the earlier code knows no release.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("known_at", INSTANT, nullable=True),
        sa.Column("territory_edition", sa.String(length=64), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("firms", sa.Integer(), nullable=False),
        sa.Column("largest_share", sa.Integer(), nullable=False),
        sa.Column("withheld", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_releases_change_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("year", "quarter", name=op.f("uq_releases_year_quarter")),
    )
    op.create_table(
        "release_cells",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("indicator", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("contracts", sa.Integer(), nullable=True),
        sa.Column("columns", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["releases.id"],
            name=op.f("fk_release_cells_release_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("release_id", "indicator", "level", "code", name=op.f("pk_release_cells")),
    )
    # What every release says of one territory.
    op.create_index("ix_release_cells_place", "release_cells", ["level", "code"])


def downgrade() -> None:
    op.drop_table("release_cells")
    op.drop_table("releases")
