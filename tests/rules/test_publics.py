from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.rules.codes import Outcome
from app.rules.days import ONE_DAY
from app.rules.eligibility import PublicAnswer, SeenProof, assess
from app.rules.errors import UnknownCodeError
from app.rules.facts import facts_from_json
from app.rules.proofs import PROOFS
from app.rules.public_choices import choices_from_json
from app.rules.publics import PUBLICS, public
from app.rules.terms import PublicChoice
from app.rules.version import RULES_VERSION
from tests.rules.cases import load

ANSWERS = {True: "true", False: "false", None: "unknown"}
FILES = [*load("publics"), *load("publics_by_fact"), *load("publics_in_time"), *load("proof_ages")]
TOO_OLD = load("proof_ages")


def proof_of(case: dict[str, str]) -> SeenProof:
    days = {key: date.fromisoformat(value) for key, value in case.items() if key != "type"}
    return SeenProof(case["type"], **days)


def _judge(case: dict[str, Any]) -> PublicAnswer:
    choice = {"code": case["public"], "parameters": case.get("parameters", {})}
    assessment = assess(
        choices_from_json([choice], "/publics"),
        facts_from_json(case.get("facts", {})),
        frozenset({case["public"]} if case.get("claimed") else ()),
        [proof_of(item) for item in case.get("proofs", [])],
        date.fromisoformat(case["on"]),
    )
    assert assessment.rules_version == RULES_VERSION
    assert assessment.outcome == assessment.publics[0].outcome
    return assessment.publics[0]


@pytest.mark.parametrize("case", FILES)
def test_a_public_answers_with_its_reasons(case: dict[str, Any]) -> None:
    answer = _judge(case)
    assert str(answer.outcome) == case["outcome"]
    assert {item.code: ANSWERS[item.answer] for item in answer.reasons} == case["reasons"]
    assert [list(item) for item in answer.missing] == case.get("missing", [])
    assert answer.claimed is case.get("claimed", False)
    too_old = [
        [item.type, item.issued_on.isoformat(), item.issued_from.isoformat()] for item in answer.too_old
    ]
    assert too_old == case.get("too_old", [])
    assert answer.reference


def test_every_public_has_cases_of_the_three_outcomes() -> None:
    shown = {(case.values[0]["public"], case.values[0]["outcome"]) for case in FILES}
    wanted = {(code, str(outcome)) for code in PUBLICS for outcome in Outcome}
    assert shown == wanted, f"no case in publics.toml or publics_by_fact.toml: {sorted(wanted - shown)}"


def test_every_public_has_a_proof_that_is_one_day_too_old() -> None:
    cases = [case.values[0] for case in TOO_OLD]
    shown = {case["public"] for case in cases if case.get("too_old")}
    assert shown == set(PUBLICS), f"no case in proof_ages.toml: {sorted(set(PUBLICS) - shown)}"


def test_every_public_with_an_end_or_a_beginning_has_a_case_of_the_day_outside() -> None:
    cases = [case.values[0] for case in FILES if "in_force" in case.values[0]["reasons"]]
    outside = {(case["public"], case["on"]) for case in cases}
    wanted = {(item.code, (item.since - ONE_DAY).isoformat()) for item in PUBLICS.values()}
    wanted |= {
        (item.code, (item.until + ONE_DAY).isoformat()) for item in PUBLICS.values() if item.until is not None
    }
    assert wanted <= outside, f"no case in publics_in_time.toml: {sorted(wanted - outside)}"


def test_every_public_asks_for_proofs_of_the_list() -> None:
    for item in PUBLICS.values():
        assert item.needs
        assert all(code in PROOFS for need in item.needs for code in need.any_of)
        settings = {setting.code for setting in item.settings}
        assert all(need.only_if in {None, *settings} and need.age in settings for need in item.needs)
        assert not any(code.endswith("proof_months") for code in settings - {need.age for need in item.needs})


@pytest.mark.parametrize(
    ("claimed", "proofs", "outcome"),
    [
        (frozenset(), [], Outcome.UNMET),
        (frozenset({"rsa"}), [], Outcome.UNPROVEN),
        (frozenset({"rsa"}), [SeenProof("disability", date(2024, 1, 1))], Outcome.MET),
    ],
)
def test_one_public_is_enough_and_all_are_reported(
    claimed: frozenset[str], proofs: list[SeenProof], outcome: Outcome
) -> None:
    choices = [PublicChoice("ass"), PublicChoice("rsa"), PublicChoice("th")]
    assessment = assess(choices, facts_from_json({}), claimed, proofs, date(2024, 12, 2))
    assert assessment.outcome is outcome
    assert [item.code for item in assessment.publics] == ["ass", "rsa", "th"]


def test_a_choice_carries_its_own_reference_and_doubt() -> None:
    choice = PublicChoice("rsa", reference="CCAP Exemple, art. 4", assumed=True)
    assessment = assess([choice], facts_from_json({}), frozenset(), [], date(2024, 12, 2))
    assert assessment.publics[0].reference == "CCAP Exemple, art. 4"
    assert assessment.publics[0].assumed
    assert dict(assessment.publics[0].parameters) == {"dependants": False, "proof_months": 0}


@pytest.mark.parametrize(
    ("code", "on", "text"),
    [
        (
            "allocation_insertion",
            date(2017, 9, 1),
            "Ce public existe depuis le 01/01/2000 et jusqu'au 31/08/2017",
        ),
        ("csf", date(2017, 12, 31), "Ce public existe depuis le 01/01/2018"),
    ],
)
def test_outside_its_days_a_public_says_since_when_and_until_when_it_exists(
    code: str, on: date, text: str
) -> None:
    (answer,) = assess([PublicChoice(code)], facts_from_json({}), frozenset(), [], on).publics
    assert (answer.reasons[0].text_fr, answer.criterion) == (text, False)


def test_only_the_proofs_a_public_needs_are_named_as_seen() -> None:
    proofs = [SeenProof("rsa", date(2024, 1, 1)), SeenProof("aah", date(2024, 1, 1))]
    assessment = assess([PublicChoice("rsa")], facts_from_json({}), frozenset(), proofs, date(2024, 12, 2))
    assert assessment.publics[0].proofs_seen == ("rsa",)


def test_a_public_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownCodeError):
        public("exemple")
