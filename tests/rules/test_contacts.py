"""Whether somebody can be reached: confirmed for six months, kept for twelve after the last day."""

from datetime import date

import pytest

from app.rules.contacts import ContactState, contact_state, forgotten_since, stale_since

DAY = date(2026, 3, 15)
FRESH, STALE = date(2025, 9, 16), date(2025, 9, 15)
BEFORE, AFTER = date(2026, 3, 14), date(2026, 3, 16)


def test_a_confirmation_holds_for_six_months() -> None:
    assert stale_since(DAY) == STALE
    # The thirty-first of a month that has none of it.
    assert stale_since(date(2026, 8, 31)) == date(2026, 2, 28)


def test_a_former_contact_is_kept_for_twelve_months() -> None:
    assert forgotten_since(DAY) == date(2025, 3, 15)


@pytest.mark.parametrize(
    ("since", "until", "confirmed_on", "bounced_on", "state"),
    [
        (BEFORE, None, FRESH, None, "reachable"),
        (DAY, DAY, FRESH, None, "reachable"),
        (BEFORE, None, STALE, None, "to_confirm"),
        (BEFORE, None, FRESH, BEFORE, "unreachable"),
        # A message that came back says more than an old confirmation.
        (BEFORE, None, STALE, BEFORE, "unreachable"),
        (AFTER, None, FRESH, None, "announced"),
        (AFTER, None, STALE, BEFORE, "announced"),
        (BEFORE, BEFORE, FRESH, None, "ended"),
        (BEFORE, BEFORE, STALE, BEFORE, "ended"),
        # Withdrawn before it began.
        (AFTER, BEFORE, FRESH, None, "ended"),
    ],
)
def test_where_a_contact_stands(
    since: date, until: date | None, confirmed_on: date, bounced_on: date | None, state: str
) -> None:
    found = contact_state(since=since, until=until, confirmed_on=confirmed_on, bounced_on=bounced_on, day=DAY)
    assert found is ContactState(state)
