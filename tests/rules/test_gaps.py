"""Statements owed, late and missing; the calendar of other documents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.rules.days import Span
from app.rules.gaps import Holding, Owed, Work, statements_owed
from app.rules.reporting import document_calendar, last_month
from tests.rules.cases import load
from tests.rules.months import day, ident, terms

NAMES = {ident(name): name for name in "HGSE"}
WINDOW = ("2024-12-12", "2025-09-11")


def _span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), day(last or None))


def _written(owed: Owed) -> str:
    sent = "missing" if owed.sent_on is None else owed.sent_on.isoformat()
    return f"{NAMES[owed.declarant]} {owed.month:%Y-%m} {owed.due_on} {sent} {owed.days_late}"


@pytest.mark.parametrize("case", load("gaps"))
def test_which_statements_are_owed(case: dict[str, Any]) -> None:
    clause = terms(WINDOW, reporting={"every": case.get("every", "month"), "due_day": 15})
    sent = {
        (ident(who), date.fromisoformat(f"{month}-01")): date.fromisoformat(on)
        for who, month, on in case.get("sent", [])
    }
    found = statements_owed(
        clause,
        date.fromisoformat(case["day"]),
        [Holding(ident(who), _span(*days)) for who, *days in case.get("holders", [])],
        [
            Work(ident(who), ident(employer), _span(*days), ident(f"hire {number}"))
            for number, (who, employer, *days) in enumerate(case.get("hires", []))
        ],
        sent,
        {
            (ident(f"hire {number}"), date.fromisoformat(f"{month}-01")): date.fromisoformat(on)
            for number, month, on in case.get("delegated", [])
        },
    )
    assert [_written(owed) for owed in found] == case["owed"]


def _documents(window: tuple[str, str], *documents: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    clause = terms(window, reporting={"every": "quarter", "due_day": 15, "documents": list(documents)})
    return [
        (item.document.code, item.first.isoformat(), item.last.isoformat(), item.due_on.isoformat())
        for item in document_calendar(clause)
    ]


def _document(code: str, every: str, due_day: int) -> dict[str, Any]:
    return {"code": code, "label": "Exemple", "every": every, "due_day": due_day}


def test_a_document_is_due_after_each_of_its_periods() -> None:
    assert _documents(WINDOW, _document("progress", "half_year", 15)) == [
        ("progress", "2024-12-12", "2024-12-31", "2025-01-15"),
        ("progress", "2025-01-01", "2025-06-30", "2025-07-15"),
        ("progress", "2025-07-01", "2025-09-11", "2026-01-15"),
    ]


def test_several_documents_come_in_order_of_their_days() -> None:
    yearly, quarterly = _document("bilan", "year", 31), _document("tableau", "quarter", 31)
    assert _documents(("2025-01-01", "2025-06-30"), yearly, quarterly) == [
        ("tableau", "2025-01-01", "2025-03-31", "2025-04-30"),
        ("tableau", "2025-04-01", "2025-06-30", "2025-07-31"),
        ("bilan", "2025-01-01", "2025-06-30", "2026-01-31"),
    ]


def test_a_document_is_named_by_its_code_and_due_day() -> None:
    documents = [_document("progress", "half_year", 15)]
    clause = terms(WINDOW, reporting={"every": "month", "due_day": 15, "documents": documents})
    assert [item.key for item in document_calendar(clause)] == [
        "document:progress:2025-01-15",
        "document:progress:2025-07-15",
        "document:progress:2026-01-15",
    ]


def test_no_document_is_asked_for_unless_the_clause_says_so() -> None:
    assert document_calendar(terms(WINDOW)) == ()


def test_the_latest_month_of_a_position() -> None:
    window = Span(date(2024, 12, 12), date(2025, 9, 11))
    assert last_month(date(2025, 4, 29), window) == date(2025, 3, 1)
    assert last_month(date(2025, 4, 30), window) == date(2025, 4, 1)
    assert last_month(date(2025, 9, 11), window) == date(2025, 9, 1)
