from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.codes import ContractType, DurationDecisionKind, ProofLevel, Rule, State
from app.rules.days import Span
from app.rules.durations import BOUNDS, DurationDecision, bound, duration_of, within_bound
from app.rules.eligibility import SeenProof, approved_span
from app.rules.parameters import PARAMETERS
from app.rules.proof_levels import proof_level
from tests.rules.cases import load
from tests.rules.months import day, terms

HELD = (
    *("2024-01-14", "2024-01-15", "2024-01-31", "2024-02-01"),
    *("2024-02-10", "2024-02-11", "2026-01-24", "2026-01-25"),
)
WINDOW = ("2024-12-12", "2030-12-31")


@pytest.mark.parametrize(
    ("window_end", "kind", "first_start", "until"),
    [
        # 24 months by default, clamped, minus one day; not capped by the window
        ("2030-12-31", ContractType.CDD, date(2024, 1, 15), date(2026, 1, 14)),
        ("2030-12-31", ContractType.CDD, date(2024, 2, 29), date(2026, 2, 27)),
        ("2025-09-11", ContractType.CDD, date(2024, 12, 16), date(2026, 12, 15)),
        ("2030-12-31", ContractType.CDI_INCLUSION, date(2024, 1, 15), date(2026, 1, 14)),
        # a CDI to the end of the window, at most 48 months
        ("2025-09-11", ContractType.CDI, date(2024, 12, 16), date(2025, 9, 11)),
        ("2030-12-31", ContractType.CDI, date(2024, 12, 16), date(2028, 12, 15)),
        ("2028-12-15", ContractType.CDI, date(2024, 12, 16), date(2028, 12, 15)),
        ("2028-12-14", ContractType.CDI, date(2024, 12, 16), date(2028, 12, 14)),
    ],
)
def test_how_long_a_hire_counts(window_end: str, kind: ContractType, first_start: date, until: date) -> None:
    assert duration_of(terms(("2024-12-12", window_end)), kind, first_start).last_day == until


def test_the_months_of_a_contract_type_are_a_term() -> None:
    clause = terms(WINDOW, durations={"months": 12, "by_contract_type": {"apprentissage": 36}})
    start = date(2024, 12, 16)
    assert duration_of(clause, ContractType.APPRENTISSAGE, start).last_day == date(2027, 12, 15)
    assert duration_of(clause, ContractType.STAGE, start).last_day == date(2025, 12, 15)
    assert duration_of(clause, ContractType.CDI, start).last_day == date(2025, 12, 15)


def test_an_approval_covers_the_whole_hire() -> None:
    hire = Span(date(2024, 12, 2), date(2025, 2, 28))
    assert approved_span(terms(), hire, date(2025, 1, 20)) == hire


def test_an_approval_may_count_from_its_day_only() -> None:
    clause = terms(approval_counts_from="decision_date")
    hire = Span(date(2024, 12, 2), date(2025, 2, 28))
    assert approved_span(clause, hire, date(2025, 1, 20)) == Span(date(2025, 1, 20), date(2025, 2, 28))
    assert approved_span(clause, hire, date(2024, 11, 20)) == hire
    late = approved_span(clause, hire, date(2025, 3, 1))
    assert not any(late.holds(date(2025, month, 28)) for month in (1, 2, 3))


@pytest.mark.parametrize("case", load("durations"))
def test_decisions_move_the_end_as_the_case_says(case: dict[str, Any]) -> None:
    clause = terms(("2024-01-01", case.get("window_end", "2030-12-31")), **_durations(case))
    decisions = [_decision(item, order) for order, item in enumerate(case.get("decisions", []))]
    start = date.fromisoformat(case.get("start", "2024-01-15"))
    found = duration_of(clause, ContractType(case.get("contract_type", "cdd")), start, decisions[::-1])
    assert found.last_day == date.fromisoformat(case["last_day"])
    assert [step.days for step in found.steps] == case.get("steps", [])
    assert [step.decision for step in found.steps] == sorted(decisions, key=lambda item: item.decided_on)
    assert [step.last_day for step in found.steps][-1:] == [found.last_day][: len(decisions)]
    assert [[str(span.first), str(span.last)] for span in found.suspended] == case.get("suspended", [])
    assert found.last_by_term == found.last_day - timedelta(days=sum(step.days for step in found.steps))
    # No decision ever gives or takes a day that counts but a prolongation.
    if found.capped_on is None and not any(item.kind == "prolongation" for item in decisions):
        by_term = (found.last_by_term - start).days + 1
        assert sum(found.holds(start + timedelta(days=n)) for n in range(2000)) == by_term


