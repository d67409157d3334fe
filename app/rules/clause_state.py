"""Whether a contract without clause should have one: the DECP flag, and article L2112-2-1 (domain §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.codes import ClauseState, ConsultationKind
from app.rules.dated_values import DatedValue
from app.rules.hours import HUNDREDTHS
from app.rules.parameters import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a contract that has no insertion clause; None is unknown.

    `estimated_value` is that of the whole consultation, all lots, in cents; when its lots disagree it is at
    least that and at most `at_most`. `notified_on` bounds an unknown launch.
    """

    social_condition: bool = False
    waiver: bool = False
    decp_social_clause: bool = False
    launched_on: date | None = None
    notified_on: date | None = None
    estimated_value: int | None = None
    at_most: int | None = None
    kind: ConsultationKind | None = None
    state_buyer: bool | None = None


def clause_state(situation: Situation) -> ClauseState:
    """Return why there is no clause: waived, missing, to check, or none needed."""
    if situation.waiver:
        return ClauseState.WAIVED
    if situation.social_condition:
        return ClauseState.NO_CLAUSE
    if situation.decp_social_clause:
        return ClauseState.CLAUSE_MISSING
    return _by_value(situation)


def _by_value(situation: Situation) -> ClauseState:
    """Compare the consultation's value with the threshold; what cannot be told apart is to check."""
    obligation = parameter("social_condition_required")
    latest_launch = situation.launched_on or situation.notified_on
    if latest_launch is not None and not obligation.in_force(latest_launch):
        return ClauseState.NO_CLAUSE
    if situation.estimated_value is None:
        return ClauseState.TO_CHECK
    limits = [
        item.value for item in possible_thresholds(situation, latest_launch or obligation.values[0].since)
    ]
    at_least, at_most = possible_values(situation.estimated_value, situation.at_most)
    if at_most < min(limits):
        return ClauseState.NO_CLAUSE
    if at_least < max(limits) or situation.launched_on is None:
        return ClauseState.TO_CHECK
    return ClauseState.CLAUSE_MISSING


def possible_values(at_least: int, at_most: int | None) -> tuple[Fraction, Fraction]:
    """Return the bounds (euros) of the consultation's value from cents; one value when its lots agree."""
    return Fraction(at_least, HUNDREDTHS), Fraction(max(at_least, at_most or 0), HUNDREDTHS)


def possible_thresholds(situation: Situation, on: date) -> tuple[DatedValue, ...]:
    """Return the European thresholds (euros) that may apply: several if the kind or the buyer is unknown."""
    codes = ["threshold_network", "threshold_works", *_ordinary(situation.state_buyer)]
    if situation.kind in (ConsultationKind.WORKS, ConsultationKind.CONCESSION):
        codes = ["threshold_works"]
    elif situation.kind is ConsultationKind.NETWORK:
        codes = ["threshold_network"]
    elif situation.kind is not None:
        codes = _ordinary(situation.state_buyer)
    return tuple(parameter(code).at(on) for code in codes)


def _ordinary(state_buyer: bool | None) -> list[str]:  # noqa: FBT001  # three-valued: yes, no, unknown
    if state_buyer is None:
        return ["threshold_state", "threshold_other"]
    return ["threshold_state" if state_buyer else "threshold_other"]
