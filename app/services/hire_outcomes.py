"""What becomes of people after a hire: told at exit, 6 and 12 months, corrected by a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import Forbidden, PreconditionRequired, StaleVersion
from app.principal import Role
from app.rules.codes import OutcomeMoment
from app.rules.labels import LABELS
from app.rules.outcomes import due_on, moments_due
from app.schemas.outcomes import HireOutcomes, MomentOut
from app.services import outcomes
from app.services.hires import held_hire, refuse_erased, seen_hire
from app.services.rights import refuse_opposed
from app.services.sight import require_reviewer

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Contract, Hire
    from app.rules.codes import OutcomeSituation
    from app.schemas.outcomes import OutcomeOut
    from app.services.work import Reader, Writer

# Who sees a hire and may say what became of the person, without further condition.
ACCOMPANY = (Role.INSERTION_STRUCTURE, Role.PRESCRIBER)


def put_outcome(
    writer: Writer, hire_id: UUID, moment: OutcomeMoment, situation: OutcomeSituation, version: int | None
) -> tuple[OutcomeOut, bool]:
    """Tell the situation at a moment, or correct it; returns it and whether it is the first told.

    Forbidden for who may not tell it; HireRunning, OutcomeTooEarly before its day; PersonErased and
    PersonOpposed. A closed contract does not matter: people are asked long after.
    """
    contract, hire = held_hire(writer, hire_id)
    _require_teller(writer, contract, hire)
    last = outcomes.latest(writer, hire, moment)
    if last is None and version is not None:
        raise StaleVersion
    if last is not None and version is None:
        raise PreconditionRequired
    if last is not None and version != last.version:
        raise StaleVersion
    outcomes.check_day(writer, hire, moment)
    refuse_erased(writer, hire)
    if moment is not OutcomeMoment.EXIT:
        refuse_opposed(writer, hire)
    if last is not None and last.situation == situation:
        return last, False
    writer.record("outcome.recorded", contract_id=contract.id)
    outcomes.add(writer, hire, moment, situation, last.version if last else 0)
    writer.session.flush()
    return outcomes.told_of(writer, hire)[moment][-1], last is None


def list_outcomes(reader: Reader, hire_id: UUID) -> HireOutcomes:
    """The three moments after a hire; Forbidden for who reads aggregates only."""
    hire = seen_hire(reader, hire_id)
    _require_reader(reader, hire)
    told, due = outcomes.told_of(reader, hire), moments_due(hire.ended_on, reader.today)
    return HireOutcomes(
        items=[_moment(hire, moment, told[moment], due=moment in due) for moment in OutcomeMoment]
    )


def _moment(hire: Hire, moment: OutcomeMoment, told: list[OutcomeOut], *, due: bool) -> MomentOut:
    return MomentOut(
        moment=moment,
        label=LABELS["outcome_moments"][moment],
        due_on=None if hire.ended_on is None else due_on(moment, hire.ended_on),
        due=due,
        outcome=told[-1] if told else None,
        earlier=told[:-1],
    )


def _require_teller(writer: Writer, contract: Contract, hire: Hire) -> None:
    if writer.principal.role is Role.FACILITATOR:
        require_reviewer(writer, contract)
    else:
        _require_reader(writer, hire)


def _require_reader(reader: Reader, hire: Hire) -> None:
    principal = reader.principal
    declared = principal.role is Role.CONTRACTOR and hire.declarant_id == principal.organisation_id
    if not (declared or principal.role in (*ACCOMPANY, Role.FACILITATOR)):
        raise Forbidden
