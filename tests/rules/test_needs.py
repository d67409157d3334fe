"""Hours to find, and when: by hand, and what holds of every clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.days import Span, months_of
from app.rules.needs import made_up, need, shortfall, trade
from app.rules.status import Known, Sums, compliance
from app.rules.texts import hundredths_text
from app.rules.trades import CPV_DIVISIONS, ROME_DOMAINS, UNKNOWN, trade_label
from tests.rules.cases import load
from tests.rules.months import day, hours, terms


@pytest.mark.parametrize("case", load("needs"))
def test_when_hours_are_to_be_found(case: dict[str, Any]) -> None:
    found = need(
        terms(tuple(case["window"])),
        date.fromisoformat(case["day"]),
        hours(case["short"]),
        hours(case.get("planned", "0")),
        [Span(date.fromisoformat(one), day(other or None)) for one, other in case.get("suspensions", [])],
    )
    assert {f"{month:%Y-%m}": hundredths_text(part) for month, part in found.months} == case["months"]
    assert hundredths_text(found.provided) == case.get("provided", "0.00")
    assert hundredths_text(found.unscheduled) == case.get("unscheduled", "0.00")
    assert found.short == hours(case["short"])


@pytest.mark.parametrize(
    ("counted", "pending", "short"),
    # Of 46 h, due at the end.
    [(0, 0, 4600), (1000, 500, 3100), (4000, 600, 0), (4000, 601, 0), (9000, 0, 0)],
)
def test_pending_hours_are_not_looked_for(counted: int, pending: int, short: int) -> None:
    clause = terms(("2024-12-12", "2025-09-11"), target={"kind": "fixed_hours", "hours": "46"})
    known = Known(as_of=date(2025, 4, 10), sums=Sums(counted=counted, pending=pending))
    assert shortfall(compliance(clause, known)) == short
    # While the end is unknown, what is due today is what can be short.
    unknown = replace(compliance(clause, known), required=4600, required_at_end=None)
    assert shortfall(unknown) == short
    assert shortfall(replace(unknown, required=0)) == 0
    # Known, the end alone says what is short, whatever is due today.
    assert shortfall(replace(unknown, required=0, required_at_end=4600)) == short


def test_a_pool_makes_up_for_what_its_contracts_lack_at_the_end() -> None:
    clause = terms(("2024-12-12", "2025-09-11"), target={"kind": "fixed_hours", "hours": "46"})
    surplus, *lacking = (
        compliance(clause, Known(as_of=date(2025, 4, 10), sums=Sums(counted=counted, pending=pending)))
        for counted, pending in ((5000, 1000), (2600, 0), (600, 0))
    )
    # 14 h above 46, pending ones included, for 20 h and 40 h: a third and two thirds of 14, 4.67 and 9.33.
    assert made_up([surplus, *lacking]) == (0, 467, 933)
    assert made_up(lacking) == (0, 0)
    assert made_up([surplus, replace(lacking[0], required_at_end=None, required=3000)]) == (0, 400)


@given(
    st.dates(date(2024, 6, 1), date(2026, 6, 30)),
    st.dates(date(2024, 6, 1), date(2025, 12, 31)),
    st.integers(0, 800),
    st.integers(0, 10_000_000),
    st.integers(0, 10_000_000),
    st.lists(st.tuples(st.dates(date(2024, 6, 1), date(2026, 6, 30)), st.integers(0, 90)), max_size=3),
)
def test_needs_sum_to_what_is_short(
    today: date, start: date, days: int, short: int, planned: int, pauses: list[tuple[date, int]]
) -> None:
    end = date.fromordinal(start.toordinal() + days)
    suspensions = [Span(since, date.fromordinal(since.toordinal() + n)) for since, n in pauses]
    found = need(terms((start.isoformat(), end.isoformat())), today, short, planned, suspensions)
    assert found.short == short
    assert found.provided == min(short, planned)
    assert all(part >= 0 for _, part in found.months)
    assert found.unscheduled >= 0
    inside = months_of(max(today, start), end)
    assert [month for month, _ in found.months] in ([], list(inside))


@pytest.mark.parametrize(
    ("jobs", "cpv", "found"),
    [
        ({"F1703": 2, "K2204": 1}, "45261000", "F1703"),
        ({"F1703": 1, "K2204": 2}, "45261000", "K2204"),
        # As many of both: the first in alphabetical order.
        ({"K2204": 2, "F1703": 2}, "45261000", "F1703"),
        # Hires that name no job say nothing, however many.
        ({None: 9, "K2204": 1}, "45261000", "K2204"),
        ({None: 9}, "45261000", "45"),
        ({}, "90910000-9", "90"),
        ({}, None, None),
    ],
)
def test_the_trade_of_a_contract(jobs: dict[str | None, int], cpv: str | None, found: str | None) -> None:
    assert trade(jobs, cpv) == found


def test_a_trade_has_a_name() -> None:
    assert trade_label("F1703") == ROME_DOMAINS["F"]
    assert trade_label("45") == CPV_DIVISIONS["45"]
    assert trade_label(None) == trade_label("00") == UNKNOWN
    # Fourteen domains of ROME, forty-five divisions of the CPV.
    assert (len(ROME_DOMAINS), len(CPV_DIVISIONS)) == (14, 45)
