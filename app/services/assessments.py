"""Assessments: read for a purpose, proofs and facts recorded, decided by the reviewer.

A structure that the clause names records proofs of the people it declared, and reads back no more than these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.db.queries import assessments as queries
from app.db.queries import participants
from app.db.queries.lists import one, page_of
from app.db.tables import Assessment, Participant
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text
from app.principal import Role
from app.refusals.people import EligibilityNotMet
from app.rules.codes import Decision, Outcome
from app.schemas.assessments import (
    AssessmentOut,
    AssessmentPage,
    OwnProofsOut,
    ProofOut,
    PublicAnswerOut,
)
from app.services import durations, eligibility, hire_traits, ledger, reassessments
from app.services.duration_view import explained_out
from app.services.hires import held_hire, refuse_closed, refuse_erased, seen_hire
from app.services.participants import purpose_field
from app.services.reassessments import is_automatic
from app.services.sight import needed_clause, require_reviewer, require_role, terms_on

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Contract, Hire
    from app.schemas.assessments import DecisionIn, FactsPatch, ProofIn
    from app.schemas.lists import Walk
    from app.schemas.participants import Purpose
    from app.services.eligibility import File
    from app.services.work import Reader, Writer

REASON_NEEDED = Text("Un refus se motive.", "A refusal needs its reason.")
# What answers kept before the age of proofs was judged do not hold.
NOT_ASKED_THEN: dict[str, Any] = {"proofs_too_old": []}
# Proofs kept before structures could record any.
BY_THE_REVIEWER = {"seen_as": Role.FACILITATOR}
NOT_YET_ISSUED = Text("Un justificatif vu est déjà émis.", "A proof that was seen is issued already.")


def consult_assessment(writer: Writer, hire_id: UUID, purpose: Purpose) -> AssessmentOut:
    """The whole assessment of a hire, for a facilitator and a stated purpose; the reading is audited."""
    hire = seen_hire(writer, hire_id)
    require_role(writer, Role.FACILITATOR)
    assessment = assessment_of(writer, hire)
    writer.record("assessment.read")
    writer.touch("assessment", assessment.id, purpose_field(purpose))
    return shown(writer, hire, assessment)


def list_assessments(writer: Writer, participant_id: UUID, walk: Walk, purpose: Purpose) -> AssessmentPage:
    """A person's assessments on the contracts that the facilitator sees; the reading is audited."""
    require_role(writer, Role.FACILITATOR)
    visible = participants.visible_participants(writer.principal, writer.today)
    if one(writer.session, visible.where(Participant.id == participant_id)) is None:
        raise NotFound
    query = queries.visible_assessments(writer.principal, writer.today)
    query = query.where(Assessment.participant_id == participant_id)
    found, following = page_of(writer.session, query, Assessment.id, walk.after, walk.limit)
    writer.record("assessment.read")
    for assessment in found:
        writer.touch("assessment", assessment.id, purpose_field(purpose))
    items = [shown(writer, queries.hire_of(writer.session, row), row) for row in found]
    return AssessmentPage(items=items, next=following)


def record_proof(
    writer: Writer, hire_id: UUID, request: ProofIn, version: int
) -> AssessmentOut | OwnProofsOut:
    """Note that the reviewer has seen a proof, and assess anew.

    So may a structure that the clause names, for people it declared; see `_vouched_assessment`.
    """
    vouches = writer.principal.role is Role.INSERTION_STRUCTURE
    held = _vouched_assessment if vouches else held_assessment
    contract, hire, assessment = held(writer, hire_id, version)
    eligibility.check_days(request)
    if request.issued_on > writer.today:
        raise InvalidPayload(errors=[FieldError("/issued_on", "future_day", NOT_YET_ISSUED)])
    file = eligibility.open_file(writer, assessment)
    seen = request.model_dump(mode="json")
    # What others recorded is not a structure's to know, not even by its own record changing nothing.
    known = _own_proofs(writer, file) if vouches else file.proofs
    if not any(seen == {name: proof[name] for name in seen} for proof in known):
        file.proofs.append({**seen, "seen_on": writer.today.isoformat(), **_seer(writer)})
        _record(writer, contract, hire, assessment, file)
    return _own_shown(writer, hire, file) if vouches else shown(writer, hire, assessment)


def record_facts(writer: Writer, hire_id: UUID, request: FactsPatch, version: int) -> AssessmentOut:
    """Note facts that the reviewer established; they stand before those declared."""
    contract, hire, assessment = held_assessment(writer, hire_id, version)
    file = eligibility.open_file(writer, assessment)
    recorded = {**file.recorded, **eligibility.facts_sent(request.facts)}
    if recorded == file.recorded:
        return shown(writer, hire, assessment)
    file.recorded = recorded
    _record(writer, contract, hire, assessment, file)
    return shown(writer, hire, assessment)


