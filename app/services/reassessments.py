"""Assessments made anew, and the automatic approval that follows the rules' answer (domain §4).

Where the terms of the first day ask for it, an assessment is approved as soon as a public is met and nobody
has decided: `decided_by` stays empty. It lasts as long as the answer. Once a person has decided, nothing here
moves the decision again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import assessments as queries
from app.db.queries import contracts, hires, participants
from app.db.queries.ledger import contracts_of
from app.rules.codes import Decision, Outcome
from app.services import durations, eligibility, hire_traits, person_recounts
from app.services.sight import terms_on

if TYPE_CHECKING:
    from app.db.tables import Assessment, Clause, Hire, Participant
    from app.services.eligibility import File
    from app.services.work import Writer

OPEN_DECISIONS = (None, Decision.NEEDS_PROOF)
DECIDED = ("automatic", "counts_from", "decision", "eligible_until", "suspended")


def is_automatic(assessment: Assessment) -> bool:
    """Whether an assessment is approved by the rules' answer alone."""
    return assessment.decision == Decision.APPROVED and assessment.decided_by is None


def judge_again(
    writer: Writer, assessment: Assessment, hire: Hire, clause: Clause, file: File, *touched: str
) -> bool:
    """Assess anew inside the current change; whether an automatic approval came or went.

    The caller then counts the person's lines again. `touched`: what it changed itself, for the audit trail.
    Nothing of an erased person is judged again.
    """
    if participants.participant_of(writer.session, hire.participant_id).erased_at is not None:
        return False
    eligibility.reassess(writer, assessment, hire, clause, file)
    assessment.version += 1
    writer.touch("assessment", assessment.id, *touched, "outcome")
    return _follow(writer, assessment, hire, clause, file)


def renew_for_participant(writer: Writer, participant: Participant) -> None:
    """Make what follows from a person's record anew; what a reviewer decided stays as decided.

    Lines are counted again by jobs, each contract in a transaction of its own: none holds two contracts.
    """
    for hire in hires.hires_of_participant(writer.session, participant.id):
        eligibility.set_traits(writer, hire, participant)
        assessment = queries.assessment_of(writer.session, hire.id)
        clause = contracts.clause_of(writer.session, hire.contract_id)
        if assessment is None or clause is None:
            continue
        if assessment.decision not in OPEN_DECISIONS and not is_automatic(assessment):
            continue
        if judge_again(writer, assessment, hire, clause, eligibility.open_file(writer, assessment)):
            person_recounts.queue_on(writer, hire.contract_id, participant.id)


def _follow(writer: Writer, assessment: Assessment, hire: Hire, clause: Clause, file: File) -> bool:
    automatic = is_automatic(assessment)
    if file.decided_on is not None and not automatic:
        # A person decided, even if another first day has reopened it since.
        return False
    _, terms = terms_on(writer.session, clause, hire.starts_on)
    approves = terms.automatic_approval and assessment.outcome == Outcome.MET
    (contract,) = contracts_of(writer.session, [hire.contract_id])
    if not (approves or automatic) or contract.closed_on is not None:
        return False
    file.decided_on = eligibility.open_reasons(writer, assessment) if approves else None
    eligibility.keep_file(writer, assessment, file)
    if approves != automatic:
        _set_decision(writer, assessment, hire, clause, approved=approves)
    if hire_traits.keep(writer, clause, hire, assessment) and approves == automatic:
        hire_traits.tell(writer, hire.contract_id)
    return approves != automatic


def _set_decision(
    writer: Writer, assessment: Assessment, hire: Hire, clause: Clause, *, approved: bool
) -> None:
    assessment.decision = Decision.APPROVED if approved else None
    assessment.decided_at = writer.now if approved else None
    durations.forget_days(assessment)
    person = participants.participant_of(writer.session, hire.participant_id).person_id
    durations.renew_durations(writer, clause, person, assessment)
    eligibility.keep_version(writer, assessment)
    writer.touch("assessment", assessment.id, *DECIDED)
    writer.announce(
        "assessment.decided",
        "hire",
        hire.id,
        declarant_id=hire.declarant_id,
        contract_id=hire.contract_id,
    )
