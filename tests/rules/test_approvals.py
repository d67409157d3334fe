"""A subcontractor's statement before its holder: who is silent for too long is passed by."""

from datetime import date

import pytest

from app.rules.approvals import HELD_BACK, ApprovalState, approval_state

DUE = date(2025, 2, 25)


@pytest.mark.parametrize(
    ("kept", "due_on", "day", "state"),
    [
        (None, None, date(2025, 2, 20), "not_asked"),
        (None, DUE, date(2025, 3, 20), "not_asked"),
        ("waiting", DUE, date(2025, 2, 25), "waiting"),
        ("waiting", DUE, date(2025, 2, 26), "passed"),
        ("sent_back", DUE, date(2025, 2, 25), "sent_back"),
        ("sent_back", DUE, date(2025, 2, 26), "passed"),
        ("approved", DUE, date(2025, 3, 20), "approved"),
        # Without a last day nothing is passed by.
        ("waiting", None, date(2026, 1, 1), "waiting"),
    ],
)
def test_the_state_on_a_day(kept: str | None, due_on: date | None, day: date, state: str) -> None:
    assert approval_state(kept, due_on, day) is ApprovalState(state)


def test_only_what_waits_or_was_sent_back_is_held_back() -> None:
    assert set(HELD_BACK) == {ApprovalState.WAITING, ApprovalState.SENT_BACK}
