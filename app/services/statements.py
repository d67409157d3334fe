"""Statements: a declarant's hours of a month, sent, corrected, read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import approvals
from app.db.queries import statements as queries
from app.db.queries.lists import one, page_of
from app.db.tables import Line, Statement, StatementVersion
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text, unknown_reference
from app.principal import Role
from app.refusals.statements import LineTaken, MonthNotBegun, MonthOutsideWindow, StatementExists
from app.rules.approvals import ApprovalState
from app.rules.days import ONE_DAY, Span, days_of_month, month_start
from app.rules.lines import Period
from app.rules.submission import Declared, line_problems, line_warnings, month_problem
from app.schemas.statements import Draft, DraftLine, StatementPage, StatementVersionOut, StatementVersions
from app.services import delegated_lines, lapsed_splits, ledger, sight
from app.services.findings import in_both, invalid
from app.services.hires import refuse_closed
from app.services.statement_view import own_hire_ids, shown, summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract, Hire
    from app.rules.errors import Finding
    from app.rules.terms import Terms
    from app.schemas.lists import Walk
    from app.schemas.statements import CorrectionIn, LineIn, StatementContent, StatementIn, StatementOut
    from app.services.work import Reader, Writer

DECLARANTS = (Role.CONTRACTOR, Role.INSERTION_STRUCTURE)
TWICE = Text(
    "Cette mise à l'emploi a déjà une ligne dans ce relevé.",
    "This hire already has a line in this statement.",
)


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
    hires = delegated_lines.declarable(writer, contract)
    delegated_lines.refuse_ended(writer, contract, request.lines, hires)
    _check_lines(request, hires, request.month)
    statement = Statement(
        owner_id=contract.owner_id,
        id=new_id(),
        contract_id=contract.id,
        declarant_id=declarant,
        month=request.month,
        nothing_to_declare=request.nothing_to_declare,
        latest=1,
        version=1,
        created_at=writer.now,
    )
    writer.record("statement.submitted", contract_id=contract.id)
    writer.session.add(statement)
    _send(writer, contract, statement, request, hires, terms, None)
    writer.announce("statement.submitted", "statement", statement.id, declarant_id=declarant)
    return shown(writer, statement)


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
    _check_lines(request, hires, statement.month)
    statement.latest += 1
    statement.version += 1
    statement.nothing_to_declare = request.nothing_to_declare
    writer.record("statement.corrected", contract_id=contract.id)
    _send(writer, contract, statement, request, hires, terms, request.reason)
    writer.announce("statement.corrected", "statement", statement.id, declarant_id=statement.declarant_id)
    return shown(writer, statement)


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
    running = [hire for hire in hires.values() if days_of_month(_employed(hire), month)]
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


def _check_lines(request: StatementContent, hires: dict[UUID, Hire], month: date) -> None:
    """Refuse lines of hires that the declarant neither declared nor employs, two for one, malformed hours."""
    seen: set[UUID] = set()
    findings: list[Finding] = []
    for index, line in enumerate(request.lines):
        pointer = f"/lines/{index}"
        if line.hire_id not in hires:
            raise unknown_reference(f"{pointer}/hire_id")
        if line.hire_id in seen:
            raise InvalidPayload(errors=[FieldError(f"{pointer}/hire_id", "line_twice", TWICE)])
        seen.add(line.hire_id)
        findings += line_problems(_declared(line, hires[line.hire_id]), month, pointer)
    if findings:
        raise invalid(findings)


def _check_free(
    request: StatementContent, known: dict[UUID, Line], statement: Statement, free: set[UUID]
) -> None:
    """LineTaken where another declarant's statement holds the line: a hire's month is declared once."""
    elsewhere = {
        hire_id for hire_id, line in known.items() if line.statement_id != statement.id and not line.withdrawn
    } - free
    taken = [
        FieldError(f"/lines/{index}/hire_id", LineTaken.code, LineTaken.title)
        for index, line in enumerate(request.lines)
        if line.hire_id in elsewhere
    ]
    if taken:
        raise LineTaken(errors=taken)


def _declared(line: LineIn, hire: Hire) -> Declared:
    return Declared(
        hire=_employed(hire),
        weekly_hours=hire.weekly_hours,
        worked=line.worked,
        training=line.training,
        overtime=line.overtime,
        periods=tuple(Period(item.first, item.last, item.worked, item.training) for item in line.periods),
    )


def _employed(hire: Hire) -> Span:
    return Span(hire.starts_on, hire.ended_on)


def _send(
    writer: Writer,
    contract: Contract,
    statement: Statement,
    request: StatementContent,
    hires: dict[UUID, Hire],
    terms: Terms,
    reason: str | None,
) -> None:
    """Keep the submission as sent, bring the current lines up to it, and have them counted."""
    writer.touch("statement", statement.id, "lines", "nothing_to_declare")
    writer.session.add(
        StatementVersion(
            owner_id=statement.owner_id,
            statement_id=statement.id,
            number=statement.latest,
            reason=reason,
            nothing_to_declare=request.nothing_to_declare,
            total_hours_worked=request.total_hours_worked,
            lines=[_as_sent(line) for line in request.lines],
            submitted_at=writer.now,
            change_id=writer.change_id,
        )
    )
    known = queries.lines_of_hires(writer.session, hires, statement.month)
    _check_free(request, known, statement, delegated_lines.lapsed(writer, contract, hires, known))
    touched = {
        _bring_up(writer, statement, line, hires[line.hire_id], known, terms) for line in request.lines
    }
    named = {line.hire_id for line in request.lines}
    taken_out = [
        line
        for hire_id, line in known.items()
        if line.statement_id == statement.id and hire_id not in named and not line.withdrawn
    ]
    for line in taken_out:
        _withdraw(line)
        touched.add(line.participant_id)
    _ask_holder(writer, contract, statement, [hires[line.hire_id] for line in request.lines], terms)
    ledger.recount_months(writer, contract, touched, statement.month)
    lapsed_splits.lapse_of_lines(writer, contract, [line.id for line in taken_out])


def _ask_holder(
    writer: Writer, contract: Contract, statement: Statement, hires: Sequence[Hire], terms: Terms
) -> None:
    """What is declared of a subcontractor's people waits for the holder, where the clause says so."""
    statement.approval = statement.approval_due_on = None
    if terms.holder_approval is None or not hires:
        return
    under = approvals.subcontractors_of(writer.session, contract)
    if under & {statement.declarant_id, *(hire.declarant_id for hire in hires)}:
        statement.approval = ApprovalState.WAITING
        statement.approval_due_on = writer.today + timedelta(days=terms.holder_approval)


