"""The holder approves what is declared under it before the reviewer looks, where the clause says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.db.queries import approvals as queries
from app.db.tables import StatementApproval
from app.errors import Forbidden, StaleVersion
from app.principal import Role
from app.refusals.statements import ApprovalNotAwaited, ApprovalWaiting
from app.rules.approvals import HELD_BACK, ApprovalState, approval_state
from app.schemas.approvals import ApprovalOut
from app.schemas.labels import LABELS
from app.services import sight
from app.services.hires import refuse_closed
from app.services.statements import held_statement, seen_statement

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Statement
    from app.schemas.approvals import ApprovalIn
    from app.services.work import Reader, Writer


def read_approval(reader: Reader, statement_id: UUID) -> ApprovalOut:
    """Where a statement that one sees stands before the holder."""
    return _shown(reader, seen_statement(reader, statement_id))


def decide(writer: Writer, statement_id: UUID, request: ApprovalIn, version: int) -> ApprovalOut:
    """Approve a statement, or send it back with a reason: any holder of the contract, on what it saw.

    Forbidden for others, and on its own statements; ApprovalNotAwaited once approved, or to send back after
    the days it had. ContractClosed.
    """
    contract, statement = held_statement(writer, statement_id)
    sight.require_role(writer, Role.CONTRACTOR)
    me = writer.principal.organisation_id
    if statement.declarant_id == me or not queries.holds_on(writer.session, contract, me, writer.today):
        raise Forbidden
    if statement.version != version:
        raise StaleVersion
    refuse_closed(contract)
    sends_back = request.decision is ApprovalState.SENT_BACK
    state = approval_state(statement.approval, statement.approval_due_on, writer.today)
    waits = state is ApprovalState.WAITING or (state is not ApprovalState.NOT_ASKED and not sends_back)
    if not waits or state is ApprovalState.APPROVED:
        raise ApprovalNotAwaited
    action = "statement.sent_back" if sends_back else "statement.approved"
    writer.record(action, contract_id=contract.id)
    statement.approval = request.decision
    if sends_back:
        days = sight.current_terms(sight.needed_clause(writer.session, contract)).holder_approval
        statement.approval_due_on = writer.today + timedelta(days=days or 0)
    statement.version += 1
    writer.session.add(
        StatementApproval(
            owner_id=statement.owner_id,
            statement_id=statement.id,
            change_id=writer.change_id,
            number=statement.latest,
            decision=request.decision,
            reason=request.reason,
            decided_by=me,
            decided_at=writer.now,
        )
    )
    writer.touch("statement", statement.id, "approval")
    writer.announce(action, "statement", statement.id, declarant_id=statement.declarant_id)
    writer.session.flush()
    return _shown(writer, statement)


def refuse_held_back(writer: Writer, statement: Statement) -> None:
    """ApprovalWaiting while the holder, or the subcontractor after it, has days left."""
    if approval_state(statement.approval, statement.approval_due_on, writer.today) in HELD_BACK:
        raise ApprovalWaiting


def _shown(reader: Reader, statement: Statement) -> ApprovalOut:
    state = approval_state(statement.approval, statement.approval_due_on, reader.today)
    answer = queries.last_answer(reader.session, statement)
    return ApprovalOut(
        statement_id=statement.id,
        version=statement.version,
        state=state,
        state_label=LABELS["approval_states"][state],
        due_on=statement.approval_due_on,
        decided_by=answer.identifier if answer else None,
        decided_at=answer.decided_at if answer else None,
        reason=answer.StatementApproval.reason if answer else None,
    )
