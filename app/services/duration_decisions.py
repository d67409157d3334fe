"""The reviewer's dated decisions on how long a person counts: suspensions, prolongations, cancellations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import contracts, participants
from app.db.queries import durations as queries
from app.db.queries.lists import page_of
from app.db.queries.statements import identifiers_of
from app.db.tables import DurationDecision
from app.errors import FieldError, InvalidPayload, NotFound, Text
from app.principal import Role
from app.refusals.people import DecisionCancelled, DecisionWithoutEffect, DurationNotStarted
from app.rules import durations as rules
from app.rules.codes import DurationDecisionKind
from app.rules.labels import LABELS
from app.schemas.durations import DurationDecisionOut, DurationDecisionPage, DurationOut
from app.services import durations, eligibility, ledger
from app.services.assessments import assessment_of, held_assessment
from app.services.duration_view import explained_out
from app.services.hires import seen_hire
from app.services.participants import purpose_field
from app.services.sight import needed_clause, require_role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Assessment, Contract, Hire
    from app.schemas.durations import DurationCancellationIn, DurationDecisionIn
    from app.schemas.lists import Walk
    from app.schemas.participants import Purpose
    from app.services.work import Reader, Writer

TABLE = "duration_decisions"
NOT_YET = Text("Une décision se prend au plus tard aujourd'hui.", "A decision is taken today at the latest.")


def consult_duration(writer: Writer, hire_id: UUID, purpose: Purpose) -> DurationOut:
    """How long a hire lets its person count, for a facilitator with a purpose; the reading is audited."""
    hire, assessment = _read(writer, hire_id, purpose)
    return _shown(writer, hire, assessment)


def list_decisions(writer: Writer, hire_id: UUID, walk: Walk, purpose: Purpose) -> DurationDecisionPage:
    """Every decision on the hire's person and obligation; the reading is audited."""
    hire, _ = _read(writer, hire_id, purpose)
    query = queries.of_person(*_subject(writer, hire))
    found, following = page_of(writer.session, query, DurationDecision.id, walk.after, walk.limit)
    recorded = queries.decisions_on(writer.session, *_subject(writer, hire))
    return DurationDecisionPage(items=items(writer, found, recorded), next=following)


def decide(writer: Writer, hire_id: UUID, request: DurationDecisionIn, version: int) -> DurationOut:
    """Suspend or prolong, from the reviewer's decision on; the person's hours are counted again.

    Raises NotReviewer, StaleVersion, ContractClosed, DurationNotStarted, DecisionWithoutEffect,
    InvalidPayload.
    """
    contract, hire, assessment = held_assessment(writer, hire_id, version)
    values = request.model_dump(include={"since", "until", "months"})
    decision = rules.DurationDecision(
        key=new_id(), kind=request.kind, decided_on=_decided_on(writer, request.decided_on), **values
    )
    _check_effect(writer, contract, hire, assessment, decision)
    return _recorded(writer, contract, hire, assessment, request, decision, cancels=None)


def cancel(
    writer: Writer, hire_id: UUID, decision_id: UUID, request: DurationCancellationIn, version: int
) -> DurationOut:
    """End an earlier decision by another one; NotFound for one on somebody else, DecisionCancelled twice."""
    contract, hire, assessment = held_assessment(writer, hire_id, version)
    recorded = queries.decisions_on(writer.session, *_subject(writer, hire))
    if decision_id not in {item.id for item in recorded if item.cancels_id is None}:
        raise NotFound
    if decision_id in {item.cancels_id for item in recorded}:
        raise DecisionCancelled
    decision = rules.DurationDecision(
        key=new_id(),
        kind=DurationDecisionKind.CANCELLATION,
        decided_on=_decided_on(writer, request.decided_on),
    )
    return _recorded(writer, contract, hire, assessment, request, decision, cancels=decision_id)


def _read(writer: Writer, hire_id: UUID, purpose: Purpose) -> tuple[Hire, Assessment]:
    hire = seen_hire(writer, hire_id)
    require_role(writer, Role.FACILITATOR)
    assessment = assessment_of(writer, hire)
    writer.record("duration.read")
    writer.touch("assessment", assessment.id, purpose_field(purpose))
    return hire, assessment


def _subject(reader: Reader, hire: Hire) -> tuple[UUID, UUID]:
    """The person and the obligation that a decision on this hire is about."""
    person = participants.participant_of(reader.session, hire.participant_id).person_id
    clause = contracts.clause_of(reader.session, hire.contract_id)
    return person, hire.clause_id if clause is None else clause.obligation_id


