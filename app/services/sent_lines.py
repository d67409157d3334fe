"""The lines of a statement as a declarant sends them: looked at, kept as sent, brought into the month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import statements as queries
from app.db.queries.rows import add_rows
from app.db.tables import Line, StatementVersion
from app.errors import FieldError, InvalidPayload, Text, unknown_reference
from app.refusals.statements import LineTaken
from app.rules.days import Span
from app.rules.lines import Period
from app.rules.submission import Declared, line_problems, line_warnings
from app.services import delegated_lines, lapsed_splits, ledger
from app.services.findings import invalid

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract, Hire, Statement
    from app.rules.errors import Finding
    from app.rules.terms import Terms
    from app.schemas.statements import LineIn, StatementContent
    from app.services.ledger import Counted
    from app.services.work import Writer

TWICE = Text(
    "Cette mise à l'emploi a déjà une ligne dans ce relevé.",
    "This hire already has a line in this statement.",
)


def check(request: StatementContent, hires: dict[UUID, Hire], month: date) -> None:
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


def send(
    writer: Writer,
    contract: Contract,
    statement: Statement,
    request: StatementContent,
    hires: dict[UUID, Hire],
    terms: Terms,
    reason: str | None,
) -> Counted:
    """Keep the submission as sent, bring the current lines up to it, and have them counted.

    The same number of statements however many lines it has. Raises LineTaken.
    """
    writer.touch("statement", statement.id, "lines", "nothing_to_declare")
    sent = {
        "owner_id": statement.owner_id,
        "statement_id": statement.id,
        "number": statement.latest,
        "reason": reason,
        "nothing_to_declare": request.nothing_to_declare,
        "total_hours_worked": request.total_hours_worked,
        "lines": [_as_sent(line) for line in request.lines],
        "submitted_at": writer.now,
        "change_id": writer.change_id,
    }
    add_rows(writer.session, StatementVersion, [sent])
    known = queries.lines_of_hires(writer.session, hires, statement.month)
    _check_free(request, known, statement, delegated_lines.lapsed(writer, contract, hires, known))
    new = []
    for line in request.lines:
        hire = hires[line.hire_id]
        if hire.id in known:
            _bring_up(writer, statement, line, hire, known[hire.id], terms)
        else:
            new.append(_new_line(writer, statement, line, hire, terms))
    add_rows(writer.session, Line, new)
    touched = {hires[line.hire_id].participant_id for line in request.lines}
    named = {line.hire_id for line in request.lines}
    taken_out = [
        line
        for hire_id, line in known.items()
        if line.statement_id == statement.id and hire_id not in named and not line.withdrawn
    ]
    for standing in taken_out:
        _withdraw(standing)
        touched.add(standing.participant_id)
    added = {row["id"] for row in new}
    counted = ledger.recount_months(writer, contract, touched, statement.month, added)
    lapsed_splits.lapse_of_lines(writer, contract, [line.id for line in taken_out])
    return counted


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
        hire=employed(hire),
        weekly_hours=hire.weekly_hours,
        worked=line.worked,
        training=line.training,
        overtime=line.overtime,
        periods=tuple(Period(item.first, item.last, item.worked, item.training) for item in line.periods),
    )


def employed(hire: Hire) -> Span:
    """The days of a hire, as the rules read them."""
    return Span(hire.starts_on, hire.ended_on)


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
    writer: Writer, statement: Statement, sent: LineIn, hire: Hire, line: Line, terms: Terms
) -> None:
    """Make the current line say what was sent."""
    if line.withdrawn:
        # It comes back as a new claim: others recorded meanwhile stand before it.
        line.withdrawn, line.recorded_at = False, writer.now
        line.statement_id, line.declarant_id = statement.id, statement.declarant_id
    elif line.statement_id != statement.id:
        delegated_lines.take_over(writer, line, statement)
    values = _hours(sent)
    if any(getattr(line, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(line, name, value)
        line.pending = sent.worked + sent.training
        _forget_review(line)
    line.warnings = _warnings(sent, hire, statement.month, terms)


def _new_line(writer: Writer, statement: Statement, sent: LineIn, hire: Hire, terms: Terms) -> dict[str, Any]:
    """The first line of a hire's month, as a row."""
    return {
        "owner_id": statement.owner_id,
        "id": new_id(),
        "contract_id": statement.contract_id,
        "obligation_id": hire.clause_id,
        "statement_id": statement.id,
        "hire_id": hire.id,
        "participant_id": hire.participant_id,
        "declarant_id": statement.declarant_id,
        "employer_id": hire.employer_id,
        "month": statement.month,
        "recorded_at": writer.now,
        **_hours(sent),
        "warnings": _warnings(sent, hire, statement.month, terms),
        "documents": [],
        "withdrawn": False,
        "pending": sent.worked + sent.training,
        "held": 0,
        "refused": 0,
        "counted": 0,
    }


def _hours(sent: LineIn) -> dict[str, Any]:
    return {
        "worked": sent.worked,
        "training": sent.training,
        "overtime": sent.overtime,
        "sub_periods": stored_periods(sent),
    }


def _warnings(sent: LineIn, hire: Hire, month: date, terms: Terms) -> list[dict[str, Any]]:
    found = line_warnings(_declared(sent, hire), month, terms.window, "")
    return [{"code": item.code, "detail": item.detail} for item in found]


def _forget_review(line: Line) -> None:
    line.verdict = line.accepted = line.verdict_reason = line.reviewed_at = line.reviewed_by = None
    # What was seen showed the hours as they were.
    line.documents = []


def _withdraw(line: Line) -> None:
    line.withdrawn, line.sub_periods, line.warnings = True, [], []
    line.worked = line.training = line.overtime = 0
    _forget_review(line)
