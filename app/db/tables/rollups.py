"""What territories add up to for each viewer, kept by `app.services.folding` so that nobody reads every line.

A viewer is an organisation in a role, or the platform. An area is "country" or "level/code", or the part of
it that lies in no territory of a level inside: "department/57!commune".
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import (
    Area,
    Base,
    Code,
    Day,
    Hundredths,
    Id,
    Items,
    Month,
    RoleCode,
    refers_to,
    refers_together,
)

# Stands for "never before" in a column of a key, which cannot be null.
NEVER = date(1, 1, 1)


class TerritoryMonth(Base):
    """Hours of a month in an area, over the contracts that a viewer sees."""

    __tablename__ = "territory_months"

    organisation_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[RoleCode] = mapped_column(primary_key=True)
    basis: Mapped[str] = mapped_column(String(16), primary_key=True)
    area: Mapped[Area] = mapped_column(primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)
    pending: Mapped[Hundredths]
    held: Mapped[Hundredths]
    refused: Mapped[Hundredths]
    counted: Mapped[Hundredths]


class TerritoryReturn(Base):
    """How many people had counted hours in an area in a month, and before it last in another (or `NEVER`).

    Those of any months a to b, each once: the sum over month in a … b and previous_month < a.
    """

    __tablename__ = "territory_returns"

    organisation_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[RoleCode] = mapped_column(primary_key=True)
    basis: Mapped[str] = mapped_column(String(16), primary_key=True)
    area: Mapped[Area] = mapped_column(primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)
    previous_month: Mapped[Month] = mapped_column(primary_key=True)
    people: Mapped[int]


class FoldedContract(Base):
    """A contract whose hours the areas hold as they stood on a day; None: they hold nothing of it yet.

    `moves_on`: the first day on which other viewers see it without any change; it is then to be folded anew.
    """

    __tablename__ = "folded_contracts"
    __table_args__ = (refers_together(*OF_CONTRACT), Index("ix_folded_contracts_moves_on", "moves_on"))

    owner_id: Mapped[Id]
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    folded_on: Mapped[Day | None]
    moves_on: Mapped[Day | None]


class FoldedViewer(Base):
    """A viewer in whose areas a contract's hours are held; the platform's hold every folded contract."""

    __tablename__ = "folded_viewers"
    __table_args__ = (Index("ix_folded_viewers_viewer", "organisation_id", "role"),)

    contract_id: Mapped[UUID] = mapped_column(refers_to("folded_contracts.contract_id"), primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[RoleCode] = mapped_column(primary_key=True)


class UnfoldedChange(Base):
    """A change of a contract that neither its standing nor, if it moved `figures`, any area holds yet.

    Figures: hours, whose they are, who sees them.
    """

    __tablename__ = "unfolded_changes"

    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    figures: Mapped[bool]


class ContractStanding(Base):
    """Where a contract with a clause stands on a day, under a version of the rules; stale on any other day.

    `behind`: what its secured hours lack of those expected that day (hundredths). `first`, `last`: the days
    of its window. `expected`: hours expected at the end of each month from `since` on, the last for good;
    None, as `since`, where they follow what happens or the list would be too long.
    """

    __tablename__ = "standings"
    __table_args__ = (refers_together(*OF_CONTRACT), Index("ix_standings_judged_on", "judged_on"))

    owner_id: Mapped[Id]
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    status: Mapped[Code]
    behind: Mapped[Hundredths]
    first: Mapped[Day | None]
    last: Mapped[Day | None]
    since: Mapped[Month | None]
    expected: Mapped[Items | None]
    judged_on: Mapped[Day]
    rules_version: Mapped[Code]
