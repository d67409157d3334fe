"""Statements: a declarant's hours of a month, sent, corrected, read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import approvals
from app.db.queries import statements as queries
from app.db.queries.lists import one, page_of
from app.db.queries.rows import add_rows
from app.db.tables import Line, Statement
from app.errors import FieldError, Forbidden, NotFound, StaleVersion
from app.principal import Role
from app.refusals.statements import MonthNotBegun, MonthOutsideWindow, StatementExists
from app.rules.approvals import ApprovalState
from app.rules.days import ONE_DAY, days_of_month, month_start
from app.rules.submission import month_problem
from app.schemas.statements import Draft, DraftLine, StatementPage, StatementVersionOut, StatementVersions
from app.services import delegated_lines, sent_lines, sight
from app.services.findings import in_both
from app.services.hires import refuse_closed
from app.services.statement_view import own_hire_ids, shown, shown_counted, summary

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract, Hire
    from app.rules.terms import Terms
    from app.schemas.lists import Walk
    from app.schemas.statements import CorrectionIn, StatementContent, StatementIn, StatementOut
    from app.services.ledger import Counted
    from app.services.work import Reader, Writer

DECLARANTS = (Role.CONTRACTOR, Role.INSERTION_STRUCTURE)


def submit(writer: Writer, contract_id: UUID, request: StatementIn) -> StatementOut:
    """Record a month's statement whole, or refuse it whole.

    Raises MonthOutsideWindow, MonthNotBegun, StatementExists, LineTaken, NoClause, ContractClosed,
    InvalidPayload.
    """
    contract = sight.held_contract(writer, contract_id)
    sight.require_role(writer, *DECLARANTS)
    refuse_closed(contract)
    terms = sight.current_terms(sight.needed_clause(writer.session, contract))
    _check_month(writer, terms, request.month)
    declarant = writer.principal.organisation_id
    standing = queries.statement_of_month(writer.session, contract.id, declarant, request.month)
    if standing is not None:
        raise StatementExists(headers={"Link": f'</v1/statements/{standing.id}/versions>; rel="edit"'})
    hires = delegated_lines.declarable(writer, contract, {line.hire_id for line in request.lines})
    delegated_lines.refuse_ended(writer, contract, request.lines, hires)
    sent_lines.check(request, hires, request.month)
    approval, due = _asked_of_holder(writer, contract, declarant, request, hires, terms)
    writer.record("statement.submitted", contract_id=contract.id)
    values = {
        "owner_id": contract.owner_id,
        "id": new_id(),
        "contract_id": contract.id,
        "declarant_id": declarant,
        "month": request.month,
        "nothing_to_declare": request.nothing_to_declare,
        "approval": approval,
        "approval_due_on": due,
        "latest": 1,
        "version": 1,
        "created_at": writer.now,
    }
    add_rows(writer.session, Statement, [values])
    statement = Statement(**values)
    counted = sent_lines.send(writer, contract, statement, request, hires, terms, None)
    writer.announce("statement.submitted", "statement", statement.id, declarant_id=declarant)
    return _as_counted(writer, statement, counted, request)


def correct(writer: Writer, statement_id: UUID, request: CorrectionIn, version: int) -> StatementOut:
    """Send the month again with a reason; unchanged lines keep their review, changed ones wait again."""
    contract, statement = held_statement(writer, statement_id)
    sight.require_role(writer, *DECLARANTS)
    if statement.declarant_id != writer.principal.organisation_id:
        raise Forbidden
    if statement.version != version:
        raise StaleVersion
    refuse_closed(contract)
    terms = sight.current_terms(sight.needed_clause(writer.session, contract))
    hires = delegated_lines.corrigible(writer, contract, statement, request.lines)
    sent_lines.check(request, hires, statement.month)
    approval, due = _asked_of_holder(writer, contract, statement.declarant_id, request, hires, terms)
    statement.latest += 1
    statement.version += 1
    statement.nothing_to_declare = request.nothing_to_declare
    statement.approval, statement.approval_due_on = approval, due
    writer.record("statement.corrected", contract_id=contract.id)
    counted = sent_lines.send(writer, contract, statement, request, hires, terms, request.reason)
    writer.announce("statement.corrected", "statement", statement.id, declarant_id=statement.declarant_id)
    return _as_counted(writer, statement, counted, request)


def held_statement(writer: Writer, statement_id: UUID) -> tuple[Contract, Statement]:
    """A visible statement and its contract, both held; NotFound otherwise."""
    query = queries.visible_statements(writer.principal, writer.today)
    found = one(writer.session, query.where(Statement.id == statement_id))
    if found is None:
        raise NotFound
    contract = sight.held_contract(writer, found.contract_id)
    return contract, queries.held_statement(writer.session, found)


def read_statement(reader: Reader, statement_id: UUID) -> StatementOut:
    """A statement with where each of its hours stands."""
    return shown(reader, seen_statement(reader, statement_id))


def list_statements(reader: Reader, contract_id: UUID, walk: Walk) -> StatementPage:
    """The statements of a contract that the caller may read, oldest first."""
    contract = sight.seen_contract(reader, contract_id)
    query = queries.visible_statements(reader.principal, reader.today)
    query = query.where(Statement.contract_id == contract.id)
    rows, following = page_of(reader.session, query, Statement.id, walk.after, walk.limit)
    names = queries.identifiers_of(reader.session, {row.declarant_id for row in rows})
    return StatementPage(
        items=[summary(reader, row, names[row.declarant_id]) for row in rows], next=following
    )


def list_versions(reader: Reader, statement_id: UUID) -> StatementVersions:
    """Every submission of a statement, as it was sent."""
    statement = seen_statement(reader, statement_id)
    rows = queries.versions_of_statement(reader.session, statement)
    narrowed = queries.is_narrowed(reader.session, reader.principal, statement)
    own = {str(hire_id) for hire_id in own_hire_ids(reader, statement)} if narrowed else None
    return StatementVersions(
        items=[
            StatementVersionOut(
                number=row.number,
                reason=row.reason,
                nothing_to_declare=row.nothing_to_declare,
                total_hours_worked=None if narrowed else row.total_hours_worked,
                submitted_at=row.submitted_at,
                lines=[line for line in row.lines if own is None or line["hire_id"] in own],
            )
            for row in rows
        ]
    )


def draft(reader: Reader, contract_id: UUID, month: date) -> Draft:
    """The lines to complete for a month: last month's hours for hires that are still running."""
    contract = sight.seen_contract(reader, contract_id)
    sight.require_role(reader, *DECLARANTS)
    hires = delegated_lines.declarable(reader, contract)
    running = [hire for hire in hires.values() if days_of_month(sent_lines.employed(hire), month)]
    before = month_start(month - ONE_DAY)
    known = queries.lines_of_hires(reader.session, [hire.id for hire in running], before)
    return Draft(month=month, lines=[_proposed(hire.id, known.get(hire.id)) for hire in running])


