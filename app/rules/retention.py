"""How long an identity stays: two years after the last contact with the person (CNIL, délibération 2023-095).

The last contact is the later of the last contract's closure and of the situation 12 months after a hire: the
day it was told or, untold, the day it was to be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.codes import OutcomeMoment
from app.rules.days import add_months
from app.rules.outcomes import due_on
from app.rules.parameters import parameter

IDENTITY, TRACES, LOGS = "identity_months", "trace_months", "log_months"


class RetentionReason(StrEnum):
    """What the retention of an identity runs from, or why it does not run."""

    NEVER_HIRED = "never_hired"
    LAST_CLOSURE = "last_closure"
    LAST_OUTCOME = "last_outcome"
    CONTRACT_OPEN = "contract_open"


@dataclass(frozen=True, slots=True)
class HireContact:
    """One hire: its contract's closure, its end, and when its situation at 12 months was told."""

    closed_on: date | None
    ended_on: date | None
    told_on: date | None


@dataclass(frozen=True, slots=True)
class Retention:
    """The last contact, the day from which the identity goes, and why; no days while a contract is open."""

    last_contact: date | None
    due_on: date | None
    reason: RetentionReason

    def is_over(self, day: date) -> bool:
        """Return whether the identity goes by a day."""
        return self.due_on is not None and self.due_on <= day


def retention(recorded_on: date, hires: tuple[HireContact, ...], day: date) -> Retention:
    """Return how long the identity of somebody stays, by the parameter in force on `day`."""
    if not hires:
        return _from(recorded_on, RetentionReason.NEVER_HIRED, day)
    if any(hire.closed_on is None for hire in hires):
        return Retention(None, None, RetentionReason.CONTRACT_OPEN)
    closure = max(hire.closed_on for hire in hires if hire.closed_on is not None)
    asked = [
        hire.told_on or due_on(OutcomeMoment.TWELVE_MONTHS, hire.ended_on)
        for hire in hires
        if hire.ended_on is not None
    ]
    outcome = max(asked, default=closure)
    if outcome > closure:
        return _from(outcome, RetentionReason.LAST_OUTCOME, day)
    return _from(closure, RetentionReason.LAST_CLOSURE, day)


def months_kept(code: str, day: date) -> int:
    """Return a retention in months, as in force on a day."""
    return int(parameter(code).at(day).value)


def _from(contact: date, reason: RetentionReason, day: date) -> Retention:
    return Retention(contact, add_months(contact, months_kept(IDENTITY, day)), reason)
