"""Outcomes after hires: what was told of one person, and how many are of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal, null, select, true, union_all
from sqlalchemy.orm import aliased

from app.db.queries.figures import column_of
from app.db.queries.hires import visible_hires
from app.db.tables import (
    Assessment,
    Change,
    Contract,
    ContractPlace,
    Hire,
    HireOutcome,
    Mandate,
    Organisation,
    OutcomeDetail,
    Residence,
    Territory,
)
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ScalarSelect

    from app.db.queries.figures import Asked
    from app.db.session import ReadSession
    from app.principal import Principal

APPROVED = "approved"


def outcomes_of(
    session: ReadSession, owner_id: UUID, hire_id: UUID
) -> Sequence[Row[HireOutcome, str | None, datetime, str]]:
    """(outcome, situation, instant, identifier of who told it) of a hire already seen, oldest first."""
    query = (
        select(HireOutcome, OutcomeDetail.situation, Change.at, Organisation.identifier)
        .join(Change, Change.id == HireOutcome.change_id)
        .join(Organisation, Organisation.id == HireOutcome.recorded_by)
        .outerjoin(
            OutcomeDetail,
            (OutcomeDetail.owner_id == HireOutcome.owner_id)
            & (OutcomeDetail.hire_id == HireOutcome.hire_id)
            & (OutcomeDetail.moment == HireOutcome.moment)
            & (OutcomeDetail.number == HireOutcome.number),
        )
        .where(HireOutcome.owner_id == owner_id, HireOutcome.hire_id == hire_id)
        .order_by(HireOutcome.moment, HireOutcome.number)
    )
    return session.execute(query).all()


def counts_on_contract(
    session: ReadSession, principal: Principal, today: date, contract_id: UUID, until: Mapping[str, date]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The same shape as `counts_inside`, code null, of a contract's hires; `until`: the latest end due."""
    parts = [
        _ended(principal, today, moment)
        .where(Hire.contract_id == contract_id, Hire.ended_on <= last)
        .with_only_columns(
            null().label("code"),
            literal(moment).label("moment"),
            HireOutcome.category,
            func.count().label("hires"),
        )
        .group_by(HireOutcome.category)
        for moment, last in until.items()
    ]
    return session.execute(union_all(*parts)).all()


def told_on_contract(
    session: ReadSession, principal: Principal, today: date, contract_id: UUID
) -> Sequence[Row[UUID, str, str, datetime, datetime | None]]:
    """(hire, moment, class, instant it was told, instant of the approval), each version, oldest first."""
    query = (
        visible_hires(principal, today)
        .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
        .join(HireOutcome, (HireOutcome.owner_id == Hire.owner_id) & (HireOutcome.hire_id == Hire.id))
        .join(Change, Change.id == HireOutcome.change_id)
        .where(Hire.contract_id == contract_id, Assessment.decision == APPROVED)
        .with_only_columns(
            *(Hire.id, HireOutcome.moment, HireOutcome.category, Change.at, Assessment.decided_at)
        )
        .order_by(HireOutcome.number)
    )
    return session.execute(query).all()


def counts_inside(
    session: ReadSession,
    asked: Asked,
    period: tuple[date, date],
    until: Mapping[str, date],
    area: ColumnElement[bool],
    by_level: str | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(code of a level or null, moment, class or null, hires) that ended in the days of a period, in an area.

    A hire stands where it worked, where the person lived when it ended, or at a seat, as `asked.basis` says.
    """
    code = null().label("code") if by_level is None else column_of(by_level).label("code")
    keys = [] if by_level is None else [column_of(by_level)]
    parts = [
        _ended(asked.principal, asked.today, moment)
        .join(Contract, (Contract.owner_id == Hire.owner_id) & (Contract.id == Hire.contract_id))
        .outerjoin(Territory, Territory.place == _place(asked.basis))
        .where(
            Hire.ended_on >= period[0],
            Hire.ended_on <= min(period[1], last),
            # A prescriber counts hires of contracts that it does not see; nobody else narrows them.
            true() if asked.buyer is None else Hire.contract_id.in_(asked.contracts),
            area,
        )
        .with_only_columns(
            code, literal(moment).label("moment"), HireOutcome.category, func.count().label("hires")
        )
        .group_by(*keys, HireOutcome.category)
        for moment, last in until.items()
    ]
    return session.execute(union_all(*parts)).all()


def _ended(principal: Principal, today: date, moment: str) -> Select[Any]:
    """The approved hires that one sees, beside the latest outcome of a moment."""
    newer = aliased(HireOutcome)
    corrected = exists().where(
        newer.owner_id == HireOutcome.owner_id,
        newer.hire_id == HireOutcome.hire_id,
        newer.moment == HireOutcome.moment,
        newer.number > HireOutcome.number,
    )
    return (
        visible_hires(principal, today)
        .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
        .outerjoin(
            HireOutcome,
            (HireOutcome.owner_id == Hire.owner_id)
            & (HireOutcome.hire_id == Hire.id)
            & (HireOutcome.moment == moment)
            & ~corrected,
        )
        .where(Assessment.decision == APPROVED)
    )


def _place(basis: str) -> ColumnElement[Any]:
    if basis == "execution":
        return func.coalesce(Hire.workplace, first_place())
    if basis == "residence":
        return _residence()
    if basis == "buyer":
        return _seat(Hire.owner_id.expression)
    return _seat(func.coalesce(_mandated(), Hire.owner_id))


def first_place() -> ScalarSelect[str | None]:
    """Where the contract of a hire is executed first of all."""
    return (
        select(ContractPlace.place)
        .where(ContractPlace.owner_id == Hire.owner_id, ContractPlace.contract_id == Hire.contract_id)
        .order_by(ContractPlace.ordinal)
        .limit(1)
        .correlate(Hire)
        .scalar_subquery()
    )


def _residence() -> ColumnElement[str]:
    """Where the person lived when the hire ended; before the first known address, that one, as for hours."""
    of_person = select(Residence.place).where(Residence.participant_id == Hire.participant_id)
    then = of_person.where(Residence.since <= Hire.ended_on).order_by(Residence.since.desc())
    first = of_person.order_by(Residence.since)
    return func.coalesce(*(found.limit(1).correlate(Hire).scalar_subquery() for found in (then, first)))


def _seat(organisation_id: ColumnElement[Any]) -> ScalarSelect[str | None]:
    return (
        select(Organisation.seat).where(Organisation.id == organisation_id).correlate(Hire).scalar_subquery()
    )


def _mandated() -> ScalarSelect[UUID]:
    """Whose mandate runs when the hire ends; without one, the buyer's own staff follow it."""
    return (
        select(Mandate.organisation_id)
        .where(
            Mandate.contract_id == Hire.contract_id,
            Mandate.role == Role.FACILITATOR.value,
            Mandate.since <= Hire.ended_on,
            func.coalesce(Mandate.until, Hire.ended_on) >= Hire.ended_on,
        )
        .order_by(Mandate.since.desc(), Mandate.id.desc())
        .limit(1)
        .correlate(Hire)
        .scalar_subquery()
    )
