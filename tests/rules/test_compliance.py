from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.rules.clause_state import Situation, clause_state, possible_values
from app.rules.codes import ConsultationKind, Every, RoundingMode, Status
from app.rules.days import Span
from app.rules.hours import Rounding
from app.rules.reporting import belongs, due_on, measured_on, missing_statements, months_due
from app.rules.status import Compliance, Known, Standing, Sums, compliance, status
from app.rules.target_json import target_from_json
from app.rules.targets import Basis, estimate, required, required_at_end
from app.rules.terms import Reporting, Terms
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import day, hours, terms

WINDOW = ("2024-12-12", "2025-09-11")


def _terms(case: dict[str, Any]) -> Terms:
    target = case.get("target", "46")
    if isinstance(target, str):
        target = {"kind": "fixed_hours", "hours": target}
    return terms(WINDOW, target=target, **case.get("terms", {}))


def _shown(position: Compliance) -> dict[str, str]:
    figures = ("required", "expected", "secured", "balance")
    at_end, measured, rate = position.required_at_end, position.measured_on, position.rate
    return {
        **{name: hundredths_text(getattr(position, name)) for name in figures},
        "required_at_end": "" if at_end is None else hundredths_text(at_end),
        "measured_on": "" if measured is None else measured.isoformat(),
        "rate": "" if rate is None else f"{rate.numerator}/{rate.denominator}",
        "status": str(position.status),
    }


@pytest.mark.parametrize("case", [*load("compliance"), *load("target_positions")])
def test_where_a_clause_stands(case: dict[str, Any]) -> None:
    suspended = [
        Span(date.fromisoformat(one), day(other or None)) for one, other in case.get("suspensions", [])
    ]
    known = Known(
        as_of=date.fromisoformat(case["as_of"]),
        sums=Sums(**{name: hours(text) for name, text in case["sums"].items()}),
        suspensions=tuple(suspended),
        closed=case.get("closed", False),
        basis=Basis(**{name: hours(text) for name, text in case.get("basis", {}).items()}),
        months={date.fromisoformat(month): hours(text) for month, text in case["months"].items()}
        if "months" in case
        else None,
    )
    position = compliance(_terms(case), known)
    shown = _shown(position)
    assert {name: shown[name] for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize("case", load("estimates"))
def test_a_target_is_computed_and_explained(case: dict[str, Any]) -> None:
    said = case.get("rounding", {"mode": "half_up", "step": "1"})
    rounding = Rounding(RoundingMode(said["mode"]), hours(said["step"]))
    target = target_from_json(case["target"])
    found = estimate(target, rounding, date(2024, 12, 1), Basis())
    figures = {name: hundredths_text(getattr(found, name)) for name in ("shown", "hours", "fte", "weeks")}
    assert figures == {name: case[name] for name in figures}
    assert found.formula == case["formula"]
    assert [item.code for item in found.inputs] == [name for name in case["target"] if name != "kind"]
    clause = replace(terms(), target=target, rounding=rounding)
    assert required(clause, Basis()) == required_at_end(clause, Basis()) == found.hours


def test_an_estimate_keeps_the_exact_hours_and_its_inputs() -> None:
    target = target_from_json(load("estimates")[0].values[0]["target"])
    found = estimate(target, Rounding(), date(2024, 12, 1), Basis())
    assert found.exact == Fraction(27364 * 5, 100 * 30)
    assert [(item.value, item.unit) for item in found.inputs] == [
        ("27364.00", "EUR"),
        ("0.5", "share"),
        ("0.1", "share"),
        ("30.00", "EUR/h"),
    ]


@pytest.mark.parametrize("case", load("clause_states"))
def test_why_there_is_no_clause(case: dict[str, Any]) -> None:
    known: dict[str, Any] = dict(case["situation"])
    for name in ("launched_on", "notified_on"):
        known[name] = day(known.get(name))
    for name in ("estimated_value", "at_most"):
        if name in known:
            known[name] = hours(known[name])
    if "kind" in known:
        known["kind"] = ConsultationKind(known["kind"])
    assert str(clause_state(Situation(**known))) == case["state"]


def test_a_consultation_worth_nothing_is_worth_nothing() -> None:
    """No cent is added to a value that no lot contradicts."""
    assert possible_values(0, None) == (Fraction(0), Fraction(0))
    assert possible_values(10_050, 20_000) == (Fraction(201, 2), Fraction(200))


STANDING = Standing(
    as_of=date(2025, 4, 10),
    window=Span(date(2024, 12, 12), date(2025, 9, 11)),
    closed=False,
    required=4600,
    required_at_end=4600,
    expected=1326,
    sums=Sums(counted=1500),
    late_threshold=Fraction(4, 5),
)


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"forecast_mid": 4599}, Status.AT_RISK),
        ({"forecast_mid": 4600}, Status.ON_TRACK),
        ({"forecast_mid": 1, "required_at_end": None}, Status.ON_TRACK),
        ({"required_at_end": None, "sums": Sums(counted=99999)}, Status.ON_TRACK),
        ({"sums": Sums(counted=4600), "subtargets_reached": False}, Status.ON_TRACK),
        ({"sums": Sums(counted=4600), "subtargets_reached": False, "closed": True}, Status.CLOSED_UNMET),
        ({"window": Span(date(2024, 12, 12)), "as_of": date(2030, 1, 1)}, Status.ON_TRACK),
    ],
)
def test_what_forecast_and_sub_targets_change(known: dict[str, Any], found: Status) -> None:
    assert status(replace(STANDING, **known)) is found


