"""How long approvals count: per person and obligation, from their earliest approved start (domain §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.clock import day_of
from app.db.queries import assessments as queries
from app.rules.codes import ContractType
from app.rules.days import Span
from app.rules.eligibility import approved_span, eligible_until
from app.services import eligibility
from app.services.sight import current_terms, terms_on

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.tables import Assessment, Clause, Hire
    from app.services.work import Writer


def renew_durations(
    writer: Writer, clause: Clause, person_id: UUID, at_hand: Assessment | None = None
) -> None:
    """Set the days of every approval of a person on an obligation.

    An earlier start that is approved, or no longer is, moves the others. Those that move get a version of
    their own; the one at hand, if any, gets it from the caller.
    """
    writer.session.flush()
    approved = queries.approved_of_person(writer.session, person_id, clause.obligation_id)
    for assessment, hire in approved:
        days = _days(writer, clause, assessment, hire, first_start=approved[0][1].starts_on)
        if days == (assessment.counts_from, assessment.eligible_until):
            continue
        assessment.counts_from, assessment.eligible_until = days
        if assessment is not at_hand:
            writer.begin("assessments.renewed", contract_id=clause.contract_id)
            assessment.version += 1
            writer.touch("assessment", assessment.id, "counts_from", "eligible_until")
            eligibility.keep_version(writer, assessment)


def _days(
    writer: Writer, clause: Clause, assessment: Assessment, hire: Hire, *, first_start: date
) -> tuple[date, date]:
    _, terms = terms_on(writer.session, clause, hire.starts_on)
    # The window may have moved since the hire: it is the present one that ends.
    terms = replace(terms, window=current_terms(clause).window)
    decided_on = writer.today if assessment.decided_at is None else day_of(assessment.decided_at)
    span = approved_span(terms, Span(hire.starts_on, hire.ended_on), decided_on)
    return span.first, eligible_until(terms, ContractType(hire.contract_type), first_start)
