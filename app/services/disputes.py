"""Disputes: opened by whom a decision concerns, answered by who decides, withdrawn by who opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import assessments, hires
from app.db.queries import disputes as queries
from app.db.queries import penalties as penalty_queries
from app.db.queries.lists import one, page_of
from app.db.queries.statements import identifiers_of, visible_statements
from app.db.tables import Dispute, DisputeEnd, Hire, PenaltyDecision, Statement
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text, unknown_reference
from app.principal import Role
from app.refusals.penalties import DisputeClosed, DisputeExists, DisputeTooLate, NothingToDispute
from app.rules.codes import Decision
from app.schemas.disputes import DisputeKind, DisputeOut, DisputeOutcome, DisputePage, DisputeState
from app.schemas.labels import LABELS
from app.services import sight
from app.services.penalty_decisions import disputable_until
from app.services.penalty_facts import tell_holders

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.db.tables import Contract
    from app.schemas.disputes import DisputeAnswerIn, DisputeIn
    from app.schemas.lists import Walk
    from app.services.work import Reader, Writer

OPENERS = (Role.CONTRACTOR, Role.INSERTION_STRUCTURE)
NAMES = {
    DisputeKind.LINE: {"statement_id", "hire_id"},
    DisputeKind.ASSESSMENT: {"hire_id"},
    DisputeKind.PENALTY: {"decision_id"},
}
# Who reads the reasons besides who gave them, among those who see the dispute.
READERS = {
    DisputeKind.LINE: {Role.FACILITATOR, Role.BUYER},
    DisputeKind.ASSESSMENT: {Role.FACILITATOR},
    DisputeKind.PENALTY: {Role.FACILITATOR, Role.BUYER, Role.CONTRACTOR},
}
MISSING = Text("Champ obligatoire pour cette contestation.", "Required for this kind of dispute.")
NOT_FOR_THIS = Text(
    "Ce champ n'a pas de sens pour cette contestation.", "This field has no meaning for this dispute."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The decision disputed: its row's id, when it was taken (None: not yet), and where it is read."""

    id: UUID
    decided_at: datetime | None
    statement_id: UUID | None = None
    hire_id: UUID | None = None


def open_dispute(writer: Writer, contract_id: UUID, request: DisputeIn) -> DisputeOut:
    """Dispute a decision that concerns the caller.

    Raises NothingToDispute, DisputeTooLate, DisputeExists, InvalidPayload; Forbidden when the decision
    concerns somebody else (domain §2).
    """
    contract = sight.held_contract(writer, contract_id)
    sight.require_role(writer, *OPENERS)
    _check_shape(request)
    subject = _SUBJECTS[request.kind](writer, contract, request)
    if subject.decided_at is None:
        raise NothingToDispute
    if writer.today > disputable_until(subject.decided_at):
        raise DisputeTooLate
    if queries.disputes_of_decision(writer.session, contract.owner_id, subject.id, subject.decided_at):
        raise DisputeExists
    dispute_id = new_id()
    dispute = Dispute(
        owner_id=contract.owner_id,
        id=dispute_id,
        contract_id=contract.id,
        kind=request.kind,
        subject_id=subject.id,
        statement_id=subject.statement_id,
        hire_id=subject.hire_id,
        decided_at=subject.decided_at,
        state=DisputeState.OPEN,
        opened_by=writer.principal.organisation_id,
        opened_role=writer.principal.role,
        opened_at=writer.now,
        text=_sealed(writer, dispute_id, "text", request.text),
        version=1,
        change_id=writer.record("dispute.opened", contract_id=contract.id),
    )
    writer.session.add(dispute)
    _announce(writer, contract, dispute, "dispute.opened", "state")
    return shown(writer, [dispute])[0]


def list_disputes(reader: Reader, contract_id: UUID, walk: Walk) -> DisputePage:
    """The disputes on a contract that the caller may know of, the earliest opened first."""
    contract = sight.seen_contract(reader, contract_id)
    query = queries.visible_disputes(reader.principal, reader.today)
    query = query.where(Dispute.contract_id == contract.id)
    found, following = page_of(reader.session, query, Dispute.id, walk.after, walk.limit)
    return DisputePage(items=shown(reader, found), next=following)


