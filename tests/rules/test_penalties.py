from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.public_holidays import public_holidays
from app.rules.codes import PenaltyDays, PenaltyKind
from app.rules.errors import NoValueYetError, WrongValueError
from app.rules.penalties import (
    Fact,
    Notice,
    PenaltyLine,
    PenaltyStatement,
    Situation,
    penalties,
)
from app.rules.penalty_days import days_counted
from app.rules.penalty_json import penalties_from_json, penalties_to_json
from app.rules.penalty_terms import (
    CSF_PENALTIES,
    PARIS_EPEC_PENALTIES,
    Cap,
    FixedAmount,
    PenaltyTerm,
    term_of_documents,
)
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import day, hours

SETS = {"paris": PARIS_EPEC_PENALTIES, "csf": CSF_PENALTIES}
EMPTY = Situation(
    as_of=date(2025, 9, 12),
    start=date(2024, 12, 12),
    end=date(2025, 9, 11),
    closed=False,
    required=0,
    counted=0,
    pending=0,
)


def _notices(found: list[list[str]]) -> tuple[Notice, ...]:
    return tuple(Notice(date.fromisoformat(sent), day(received or None)) for sent, received in found)


def _situation(case: dict[str, Any]) -> Situation:
    first, last = case.get("window", ["2024-12-12", "2025-09-11"])
    facts: dict[str, list[Fact]] = defaultdict(list)
    for item in (*case.get("documents", []), *case.get("events", [])):
        on = date.fromisoformat(item.get("due") or item["on"])
        notices = _notices(item.get("notices", []))
        received, stops = day(item.get("received")), day(item.get("stops"))
        facts[item["term"]].append(Fact(item["label"], item["label"], on, received, notices, stops))
    known = {name: hours(text) for name, text in case.get("hours", {}).items()}
    return replace(
        EMPTY,
        as_of=date.fromisoformat(case["as_of"]),
        start=date.fromisoformat(first),
        end=date.fromisoformat(last),
        closed=case.get("closed", False),
        disputed=case.get("disputed", False),
        target_known=case.get("target_known", True),
        firm_amount=hours(case["firm_amount"]) if "firm_amount" in case else None,
        notices={code: _notices(found) for code, found in case.get("notices", {}).items()},
        facts={code: tuple(found) for code, found in facts.items()},
        holidays=public_holidays(case.get("place"), range(2008, 2027)),
        **known,
    )


def _terms(case: dict[str, Any]) -> tuple[PenaltyTerm, ...]:
    return SETS[case["set"]] if "set" in case else penalties_from_json(case["terms"], "/penalties")


def _shown(line: PenaltyLine) -> dict[str, Any]:
    inputs = {item.code: item for item in line.inputs}
    return {
        "key": line.key,
        "text": line.text,
        "formula": line.formula,
        **{name: hundredths_text(getattr(line, name)) for name in ("computed", "amount", "applicable")},
        "limit": line.limit or "",
        "blocks": [block.code for block in line.blocks],
        "told": " ".join(block.text for block in line.blocks),
        "holidays": [item.value for item in line.inputs if item.code == "holiday"],
        "pending": inputs["pending"].value if "pending" in inputs else "",
        "inputs": [
            f"{item.code} | {item.label_fr} : {item.value} {item.unit}".rstrip() for item in line.inputs
        ],
        "values": {code: [item.value, item.on.isoformat()] for code, item in inputs.items() if item.on},
    }


def _check(case: dict[str, Any], found: PenaltyStatement) -> None:
    shown = [_shown(line) for line in found.lines]
    assert len(shown) == len(case["expected"])
    for line, expected in zip(shown, case["expected"], strict=True):
        assert {name: line[name] for name in expected} == expected
    for name in {"total", "applicable"} & case.keys():
        assert hundredths_text(getattr(found, name)) == case[name]
    disputes = [("dispute_open", "Une contestation est ouverte sur ce contrat.")]
    assert [(block.code, block.text) for block in found.blocks] == disputes * case.get("disputed", False)