def _durations(case: dict[str, Any]) -> dict[str, object]:
    return {"durations": case["durations"]} if "durations" in case else {}


def _decision(case: dict[str, Any], order: int) -> DurationDecision:
    return DurationDecision(
        key=UUID(int=order),
        kind=DurationDecisionKind(case["kind"]),
        decided_on=date.fromisoformat(case.get("on", "2025-02-01")),
        since=day(case.get("since")),
        until=day(case.get("until")),
        months=case.get("months"),
    )


def test_a_duration_holds_the_days_that_count() -> None:
    stop = _decision({"kind": "suspension", "since": "2024-02-01", "until": "2024-02-10"}, 1)
    found = duration_of(terms(WINDOW), ContractType.CDD, date(2024, 1, 15), [stop])
    assert (found.start, found.months, found.capped_on) == (date(2024, 1, 15), 24, None)
    held = {day: found.holds(day) for day in map(date.fromisoformat, HELD)}
    assert list(held.values()) == [False, True, True, False, False, True, True, False]


@pytest.mark.parametrize(
    ("decision", "within"),
    [
        # 36 months from 1 March 2025 end on 29 February 2028
        ({"kind": "suspension", "since": "2025-03-01", "until": "2028-02-29"}, True),
        ({"kind": "suspension", "since": "2025-03-01", "until": "2028-03-01"}, False),
        ({"kind": "prolongation", "months": 36}, True),
        ({"kind": "prolongation", "months": 37}, False),
        # 36 months after 14 January 2026
        ({"kind": "prolongation", "until": "2029-01-14"}, True),
        ({"kind": "prolongation", "until": "2029-01-15"}, False),
    ],
)
def test_one_decision_is_no_longer_than_its_bound(decision: dict[str, Any], *, within: bool) -> None:
    assert within_bound(_decision(decision, 1), date(2026, 1, 14)) is within


def test_bounds_are_dated_parameters_that_say_they_are_assumed() -> None:
    for kind, code in BOUNDS.items():
        assert bound(kind, date(2025, 2, 1)).value == 36
        assert PARAMETERS[code].assumed


@pytest.mark.parametrize(
    ("state", "rule", "documented", "level"),
    [
        (State.PENDING, Rule.REVIEW, False, ProofLevel.DECLARED),
        (State.PENDING, Rule.REVIEW, True, ProofLevel.SUPPORTED),
        (State.PENDING, Rule.ELIGIBILITY, False, ProofLevel.ACCEPTED),
        (State.REFUSED, Rule.REVIEW, True, ProofLevel.ACCEPTED),
        (State.COUNTED, None, False, ProofLevel.ACCEPTED),
    ],
)
def test_how_well_an_hour_is_proven(
    state: State, rule: Rule | None, *, documented: bool, level: ProofLevel
) -> None:
    assert proof_level(state, rule, documented=documented) is level


@pytest.mark.parametrize(
    ("proof", "covers"),
    [
        (SeenProof("rsa", date(2024, 12, 2)), True),
        (SeenProof("rsa", date(2024, 12, 3)), False),
        (SeenProof("rsa", date(2024, 12, 3), covers_from=date(2024, 12, 2)), True),
        (SeenProof("rsa", date(2024, 12, 1), covers_from=date(2024, 12, 3)), False),
        (SeenProof("rsa", date(2024, 1, 1), valid_until=date(2024, 12, 2)), True),
        (SeenProof("rsa", date(2024, 1, 1), valid_until=date(2024, 12, 1)), False),
    ],
)
def test_the_days_a_proof_covers(proof: SeenProof, *, covers: bool) -> None:
    assert proof.covers(date(2024, 12, 2)) is covers
