"""The reviewer's verdicts on the lines of a statement, and the supporting documents seen for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.db.queries import statements as queries
from app.db.queries.rows import add_rows, set_columns
from app.db.tables import DocumentsSeen, Line, Statement, Verdict
from app.errors import FieldError, InvalidPayload, StaleVersion, Text, unknown_reference
from app.refusals.statements import NothingToReview
from app.rules.codes import ReviewState
from app.services import ledger, sight
from app.services.hires import refuse_closed
from app.services.holder_approvals import refuse_held_back
from app.services.statement_view import shown_counted
from app.services.statements import held_statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.schemas.statements import ReviewIn, StatementOut
    from app.services.work import Writer

TOO_MANY = Text(
    "On n'accepte pas plus d'heures que la ligne n'en déclare.",
    "No more hours can be accepted than the line declares.",
)
NOT_YET = Text("Un document est vu au plus tard aujourd'hui.", "A document is seen today at the latest.")
TWICE = Text("Deux verdicts sur la même ligne.", "Two verdicts on the same line.")


def review(writer: Writer, statement_id: UUID, request: ReviewIn, version: int) -> StatementOut:
    """Decide on lines: whole, in part with a reason, or returned with a reason; then count them.

    Documents seen are noted with or without a verdict.

    Raises NotReviewer for anybody but the organisation that decides on the contract today, ContractClosed,
    NothingToReview, ApprovalWaiting, InvalidPayload.
    """
    contract, statement = held_statement(writer, statement_id)
    sight.require_reviewer(writer, contract)
    if statement.version != version:
        raise StaleVersion
    refuse_closed(contract)
    lines = {line.hire_id: line for line in queries.lines_of_statement(writer.session, statement)}
    verdicts, documents = _named(request, lines), _seen(writer, request)
    if request.accept_all:
        waiting = [line for line in lines.values() if line.verdict is None and line.hire_id not in verdicts]
        verdicts |= {line.hire_id: (ReviewState.ACCEPTED, None, None) for line in waiting}
    if not verdicts and not documents:
        raise NothingToReview
    if verdicts:
        refuse_held_back(writer, statement)
    writer.record("statement.reviewed", contract_id=contract.id)
    writer.touch("statement", statement.id, "review")
    _decide(writer, [(lines[hire_id], *verdict) for hire_id, verdict in verdicts.items()])
    _note(writer, [(lines[hire_id], seen) for hire_id, seen in documents.items()])
    set_columns(writer.session, Statement, [(statement, {"version": statement.version + 1})])
    people = {lines[hire_id].participant_id for hire_id in {*verdicts, *documents}}
    counted = ledger.recount_months(writer, contract, people, statement.month)
    writer.announce("statement.reviewed", "statement", statement.id, declarant_id=statement.declarant_id)
    total = queries.total_hours_of(writer.session, statement)
    return shown_counted(writer, statement, lines.values(), counted, total)


def _named(
    request: ReviewIn, lines: dict[UUID, Line]
) -> dict[UUID, tuple[ReviewState, int | None, str | None]]:
    verdicts: dict[UUID, tuple[ReviewState, int | None, str | None]] = {}
    named: set[UUID] = set()
    for index, item in enumerate(request.lines):
        pointer = f"/lines/{index}"
        line = lines.get(item.hire_id)
        if line is None:
            raise unknown_reference(f"{pointer}/hire_id")
        if item.hire_id in named:
            raise InvalidPayload(errors=[FieldError(f"{pointer}/hire_id", "line_twice", TWICE)])
        if item.hours is not None and item.hours > line.worked + line.training:
            raise InvalidPayload(errors=[FieldError(f"{pointer}/hours", "more_than_declared", TOO_MANY)])
        named.add(item.hire_id)
        if item.verdict is not None:
            verdicts[item.hire_id] = ReviewState(item.verdict), item.hours, item.reason
    return verdicts


def _seen(writer: Writer, request: ReviewIn) -> dict[UUID, list[dict[str, str]]]:
    """The documents seen for each line, as stored: type, day and by whom."""
    found: dict[UUID, list[dict[str, str]]] = {}
    seen_by = str(writer.principal.organisation_id)
    for index, item in enumerate(request.lines):
        for number, document in enumerate(item.documents or ()):
            if document.seen_on is not None and document.seen_on > writer.today:
                pointer = f"/lines/{index}/documents/{number}/seen_on"
                raise InvalidPayload(errors=[FieldError(pointer, "future_day", NOT_YET)])
        if item.documents is not None:
            found[item.hire_id] = [
                {
                    "type": document.type.value,
                    "seen_on": (document.seen_on or writer.today).isoformat(),
                    "seen_by": seen_by,
                }
                for document in item.documents
            ]
    return found


def _note(writer: Writer, noted: Sequence[tuple[Line, list[dict[str, str]]]]) -> None:
    rows = [{**_of(writer, line), "documents": documents} for line, documents in noted]
    add_rows(writer.session, DocumentsSeen, rows)
    set_columns(writer.session, Line, [(line, {"documents": documents}) for line, documents in noted])


def _decide(writer: Writer, decided: Sequence[tuple[Line, ReviewState, int | None, str | None]]) -> None:
    rows, changes = [], []
    for line, verdict, accepted, reason in decided:
        said = {"verdict": verdict, "accepted": accepted}
        rows.append({**_of(writer, line), **said, "reason": reason})
        reviewed = {"reviewed_at": writer.now, "reviewed_by": writer.principal.organisation_id}
        changes.append((line, {**said, "verdict_reason": reason, **reviewed}))
    add_rows(writer.session, Verdict, rows)
    set_columns(writer.session, Line, changes)


def _of(writer: Writer, line: Line) -> dict[str, Any]:
    return {
        "owner_id": line.owner_id,
        "line_id": line.id,
        "change_id": writer.change_id,
        "reviewer_id": writer.principal.organisation_id,
    }