def _decided_on(writer: Writer, day: date | None) -> date:
    if day is not None and day > writer.today:
        raise InvalidPayload(errors=[FieldError("/decided_on", "future_day", NOT_YET)])
    return day or writer.today


def _check_effect(
    writer: Writer, contract: Contract, hire: Hire, assessment: Assessment, decision: rules.DurationDecision
) -> None:
    """A decision moves the duration of the hire it is taken on, and is no longer than its bound."""
    clause = needed_clause(writer.session, contract)
    before = durations.in_force(queries.decisions_on(writer.session, *_subject(writer, hire)))
    now = durations.explained(writer, clause, assessment, hire, before)
    then = durations.explained(writer, clause, assessment, hire, [*before, decision])
    if now is None or then is None:
        raise DurationNotStarted
    if not rules.within_bound(decision, now.last_day):
        pointer = "/until" if decision.months is None else "/months"
        most = int(rules.bound(decision.kind, decision.decided_on).value)
        detail = Text(f"Au plus {most} mois par décision.", f"At most {most} months per decision.")
        raise InvalidPayload(errors=[FieldError(pointer, "beyond_bound", detail)])
    if (now.last_day, now.suspended) == (then.last_day, then.suspended):
        raise DecisionWithoutEffect


def _recorded(
    writer: Writer,
    contract: Contract,
    hire: Hire,
    assessment: Assessment,
    request: DurationDecisionIn | DurationCancellationIn,
    decision: rules.DurationDecision,
    *,
    cancels: UUID | None,
) -> DurationOut:
    clause = needed_clause(writer.session, contract)
    writer.record("duration.decided", contract_id=contract.id)
    sealed = writer.keyring.encrypt(request.reason.encode(), table=TABLE, column="reason", row=decision.key)
    writer.session.add(
        DurationDecision(
            owner_id=hire.owner_id,
            id=decision.key,
            contract_id=contract.id,
            obligation_id=clause.obligation_id,
            hire_id=hire.id,
            participant_id=hire.participant_id,
            kind=decision.kind,
            decided_on=decision.decided_on,
            since=decision.since,
            until=decision.until,
            months=decision.months,
            cancels_id=cancels,
            reason=sealed,
            reference=request.reference,
            reviewer_id=writer.principal.organisation_id,
            recorded_at=writer.now,
            change_id=writer.change_id,
        )
    )
    writer.touch("duration_decision", decision.key, "kind", "since", "until", "months", "reason", "reference")
    durations.renew_durations(writer, clause, _subject(writer, hire)[0], assessment)
    assessment.version += 1
    writer.touch("assessment", assessment.id, "eligible_until", "suspended")
    eligibility.keep_version(writer, assessment)
    writer.announce("duration.decided", "hire", hire.id, declarant_id=hire.declarant_id)
    writer.session.flush()
    ledger.recount_person(writer, contract, hire.participant_id)
    return _shown(writer, hire, assessment)


def _shown(reader: Reader, hire: Hire, assessment: Assessment) -> DurationOut:
    recorded = queries.decisions_on(reader.session, *_subject(reader, hire))
    return DurationOut(
        hire_id=hire.id,
        contract_id=hire.contract_id,
        duration=explained_out(reader, hire, assessment),
        decisions=items(reader, recorded, recorded),
        version=assessment.version,
    )


def items(
    reader: Reader, shown: Sequence[DurationDecision], recorded: Sequence[DurationDecision]
) -> list[DurationDecisionOut]:
    """Decisions as told to whoever may read them, among all that were recorded."""
    cancelled: dict[Any, UUID] = {item.cancels_id: item.id for item in recorded}
    names = identifiers_of(reader.session, {item.reviewer_id for item in shown})
    return [
        DurationDecisionOut(
            id=item.id,
            hire_id=item.hire_id,
            kind=DurationDecisionKind(item.kind),
            label=LABELS["duration_decisions"][item.kind],
            decided_on=item.decided_on,
            since=item.since,
            until=item.until,
            months=item.months,
            reason=reader.keyring.decrypt(item.reason, table=TABLE, column="reason", row=item.id).decode(),
            reference=item.reference,
            reviewer=names[item.reviewer_id],
            recorded_at=item.recorded_at,
            cancels=item.cancels_id,
            cancelled_by=cancelled.get(item.id),
        )
        for item in shown
    ]
