"""Statements and lines, through what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select, true

from app.db.queries.contracts import on_seen_contract, under_holder
from app.db.queries.rows import columns_of
from app.db.tables import (
    Delegation,
    Hire,
    Line,
    Organisation,
    Statement,
    StatementVersion,
)
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal


def _of_own_side(principal: Principal) -> ColumnElement[bool]:
    """A declarant reads what it declared, or had declared; a holder also what is under it, not beside it."""
    if principal.role not in {Role.CONTRACTOR, Role.INSERTION_STRUCTURE}:
        return true()
    own = Statement.declarant_id == principal.organisation_id
    if principal.role is Role.INSERTION_STRUCTURE:
        return own
    under = under_holder(Statement, Statement.declarant_id, principal.organisation_id)
    return or_(own, under, _declared_for(principal.organisation_id))


def _declared_for(organisation_id: UUID) -> ColumnElement[bool]:
    """Statements of a structure to which a firm delegated, with lines of its hires."""
    return exists().where(
        Delegation.contract_id == Statement.contract_id,
        Delegation.delegator_id == organisation_id,
        Delegation.delegate_id == Statement.declarant_id,
        Line.statement_id == Statement.id,
        Line.withdrawn.is_(False),
        Hire.owner_id == Line.owner_id,
        Hire.id == Line.hire_id,
        or_(Hire.declarant_id == organisation_id, Hire.employer_id == organisation_id),
    )


def visible_statements(principal: Principal, today: date) -> Select[Statement]:
    """The statements of the contracts one sees, narrowed for declarants to their own side."""
    query = select(Statement)
    if principal.is_admin:
        return query
    seen = on_seen_contract(Statement, principal, today)
    return query.where(seen, _of_own_side(principal))


def of_months(query: Select[Statement], first: date | None, last: date | None) -> Select[Statement]:
    """The statements of a query from a month to another, both included; None is open."""
    if first is not None:
        query = query.where(Statement.month >= first)
    if last is not None:
        query = query.where(Statement.month <= last)
    return query


# A submission and a review ask most of what follows: building a statement costs more than running it, so each
# of these is built once.
_OF_MONTH = select(Statement).where(
    Statement.contract_id == bindparam("contract_id"),
    Statement.declarant_id == bindparam("declarant_id"),
    Statement.month == bindparam("month"),
)


def statement_of_month(
    session: ReadSession, contract_id: UUID, declarant_id: UUID, month: date
) -> Statement | None:
    """The statement of a declarant for a month."""
    asked = {"contract_id": contract_id, "declarant_id": declarant_id, "month": month}
    return session.scalar(_OF_MONTH, asked)


_HELD = (
    select(Statement)
    .where(Statement.owner_id == bindparam("owner_id"), Statement.id == bindparam("statement_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def held_statement(session: WriteSession, statement: Statement) -> Statement:
    """The statement as it stands now, held until the commit."""
    asked = {"owner_id": statement.owner_id, "statement_id": statement.id}
    return session.scalars(_HELD, asked).one()


_OWN_HIRES = (
    select(Hire)
    .where(
        Hire.contract_id == bindparam("contract_id"),
        or_(Hire.declarant_id == bindparam("firm_id"), Hire.employer_id == bindparam("firm_id")),
    )
    .order_by(Hire.id)
)


_OWN_AMONG = _OWN_HIRES.where(Hire.id.in_(bindparam("hire_ids", expanding=True)))


def own_hires(
    session: ReadSession, contract_id: UUID, declarant_id: UUID, among: Collection[UUID] | None = None
) -> dict[UUID, Hire]:
    """The hires whose hours an organisation may declare: those it declared or employs, by id; among some."""
    asked: dict[str, Any] = {"contract_id": contract_id, "firm_id": declarant_id}
    if among is None:
        return {hire.id: hire for hire in session.scalars(_OWN_HIRES, asked)}
    found = session.scalars(_OWN_AMONG, {**asked, "hire_ids": list(among)}) if among else ()
    return {hire.id: hire for hire in found}


def hires_by_id(session: ReadSession, hire_ids: Iterable[UUID]) -> dict[UUID, Hire]:
    """Hires that lines already seen are about."""
    ids = list(hire_ids)
    found = session.scalars(select(Hire).where(Hire.id.in_(ids))) if ids else ()
    return {hire.id: hire for hire in found}


def statement_of_line(session: ReadSession, line: Line) -> Statement:
    """The statement that holds a line now."""
    query = select(Statement).where(Statement.owner_id == line.owner_id, Statement.id == line.statement_id)
    return session.scalars(query).one()


_OF_HIRES = select(Line).where(
    Line.hire_id.in_(bindparam("hire_ids", expanding=True)), Line.month == bindparam("month")
)


def lines_of_hires(session: ReadSession, hire_ids: Iterable[UUID], month: date) -> dict[UUID, Line]:
    """The lines of these hires for a month, withdrawn ones included, by hire."""
    ids = list(hire_ids)
    found = session.scalars(_OF_HIRES, {"hire_ids": ids, "month": month}) if ids else ()
    return {line.hire_id: line for line in found}


_OF_STATEMENT = (
    select(Line)
    .where(Line.statement_id == bindparam("statement_id"), Line.withdrawn.is_(False))
    .order_by(Line.recorded_at, Line.id)
)


def lines_of_statement(session: ReadSession, statement: Statement) -> list[Line]:
    """The lines that a statement holds now, in the order of their first recording."""
    return list(session.scalars(_OF_STATEMENT, {"statement_id": statement.id}))


def lines_of_statements(session: ReadSession, statement_ids: Sequence[UUID]) -> Sequence[Line]:
    """The same of several statements, those of one after the other."""
    query = (
        select(Line)
        .where(Line.statement_id.in_(statement_ids), Line.withdrawn.is_(False))
        .order_by(Line.statement_id, Line.recorded_at, Line.id)
    )
    return session.scalars(query).all() if statement_ids else []


def versions_of_statement(session: ReadSession, statement: Statement) -> Sequence[StatementVersion]:
    """Every submission, oldest first."""
    query = (
        select(StatementVersion)
        .where(
            StatementVersion.owner_id == statement.owner_id,
            StatementVersion.statement_id == statement.id,
        )
        .order_by(StatementVersion.number)
    )
    return session.scalars(query).all()


_SENT = columns_of(StatementVersion)
_TOTAL_HOURS = select(_SENT.total_hours_worked).where(
    _SENT.owner_id == bindparam("owner_id"),
    _SENT.statement_id == bindparam("statement_id"),
    _SENT.number == bindparam("number"),
)


def total_hours_of(session: ReadSession, statement: Statement) -> int | None:
    """The hours that everyone worked (hundredths), as the latest submission says."""
    asked = {"owner_id": statement.owner_id, "statement_id": statement.id, "number": statement.latest}
    return session.scalar(_TOTAL_HOURS, asked)


_ORGANISATION = columns_of(Organisation)
_IDENTIFIERS = select(_ORGANISATION.id, _ORGANISATION.identifier).where(
    _ORGANISATION.id.in_(bindparam("organisation_ids", expanding=True))
)


def identifiers_of(session: ReadSession, organisation_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The public identifiers of organisations."""
    found = session.execute(_IDENTIFIERS, {"organisation_ids": list(organisation_ids)})
    return {row.id: row.identifier for row in found}


def is_narrowed(session: ReadSession, principal: Principal, statement: Statement) -> bool:
    """Whether a firm sees of a statement the lines of its own hires alone: it neither sent nor holds."""
    if principal.role is not Role.CONTRACTOR or statement.declarant_id == principal.organisation_id:
        return False
    holds = select(under_holder(Statement, Statement.declarant_id, principal.organisation_id))
    return not session.scalar(holds.where(Statement.id == statement.id))
