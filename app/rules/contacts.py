"""Whether somebody who answers for an organisation can be reached, and who is asked in their place."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.rules.days import add_months
from app.rules.parameters import parameter

CONFIRMED, FORMER = "contact_months", "former_contact_months"


class ContactFunction(StrEnum):
    """What somebody answers for; `management` is asked where nobody else can be reached."""

    STATEMENTS = "statements"
    ELIGIBILITY = "eligibility"
    FOLLOW_UP = "follow_up"
    PENALTIES = "penalties"
    RECRUITMENT = "recruitment"
    PERSONAL_DATA = "personal_data"
    MANAGEMENT = "management"


class ContactState(StrEnum):
    """Where a contact stands on a day."""

    ANNOUNCED = "announced"
    REACHABLE = "reachable"
    TO_CONFIRM = "to_confirm"
    UNREACHABLE = "unreachable"
    ENDED = "ended"


def stale_since(day: date) -> date:
    """The last day of confirmation that no longer holds on this day."""
    return add_months(day, -int(parameter(CONFIRMED).at(day).value))


def forgotten_since(day: date) -> date:
    """Contacts whose last day is this one or an earlier one are emptied on the day given."""
    return add_months(day, -int(parameter(FORMER).at(day).value))


def contact_state(
    *, since: date, until: date | None, confirmed_on: date, bounced_on: date | None, day: date
) -> ContactState:
    """Return where a contact stands; a message that came back says more than an old confirmation."""
    if until is not None and until < day:
        return ContactState.ENDED
    if since > day:
        return ContactState.ANNOUNCED
    if bounced_on is not None:
        return ContactState.UNREACHABLE
    return ContactState.TO_CONFIRM if confirmed_on <= stale_since(day) else ContactState.REACHABLE
