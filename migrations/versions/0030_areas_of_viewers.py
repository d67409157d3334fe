"""What territories add up to is kept for each viewer, and where contracts stand; the worker fills both.

Revision: 0030, after 0029. Until contracts are folded figures are read from every line, as before, and their
standing is judged on reading. Going back forgets what is kept.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
HUNDREDTHS = sa.BigInteger()
DUE = sa.literal(date(1, 1, 1), sa.Date())
STATES = ("pending", "held", "refused", "counted")
OF_CONTRACT = (["owner_id", "contract_id"], ["contracts.owner_id", "contracts.id"])
AREA = (
    ("organisation_id", sa.Uuid()),
    ("role", sa.String(length=24)),
    ("basis", sa.String(length=16)),
    ("area", sa.String(length=48)),
    ("month", sa.Date()),
)


def _refers(table: str, columns: list[str], targets: list[str]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns,
        targets,
        name=op.f(f"fk_{table}_{'_'.join(columns)}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _leave_due(
    table: str, contracts: sa.TableClause, which: sa.ColumnElement[bool], **columns: sa.ColumnElement[Any]
) -> None:
    """One row for each of these contracts, for the worker to find."""
    names = ["owner_id", "contract_id", *columns]
    rows = sa.select(contracts.c.owner_id, contracts.c.id, *columns.values()).where(which)
    op.execute(sa.table(table, *map(sa.column, names)).insert().from_select(names, rows))


def upgrade() -> None:
    keys = [name for name, _ in AREA]
    op.create_table(
        "territory_months",
        *(sa.Column(name, kind, nullable=False) for name, kind in AREA),
        *(
            sa.Column(state, HUNDREDTHS, nullable=False)
            for state in ("pending", "held", "refused", "counted")
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_territory_months")),
    )
    op.create_table(
        "territory_returns",
        *(sa.Column(name, kind, nullable=False) for name, kind in AREA),
        sa.Column("previous_month", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, "previous_month", name=op.f("pk_territory_returns")),
    )
    op.create_table(
        "folded_contracts",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("folded_on", sa.Date(), nullable=True),
        sa.Column("moves_on", sa.Date(), nullable=True),
        _refers("folded_contracts", *OF_CONTRACT),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_folded_contracts")),
    )
    op.create_index("ix_folded_contracts_moves_on", "folded_contracts", ["moves_on"])
    op.create_table(
        "folded_viewers",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        _refers("folded_viewers", ["contract_id"], ["folded_contracts.contract_id"]),
        sa.PrimaryKeyConstraint("contract_id", "organisation_id", "role", name=op.f("pk_folded_viewers")),
    )
    op.create_index("ix_folded_viewers_viewer", "folded_viewers", ["organisation_id", "role"])
    op.create_table(
        "unfolded_changes",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("figures", sa.Boolean(), nullable=False),
        _refers("unfolded_changes", ["change_id"], ["changes.id"]),
        sa.PrimaryKeyConstraint("contract_id", "change_id", name=op.f("pk_unfolded_changes")),
    )
    op.create_table(
        "standings",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("behind", HUNDREDTHS, nullable=False),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("first", "last", "since")),
        sa.Column("expected", JSON, nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        _refers("standings", *OF_CONTRACT),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_standings")),
    )
    op.create_index("ix_standings_judged_on", "standings", ["judged_on"])
    op.create_index("ix_person_months_participant", "person_months", ["participant_id"])
    names = ("owner_id", "contract_id", "id", "clause_id")
    contracts, hours = (
        sa.table(name, *(sa.column(column) for column in names)) for name in ("contracts", "person_months")
    )
    worked = sa.exists().where(
        hours.c.owner_id == contracts.c.owner_id, hours.c.contract_id == contracts.c.id
    )
    _leave_due("folded_contracts", contracts, worked, moves_on=DUE)
    none, nothing = sa.literal("", sa.String()), sa.literal(0, HUNDREDTHS)
    _leave_due(
        "standings",
        contracts,
        contracts.c.clause_id.is_not(None),
        status=none,
        behind=nothing,
        judged_on=DUE,
        rules_version=none,
    )
    if op.get_bind().dialect.name == "postgresql":
        # Checked now: the policies that follow are not laid on a table with checks to come.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.execute("SET CONSTRAINTS ALL DEFERRED")


def downgrade() -> None:
    op.drop_index("ix_person_months_participant", "person_months")
    op.drop_table("standings")
    op.drop_table("unfolded_changes")
    op.drop_table("folded_viewers")
    op.drop_table("folded_contracts")
    op.drop_table("territory_returns")
    op.drop_table("territory_months")
