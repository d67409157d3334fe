"""What a territory adds up to, over the contracts that the principal sees.

A place is inside a territory when its row in `territories` carries that territory's code. A place that is
unknown, or known only above the level asked, has no code there: its hours are `unlocated`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    String,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.db.queries.compliance import CONTRACT_FACTS
from app.db.queries.contracts import filtered, visible_contracts
from app.db.tables import (
    Clause,
    Contract,
    ContractPlace,
    Mandate,
    ObligationMonth,
    OpenChange,
    Organisation,
    Participant,
    PersonMonth,
    Seal,
    Territory,
    Version,
)
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ScalarSelect, Subquery

    from app.db.session import ReadSession
    from app.principal import Principal

COUNTRY = "country"
EVERYWHERE = true()
WHOLE = 10_000
STATES = ("pending", "held", "refused", "counted")
CHUNK = 500
PLACES = {
    "execution": PersonMonth.execution,
    "residence": PersonMonth.residence,
    "buyer": PersonMonth.buyer_seat,
    "facilitator": PersonMonth.facilitator_seat,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks on which day, about which months (both included), on which basis."""

    principal: Principal
    today: date
    first: date
    last: date
    basis: str
    # The SIRET of the only buyer whose contracts count.
    buyer: str | None = None
    # The only contracts that count.
    among: frozenset[UUID] | None = None

    @property
    def contracts(self) -> Select[UUID]:
        """The ids of the contracts that count."""
        seen = filtered(visible_contracts(self.principal, self.today), buyer=self.buyer)
        if self.among is not None:
            seen = seen.where(Contract.id.in_(self.among))
        return seen.with_only_columns(Contract.id)


def inside(level: str, code: str) -> ColumnElement[bool]:
    """Rows whose territory lies in this one; everything lies in the country, even what has no place."""
    return EVERYWHERE if level == COUNTRY else column_of(level) == code


def in_children(level: str, code: str, of_level: str) -> ColumnElement[bool]:
    """Rows inside any territory of a level that has ground in this one, on either side of its border."""
    column = column_of(of_level)
    codes = select(column).where(inside(level, code), column.is_not(None))
    return column.in_(codes)


def unlocated(level: str) -> ColumnElement[bool]:
    """Rows without a territory of this level."""
    return column_of(level).is_(None)


def column_of(level: str) -> ColumnElement[str | None]:
    """The column of `territories` that holds the code of a level."""
    found: ColumnElement[str | None] = getattr(Territory, level)
    return found


def hours_inside(
    session: ReadSession, asked: Asked, area: ColumnElement[bool], by_level: str | None = None
) -> list[Row[*tuple[Any, ...]]]:
    """(code, pending, held, refused, counted, participants) of the area's months, by code of a level.

    Hours in hundredths. Without `by_level`, one row whose code is null.
    """
    hours = [
        cast(func.coalesce(func.sum(getattr(PersonMonth, state)), 0), BigInteger).label(state)
        for state in STATES
    ]
    people = func.count(func.distinct(case((PersonMonth.counted > 0, _once(asked.principal)))))
    code = literal(None) if by_level is None else column_of(by_level)
    query = (
        select(code.label("code"), *hours, people.label("participants"))
        .select_from(PersonMonth)
        .join(Participant, Participant.id == PersonMonth.participant_id)
        .join(Territory, Territory.place == PLACES[asked.basis], isouter=True)
        .where(
            PersonMonth.month.between(asked.first, asked.last),
            PersonMonth.contract_id.in_(asked.contracts),
            area,
        )
    )
    if by_level is not None:
        query = query.group_by(code)
    return list(session.execute(query))


def people_inside(
    session: ReadSession, asked: Asked, area: ColumnElement[bool], by_level: str
) -> list[Row[*tuple[Any, ...]]]:
    """(code, person) of whom the area's months tell, whatever became of their hours, by code of a level."""
    query = (
        select(column_of(by_level).label("code"), _once(asked.principal).label("person"))
        .select_from(PersonMonth)
        .join(Participant, Participant.id == PersonMonth.participant_id)
        .join(Territory, Territory.place == PLACES[asked.basis], isouter=True)
        .where(
            PersonMonth.month.between(asked.first, asked.last),
            PersonMonth.contract_id.in_(asked.contracts),
            area,
        )
        .distinct()
    )
    return list(session.execute(query))


