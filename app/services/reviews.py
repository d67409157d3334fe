"""The reviewer's verdicts on the lines of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import statements as queries
from app.db.tables import Verdict
from app.errors import FieldError, InvalidPayload, NothingToReview, StaleVersion, Text, unknown_reference
from app.rules.codes import ReviewState
from app.services import ledger, sight
from app.services.hires import refuse_closed
from app.services.statement_view import shown
from app.services.statements import held_statement

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Line
    from app.schemas.statements import LineReview, ReviewIn, StatementOut
    from app.services.work import Writer

TOO_MANY = Text(
    "On n'accepte pas plus d'heures que la ligne n'en déclare.",
    "No more hours can be accepted than the line declares.",
)
TWICE = Text("Deux verdicts sur la même ligne.", "Two verdicts on the same line.")


def review(writer: Writer, statement_id: UUID, request: ReviewIn, version: int) -> StatementOut:
    """Decide on lines: whole, in part with a reason, or returned with a reason; then count them.

    Raises NotReviewer for anybody but the organisation that decides on the contract today, ContractClosed,
    NothingToReview, InvalidPayload.
    """
    contract, statement = held_statement(writer, statement_id)
    sight.require_reviewer(writer, contract)
    if statement.version != version:
        raise StaleVersion
    refuse_closed(contract)
    lines = {line.hire_id: line for line in queries.lines_of_statement(writer.session, statement)}
    verdicts = _named(request, lines)
    if request.accept_all:
        waiting = [line for line in lines.values() if line.verdict is None and line.hire_id not in verdicts]
        verdicts |= {line.hire_id: (ReviewState.ACCEPTED, None, None) for line in waiting}
    if not verdicts:
        raise NothingToReview
    writer.record("statement.reviewed", contract_id=contract.id)
    writer.touch("statement", statement.id, "review")
    for hire_id, verdict in verdicts.items():
        _decide(writer, lines[hire_id], *verdict)
    statement.version += 1
    people = {lines[hire_id].participant_id for hire_id in verdicts}
    ledger.recount_months(writer, contract, people, statement.month)
    writer.announce("statement.reviewed", "statement", statement.id, declarant_id=statement.declarant_id)
    return shown(writer, statement)


def _named(
    request: ReviewIn, lines: dict[UUID, Line]
) -> dict[UUID, tuple[ReviewState, int | None, str | None]]:
    verdicts: dict[UUID, tuple[ReviewState, int | None, str | None]] = {}
    for index, item in enumerate(request.lines):
        pointer = f"/lines/{index}"
        line = lines.get(item.hire_id)
        if line is None:
            raise unknown_reference(f"{pointer}/hire_id")
        if item.hire_id in verdicts:
            raise InvalidPayload(errors=[FieldError(f"{pointer}/hire_id", "line_twice", TWICE)])
        if item.hours is not None and item.hours > line.worked + line.training:
            raise InvalidPayload(errors=[FieldError(f"{pointer}/hours", "more_than_declared", TOO_MANY)])
        verdicts[item.hire_id] = _verdict(item)
    return verdicts


def _verdict(item: LineReview) -> tuple[ReviewState, int | None, str | None]:
    return ReviewState(item.verdict), item.hours, item.reason


def _decide(
    writer: Writer, line: Line, verdict: ReviewState, accepted: int | None, reason: str | None
) -> None:
    line.verdict, line.accepted, line.verdict_reason = verdict, accepted, reason
    line.reviewed_at, line.reviewed_by = writer.now, writer.principal.organisation_id
    writer.session.add(
        Verdict(
            owner_id=line.owner_id,
            line_id=line.id,
            change_id=writer.change_id,
            verdict=verdict,
            accepted=accepted,
            reason=reason,
            reviewer_id=writer.principal.organisation_id,
        )
    )