def read_dispute(reader: Reader, dispute_id: UUID) -> DisputeOut:
    """One dispute."""
    return shown(reader, [_seen(reader, dispute_id)])[0]


def answer(writer: Writer, dispute_id: UUID, request: DisputeAnswerIn, version: int) -> DisputeOut:
    """Close a dispute by a reasoned answer: the buyer's on penalties, the reviewer's on the rest.

    It changes no decision: a new one is taken as any other. Raises NotReviewer, DisputeClosed.
    """
    contract, dispute = _held(writer, dispute_id)
    if dispute.kind == DisputeKind.PENALTY:
        sight.require_role(writer, Role.BUYER)
    else:
        sight.require_reviewer(writer, contract)
    _check_open(dispute, version)
    dispute.outcome = request.outcome
    dispute.answer = _sealed(writer, dispute.id, "answer", request.text)
    _close(writer, contract, dispute, DisputeState.ANSWERED, "dispute.answered")
    return shown(writer, [dispute])[0]


def withdraw(writer: Writer, dispute_id: UUID, version: int) -> DisputeOut:
    """Close a dispute that one opened; DisputeClosed."""
    contract, dispute = _held(writer, dispute_id)
    opener = (dispute.opened_by, dispute.opened_role)
    if opener != (writer.principal.organisation_id, writer.principal.role):
        raise Forbidden
    _check_open(dispute, version)
    _close(writer, contract, dispute, DisputeState.WITHDRAWN, "dispute.withdrawn")
    return shown(writer, [dispute])[0]


def _check_shape(request: DisputeIn) -> None:
    given = {
        name for name in ("statement_id", "hire_id", "decision_id") if getattr(request, name) is not None
    }
    needed = NAMES[request.kind]
    errors = [FieldError(f"/{name}", "missing", MISSING) for name in sorted(needed - given)]
    errors += [FieldError(f"/{name}", "not_for_this_kind", NOT_FOR_THIS) for name in sorted(given - needed)]
    if errors:
        raise InvalidPayload(errors=errors)


def _line(writer: Writer, contract: Contract, request: DisputeIn) -> Subject:
    query = visible_statements(writer.principal, writer.today)
    query = query.where(Statement.contract_id == contract.id, Statement.id == request.statement_id)
    statement = one(writer.session, query)
    if statement is None:
        raise unknown_reference("/statement_id")
    if statement.declarant_id != writer.principal.organisation_id:
        raise Forbidden
    line = queries.line_of(writer.session, statement, request.hire_id)
    if line is None:
        raise unknown_reference("/hire_id")
    return Subject(line.id, line.reviewed_at if line.verdict else None, statement.id, line.hire_id)


def _assessment(writer: Writer, contract: Contract, request: DisputeIn) -> Subject:
    query = hires.visible_hires(writer.principal, writer.today)
    hire = one(writer.session, query.where(Hire.contract_id == contract.id, Hire.id == request.hire_id))
    if hire is None:
        raise unknown_reference("/hire_id")
    if hire.declarant_id != writer.principal.organisation_id:
        raise Forbidden
    found = assessments.assessment_of(writer.session, hire.id)
    if found is None:
        raise NothingToDispute
    decided = found.decision not in {None, Decision.UNDECIDED}
    return Subject(found.id, found.decided_at if decided else None, hire_id=hire.id)


def _penalty(writer: Writer, contract: Contract, request: DisputeIn) -> Subject:
    holder = writer.principal.organisation_id
    holds = queries.is_holder(writer.session, contract.owner_id, contract.id, holder)
    if writer.principal.role is not Role.CONTRACTOR or not holds:
        raise Forbidden
    query = penalty_queries.decisions_of(contract.owner_id, contract.id)
    decision = one(writer.session, query.where(PenaltyDecision.id == request.decision_id))
    if decision is None:
        raise unknown_reference("/decision_id")
    return Subject(decision.id, decision.decided_at)


_SUBJECTS = {
    DisputeKind.LINE: _line,
    DisputeKind.ASSESSMENT: _assessment,
    DisputeKind.PENALTY: _penalty,
}