def _once(principal: Principal) -> ColumnElement[UUID]:
    """What a person is counted once by: the person; for a firm, its own records of them, others' one by one.

    That somebody it declared is known to another declarant too is not for a firm to learn, not even from a
    number of people that a merge made smaller.
    """
    if principal.role is not Role.CONTRACTOR:
        return Participant.person_id.expression
    own = aliased(Participant)
    oldest = (
        select(own.id)
        .where(own.person_id == Participant.person_id, own.declarant_id == principal.organisation_id)
        .order_by(own.id)
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )
    return case((Participant.declarant_id == principal.organisation_id, oldest), else_=Participant.id)


def _located(asked: Asked, on: date) -> Subquery:
    """(contract_id, place, share in ten-thousandths, assumed): where each contract stands on a basis."""
    if asked.basis == "execution":
        return select(
            ContractPlace.contract_id,
            ContractPlace.place,
            ContractPlace.share,
            ContractPlace.share_assumed.label("assumed"),
        ).subquery()
    whole = (literal(WHOLE).label("share"), literal(value=False).label("assumed"))
    if asked.basis == "residence":
        return (
            select(PersonMonth.contract_id, PersonMonth.residence.label("place"), *whole)
            .where(PersonMonth.month.between(asked.first, asked.last))
            .distinct()
            .subquery()
        )
    organisation: ColumnElement[Any] = Contract.owner_id.expression
    if asked.basis == "facilitator":
        organisation = func.coalesce(_mandated(on), Contract.owner_id)
    return (
        select(Contract.id.label("contract_id"), Organisation.seat.label("place"), *whole)
        .join(Organisation, Organisation.id == organisation)
        .subquery()
    )


def _mandated(on: date) -> ScalarSelect[UUID]:
    """The facilitator of a contract on a day; the buyer's own staff decide when there is none."""
    return (
        select(Mandate.organisation_id)
        .where(
            Mandate.contract_id == Contract.id,
            Mandate.role == Role.FACILITATOR.value,
            Mandate.since <= on,
            func.coalesce(Mandate.until, on) >= on,
        )
        .order_by(Mandate.since.desc(), Mandate.id.desc())
        .limit(1)
        .correlate(Contract)
        .scalar_subquery()
    )