def _proposed(hire_id: UUID, line: Line | None) -> DraftLine:
    hours = {name: getattr(line, name) if line else 0 for name in ("worked", "training", "overtime")}
    return DraftLine(hire_id=hire_id, **hours)


def seen_statement(reader: Reader, statement_id: UUID) -> Statement:
    """A visible statement; NotFound otherwise."""
    query = queries.visible_statements(reader.principal, reader.today)
    found = one(reader.session, query.where(Statement.id == statement_id))
    if found is None:
        raise NotFound
    return found


def _check_month(writer: Writer, terms: Terms, month: date) -> None:
    outside = month_problem(terms.window, month)
    if outside is not None:
        raise MonthOutsideWindow(
            in_both(outside), errors=[FieldError(outside.pointer, outside.code, in_both(outside))]
        )
    if month > writer.today:
        raise MonthNotBegun(errors=[FieldError("/month", MonthNotBegun.code, MonthNotBegun.title)])


def _asked_of_holder(
    writer: Writer,
    contract: Contract,
    declarant_id: UUID,
    request: StatementContent,
    hires: dict[UUID, Hire],
    terms: Terms,
) -> tuple[ApprovalState | None, date | None]:
    """What is declared of a subcontractor's people waits for the holder until a day, if the clause asks."""
    if terms.holder_approval is None or not request.lines:
        return None, None
    under = approvals.subcontractors_of(writer.session, contract)
    if not under & {declarant_id, *(hires[line.hire_id].declarant_id for line in request.lines)}:
        return None, None
    return ApprovalState.WAITING, writer.today + timedelta(days=terms.holder_approval)


def _as_counted(
    writer: Writer, statement: Statement, counted: Counted, request: StatementContent
) -> StatementOut:
    # All the lines of a statement were counted once it was sent.
    lines = [line for line, _ in counted if line.statement_id == statement.id and not line.withdrawn]
    return shown_counted(writer, statement, lines, counted, request.total_hours_worked)