def _seen(reader: Reader, dispute_id: UUID) -> Dispute:
    query = queries.visible_disputes(reader.principal, reader.today)
    found = one(reader.session, query.where(Dispute.id == dispute_id))
    if found is None:
        raise NotFound
    return found


def _held(writer: Writer, dispute_id: UUID) -> tuple[Contract, Dispute]:
    dispute = _seen(writer, dispute_id)
    contract = sight.held_contract(writer, dispute.contract_id)
    # Another writer may have closed it while this one waited.
    writer.session.refresh(dispute)
    return contract, dispute


def _check_open(dispute: Dispute, version: int) -> None:
    if dispute.version != version:
        raise StaleVersion
    if dispute.state != DisputeState.OPEN:
        raise DisputeClosed


def _close(writer: Writer, contract: Contract, dispute: Dispute, state: DisputeState, action: str) -> None:
    dispute.state, dispute.version = state, dispute.version + 1
    dispute.closed_by, dispute.closed_at = writer.principal.organisation_id, writer.now
    change_id = writer.record(action, contract_id=contract.id)
    writer.session.add(
        DisputeEnd(owner_id=dispute.owner_id, dispute_id=dispute.id, state=state, change_id=change_id)
    )
    _announce(writer, contract, dispute, action, "state", "outcome")


def _announce(writer: Writer, contract: Contract, dispute: Dispute, event: str, *fields: str) -> None:
    writer.touch("dispute", dispute.id, *fields)
    if dispute.kind == DisputeKind.PENALTY:
        tell_holders(writer, contract, event, "dispute", dispute.id)
    else:
        writer.announce(event, "dispute", dispute.id, declarant_id=dispute.opened_by)


def _sealed(writer: Writer, dispute_id: UUID, column: str, text: str) -> bytes:
    return writer.keyring.encrypt(text.encode(), table="disputes", column=column, row=dispute_id)


def _opened(reader: Reader, dispute: Dispute, column: str) -> str | None:
    sealed: bytes | None = getattr(dispute, column)
    if sealed is None:
        return None
    return reader.keyring.decrypt(sealed, table="disputes", column=column, row=dispute.id).decode()


def readable(reader: Reader, found: list[Dispute]) -> list[DisputeOut]:
    """Those of these disputes whose words the caller may read."""
    return shown(reader, [dispute for dispute in found if _may_read(reader, dispute)])


def _may_read(reader: Reader, dispute: Dispute) -> bool:
    """Whether the reasons may be read: an eligibility is between its declarant and the facilitators."""
    principal = reader.principal
    opener = (principal.organisation_id, principal.role) == (dispute.opened_by, dispute.opened_role)
    return opener or principal.role in READERS[DisputeKind(dispute.kind)]


def shown(reader: Reader, disputes: list[Dispute]) -> list[DisputeOut]:
    """Disputes as far as the caller may read each."""
    named = identifiers_of(reader.session, {dispute.opened_by for dispute in disputes})
    return [_one(reader, dispute, named[dispute.opened_by]) for dispute in disputes]


def _one(reader: Reader, dispute: Dispute, opened_by: str) -> DisputeOut:
    kind, state = DisputeKind(dispute.kind), DisputeState(dispute.state)
    told = _may_read(reader, dispute)
    # Of an eligibility, the others learn that it is disputed, not whose.
    named = told or kind is not DisputeKind.ASSESSMENT
    outcome = DisputeOutcome(dispute.outcome) if dispute.outcome and named else None
    return DisputeOut(
        id=dispute.id,
        version=dispute.version,
        contract_id=dispute.contract_id,
        kind=kind,
        kind_label=LABELS["dispute_kinds"][kind],
        state=state,
        state_label=LABELS["dispute_states"][state],
        statement_id=dispute.statement_id if named else None,
        hire_id=dispute.hire_id if named else None,
        decision_id=dispute.subject_id if kind is DisputeKind.PENALTY else None,
        opened_by=opened_by if named else None,
        opened_at=dispute.opened_at,
        text=_opened(reader, dispute, "text") if told else None,
        outcome=outcome,
        outcome_label=LABELS["dispute_outcomes"][outcome] if outcome else None,
        answer=_opened(reader, dispute, "answer") if told else None,
        closed_at=dispute.closed_at,
    )