@pytest.mark.parametrize(
    ("every", "due_day", "month", "due"),
    [
        (Every.MONTH, 15, date(2024, 12, 1), date(2025, 1, 15)),
        (Every.MONTH, 31, date(2025, 1, 1), date(2025, 2, 28)),
        (Every.MONTH, 1, date(2025, 1, 1), date(2025, 2, 1)),
        (Every.QUARTER, 15, date(2025, 1, 1), date(2025, 4, 15)),
        (Every.QUARTER, 15, date(2025, 3, 1), date(2025, 4, 15)),
        (Every.QUARTER, 15, date(2025, 12, 1), date(2026, 1, 15)),
        (Every.HALF_YEAR, 10, date(2025, 6, 1), date(2025, 7, 10)),
        (Every.HALF_YEAR, 10, date(2025, 7, 1), date(2026, 1, 10)),
        (Every.YEAR, 31, date(2025, 2, 1), date(2026, 1, 31)),
    ],
)
def test_when_a_statement_is_due(every: Every, due_day: int, month: date, due: date) -> None:
    assert due_on(Reporting(every, due_day), month) == due


def test_due_and_missing_statements() -> None:
    clause = terms(WINDOW)
    assert [item.month for item in months_due(clause, date(2025, 2, 15))] == [
        date(2024, 12, 1),
        date(2025, 1, 1),
    ]
    missing = missing_statements(clause, date(2025, 2, 15), {date(2024, 12, 1)})
    assert [(item.month, item.due_on) for item in missing] == [(date(2025, 1, 1), date(2025, 2, 15))]
    assert missing_statements(clause, date(2025, 2, 14), {date(2024, 12, 1)}) == ()
    assert len(months_due(clause, date(2030, 1, 1))) == 10
    assert measured_on(clause, date(2030, 1, 1)) == date(2025, 9, 11)


@pytest.mark.parametrize(
    ("month", "as_of", "inside"),
    [
        (date(2025, 4, 1), date(2025, 4, 29), False),
        (date(2025, 4, 1), date(2025, 4, 30), True),
        (date(2025, 9, 1), date(2025, 9, 10), False),
        (date(2025, 9, 1), date(2025, 9, 11), True),
        (date(2025, 8, 1), date(2025, 8, 30), False),
        (date(2025, 10, 1), date(2025, 10, 30), False),
    ],
)
def test_which_months_belong_to_a_day(month: date, as_of: date, *, inside: bool) -> None:
    assert belongs(month, as_of, Span(date(2024, 12, 12), date(2025, 9, 11))) is inside


def test_a_window_that_ends_on_the_first_of_a_month() -> None:
    window = Span(date(2024, 12, 12), date(2025, 9, 1))
    assert belongs(date(2025, 9, 1), date(2025, 9, 1), window)
    assert not belongs(date(2025, 9, 1), date(2025, 8, 31), window)


def test_an_open_window_leaves_the_month_to_its_last_day() -> None:
    assert not belongs(date(2025, 9, 1), date(2025, 9, 29), Span(date(2024, 12, 12)))
