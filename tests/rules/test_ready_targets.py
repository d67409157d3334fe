"""Targets that published texts demand: their figures, their days, how a clause names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from app.rules.catalogue import catalogue
from app.rules.profiles import PROFILES
from app.rules.ready_targets import CSF_2018, READY_TARGETS
from app.rules.target_json import target_from_json, target_to_json
from app.rules.targets import Basis, required
from app.rules.terms import PerInvoicedAmount, ShareOfHours
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import hours, terms

CASES = load("ready_targets")
ONE_DAY = timedelta(days=1)


def _served(code: str, on: date) -> dict[str, Any]:
    listed: Any = catalogue(on)["ready_targets"]
    return next(item for item in listed if item["code"] == code)


@pytest.mark.parametrize("case", CASES)
def test_a_ready_target_is_the_published_one(case: dict[str, Any]) -> None:
    target = target_from_json(case["named_by"])
    assert target_to_json(target) == case["target"]
    assert target == target_from_json(case["target"])
    clause = terms(target=case["named_by"])
    basis = Basis(**{name: hours(text) for name, text in case["basis"].items()})
    assert hundredths_text(required(clause, basis)) == case["required"]


@pytest.mark.parametrize("case", CASES)
def test_a_ready_target_is_served_with_its_days_and_its_source(case: dict[str, Any]) -> None:
    first = date.fromisoformat(case["since"])
    found = _served(case["ready"], first)
    assert (found["since"], found["until"], found["in_force"]) == (case["since"], case.get("until"), True)
    assert (found["target"], found["assumed_terms"]) == (case["target"], case["assumed"])
    assert found["assumed"] is bool(case["assumed"])
    assert case["source"] in found["reference"]
    assert {name: value for name, value in found["named_by"].items() if value} == case["named_by"]
    assert not _served(case["ready"], first - ONE_DAY)["in_force"]


def test_there_is_a_case_of_each() -> None:
    assert {case.values[0]["ready"] for case in CASES} == set(READY_TARGETS)


def test_one_share_of_the_grand_paris_follows_the_other() -> None:
    on = {
        day: [code for code in ("sgp-avant-2020", "sgp-2020") if _served(code, day)["in_force"]]
        for day in (date(2020, 9, 30), date(2020, 10, 1))
    }
    assert on == {date(2020, 9, 30): ["sgp-avant-2020"], date(2020, 10, 1): ["sgp-2020"]}


def test_what_is_expected_in_the_end_goes_with_a_name() -> None:
    share = target_from_json({"kind": "share_of_hours", "ready": "sgp-2020", "estimated_hours": "12000"})
    assert share == ShareOfHours(Fraction(1, 10), 1_200_000)
    invoiced = {
        "kind": "per_invoiced_amount",
        "ready": "paris-epec-first-euro",
        "estimated_amount": "3000000",
    }
    ready = READY_TARGETS["paris-epec-first-euro"].target
    assert isinstance(ready, PerInvoicedAmount)
    assert target_from_json(invoiced) == replace(ready, estimated_amount=300_000_000)


def test_profiles_point_to_the_targets_of_their_text() -> None:
    pointed = {code: item.ready_targets for code, item in PROFILES.items() if item.ready_targets}
    assert pointed == {
        "paris-epec-2021": ("paris-epec-first-euro", "paris-epec-beyond-trigger"),
        "csf-2018": ("csf-2018",),
        "npnru": ("npnru-travaux", "npnru-gestion-urbaine"),
    }
    for code, names in pointed.items():
        for name in names:
            ready, known = READY_TARGETS[name], PROFILES[code]
            assert (ready.since, ready.until) == (known.since, known.until)
            assert "/since" in ready.assumed_terms
            assert "/since" in known.assumed_terms


def test_the_table_and_the_profile_of_the_training_clause_tell_one_truth() -> None:
    data: dict[str, Any] = catalogue(date(2024, 12, 2))
    (table,) = data["step_tables"]
    profile = next(item for item in data["profiles"] if item["code"] == "csf-2018")
    assert table["code"] == CSF_2018.code
    assert (
        (table["since"], table["assumed"]) == (profile["since"], profile["assumed"]) == ("2018-01-01", True)
    )
