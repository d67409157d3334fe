"""What becomes of people after a hire: when it is to be known, in which class it counts, the rates."""

from collections.abc import Hashable
from datetime import date, timedelta
from typing import Any

import pytest

from app.rules.codes import OutcomeCategory, OutcomeMoment, OutcomeSituation
from app.rules.labels import LABELS
from app.rules.outcomes import (
    DYNAMIC,
    SITUATIONS,
    category_of,
    due_on,
    latest_end,
    moments_due,
    rates,
    settled_classes,
)
from tests.rules.cases import load
from tests.rules.months import day

CASES = load("outcomes")
BY_CLASS = {
    "lasting": "cdi cdd_6_months mission_6_months civil_service own_business same_employer",
    "transition": "short_cdd short_mission subsidised_job",
    "positive": "training_course insertion_job",
    "other": "jobseeker inactive other_situation",
    "neutral": "retired moved_away prevented",
    "unknown": "unreached",
}


@pytest.mark.parametrize("case", [case for case in CASES if "due" in case.values[0]])
def test_which_moments_have_come(case: dict[str, Any]) -> None:
    found = moments_due(day(case.get("ended_on")), date.fromisoformat(case["day"]))
    assert [str(moment) for moment in found] == case["due"]


@pytest.mark.parametrize("case", [case for case in CASES if "rates" in case.values[0]])
def test_rates(case: dict[str, Any]) -> None:
    counts = {OutcomeCategory(name): number for name, number in case["counts"].items()}
    found = rates(counts, case["hires"])
    shown = {name: getattr(found, name) for name in ("known", "missing", "dynamic_hires")}
    shown |= {name: _text(getattr(found, name)) for name in ("response", "dynamic")}
    assert (found.due, shown) == (case["hires"], case["rates"])


def test_the_class_of_every_situation() -> None:
    expected = {code: category for category, codes in BY_CLASS.items() for code in codes.split()}
    assert {str(code): str(category_of(code)) for code in OutcomeSituation} == expected
    assert all(item.assumed for item in SITUATIONS.values())
    assert set(LABELS["outcome_situations"]) == set(OutcomeSituation)
    assert [str(category) for category in DYNAMIC] == ["lasting", "transition", "positive"]


@pytest.mark.parametrize("moment", OutcomeMoment)
def test_the_latest_end_is_the_last_that_is_due(moment: OutcomeMoment) -> None:
    """On every day of four years, leap day and short months included."""
    for number in range(4 * 366):
        today = date(2023, 1, 1) + timedelta(days=number)
        last = latest_end(moment, today)
        assert due_on(moment, last) <= today < due_on(moment, last + timedelta(days=1))


def test_ends_that_fall_due_together() -> None:
    assert latest_end(OutcomeMoment.SIX_MONTHS, date(2025, 2, 28)) == date(2024, 8, 31)
    assert latest_end(OutcomeMoment.SIX_MONTHS, date(2025, 2, 27)) == date(2024, 8, 27)


def _text(rate: Any) -> str:  # noqa: ANN401  # a fraction or None
    return "" if rate is None else str(rate)


def test_two_quarters_that_are_told_differ_by_enough_hires() -> None:
    """Two a quarter, with a smallest group of three: every second quarter is told."""
    told: dict[Hashable, list[tuple[date, OutcomeCategory]]] = {
        number: [(date(2025, 1 + 3 * (number // 2), 15), OutcomeCategory.LASTING)] for number in range(8)
    }
    seen = {
        day: settled_classes(told, day, lambda _: 3)
        for day in (date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31), date(2026, 1, 1))
    }
    assert {day: (since, len(found)) for day, (since, found) in seen.items()} == {
        date(2025, 6, 30): (None, 0),
        date(2025, 7, 1): (date(2025, 6, 30), 4),
        date(2025, 12, 31): (date(2025, 6, 30), 4),
        date(2026, 1, 1): (date(2025, 12, 31), 8),
    }
    assert settled_classes({}, date(2025, 7, 1), lambda _: 0) == (None, {})


@pytest.mark.parametrize(
    ("told_on", "end"),
    [
        (date(2025, 1, 1), date(2025, 3, 31)),
        (date(2025, 3, 31), date(2025, 3, 31)),
        (date(2025, 4, 1), date(2025, 6, 30)),
        (date(2025, 12, 31), date(2025, 12, 31)),
    ],
)
def test_what_is_told_belongs_to_the_quarter_of_its_day(told_on: date, end: date) -> None:
    told: dict[Hashable, list[tuple[date, OutcomeCategory]]] = {1: [(told_on, OutcomeCategory.LASTING)]}
    asked: list[date] = []

    def smallest(day: date) -> int:
        asked.append(day)
        return 1

    assert settled_classes(told, end + timedelta(days=1), smallest) == (end, {1: OutcomeCategory.LASTING})
    assert asked == [end]
    # One hire is not more than one: with a smallest group of two it waits.
    assert settled_classes(told, end + timedelta(days=1), lambda _: 2) == (None, {})