def decide(writer: Writer, assessment_id: UUID, request: DecisionIn, version: int) -> AssessmentOut:
    """Approve, refuse with a reason, or ask for proof.

    EligibilityNotMet for an approval while no accepted public is met (domain §4). Approving what was approved
    automatically makes the decision the reviewer's, and keeps its day. The days that the person's
    approvals count are set anew, and their hours on the contract are counted again.
    """
    visible = queries.visible_assessments(writer.principal, writer.today)
    found = one(writer.session, visible.where(Assessment.id == assessment_id))
    if found is None:
        raise NotFound
    contract, hire, assessment = held_assessment(writer, found.hire_id, version)
    if request.decision is Decision.REFUSED and request.reason is None:
        raise InvalidPayload(errors=[FieldError("/reason", "reason_required", REASON_NEEDED)])
    if request.decision is Decision.APPROVED and assessment.outcome != Outcome.MET:
        raise EligibilityNotMet
    standing = (assessment.decision, eligibility.open_reason(writer, assessment))
    if (request.decision, request.reason) == standing and not is_automatic(assessment):
        return shown(writer, hire, assessment)
    writer.record("assessment.decided", contract_id=contract.id)
    _set_decision(writer, assessment, request)
    clause = needed_clause(writer.session, contract)
    person = participants.participant_of(writer.session, hire.participant_id).person_id
    durations.renew_durations(writer, clause, person, assessment)
    durations.renew_pooled(writer, clause, person)
    assessment.version += 1
    eligibility.keep_version(writer, assessment)
    hire_traits.keep(writer, clause, hire, assessment)
    fields = ("decision", "decision_reason", "counts_from", "eligible_until", "suspended")
    writer.touch("assessment", assessment.id, *fields)
    writer.announce("assessment.decided", "hire", hire.id, declarant_id=hire.declarant_id)
    writer.session.flush()
    ledger.recount_person(writer, contract, hire.participant_id)
    return shown(writer, hire, assessment)


def assessment_of(reader: Reader, hire: Hire) -> Assessment:
    """The assessment of a hire already seen to be visible."""
    found = queries.assessment_of(reader.session, hire.id)
    if found is None:
        raise NotFound
    return found


def held_assessment(writer: Writer, hire_id: UUID, version: int) -> tuple[Contract, Hire, Assessment]:
    """What the reviewer decides on, held until the commit; NotReviewer, StaleVersion or ContractClosed."""
    contract, hire = held_hire(writer, hire_id)
    require_reviewer(writer, contract)
    assessment = assessment_of(writer, hire)
    # Another writer may have changed it while this one waited.
    writer.session.refresh(assessment)
    if assessment.version != version:
        raise StaleVersion
    refuse_closed(contract)
    refuse_erased(writer, hire)
    return contract, hire, assessment


def _vouched_assessment(writer: Writer, hire_id: UUID, version: int) -> tuple[Contract, Hire, Assessment]:
    """What a structure records a proof on: people it declared, where the terms of their first day name it.

    Forbidden otherwise. It does not read the assessment: the version is that of the hire.
    """
    contract, hire = held_hire(writer, hire_id)
    _, terms = terms_on(writer.session, needed_clause(writer.session, contract), hire.starts_on)
    own = hire.declarant_id == writer.principal.organisation_id
    if not own or writer.principal.role not in terms.proof_authorities:
        raise Forbidden
    if hire.version != version:
        raise StaleVersion
    refuse_closed(contract)
    refuse_erased(writer, hire)
    assessment = assessment_of(writer, hire)
    # Another writer may have changed it while this one waited.
    writer.session.refresh(assessment)
    return contract, hire, assessment


def _record(writer: Writer, contract: Contract, hire: Hire, assessment: Assessment, file: File) -> None:
    clause = needed_clause(writer.session, contract)
    writer.record("assessment.recorded", contract_id=contract.id)
    decided = reassessments.judge_again(writer, assessment, hire, clause, file, "file")
    writer.announce("assessment.recorded", "hire", hire.id, declarant_id=hire.declarant_id)
    if decided:
        writer.session.flush()
        ledger.recount_person(writer, contract, hire.participant_id)


def _set_decision(writer: Writer, assessment: Assessment, request: DecisionIn) -> None:
    file = eligibility.open_file(writer, assessment)
    file.decided_on = eligibility.open_reasons(writer, assessment)
    eligibility.keep_file(writer, assessment, file)
    if not is_automatic(assessment) or request.decision is not Decision.APPROVED:
        assessment.decided_at = writer.now
    assessment.decided_by = writer.principal.organisation_id
    assessment.decision = request.decision
    assessment.decision_reason = eligibility.sealed_reason(writer, assessment, request.reason)
    durations.forget_days(assessment)


def _seer(reader: Reader) -> dict[str, str]:
    return {"seen_by": str(reader.principal.organisation_id), "seen_as": reader.principal.role.value}


def _own_proofs(reader: Reader, file: File) -> list[dict[str, Any]]:
    return [proof for proof in file.proofs if _seer(reader).items() <= proof.items()]


def _own_shown(reader: Reader, hire: Hire, file: File) -> OwnProofsOut:
    return OwnProofsOut(hire_id=hire.id, proofs=[ProofOut(**proof) for proof in _own_proofs(reader, file)])


def shown(reader: Reader, hire: Hire, assessment: Assessment) -> AssessmentOut:
    """The whole assessment, for whoever may read it; the caller keeps the trace."""
    file = eligibility.open_file(reader, assessment)
    answer: dict[str, Any] = eligibility.open_reasons(reader, assessment)
    return AssessmentOut(
        id=assessment.id,
        hire_id=hire.id,
        contract_id=hire.contract_id,
        participant_id=hire.participant_id,
        on=answer["on"],
        outcome=Outcome(assessment.outcome),
        publics=[PublicAnswerOut(**{**NOT_ASKED_THEN, **public}) for public in answer["publics"]],
        facts=answer["facts"],
        claimed_publics=file.claimed,
        submitted_proofs=file.submitted,
        proofs=[ProofOut(**{**BY_THE_REVIEWER, **proof}) for proof in file.proofs],
        rules_version=assessment.rules_version,
        clause_version=assessment.clause_version,
        assessed_at=assessment.assessed_at,
        decision=Decision(assessment.decision or Decision.UNDECIDED),
        automatic=is_automatic(assessment),
        decision_reason=eligibility.open_reason(reader, assessment),
        decided_at=assessment.decided_at,
        counts_from=assessment.counts_from,
        eligible_until=assessment.eligible_until,
        duration=explained_out(reader, hire, assessment),
        version=assessment.version,
    )
