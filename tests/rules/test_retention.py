"""An identity stays two years after the last contact: days computed by hand from the rule."""

from datetime import date

import pytest

from app.rules.retention import LOGS, TRACES, HireContact, RetentionReason, months_kept, retention

TODAY = date(2028, 1, 1)


def on(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("hires", "last_contact", "due_on", "reason"),
    [
        # Closed after the year that follows the hire: 2024-06-30 + 12 months = 2025-06-30 < 2025-09-11.
        ([("2025-09-11", "2024-06-30", None)], "2025-09-11", "2027-09-11", "last_closure"),
        # Untold, the situation was to be asked on 2025-12-31, after the closure.
        ([("2025-09-11", "2024-12-31", None)], "2025-12-31", "2027-12-31", "last_outcome"),
        # Told later than it was to be asked.
        ([("2025-09-11", "2024-12-31", "2026-02-28")], "2026-02-28", "2028-02-28", "last_outcome"),
        # The same day: the closure says it.
        ([("2025-12-31", "2024-12-31", None)], "2025-12-31", "2027-12-31", "last_closure"),
        # The last of several.
        (
            [("2021-01-01", "2020-01-01", None), ("2023-03-31", "2021-05-05", None)],
            "2023-03-31",
            "2025-03-31",
            "last_closure",
        ),
        # Nobody said that the hire ended: the closure ended it.
        ([("2024-02-29", None, None)], "2024-02-29", "2026-02-28", "last_closure"),
        # One contract is open.
        ([("2021-01-01", "2020-01-01", None), (None, "2020-02-01", None)], None, None, "contract_open"),
        ([], "2022-05-01", "2024-05-01", "never_hired"),
    ],
)
def test_the_last_contact_and_the_day_two_years_later(
    hires: list[tuple[str | None, str | None, str | None]],
    last_contact: str | None,
    due_on: str | None,
    reason: str,
) -> None:
    known = tuple(HireContact(*map(on, hire)) for hire in hires)
    found = retention(date(2022, 5, 1), known, TODAY)
    assert (found.last_contact, found.due_on) == (on(last_contact), on(due_on))
    assert found.reason is RetentionReason(reason)


def test_the_identity_goes_from_that_day_on() -> None:
    found = retention(date(2022, 5, 1), (), TODAY)
    assert [found.is_over(date(2024, 4, 30)), found.is_over(date(2024, 5, 1))] == [False, True]
    assert not retention(date(2022, 5, 1), (HireContact(None, None, None),), TODAY).is_over(TODAY)


def test_what_remains_is_coarsened_after_three_more_years() -> None:
    assert months_kept(TRACES, TODAY) == 36


def test_who_acted_is_told_for_a_year() -> None:
    assert months_kept(LOGS, TODAY) == 12
