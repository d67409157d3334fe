"""The criteria of the publics: small functions over facts that answer true, false or unknown.

Each takes the facts, the parameter values of the public and the day judged, and returns its conditions; the
public's criterion is true when all are true, false when one is false, otherwise unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from app.rules.codes import Level, Programme, Structure
from app.rules.days import add_months, birthday
from app.rules.facts import Facts
from app.rules.terms import ParameterValue
from app.rules.texts import french_day

Answer = bool | None
"""True, false, or None for unknown."""

Values = Mapping[str, ParameterValue]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a criterion: a code, a French sentence with the values used, and its answer."""

    code: str
    text_fr: str
    answer: Answer


Criterion = Callable[[Facts, Values, date], tuple[Condition, ...]]


def all_of(answers: tuple[Answer, ...]) -> Answer:
    """Return false if one answer is false, else unknown if one is unknown, else true."""
    if False in answers:
        return False
    return None if None in answers else True


def any_of(answers: tuple[Answer, ...]) -> Answer:
    """Return true if one answer is true, else unknown if one is unknown, else false."""
    if True in answers:
        return True
    return None if None in answers else False


def _number(values: Values, code: str) -> int:
    return int(values[code])  # type: ignore[arg-type]  # the catalogue declares this parameter a whole number


def since_months(fact: date | None, months: int, on: date) -> Answer:
    """Tell whether a dated fact is at least some months old on a day."""
    return None if fact is None else fact <= add_months(on, -months)


def below_age(birth_date: date | None, age: int, on: date) -> Answer:
    """Tell whether the day is before the birthday of that age."""
    return None if birth_date is None else on < birthday(birth_date, age)


def negated(answer: Answer) -> Answer:
    """Return the opposite; the opposite of unknown is unknown."""
    return None if answer is None else not answer


def stated(fact: str, text_fr: str) -> Criterion:
    """Build the criterion of a public that is one recorded fact."""

    def criterion(facts: Facts, _values: Values, _on: date) -> tuple[Condition, ...]:
        return (Condition(fact, text_fr, getattr(facts, fact)),)

    return criterion


# Their codes are acronyms, but for these.
_WORDS: Mapping[str, str] = {
    Structure.REGIE: "régie de quartier ou de territoire",
    Programme.GARANTIE_JEUNES: "Garantie jeunes",
}


def _short(code: Structure | Programme) -> str:
    return _WORDS.get(code, code.upper())


def in_structures(text_fr: str) -> Criterion:
    """Build the criterion of a public defined by the kinds of structure in its parameter `structures`."""

    def criterion(facts: Facts, values: Values, _on: date) -> tuple[Condition, ...]:
        accepted = _codes(values, "structures")
        answer = None if facts.structure is None else facts.structure in accepted
        names = ", ".join(_short(Structure(code)) for code in accepted)
        return (Condition("structure", f"{text_fr} ({names})", answer),)

    return criterion


def _codes(values: Values, code: str) -> tuple[str, ...]:
    value = values[code]
    return value if isinstance(value, tuple) else ()


