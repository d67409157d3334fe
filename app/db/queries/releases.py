"""What releases are made of, over all contracts, and the releases themselves, which everybody reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, exists, func, insert, select, text
from sqlalchemy.orm import aliased

from app.db.queries.outcomes import APPROVED, first_place
from app.db.tables import (
    Assessment,
    ContractParty,
    Entry,
    Hire,
    HireOutcome,
    HireTraits,
    Participant,
    Release,
    ReleaseCell,
    ReleaseContract,
    Seal,
    Territory,
    TerritoryAlias,
)
from app.rules.codes import OutcomeMoment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Row, Select

    from app.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class ContractHours:
    """The hours of one contract in a year that are told (hundredths)."""

    owner_id: UUID
    contract_id: UUID
    hours: int


CHUNK = 2_000
COUNTED = "counted"
# Any constant known to nobody else in the database will do.
PUBLISH_LOCK = 7_401_015


def hold_publishing(session: WriteSession) -> None:
    """Let nobody else publish until the commit; SQLite's write lock already does.

    The transaction then waits while figures are computed, for as long as they take.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(PUBLISH_LOCK)))
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def counted_hours(
    session: ReadSession, first: date, last: date, position: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row per person, contract, place and traits, of all contracts, with the hours counted.

    Hours in hundredths, more than zero, of the months from the first to the last, as the ledger stood at a
    position; traits and persons as they are now.
    """
    keys = (
        *(Participant.person_id, Entry.contract_id, Entry.execution, Entry.modality, Hire.contract_type),
        *(HireTraits.sex, HireTraits.age_band, HireTraits.level, Entry.owner_id),
    )
    hours = cast(func.sum(Entry.hours), BigInteger)
    query = (
        select(*keys, hours.label("hours"))
        .join(Seal, Seal.change_id == Entry.change_id)
        .join(Participant, Participant.id == Entry.participant_id)
        .join(Hire, (Hire.owner_id == Entry.owner_id) & (Hire.id == Entry.hire_id))
        .outerjoin(
            HireTraits, (HireTraits.owner_id == Entry.owner_id) & (HireTraits.hire_id == Entry.hire_id)
        )
        .where(Entry.state == COUNTED, Entry.month.between(first, last), Seal.position <= position)
        .group_by(*keys)
        .having(hours > 0)
    )
    return session.execute(query).all()


def ended_hires(session: ReadSession, first: date, last: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """(person, contract, place or null, class or null) of each approved hire that ended in these days.

    Where it worked, else the first place of the contract; the class is the last one told of its exit.
    """
    newer = aliased(HireOutcome)
    corrected = exists().where(
        newer.owner_id == HireOutcome.owner_id,
        newer.hire_id == HireOutcome.hire_id,
        newer.moment == HireOutcome.moment,
        newer.number > HireOutcome.number,
    )
    query = (
        select(
            *(Participant.person_id, Hire.contract_id, HireOutcome.category),
            func.coalesce(Hire.workplace, first_place()).label("place"),
        )
        .join(Participant, Participant.id == Hire.participant_id)
        .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
        .outerjoin(
            HireOutcome,
            (HireOutcome.owner_id == Hire.owner_id)
            & (HireOutcome.hire_id == Hire.id)
            & (HireOutcome.moment == OutcomeMoment.EXIT.value)
            & ~corrected,
        )
        .where(Hire.ended_on.between(first, last), Assessment.decision == APPROVED)
    )
    return session.execute(query).all()


def holders(session: ReadSession) -> dict[UUID, UUID]:
    """By contract: the firm that holds it, the lead of a group."""
    query = (
        select(ContractParty.contract_id, ContractParty.organisation_id)
        .where(ContractParty.kind == "holder")
        .order_by(ContractParty.contract_id, ContractParty.lead, ContractParty.organisation_id)
    )
    return {row.contract_id: row.organisation_id for row in session.execute(query)}


def paths(session: ReadSession) -> dict[str, tuple[str | None, ...]]:
    """By place: the codes of what it lies in, from the country to the commune."""
    levels = (
        *(Territory.country, Territory.region, Territory.department),
        *(Territory.epci, Territory.ept, Territory.commune),
    )
    return {row.place: tuple(row)[1:] for row in session.execute(select(Territory.place, *levels))}


def former_communes(session: ReadSession) -> dict[str, str]:
    """By the place of a former commune: the only present one on its ground."""
    query = (
        select(TerritoryAlias.code, func.min(TerritoryAlias.place).label("place"))
        .group_by(TerritoryAlias.code)
        .having(func.count() == 1)
    )
    return {f"commune/{row.code}": row.place for row in session.execute(query)}


def releases() -> Select[Release]:
    """All of them: they are published."""
    return select(Release)


def of_year(session: ReadSession, year: int) -> dict[int, Release]:
    """The releases of a year, by quarter; 0 is the year itself."""
    return {row.quarter: row for row in session.scalars(releases().where(Release.year == year))}


def add_cells(session: WriteSession, cells: Sequence[dict[str, Any]]) -> None:
    """Write the cells of a release."""
    session.flush()
    for first in range(0, len(cells), CHUNK):
        session.execute(insert(ReleaseCell), list(cells[first : first + CHUNK]))


def add_contracts(session: WriteSession, release_id: UUID, told: Sequence[ContractHours]) -> None:
    """Write the contracts that a release tells one by one."""
    session.flush()
    rows = [
        {
            "release_id": release_id,
            "owner_id": one.owner_id,
            "contract_id": one.contract_id,
            "hours": one.hours,
        }
        for one in told
    ]
    for first in range(0, len(rows), CHUNK):
        session.execute(insert(ReleaseContract), rows[first : first + CHUNK])


def hours_of_contracts(
    session: ReadSession, contract_ids: Sequence[UUID]
) -> dict[UUID, dict[int, Row[*tuple[Any, ...]]]]:
    """By contract and year: (contract_id, year, hours, created_at, known_at), hundredths, as published."""
    query = (
        select(
            ReleaseContract.contract_id,
            Release.year,
            ReleaseContract.hours,
            Release.created_at,
            Release.known_at,
        )
        .join(Release, Release.id == ReleaseContract.release_id)
        .where(ReleaseContract.contract_id.in_(contract_ids))
        .order_by(Release.year)
    )
    found: dict[UUID, dict[int, Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(query) if contract_ids else ():
        found.setdefault(row.contract_id, {})[row.year] = row
    return found


def cells(
    session: ReadSession, release_id: UUID, indicator: str, level: str, after: str, limit: int
) -> Sequence[Row[ReleaseCell, str | None]]:
    """(cell, name) of a level that may be told, in the order of codes, after one."""
    query = (
        select(ReleaseCell, Territory.name)
        .outerjoin(Territory, Territory.place == ReleaseCell.level + "/" + ReleaseCell.code)
        .where(
            ReleaseCell.release_id == release_id,
            ReleaseCell.indicator == indicator,
            ReleaseCell.level == level,
            # That something is hidden would tell that somebody is there.
            ReleaseCell.hidden.is_(False),
            ReleaseCell.code > after,
        )
        .order_by(ReleaseCell.code)
        .limit(limit)
    )
    return session.execute(query).all()


def cells_of(
    session: ReadSession, level: str, code: str, year: int | None
) -> Sequence[Row[Release, ReleaseCell]]:
    """(release, cell) of a territory, as far as they may be told, oldest period first."""
    query = (
        select(Release, ReleaseCell)
        .join(ReleaseCell, ReleaseCell.release_id == Release.id)
        .where(ReleaseCell.level == level, ReleaseCell.code == code, ReleaseCell.hidden.is_(False))
        .order_by(Release.year, Release.quarter, ReleaseCell.indicator)
    )
    return session.execute(query if year is None else query.where(Release.year == year)).all()


def told_hours(session: ReadSession, release_id: UUID) -> dict[tuple[str, str], int | None]:
    """By (level, code): the hours of the activity that a release tells, None where they are hidden."""
    query = select(ReleaseCell.level, ReleaseCell.code, ReleaseCell.hours).where(
        ReleaseCell.release_id == release_id, ReleaseCell.indicator == "activity"
    )
    return {(row.level, row.code): row.hours for row in session.execute(query)}
