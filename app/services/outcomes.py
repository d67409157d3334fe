"""What was told of people after a hire, version by version; and how one more is added to a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.db.queries import outcomes as queries
from app.db.tables import HireOutcome, OutcomeDetail
from app.principal import Role
from app.refusals.people import HireRunning, OutcomeTooEarly
from app.rules.codes import OutcomeCategory, OutcomeMoment, OutcomeSituation
from app.rules.labels import LABELS
from app.rules.outcomes import category_of, moments_due
from app.schemas.outcomes import OutcomeOut

if TYPE_CHECKING:
    from app.db.tables import Hire
    from app.services.work import Reader, Writer


def tell_at_exit(writer: Writer, hire: Hire, situation: OutcomeSituation) -> bool:
    """Tell the situation at exit inside a change of the hire, if it says something new; whether it did."""
    last = latest(writer, hire, OutcomeMoment.EXIT)
    if last is not None and last.situation == situation:
        return False
    check_day(writer, hire, OutcomeMoment.EXIT)
    if writer.change is None:
        writer.record("outcome.recorded", contract_id=hire.contract_id)
    add(writer, hire, OutcomeMoment.EXIT, situation, last.version if last else 0)
    return True


def add(writer: Writer, hire: Hire, moment: OutcomeMoment, situation: OutcomeSituation, version: int) -> None:
    """Add the version after this one (0: the first) to the open change."""
    key: dict[str, Any] = {
        "owner_id": hire.owner_id,
        "hire_id": hire.id,
        "moment": moment.value,
        "number": version + 1,
    }
    writer.session.add(
        HireOutcome(
            **key,
            contract_id=hire.contract_id,
            category=category_of(situation).value,
            recorded_by=writer.principal.organisation_id,
            role=writer.principal.role,
            change_id=writer.change_id,
        )
    )
    writer.session.add(OutcomeDetail(**key, situation=situation.value))
    writer.touch("hire", hire.id, f"outcome.{moment.value}")
    writer.announce("outcome.recorded", "hire", hire.id, declarant_id=hire.declarant_id)


def latest(reader: Reader, hire: Hire, moment: OutcomeMoment) -> OutcomeOut | None:
    """What is said now of a moment of a hire; None while nothing is."""
    told = told_of(reader, hire)[moment]
    return told[-1] if told else None


def told_of(reader: Reader, hire: Hire) -> dict[OutcomeMoment, list[OutcomeOut]]:
    """Every version of every moment of a hire, oldest first."""
    found: dict[OutcomeMoment, list[OutcomeOut]] = {moment: [] for moment in OutcomeMoment}
    for row, situation, at, identifier in queries.outcomes_of(reader.session, hire.owner_id, hire.id):
        moment, category = OutcomeMoment(row.moment), OutcomeCategory(row.category)
        found[moment].append(
            OutcomeOut(
                hire_id=hire.id,
                moment=moment,
                moment_label=LABELS["outcome_moments"][moment],
                situation=None if situation is None else OutcomeSituation(situation),
                situation_label=None if situation is None else LABELS["outcome_situations"][situation],
                category=category,
                category_label=LABELS["outcome_categories"][category],
                recorded_by=identifier,
                role=Role(row.role),
                recorded_at=at,
                version=row.number,
            )
        )
    return found


def check_day(writer: Writer, hire: Hire, moment: OutcomeMoment) -> None:
    """HireRunning while the hire has no end, OutcomeTooEarly before the day of the moment."""
    if hire.ended_on is None:
        raise HireRunning
    if moment not in moments_due(hire.ended_on, writer.today):
        raise OutcomeTooEarly
