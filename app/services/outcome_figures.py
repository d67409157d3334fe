"""How many people found work after their hire: on a contract, in a territory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import figures as territory_queries
from app.db.queries import outcomes as queries
from app.errors import FieldError, InvalidPayload
from app.principal import Role
from app.rules.codes import OutcomeCategory, OutcomeMoment
from app.rules.days import month_end
from app.rules.hours import half_up
from app.rules.labels import LABELS
from app.rules.outcomes import latest_end, rates, settled_classes
from app.rules.parameters import parameter
from app.schemas.figures import Basis
from app.schemas.outcomes import (
    CategoryCount,
    ChildOutcomes,
    ContractOutcomes,
    OutcomeFigures,
    TerritoryOutcomes,
)
from app.services import figures
from app.services.areas import CONTAINED
from app.services.sight import require_role, seen_contract

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from datetime import date
    from fractions import Fraction
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.db.queries.figures import Asked
    from app.schemas.outcomes import OutcomesQuery
    from app.services.work import Reader

    # By moment: how many hires are of a class, None being those of which nothing was told.
    Counts = Mapping[str, Counter[str | None]]

SEES_OUTCOMES = (
    *(Role.ADMIN, Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR),
    *(Role.INSERTION_STRUCTURE, Role.PRESCRIBER),
)
RATE_PLACES = 10_000


def contract_outcomes(reader: Reader, contract_id: UUID) -> ContractOutcomes:
    """Outcomes of the approved hires of a contract that the caller sees and that have ended.

    Its buyer reads classes as they stood at the end of a quarter (`settled_classes`).
    """
    contract = seen_contract(reader, contract_id)
    require_role(reader, *SEES_OUTCOMES)
    rows = queries.counts_on_contract(
        reader.session, reader.principal, reader.today, contract.id, _until(reader.today)
    )
    moments = _moments(reader, _by_code(rows).get(None, {}))
    if reader.principal.role is Role.BUYER:
        told = _told(reader, contract.id)
        moments = [_with_settled(reader, found, told[found.moment]) for found in moments]
    return ContractOutcomes(contract_id=contract.id, as_of=reader.today, moments=moments)


def _told(reader: Reader, contract_id: UUID) -> dict[str, dict[Hashable, list[tuple[date, OutcomeCategory]]]]:
    """By moment and hire, the classes with the day from which each counts: told, and the hire approved."""
    found: dict[str, dict[Hashable, list[tuple[date, OutcomeCategory]]]] = {
        moment: {} for moment in OutcomeMoment
    }
    for row in queries.told_on_contract(reader.session, reader.principal, reader.today, contract_id):
        since = day_of(max(row.at, row.decided_at or row.at))
        found[row.moment].setdefault(row.id, []).append((since, OutcomeCategory(row.category)))
    return found


def _with_settled(
    reader: Reader, found: OutcomeFigures, told: Mapping[Hashable, Sequence[tuple[date, OutcomeCategory]]]
) -> OutcomeFigures:
    def smallest(day: date) -> int:
        return int(parameter("smallest_group").at(day).value)

    since, classes = settled_classes(told, reader.today, smallest)
    if since is None:
        return found
    counts = Counter(classes.values())
    return found.model_copy(
        update={
            "dynamic_rate": _rate(rates(counts, len(classes)).dynamic),
            "categories": _categories(counts),
            "categories_as_of": since,
        }
    )


def territory_outcomes(reader: Reader, level: str, code: str, asked: OutcomesQuery) -> TerritoryOutcomes:
    """Outcomes of the hires that ended in a period and stand in a territory, on the basis asked.

    By residence nothing is told but to the facilitator. NotFound, Forbidden and InvalidPayload as for the
    figures of the territory.
    """
    inner = asked.level or figures.FINEST
    if asked.level is not None and asked.level not in CONTAINED.get(level, ()):
        raise InvalidPayload(errors=[FieldError("/query/level", "level_not_inside", figures.NOT_INSIDE)])
    question = figures.question_of(reader, asked)
    ground = figures.ground_of(reader, level, code, inner)
    outside = ground.parent & territory_queries.unlocated(ground.level)
    told = asked.level is not None and _tells(reader, question)
    children = _counted(reader, question, ground.children, ground.level) if told else {}
    named = territory_queries.named(reader.session, inner, [found for found in children if found is not None])
    return TerritoryOutcomes(
        **figures.common(reader, question, ground),
        level=asked.level,
        moments=moments_inside(reader, question, ground.parent),
        unlocated=moments_inside(reader, question, outside),
        items=[
            ChildOutcomes(territory=figures.named(found), moments=_moments(reader, children[found.code]))
            for found in named
        ],
    )


def moments_inside(reader: Reader, question: Asked, area: ColumnElement[bool]) -> list[OutcomeFigures]:
    """Outcomes of the hires that ended in the months of a question and stand in an area; none untold."""
    if not _tells(reader, question):
        return []
    return _moments(reader, _counted(reader, question, area).get(None, {}))


def _tells(reader: Reader, question: Asked) -> bool:
    """Whether the caller may be told: where people live is the facilitator's, and few hires would tell it."""
    return question.basis != Basis.RESIDENCE or reader.principal.role is Role.FACILITATOR


def _until(day: date) -> dict[str, date]:
    """By moment: the last day on which a hire may have ended for its moment to have come."""
    return {moment.value: latest_end(moment, day) for moment in OutcomeMoment}


def _counted(
    reader: Reader, question: Asked, area: ColumnElement[bool], by_level: str | None = None
) -> dict[str | None, Counts]:
    period = (question.first, month_end(question.last))
    until = _until(reader.today)
    return _by_code(queries.counts_inside(reader.session, question, period, until, area, by_level))


def _by_code(rows: Iterable[Any]) -> dict[str | None, Counts]:
    found: dict[str | None, dict[str, Counter[str | None]]] = {}
    for row in rows:
        moments = found.setdefault(row.code, {})
        moments.setdefault(row.moment, Counter())[row.category] += row.hires
    return dict(found)


def _moments(reader: Reader, counts: Counts) -> list[OutcomeFigures]:
    return [_figures(reader, moment, counts.get(moment, Counter())) for moment in OutcomeMoment]


def _figures(reader: Reader, moment: OutcomeMoment, counts: Mapping[str | None, int]) -> OutcomeFigures:
    told = {category: counts.get(category, 0) for category in OutcomeCategory}
    found = rates(told, sum(counts.values()))
    # A buyer knows the hires of its contracts one by one: between two days, two periods or two territories,
    # the figures would differ by one of them.
    hidden = reader.principal.role is Role.BUYER
    return OutcomeFigures(
        moment=moment,
        label=LABELS["outcome_moments"][moment],
        due=found.due,
        known=found.known,
        missing=found.missing,
        response_rate=_rate(found.response),
        dynamic_rate=None if hidden else _rate(found.dynamic),
        categories=None if hidden else _categories(told),
        categories_as_of=None if hidden else reader.today,
    )


def _categories(counts: Mapping[OutcomeCategory, int]) -> list[CategoryCount]:
    labels = LABELS["outcome_categories"]
    return [
        CategoryCount(code=code, label=labels[code], hires=counts.get(code, 0)) for code in OutcomeCategory
    ]


def _rate(rate: Fraction | None) -> str | None:
    if rate is None:
        return None
    whole, rest = divmod(half_up(rate * RATE_PLACES), RATE_PLACES)
    return f"{whole}.{rest:04d}"