def places_of_contracts(
    session: ReadSession,
    asked: Asked,
    on: date,
    *,
    parent: ColumnElement[bool],
    area: ColumnElement[bool],
    level: str,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(contract_id, share, assumed, inside, touched, code) of every place of the area's contracts.

    `inside`, `touched`: whether the place lies in the parent, in the area; `code`: of the level that it lies
    in. A contract without any place has one row without share.
    """
    located = _located(asked, on)
    query = (
        select(
            Contract.id,
            located.c.share,
            located.c.assumed,
            func.coalesce(parent, literal(value=False)).label("inside"),
            func.coalesce(area, literal(value=False)).label("touched"),
            column_of(level).label("code"),
        )
        .join(located, located.c.contract_id == Contract.id, isouter=asked.basis != "residence")
        .join(Territory, Territory.place == located.c.place, isouter=True)
        .where(Contract.id.in_(contracts_inside(asked, on, area)))
        .order_by(Contract.id, located.c.place)
    )
    return session.execute(query).all()


def contracts_inside(asked: Asked, on: date, area: ColumnElement[bool]) -> Select[UUID]:
    """The ids of the contracts with a place in the area."""
    if area is EVERYWHERE and asked.basis != "residence":
        return asked.contracts
    located = _located(asked, on)
    found = select(located.c.contract_id)
    if area is not EVERYWHERE:
        found = found.where(located.c.place.in_(select(Territory.place).where(area)))
    return asked.contracts.where(Contract.id.in_(found))


def contracts_to_judge(session: ReadSession, among: Select[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row per contract: its facts and its clause."""
    dates = ("started_on", "ended_on", "firm_end_on", "maximum_end_on")
    query = (
        select(
            Contract.id.label("contract_id"),
            Contract.cpv,
            *(getattr(Contract, name) for name in (*CONTRACT_FACTS, *dates)),
            Clause.id.label("clause_id"),
            Clause.obligation_id,
            Clause.terms,
            Clause.version.label("clause_version"),
        )
        .join(
            Clause, (Clause.owner_id == Contract.owner_id) & (Clause.contract_id == Contract.id), isouter=True
        )
        .where(Contract.id.in_(among))
    )
    return session.execute(query).all()


def secured_hours(
    session: ReadSession, among: Select[UUID], month: date
) -> dict[UUID, Row[*tuple[Any, ...]]]:
    """By contract: counted and pending before a month, then in it (`…_before`, `…_within`)."""
    sums = [
        cast(func.sum(case((condition, getattr(ObligationMonth, state)), else_=0)), BigInteger).label(
            f"{state}_{when}"
        )
        for state in ("counted", "pending")
        for when, condition in (
            ("before", ObligationMonth.month < month),
            ("within", ObligationMonth.month == month),
        )
    ]
    query = (
        select(ObligationMonth.contract_id, *sums)
        .where(
            ObligationMonth.month <= month,
            ObligationMonth.contract_id.in_(among),
        )
        .group_by(ObligationMonth.contract_id)
    )
    return {row.contract_id: row for row in session.execute(query)}


def open_on(day: date) -> ColumnElement[bool]:
    """Contracts not closed by a day."""
    return or_(Contract.closed_on.is_(None), Contract.closed_on > day)


def secured_by_month(
    session: ReadSession, among: Select[UUID], on: date, since: date
) -> dict[UUID, dict[date, int]]:
    """By contract: hours counted or pending, by month, of contracts not closed by a day, up to its month.

    Since a month; all of them for a contract that was ever suspended: its last months of work may lie far
    back.
    """
    ever_suspended = cast(Contract.suspensions, String) != "[]"
    hours = cast(func.sum(ObligationMonth.counted + ObligationMonth.pending), BigInteger)
    query = (
        select(ObligationMonth.contract_id, ObligationMonth.month, hours.label("hours"))
        .join(Contract, Contract.id == ObligationMonth.contract_id)
        .where(
            open_on(on),
            or_(ObligationMonth.month >= since, ever_suspended),
            ObligationMonth.month <= on,
            Contract.id.in_(among),
        )
        .group_by(ObligationMonth.contract_id, ObligationMonth.month)
    )
    found: dict[UUID, dict[date, int]] = {}
    for row in session.execute(query):
        found.setdefault(row.contract_id, {})[row.month] = row.hours
    return found


def clause_versions(session: ReadSession, among: Select[UUID]) -> dict[UUID, list[Row[*tuple[Any, ...]]]]:
    """By clause: every version of the clauses amended at least once, oldest first."""
    query = (
        select(Version.subject_id, Version.number, Version.effective_on, Version.snapshot)
        .join(Clause, (Clause.owner_id == Version.owner_id) & (Clause.id == Version.subject_id))
        .where(Clause.version > 1, Clause.contract_id.in_(among))
        .order_by(Version.subject_id, Version.number)
    )
    found: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(query):
        found.setdefault(row.subject_id, []).append(row)
    return found


def settled(session: ReadSession, asked: Asked) -> Row[*tuple[Any, ...]]:
    """(provisional, sealed_at): whether a change of these contracts has no position yet; the last seal."""
    waiting = exists().where(OpenChange.contract_id.in_(asked.contracts))
    if asked.principal.is_admin:
        waiting = exists(select(OpenChange.sequence))
    last = select(Seal.sealed_at).order_by(Seal.position.desc()).limit(1).scalar_subquery()
    return session.execute(select(waiting.label("provisional"), last.label("sealed_at"))).one()


def named(session: ReadSession, level: str, codes: Iterable[str]) -> list[Territory]:
    """The territories of these codes, in their order."""
    wanted = sorted(codes)
    found: list[Territory] = []
    for first in range(0, len(wanted), CHUNK):
        places = [f"{level}/{code}" for code in wanted[first : first + CHUNK]]
        query = select(Territory).where(Territory.place.in_(places)).order_by(Territory.place)
        found.extend(session.scalars(query))
    return found
