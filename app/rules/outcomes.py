"""What becomes of people after a hire (domain §2, outcome): classes, rates, and when each is to be known."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.codes import OutcomeCategory, OutcomeMoment, OutcomeSituation
from app.rules.days import ONE_DAY, add_months, month_end

REFERENCE = "Nomenclature des sorties de l'insertion par l'activité économique, usage non lu dans un texte"
# Sorties dynamiques.
DYNAMIC = (OutcomeCategory.LASTING, OutcomeCategory.TRANSITION, OutcomeCategory.POSITIVE)
MONTHS_AFTER = {OutcomeMoment.EXIT: 0, OutcomeMoment.SIX_MONTHS: 6, OutcomeMoment.TWELVE_MONTHS: 12}


@dataclass(frozen=True, slots=True)
class SituationText:
    """A situation that may be told of a person, and the class it counts in.

    Why a situation is neutral is not asked: illness and justice are nobody's business here.
    """

    situation: OutcomeSituation
    category: OutcomeCategory
    text_fr: str
    reference: str = REFERENCE
    assumed: bool = True


_BY_CATEGORY = {
    OutcomeCategory.LASTING: (
        OutcomeSituation.CDI,
        OutcomeSituation.CDD_6_MONTHS,
        OutcomeSituation.MISSION_6_MONTHS,
        OutcomeSituation.CIVIL_SERVICE,
        OutcomeSituation.OWN_BUSINESS,
        OutcomeSituation.SAME_EMPLOYER,
    ),
    OutcomeCategory.TRANSITION: (
        OutcomeSituation.SHORT_CDD,
        OutcomeSituation.SHORT_MISSION,
        OutcomeSituation.SUBSIDISED_JOB,
    ),
    OutcomeCategory.POSITIVE: (OutcomeSituation.TRAINING_COURSE, OutcomeSituation.INSERTION_JOB),
    OutcomeCategory.OTHER: (
        OutcomeSituation.JOBSEEKER,
        OutcomeSituation.INACTIVE,
        OutcomeSituation.OTHER_SITUATION,
    ),
    OutcomeCategory.NEUTRAL: (
        OutcomeSituation.RETIRED,
        OutcomeSituation.MOVED_AWAY,
        OutcomeSituation.PREVENTED,
    ),
    OutcomeCategory.UNKNOWN: (OutcomeSituation.UNREACHED,),
}
_TEXTS = {
    OutcomeSituation.CDI: "La personne a un contrat à durée indéterminée, chez un autre employeur.",
    OutcomeSituation.CDD_6_MONTHS: "La personne a un contrat à durée déterminée de six mois ou plus.",
    OutcomeSituation.MISSION_6_MONTHS: "La personne a une mission d'intérim de six mois ou plus.",
    OutcomeSituation.CIVIL_SERVICE: "La personne est entrée dans la fonction publique.",
    OutcomeSituation.OWN_BUSINESS: "La personne a créé ou repris une entreprise et y travaille.",
    OutcomeSituation.SAME_EMPLOYER: "L'employeur de la clause a gardé la personne, quel que soit le contrat.",
    OutcomeSituation.SHORT_CDD: "La personne a un contrat à durée déterminée de moins de six mois.",
    OutcomeSituation.SHORT_MISSION: "La personne a une mission d'intérim de moins de six mois.",
    OutcomeSituation.SUBSIDISED_JOB: "La personne a un contrat aidé, hors d'une structure d'insertion.",
    OutcomeSituation.TRAINING_COURSE: "La personne est entrée en formation.",
    OutcomeSituation.INSERTION_JOB: "La personne travaille dans une structure d'insertion.",
    OutcomeSituation.JOBSEEKER: "La personne est sans emploi et en cherche un.",
    OutcomeSituation.INACTIVE: "La personne est sans emploi et n'en cherche pas.",
    OutcomeSituation.OTHER_SITUATION: "La situation est connue, et n'est aucune de celles de cette liste.",
    OutcomeSituation.RETIRED: "La personne a pris sa retraite.",
    OutcomeSituation.MOVED_AWAY: "La personne a déménagé hors du territoire.",
    OutcomeSituation.PREVENTED: "La personne est empêchée durablement ; la raison n'est pas demandée.",
    OutcomeSituation.UNREACHED: "La personne n'a pas pu être jointe : rien n'est su de sa situation.",
}
SITUATIONS = {
    situation: SituationText(situation, category, _TEXTS[situation])
    for category, situations in _BY_CATEGORY.items()
    for situation in situations
}


def category_of(situation: OutcomeSituation) -> OutcomeCategory:
    """Return the class in which a situation counts."""
    return SITUATIONS[situation].category


def due_on(moment: OutcomeMoment, ended_on: date) -> date:
    """Return the day on which a moment of a hire comes: its last day, or months later, clamped."""
    return add_months(ended_on, MONTHS_AFTER[moment])


def moments_due(ended_on: date | None, day: date) -> tuple[OutcomeMoment, ...]:
    """Return the moments that have come by a day, in their order; none while the hire runs."""
    if ended_on is None:
        return ()
    return tuple(moment for moment in OutcomeMoment if due_on(moment, ended_on) <= day)


def latest_end(moment: OutcomeMoment, day: date) -> date:
    """Return the last day on which a hire may have ended for the moment to have come by a day.

    Clamping makes several ends fall due together: those from 28 to 31 August, on 28 February.
    """
    found = add_months(day, -MONTHS_AFTER[moment])
    while due_on(moment, found + ONE_DAY) <= day:
        found += ONE_DAY
    return found


@dataclass(frozen=True, slots=True)
class OutcomeRates:
    """What outcomes add up to at one moment.

    `due`: hires whose moment has come; `known`: those of a class other than unknown; `missing`: those of
    which nothing was told. `response` = known ÷ due, `dynamic` = dynamic_hires ÷ (known − neutral); None over
    nothing.
    """

    due: int
    known: int
    missing: int
    dynamic_hires: int
    response: Fraction | None
    dynamic: Fraction | None


def rates(counts: Mapping[OutcomeCategory, int], due: int) -> OutcomeRates:
    """Return the rates of hires by class, out of those due; a class left out counts nobody."""
    told = sum(counts.values())
    known = told - counts.get(OutcomeCategory.UNKNOWN, 0)
    dynamic = sum(counts.get(category, 0) for category in DYNAMIC)
    considered = known - counts.get(OutcomeCategory.NEUTRAL, 0)
    return OutcomeRates(
        due=due,
        known=known,
        missing=due - told,
        dynamic_hires=dynamic,
        response=Fraction(known, due) if due else None,
        dynamic=Fraction(dynamic, considered) if considered else None,
    )


def settled_classes(
    told: Mapping[Hashable, Sequence[tuple[date, OutcomeCategory]]],
    day: date,
    smallest: Callable[[date], int],
) -> tuple[date | None, dict[Hashable, OutcomeCategory]]:
    """Return as of when classes may be told to who could set today's beside yesterday's, and those by hire.

    `told`: of each hire the days on which a class was told, in their order. Classes stand as they were at the
    end of a quarter before `day`; a quarter is told only if so many hires (`smallest` on its last day) are of
    another class than in the quarter told before it: no two figures differ by fewer. None: no quarter is.
    """
    since, shown = None, dict[Hashable, OutcomeCategory]()
    for end in _quarter_ends(told, day):
        found = {
            hire: before[-1]
            for hire, versions in told.items()
            if (before := [category for at, category in versions if at <= end])
        }
        changed = sum(found.get(hire) is not shown.get(hire) for hire in found.keys() | shown.keys())
        if changed >= smallest(end):
            since, shown = end, found
    return since, shown


def _quarter_ends(told: Mapping[Hashable, Sequence[tuple[date, OutcomeCategory]]], day: date) -> list[date]:
    first = min((at for versions in told.values() for at, _ in versions), default=day)
    end = month_end(date(first.year, 3 * ((first.month + 2) // 3), 1))
    found = []
    while end < day:
        found.append(end)
        end = month_end(add_months(end.replace(day=1), 3))
    return found