@pytest.mark.parametrize("case", load("penalties"))
def test_what_the_penalties_come_to(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(NoValueYetError) as raised:
            penalties(_terms(case), _situation(case))
        assert str(raised.value) == case["error"]
        return
    _check(case, penalties(_terms(case), _situation(case)))


def test_what_a_line_of_working_days_was_computed_from() -> None:
    item = Fact("k", "Bilan", date(2025, 5, 6), date(2025, 5, 13))
    holidays = public_holidays("commune/57433", [2025])
    situation = replace(EMPTY, facts={"late_document": (item,)}, holidays=holidays)
    line = penalties(CSF_PENALTIES, situation).lines[1]
    assert [(item.code, item.value, item.unit) for item in line.inputs] == [
        ("due_on", "2025-05-06", "day"),
        ("received_on", "2025-05-13", "day"),
        ("counted_from", "2025-05-07", "day"),
        ("counted_to", "2025-05-13", "day"),
        ("holiday", "2025-05-08", "day"),
        ("days", "4", "days"),
        ("amount", "50.00", "EUR"),
    ]
    assert line.inputs[-1].reference == CSF_PENALTIES[1].reference


def test_what_a_line_of_missing_hours_was_computed_from() -> None:
    situation = replace(EMPTY, end=date(2026, 3, 31), as_of=date(2026, 4, 1), required=30000, counted=20000)
    line = penalties(CSF_PENALTIES, situation).lines[0]
    assert [(item.code, item.value, item.unit, item.on) for item in line.inputs] == [
        ("required", "300.00", "h", None),
        ("counted", "200.00", "h", None),
        ("pending", "0.00", "h", None),
        ("missing", "100.00", "h", None),
        ("coefficient", "4", "", None),
        ("hourly_ceiling", "30", "EUR/h", date(2026, 3, 31)),
    ]
    assert "1 607" in line.inputs[-1].reference
    assert (line.term, line.inputs[-2].reference) == (CSF_PENALTIES[0], CSF_PENALTIES[0].reference)


@pytest.mark.parametrize("terms", SETS.values(), ids=SETS)
def test_the_built_in_sets_survive_the_round_trip(terms: tuple[PenaltyTerm, ...]) -> None:
    assert penalties_from_json(penalties_to_json(terms), "/penalties") == terms


def test_a_term_needs_a_kind_and_an_amount_only() -> None:
    (term,) = penalties_from_json([{"kind": "late_document", "amount": {"euros": "75"}}], "/penalties")
    assert term == PenaltyTerm(
        code="late_document",
        kind=PenaltyKind.LATE_DOCUMENT,
        amount=FixedAmount(7500),
        label="Document remis en retard",
        days=PenaltyDays.CALENDAR,
        notice=True,
        observation_days=0,
    )
    whole = replace(term, cap=Cap(100000, Fraction(1, 20)), floor=5000, statements=True, assumed=True)
    assert penalties_from_json(penalties_to_json((whole,)), "") == (whole,)


@pytest.mark.parametrize(
    ("cap", "written"),
    [
        (Cap(amount=5000), {"amount": "50.00", "share": None}),
        (Cap(share=Fraction(1, 20)), {"amount": None, "share": "0.05"}),
    ],
)
def test_a_cap_says_what_it_is_given_by(cap: Cap, written: dict[str, Any]) -> None:
    (term,) = penalties_to_json((replace(CSF_PENALTIES[1], cap=cap),))
    assert term["cap"] == written


def test_the_least_may_be_the_most() -> None:
    said = {"kind": "event", "amount": {"euros": "75"}, "cap": {"amount": "10"}, "floor": "10"}
    (term,) = penalties_from_json([said], "")
    assert (term.cap, term.floor) == (Cap(1000), 1000)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"kind": "fine"}, "/kind", "unknown_code"),
        ({"kind": None}, "/kind", "missing"),
        ({"amount": None}, "/amount", "missing"),
        ({"amount": {}}, "/amount/parameter", "missing"),
        ({"amount": {"euros": "-1"}}, "/amount/euros", "invalid"),
        ({"amount": {"euros": "1.001"}}, "/amount/euros", "too_many_decimals"),
        ({"amount": {"euros": "1", "coefficient": "4"}}, "/amount", "two_amounts"),
        (
            {"amount": {"parameter": "late_threshold", "coefficient": "4"}},
            "/amount/parameter",
            "unknown_code",
        ),
        ({"amount": {"parameter": "hourly_ceiling"}}, "/amount/coefficient", "missing"),
        (
            {"amount": {"parameter": "hourly_ceiling", "coefficient": "4", "value_on": "today"}},
            "/amount/value_on",
            "unknown_code",
        ),
        ({"code": "Retard !"}, "/code", "invalid"),
        ({"label": " "}, "/label", "invalid"),
        ({"days": "weeks"}, "/days", "unknown_code"),
        ({"observation_days": 367}, "/observation_days", "invalid"),
        ({"cap": {}}, "/cap", "missing"),
        ({"cap": {"share": "1.1"}}, "/cap/share", "invalid"),
        ({"cap": {"amount": "10"}, "floor": "10.01"}, "/floor", "floor_above_cap"),
        ({"kind": "event", "days": "ouvres"}, "/days", "not_for_this_kind"),
        ({"kind": "missing_hours", "statements": True}, "/statements", "not_for_this_kind"),
        ({"colour": "red"}, "/colour", "unknown_field"),
        ({"code": 5}, "/code", "invalid"),
        ({"notice": "yes"}, "/notice", "invalid"),
        ({"statements": "yes"}, "/statements", "invalid"),
        ({"assumed": "yes"}, "/assumed", "invalid"),
        ({"amount": "75"}, "/amount", "invalid"),
        ({"amount": {"parameter": 5, "coefficient": "4"}}, "/amount/parameter", "invalid"),
        (
            {"amount": {"parameter": "hourly_ceiling", "coefficient": "x"}},
            "/amount/coefficient",
            "invalid",
        ),
        ({"cap": "10"}, "/cap", "invalid"),
        ({"cap": {"amount": "x"}}, "/cap/amount", "invalid"),
        ({"floor": "x"}, "/floor", "invalid"),
    ],
)
def test_a_wrong_term_is_named(change: dict[str, Any], pointer: str, code: str) -> None:
    good = {"kind": "late_document", "amount": {"euros": "75"}}
    with pytest.raises(WrongValueError) as raised:
        penalties_from_json([good, {"code": "other", **good, **change}], "/penalties")
    found = raised.value.finding
    assert (found.pointer, found.code) == (f"/penalties/1{pointer}", code)


