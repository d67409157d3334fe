"""Pools: where contracts stand together, what makes up for what, and that nothing is made or lost."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from itertools import zip_longest
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.codes import PoolState
from app.rules.counting import count_month
from app.rules.days import Span
from app.rules.pools import Answer, PoolMember, PoolPosition, covered, pool_position, pooled, states_on
from app.rules.status import Known, Sums
from app.rules.targets import Basis
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import hours, ident, line, terms

MONTHS = [date(2025, month, 1) for month in range(1, 7)]
YEAR = ("2025-01-01", "2025-12-31")
BANDS = [{"from_amount": "0", "hours": "100"}]
ONE, TWO, THREE = (ident(name) for name in ("one", "two", "three"))


def _member(case: dict[str, Any], as_of: date) -> PoolMember:
    fixed = {"kind": "fixed_hours", "hours": case.get("hours", "0")}
    target = {"kind": "step_table", "bands": BANDS} if case.get("unknown") else case.get("target", fixed)
    said: dict[str, object] = {"late_threshold": case["late"]} if "late" in case else {}
    if case.get("subtarget"):
        said["subtargets"] = [case["subtarget"]]
    months = (
        {month: hours(text) for month, text in zip(MONTHS, case["by_month"], strict=True)}
        if ("by_month" in case)
        else None
    )
    first, last = case.get("window", YEAR)
    return PoolMember(
        terms((first, last), target=target, **said),
        Known(
            as_of=as_of,
            sums=Sums(counted=hours(case["counted"]), pending=hours(case.get("pending", "0"))),
            closed=case.get("closed", False),
            months=months,
            basis=Basis(
                firm_amount=hours(case["firm_amount"]) if "firm_amount" in case else None,
                invoiced=hours(case.get("invoiced", "0")),
            ),
        ),
    )


def _shown(position: PoolPosition) -> dict[str, str]:
    figures = ("required", "expected", "secured", "balance")
    at_end, rate = position.required_at_end, position.rate
    return {
        **{name: hundredths_text(getattr(position, name)) for name in figures},
        "counted": hundredths_text(position.sums.counted),
        "required_at_end": "" if at_end is None else hundredths_text(at_end),
        "rate": "" if rate is None else f"{rate.numerator}/{rate.denominator}",
        "status": str(position.status),
    }


@pytest.mark.parametrize("case", load("pools"))
def test_where_a_pool_stands(case: dict[str, Any]) -> None:
    as_of = date.fromisoformat(case.get("as_of", "2025-07-20"))
    found = pool_position([_member(item, as_of) for item in case["members"]], as_of)
    shown = _shown(found)
    assert {name: shown[name] for name in case["expected"]} == case["expected"]
    assert sum(part.required for part in found.parts) == found.required
    for text, part in zip_longest(case.get("covered", []), found.covered if "covered" in case else ()):
        assert text == hundredths_text(part)


def test_the_window_of_a_pool_goes_from_the_earliest_start_to_the_latest_end() -> None:
    as_of = date(2025, 7, 20)
    cases: list[dict[str, Any]] = [
        {"counted": "0", "window": ["2025-02-01", "2026-03-31"]},
        {"counted": "0", "window": ["2025-01-01", "2025-12-31"]},
    ]
    found = pool_position([_member(item, as_of) for item in cases], as_of)
    assert found.window == Span(date(2025, 1, 1), date(2026, 3, 31))


ANSWERS = [
    Answer(ONE, PoolState.ASKED, date(2025, 1, 1)),
    Answer(TWO, PoolState.ASKED, date(2025, 1, 1)),
    Answer(THREE, PoolState.ASKED, date(2025, 1, 1)),
    Answer(ONE, PoolState.AGREED, date(2025, 1, 5)),
    Answer(THREE, PoolState.REFUSED, date(2025, 1, 5)),
    Answer(TWO, PoolState.AGREED, date(2025, 2, 1)),
    Answer(ONE, PoolState.LEFT, date(2025, 3, 1)),
]


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2024, 12, 31), set()),
        (date(2025, 1, 31), set()),
        (date(2025, 2, 1), {ONE, TWO}),
        (date(2025, 2, 28), {ONE, TWO}),
        (date(2025, 3, 1), set()),
    ],
)
def test_a_contract_counts_in_a_pool_once_its_buyer_and_one_more_agreed(day: date, inside: set[UUID]) -> None:
    assert pooled(states_on(ANSWERS, day)) == inside


SUMS = st.builds(
    lambda pending, held, refused, counted: Sums(
        declared=pending + held + refused + counted,
        pending=pending,
        held=held,
        refused=refused,
        counted=counted,
    ),
    *(st.integers(0, 100_000) for _ in range(4)),
)
DAYS = st.dates(date(2024, 6, 1), date(2027, 6, 1))


@st.composite
def _members(draw: st.DrawFn, as_of: date) -> list[PoolMember]:
    found = []
    for _ in range(draw(st.integers(1, 5))):
        first = draw(st.dates(date(2024, 1, 1), date(2026, 1, 1)))
        last = draw(st.dates(first, date(2027, 1, 1)))
        owed = hundredths_text(draw(st.integers(0, 1_000)) * 100)
        clause = terms((first.isoformat(), last.isoformat()), target={"kind": "fixed_hours", "hours": owed})
        known = Known(as_of=as_of, sums=draw(SUMS), closed=draw(st.booleans()))
        found.append(PoolMember(clause, known))
    return found


@given(st.data(), DAYS)
def test_a_pool_is_the_sum_of_its_contracts(data: st.DataObject, as_of: date) -> None:
    members = data.draw(_members(as_of))
    found = pool_position(members, as_of)
    for name in ("required", "required_at_end", "expected", "secured", "balance"):
        assert getattr(found, name) == sum(getattr(part, name) for part in found.parts)
    for item in fields(Sums):
        assert getattr(found.sums, item.name) == sum(getattr(m.known.sums, item.name) for m in members)


@given(st.lists(st.integers(-10_000, 10_000), max_size=8))
def test_what_is_covered_is_the_smaller_of_surplus_and_deficit(balances: list[int]) -> None:
    found = covered(balances)
    surplus = sum(max(0, balance) for balance in balances)
    deficit = sum(max(0, -balance) for balance in balances)
    assert sum(found) == min(surplus, deficit)
    assert all(0 <= part <= max(0, -balance) for part, balance in zip(found, balances, strict=True))


@given(
    worked=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 5_000)), min_size=1, max_size=5),
    pool=st.booleans(),
)
def test_counting_the_lines_of_pooled_contracts_conserves_hours(
    *, worked: list[tuple[int, int]], pool: bool
) -> None:
    """Each contract has a cap of 30 h of training: one for all of them once pooled."""
    clause = terms(training_cap="30")
    lines = [
        line(
            {
                "worked": hundredths_text(hours_worked),
                "training": hundredths_text(training),
                "employer": f"employer {order}",
                "obligation": "pool" if pool else f"contract {order}",
            },
            order,
            clause,
        )
        for order, (hours_worked, training) in enumerate(worked)
    ]
    found = count_month(lines, date(2025, 1, 1))
    for item in lines:
        assert sum(posting.hours for posting in found[item.key]) == item.declared.total
    counted = [
        posting.hours
        for item in lines
        for posting in found[item.key]
        if (posting.state, posting.kind) == ("counted", "training")
    ]
    assert sum(counted) <= 3_000 * (1 if pool else len(lines))
