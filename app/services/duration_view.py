"""How long a hire lets its person count, explained step by step for the facilitator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import contracts, participants
from app.db.queries import durations as queries
from app.rules.days import count_days
from app.rules.labels import LABELS
from app.rules.texts import french_day
from app.schemas.durations import DurationExplained, DurationStepOut, SuspendedOut
from app.services import durations
from app.services.sight import current_terms

if TYPE_CHECKING:
    from app.db.tables import Assessment, Clause, Hire
    from app.rules.durations import Duration, Step
    from app.services.work import Reader


def explained_out(reader: Reader, hire: Hire, assessment: Assessment) -> DurationExplained | None:
    """The start, the term, each decision in force and the last day; None while the hire is not approved."""
    clause = contracts.clause_of(reader.session, hire.contract_id)
    if clause is None:
        return None
    person = participants.participant_of(reader.session, hire.participant_id).person_id
    recorded = queries.decisions_on(reader.session, person, clause.obligation_id)
    found = durations.explained(reader, clause, assessment, hire, durations.in_force(recorded))
    return None if found is None else _out(found, hire, clause)


def _out(found: Duration, hire: Hire, clause: Clause) -> DurationExplained:
    article = current_terms(clause).article
    kind = LABELS["contract_types"][hire.contract_type]
    term = f"{found.months} mois pour : {kind}"
    if found.capped_on is not None:
        term = f"Jusqu'à la fin de la clause, {found.months} mois au plus, pour : {kind}"
    return DurationExplained(
        start=found.start,
        months=found.months,
        term=term,
        reference=f"Clause, {article}" if article else "Clause, durée d'éligibilité",
        capped_on=found.capped_on,
        last_by_term=found.last_by_term,
        steps=[_step(item) for item in found.steps],
        suspended=[
            SuspendedOut(
                first=span.first,
                last=span.last or span.first,
                days=count_days(span.first, span.last or span.first),
            )
            for span in found.suspended
        ],
        last_day=found.last_day,
    )


def _step(step: Step) -> DurationStepOut:
    decision, label = step.decision, LABELS["duration_decisions"][step.decision.kind]
    if decision.since and decision.until:
        what = f"{label} du {french_day(decision.since)} au {french_day(decision.until)}"
    elif decision.until:
        what = f"{label} jusqu'au {french_day(decision.until)}"
    else:
        what = f"{label} de {decision.months} mois"
    return DurationStepOut(
        decision_id=decision.key,
        kind=decision.kind,
        label=label,
        text=f"{what} : {step.days} j de plus",
        days=step.days,
        last_day=step.last_day,
    )