def test_two_terms_do_not_bear_one_code() -> None:
    good = {"kind": "late_document", "amount": {"euros": "75"}}
    with pytest.raises(WrongValueError) as raised:
        penalties_from_json([good, good], "/penalties")
    assert (raised.value.finding.pointer, raised.value.finding.code) == ("/penalties/1/code", "code_twice")


def test_documents_of_the_clause_fall_under_its_first_term_of_late_documents() -> None:
    other = replace(CSF_PENALTIES[1], code="other")
    assert term_of_documents((*CSF_PENALTIES, other)) == CSF_PENALTIES[1]
    assert term_of_documents(CSF_PENALTIES[:1]) is None


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(DAYS, DAYS, st.sampled_from(PenaltyDays), st.sampled_from(["commune/75056", "commune/57433"]))
def test_days_counted_are_those_found_one_by_one(
    first: date, last: date, kind: PenaltyDays, place: str
) -> None:
    holidays = public_holidays(place, range(2024, 2027))
    week = {PenaltyDays.CALENDAR: 7, PenaltyDays.OUVRES: 5, PenaltyDays.OUVRABLES: 6}[kind]
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    free = frozenset() if kind is PenaltyDays.CALENDAR else holidays
    expected = sum(1 for item in every if item.weekday() < week and item not in free)
    assert days_counted(first, last, kind, holidays) == expected


@st.composite
def hour_terms(draw: st.DrawFn) -> PenaltyTerm:
    cents = st.integers(0, 100_000)
    share = draw(st.one_of(st.none(), st.integers(0, 100).map(lambda percent: Fraction(percent, 100))))
    amount = draw(st.one_of(st.none(), cents))
    cap = None if share is None and amount is None else Cap(amount, share)
    floor = draw(st.one_of(st.none(), st.integers(0, 1_000_000 if amount is None else amount)))
    return PenaltyTerm(
        code="missing_hours",
        kind=PenaltyKind.MISSING_HOURS,
        amount=FixedAmount(draw(cents)),
        label="Heures",
        notice=False,
        cap=cap,
        floor=floor,
    )


@given(hour_terms(), st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_penalty_is_bounded_and_grows_with_missing_hours(
    term: PenaltyTerm, required: int, counted: int, fewer: int
) -> None:
    firm = 2_736_400
    situation = replace(EMPTY, required=required, counted=counted, firm_amount=firm)
    worse = replace(situation, counted=max(0, counted - fewer))
    found, more = (penalties((term,), one).lines[0] for one in (situation, worse))
    assert 0 <= found.amount <= more.amount
    if required <= counted:
        assert found.amount == 0
    if term.cap is not None and term.cap.amount is not None:
        assert more.amount <= term.cap.amount
    if term.cap is not None and term.cap.share is not None:
        assert Fraction(more.amount) <= firm * term.cap.share
