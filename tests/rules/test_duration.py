from __future__ import annotations

from datetime import date

import pytest

from app.rules.codes import ContractType
from app.rules.days import Span
from app.rules.durations import duration_of
from app.rules.eligibility import SeenProof, approved_span
from tests.rules.months import terms

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
