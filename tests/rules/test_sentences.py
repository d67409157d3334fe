"""Whole sentences that the rules say to people, each read and approved in the files `sentences_….toml`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from app.rules.days import Span
from app.rules.errors import Finding, WrongDocumentError, WrongValueError
from app.rules.facts import Facts, facts_from_json
from app.rules.lines import Period
from app.rules.publics import public, values_of
from app.rules.submission import Declared, line_problems, line_warnings, month_problem, read_hours
from app.rules.target_json import target_from_json
from app.rules.target_texts import inputs_of
from app.rules.targets import Basis, supposed
from app.rules.terms_json import terms_from_json
from tests.rules.cases import load
from tests.rules.months import hours

DAY = date(2025, 1, 15)
WINDOW = Span(date(2024, 12, 12), date(2025, 9, 11))
CLAUSE: dict[str, Any] = {
    "target": {"kind": "fixed_hours", "hours": "46"},
    "window": {"start": "2024-12-12", "end": "2025-09-11"},
    "publics": [{"code": "rsa"}],
}
# The field of a clause that holds each part, and the sound part that a case changes.
PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "public": ("publics", {"code": "rsa"}),
    "subtarget": ("subtargets", {"label": "Femmes", "hours": "10", "sex": "female"}),
    "penalty": ("penalties", {"kind": "late_document", "amount": {"euros": "75"}}),
}


def _told(findings: Iterable[Finding]) -> list[str]:
    return [f"{item.pointer} — {item.detail}" for item in findings]


@pytest.mark.parametrize("case", load("sentences_refused"))
def test_what_is_said_of_a_wrong_clause(case: dict[str, Any]) -> None:
    parts = {field: [{**sound, **case[name]}] for name, (field, sound) in PARTS.items() if name in case}
    with pytest.raises(WrongDocumentError) as caught:
        terms_from_json({**CLAUSE, **parts, **case.get("terms", {})})
    assert _told(caught.value.findings) == case["told"]
    assert [item.code for item in caught.value.findings] == case.get("codes", ["invalid"] * len(case["told"]))


@pytest.mark.parametrize("case", load("sentences_estimates"))
def test_what_is_said_of_an_estimate(case: dict[str, Any]) -> None:
    target = target_from_json(case["target"])
    if "refused" in case:
        with pytest.raises(WrongValueError) as caught:
            supposed(target, hours(case["supposing"]) if "supposing" in case else None)
        assert _told([caught.value.finding]) == [case["refused"]]
        return
    basis = Basis(**{name: hours(text) for name, text in case.get("basis", {}).items()})
    inputs = inputs_of(target, basis)
    assert [f"{item.code} | {item.label_fr} : {item.value} {item.unit}" for item in inputs] == case["told"]


def _signed(text: str) -> int:
    return -hours(text[1:]) if text.startswith("-") else hours(text)


def _period(case: dict[str, Any]) -> Period:
    first, last = case["days"]
    worked, training = _signed(case["worked"]), _signed(case.get("training", "0"))
    return Period(date(2025, 1, first), date(2025, 1, last), worked, training)


@pytest.mark.parametrize("case", load("sentences_statements"))
def test_what_is_said_of_a_line(case: dict[str, Any]) -> None:
    if "read" in case:
        with pytest.raises(WrongValueError) as caught:
            read_hours(case["read"], "/lines/0/worked")
        assert _told([caught.value.finding]) == case["refused"]
        return
    month = date.fromisoformat(case.get("month", "2025-01-01"))
    line = Declared(
        hire=Span(date(2024, 12, 2)),
        weekly_hours=3500,
        worked=_signed(case["worked"]),
        training=_signed(case.get("training", "0")),
        overtime=_signed(case.get("overtime", "0")),
        periods=tuple(_period(item) for item in case.get("periods", [])),
    )
    problem, problems = month_problem(WINDOW, month), line_problems(line, month, "/lines/0")
    assert _told([problem] if problem else []) == ([case["outside"]] if "outside" in case else [])
    assert _told(problems) == case.get("refused", [])
    if not problems:
        assert _told(line_warnings(line, month, WINDOW, "/lines/0")) == case.get("warned", [])


@pytest.mark.parametrize("case", load("sentences_publics"))
def test_what_is_said_of_a_condition(case: dict[str, Any]) -> None:
    kind = public(case.get("public", case["name"]))
    given = {
        code: tuple(value) if isinstance(value, list) else value
        for code, value in case.get("parameters", {}).items()
    }
    conditions = kind.criterion(Facts(), values_of(kind, given), DAY)
    assert [f"{item.code} — {item.text_fr}" for item in conditions] == case["told"]


def test_what_is_said_of_a_fact_that_is_none() -> None:
    with pytest.raises(WrongDocumentError) as caught:
        facts_from_json({"exemple": 1})
    assert _told(caught.value.findings) == ["/exemple — Ce fait n'est pas connu."]
