"""How long approvals count: per person and obligation, from their earliest approved start (domain §4).

What a reviewer decided on it is in `duration_decisions`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import assessments as queries
from app.db.queries import durations as decisions
from app.rules.codes import ContractType, Decision, DurationDecisionKind
from app.rules.days import Span
from app.rules.durations import DurationDecision, duration_of
from app.rules.eligibility import approved_span
from app.services import eligibility, jobs
from app.services.pool_obligations import obligations_with
from app.services.sight import current_terms, terms_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.db.tables import Assessment, Clause, Hire
    from app.db.tables import DurationDecision as Recorded
    from app.rules.durations import Duration
    from app.rules.terms import Terms
    from app.services.work import Reader, Writer


def renew_durations(
    writer: Writer, clause: Clause, person_id: UUID, at_hand: Assessment | None = None
) -> None:
    """Set the days of every approval of a person on an obligation.

    An earlier start that is approved, or no longer is, moves the others, and so does a decision on the
    duration. Those that move get a version of their own; the one at hand, if any, gets it from the caller.
    """
    writer.session.flush()
    together = obligations_with(writer.session, clause)
    approved = queries.approved_of_person(writer.session, person_id, together)
    decided = in_force(decisions.decisions_on(writer.session, person_id, clause.obligation_id))
    # The approvals of pooled contracts move by changes of their own: see `renew_pooled`.
    for assessment, hire in [row for row in approved if row[0].contract_id == clause.contract_id]:
        days = _days(writer, clause, assessment, hire, approved[0][1].starts_on, decided)
        if days == (assessment.counts_from, assessment.eligible_until, assessment.suspended or []):
            continue
        assessment.counts_from, assessment.eligible_until, suspended = days
        assessment.suspended = suspended or None
        if assessment is not at_hand:
            writer.begin("assessments.renewed", contract_id=clause.contract_id)
            assessment.version += 1
            writer.touch("assessment", assessment.id, "counts_from", "eligible_until", "suspended")
            eligibility.keep_version(writer, assessment)


def renew_pooled(writer: Writer, clause: Clause, person_id: UUID) -> None:
    """Have the person's days set anew on the contracts pooled with this one, each by a change of its own."""
    together = obligations_with(writer.session, clause)
    for assessment, _ in queries.approved_of_person(writer.session, person_id, together):
        if assessment.contract_id != clause.contract_id:
            subject = f"{assessment.contract_id}/{assessment.participant_id}"
            payload = {
                "contract_id": str(assessment.contract_id),
                "participant_id": str(assessment.participant_id),
            }
            jobs.queue(writer, "recount_person", subject, payload)


def forget_days(assessment: Assessment) -> None:
    """An assessment that is no longer approved covers no day."""
    assessment.counts_from = assessment.eligible_until = assessment.suspended = None


def in_force(recorded: Sequence[Recorded]) -> list[DurationDecision]:
    """The decisions of a list that no other one cancels, as the rules read them."""
    cancelled = {item.cancels_id for item in recorded if item.cancels_id is not None}
    return [
        DurationDecision(
            key=item.id,
            kind=DurationDecisionKind(item.kind),
            decided_on=item.decided_on,
            since=item.since,
            until=item.until,
            months=item.months,
        )
        for item in recorded
        if item.kind != DurationDecisionKind.CANCELLATION and item.id not in cancelled
    ]


def explained(
    reader: Reader, clause: Clause, assessment: Assessment, hire: Hire, decided: Sequence[DurationDecision]
) -> Duration | None:
    """How long a hire lets its person count, step by step; None while it is not approved."""
    if assessment.decision != Decision.APPROVED:
        return None
    starts = queries.first_approved_start(
        reader.session, hire.participant_id, obligations_with(reader.session, clause)
    )
    return _duration(reader, clause, hire, starts or hire.starts_on, decided)


def suspended_spans(stored: Sequence[Mapping[str, Any]] | None) -> tuple[Span, ...]:
    """The days of the duration that do not count, as stored with an assessment, as the rules read them."""
    return tuple(
        Span(date.fromisoformat(item["first"]), date.fromisoformat(item["last"])) for item in stored or ()
    )


def _days(
    writer: Writer,
    clause: Clause,
    assessment: Assessment,
    hire: Hire,
    first_start: date,
    decided: Sequence[DurationDecision],
) -> tuple[date, date, list[dict[str, str]]]:
    decided_on = writer.today if assessment.decided_at is None else day_of(assessment.decided_at)
    terms = _terms(writer, clause, hire)
    span = approved_span(terms, Span(hire.starts_on, hire.ended_on), decided_on)
    found = _duration(writer, clause, hire, first_start, decided)
    suspended = [
        {"first": item.first.isoformat(), "last": (item.last or item.first).isoformat()}
        for item in found.suspended
    ]
    return span.first, found.last_day, suspended


def _duration(
    reader: Reader, clause: Clause, hire: Hire, first_start: date, decided: Sequence[DurationDecision]
) -> Duration:
    return duration_of(_terms(reader, clause, hire), ContractType(hire.contract_type), first_start, decided)


def _terms(reader: Reader, clause: Clause, hire: Hire) -> Terms:
    _, terms = terms_on(reader.session, clause, hire.starts_on)
    # The window may have moved since the hire: it is the present one that ends.
    return replace(terms, window=current_terms(clause).window)