def registered(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    """Judge `deld` and `detld`: registered for `months`, worked less than `worked_below_months` if set."""
    months, worked = _number(values, "months"), _number(values, "worked_below_months")
    conditions = [
        Condition(
            "registered_since",
            f"Inscription au plus tard le {french_day(add_months(on, -months))} ({months} mois)",
            since_months(facts.registered_since, months, on),
        )
    ]
    if worked:
        answer = None if facts.months_worked is None else facts.months_worked < worked * 100
        conditions.append(
            Condition("months_worked", f"Moins de {worked} mois travaillés dans les 12 derniers mois", answer)
        )
    return tuple(conditions)


def rsa(facts: Facts, values: Values, _on: date) -> tuple[Condition, ...]:
    """Judge `rsa`: recipient, or dependant of one when `dependants` is set."""
    if values["dependants"]:
        answer = any_of((facts.rsa, facts.rsa_dependant))
        return (Condition("rsa", "Allocataire du RSA ou ayant droit", answer),)
    return (Condition("rsa", "Allocataire du RSA", facts.rsa),)


def _also_jobseeker(facts: Facts, values: Values) -> tuple[Condition, ...]:
    if values["requires_jobseeker"]:
        return (Condition("jobseeker", "Demandeur d'emploi", facts.jobseeker),)
    return ()


def _young(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    age, months = _number(values, "age_below"), _number(values, "months")
    return (
        Condition("birth_date", f"Avant le jour des {age} ans", below_age(facts.birth_date, age, on)),
        Condition("in_studies", "N'est pas en études", negated(facts.in_studies)),
        Condition(
            "left_studies_on",
            f"Études finies au plus tard le {french_day(add_months(on, -months))} ({months} mois)",
            since_months(facts.left_studies_on, months, on),
        ),
    )


def young_unqualified(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    """Judge `jeune_sq`: young, below CAP/BEP, out of studies for `months`; jobseeker if asked."""
    answer = None if facts.level is None else facts.level is Level.NONE
    level = Condition("level", "Niveau de diplôme inférieur au CAP/BEP", answer)
    return (*_young(facts, values, on), level, *_also_jobseeker(facts, values))


def young_graduate(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    """Judge `jeune_diplome`: young, CAP/BEP or more, out of studies for `months`.

    Also inactive as long unless `requires_inactivity` is off, and jobseeker if asked.
    """
    answer = None if facts.level is None else facts.level is not Level.NONE
    level = Condition("level", "Niveau de diplôme CAP/BEP ou plus", answer)
    inactive = _inactive(facts, values, on)
    return (*_young(facts, values, on), level, *inactive, *_also_jobseeker(facts, values))


def _inactive(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    if not values["requires_inactivity"]:
        return ()
    months = _number(values, "months")
    return (
        Condition(
            "inactive_since",
            f"Sans activité depuis le {french_day(add_months(on, -months))} au moins ({months} mois)",
            since_months(facts.inactive_since, months, on),
        ),
    )


def young_programme(facts: Facts, values: Values, _on: date) -> tuple[Condition, ...]:
    """Judge `jeune_parcours`: follows one of the accepted programmes."""
    accepted = _codes(values, "programmes")
    answer = None if facts.programmes is None else any(code in accepted for code in facts.programmes)
    names = ", ".join(_short(Programme(code)) for code in accepted)
    return (Condition("programmes", f"Suit un des parcours {names}", answer),)


def senior(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    """Judge `senior`: has reached the age, and is a jobseeker."""
    age = _number(values, "age")
    reached = negated(below_age(facts.birth_date, age, on))
    return (
        Condition("birth_date", f"A {age} ans ou plus", reached),
        Condition("jobseeker", "Demandeur d'emploi", facts.jobseeker),
    )


def qpv(facts: Facts, values: Values, _on: date) -> tuple[Condition, ...]:
    """Judge `qpv`: resident, and jobseeker unless the clause says otherwise."""
    resident = Condition("qpv", "Habite un quartier prioritaire de la ville", facts.qpv)
    return (resident, *_also_jobseeker(facts, values))


def school(facts: Facts, values: Values, on: date) -> tuple[Condition, ...]:
    """Judge `csf`: from one birthday to before another, under school status."""
    least, below = _number(values, "age_from"), _number(values, "age_below")
    return (
        Condition("age_from", f"A {least} ans ou plus", negated(below_age(facts.birth_date, least, on))),
        Condition("age_below", f"Avant le jour des {below} ans", below_age(facts.birth_date, below, on)),
        Condition("school_status", "Sous statut scolaire", facts.school_status),
    )


def reasoned_opinion(facts: Facts, values: Values, _on: date) -> tuple[Condition, ...]:
    """Judge `avis_motive`: a body gave its reasoned opinion; one of `bodies` when the clause names some."""
    bodies = _codes(values, "bodies")
    if not bodies:
        answer = None if facts.opinion_body is None else True
        return (Condition("opinion_body", "Avis motivé d'un organisme nommé", answer),)
    answer = None if facts.opinion_body is None else facts.opinion_body in bodies
    return (Condition("opinion_body", "Avis motivé d'un de ces organismes : " + ", ".join(bodies), answer),)