def _as_sent(line: LineIn) -> dict[str, Any]:
    return {
        "hire_id": str(line.hire_id),
        "worked": line.worked,
        "training": line.training,
        "overtime": line.overtime,
        "periods": stored_periods(line),
    }


def stored_periods(line: LineIn) -> list[dict[str, Any]]:
    """The dated parts of a line as they are kept."""
    return [
        {
            "first": item.first.isoformat(),
            "last": item.last.isoformat(),
            "worked": item.worked,
            "training": item.training,
        }
        for item in line.periods
    ]


def _bring_up(
    writer: Writer,
    statement: Statement,
    sent: LineIn,
    hire: Hire,
    known: dict[UUID, Line],
    terms: Terms,
) -> UUID:
    """Make the current line say what was sent; returns whose line it is."""
    line = known.get(hire.id)
    if line is None:
        line = _new_line(writer, statement, hire)
    elif line.withdrawn:
        # It comes back as a new claim: others recorded meanwhile stand before it.
        line.withdrawn, line.recorded_at = False, writer.now
        line.statement_id, line.declarant_id = statement.id, statement.declarant_id
    elif line.statement_id != statement.id:
        delegated_lines.take_over(writer, line, statement)
    values = {
        "worked": sent.worked,
        "training": sent.training,
        "overtime": sent.overtime,
        "sub_periods": stored_periods(sent),
    }
    if any(getattr(line, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(line, name, value)
        line.pending = sent.worked + sent.training
        _forget_review(line)
    found = line_warnings(_declared(sent, hire), statement.month, terms.window, "")
    line.warnings = [{"code": item.code, "detail": item.detail} for item in found]
    return line.participant_id


def _new_line(writer: Writer, statement: Statement, hire: Hire) -> Line:
    line = Line(
        owner_id=statement.owner_id,
        id=new_id(),
        contract_id=statement.contract_id,
        obligation_id=hire.clause_id,
        statement_id=statement.id,
        hire_id=hire.id,
        participant_id=hire.participant_id,
        declarant_id=statement.declarant_id,
        employer_id=hire.employer_id,
        month=statement.month,
        recorded_at=writer.now,
        worked=0,
        training=0,
        overtime=0,
        sub_periods=[],
        warnings=[],
        documents=[],
        withdrawn=False,
        pending=0,
        held=0,
        refused=0,
        counted=0,
    )
    writer.session.add(line)
    return line


def _forget_review(line: Line) -> None:
    line.verdict = line.accepted = line.verdict_reason = line.reviewed_at = line.reviewed_by = None
    # What was seen showed the hours as they were.
    line.documents = []


def _withdraw(line: Line) -> None:
    line.withdrawn, line.sub_periods, line.warnings = True, [], []
    line.worked = line.training = line.overtime = 0
    _forget_review(line)
