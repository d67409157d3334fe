"""What people ask about their data: oppositions, erasures, and when a record was erased and coarsened.

Revision: 0014. The guards of tables with free texts let erasure empty these and a new key seal others
anew: the old guards go here, the new ones are laid after the chain. Hashes name their key from now on; those
stored before name none and stay valid until a rotation names it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

OPENED = ("duration_decisions", "verdicts", "statement_versions", "splits", "split_answers")
NEW = ("oppositions", "erasures")


def upgrade() -> None:
    _drop_guards(OPENED, "rows")
    for column in ("erased_at", "coarsened_at"):
        op.add_column("participants", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "oppositions",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        *(_refers("oppositions", column, target) for column, target in REFERENCES),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["organisations.id"],
            name=op.f("fk_oppositions_recorded_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("participant_id", "number", name=op.f("pk_oppositions")),
    )
    op.create_table(
        "erasures",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        *(_refers("erasures", column, target) for column, target in REFERENCES),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_erased_at"), "erasures", ["erased_at"])


def downgrade() -> None:
    # What was erased stays erased; that it was is no longer told.
    _drop_guards(NEW, "rows", "whole")
    op.drop_table("erasures")
    op.drop_table("oppositions")
    for column in ("coarsened_at", "erased_at"):
        op.drop_column("participants", column)


REFERENCES = (("participant_id", "participants.id"), ("change_id", "changes.id"))


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=name, initially="DEFERRED", deferrable=True)


def _drop_guards(tables: tuple[str, ...], *kinds: str) -> None:
    on_table = op.get_bind().dialect.name == "postgresql"
    for table in tables:
        for kind in kinds:
            where = f" ON {table}" if on_table else ""
            op.execute(f"DROP TRIGGER IF EXISTS guard_{table}_{kind}{where}")
