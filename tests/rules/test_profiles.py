from __future__ import annotations

import tomllib
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.rules.catalogue import profile_as_data
from app.rules.codes import ContractType, Every, Modality, Outcome
from app.rules.days import Span
from app.rules.durations import duration_of
from app.rules.eligibility import assess
from app.rules.errors import UnknownCodeError
from app.rules.facts import facts_from_json
from app.rules.penalty_terms import CSF_PENALTIES, PARIS_EPEC_PENALTIES, PenaltyTerm
from app.rules.profiles import PROFILES, Profile, profile
from app.rules.publics import PUBLICS, values_of
from app.rules.reporting import document_calendar, due_on, missing_statements
from app.rules.terms import FixedHours, PublicChoice, Terms
from app.rules.terms_json import conditions_to_json, terms_from_json
from tests.rules.cases import CASES, load
from tests.rules.test_publics import proof_of

LISTS = ("paris-epec-2021", "herault", "vaucluse")
ROWS = tomllib.loads((CASES / "profile_lists.toml").read_text(encoding="utf-8"))["row"]
PEOPLE = load("profiles")


def _choices(code: str) -> dict[str, PublicChoice]:
    return {item.code: item for item in profile(code).conditions.publics}


@pytest.mark.parametrize("row", ROWS, ids=[row["public"] for row in ROWS])
@pytest.mark.parametrize("code", LISTS)
def test_a_local_list_says_what_its_profile_says(row: dict[str, Any], code: str) -> None:
    cell, found = row[code], _choices(code).get(row["public"])
    if cell == "no":
        assert found is None
        return
    assert found is not None
    assert found.assumed is (cell == "cut")
    assert found.reference
    said = cell if isinstance(cell, dict) else {}
    expected = values_of(
        PUBLICS[row["public"]],
        {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()},
    )
    assert dict(found.parameters) == expected
    assert set(said) <= set(expected)


def test_no_local_profile_holds_more_than_its_list() -> None:
    lines = [row["public"] for row in ROWS]
    assert len(set(lines)) == len(lines)
    for code in LISTS:
        assert set(_choices(code)) == {row["public"] for row in ROWS if row[code] != "no"}


@pytest.mark.parametrize("case", PEOPLE)
def test_a_person_is_judged_by_a_profile(case: dict[str, Any]) -> None:
    answer = assess(
        profile(case["profile"]).conditions.publics,
        facts_from_json(case.get("facts", {})),
        frozenset(case.get("claimed", [])),
        [proof_of(item) for item in case.get("proofs", [])],
        date.fromisoformat(case["on"]),
    )
    assert str(answer.outcome) == case["outcome"]
    assert {
        item.code: str(item.outcome) for item in answer.publics if item.outcome is not Outcome.UNMET
    } == case["publics"]


def test_every_profile_has_cases_of_the_three_outcomes() -> None:
    shown = {(case.values[0]["profile"], case.values[0]["outcome"]) for case in PEOPLE}
    assert {(code, str(outcome)) for code in PROFILES for outcome in Outcome} <= shown


@pytest.mark.parametrize("item", PROFILES.values(), ids=list(PROFILES))
def test_a_profile_names_its_sources_and_what_is_assumed(item: Profile) -> None:
    assert item.reference
    assert all(choice.reference for choice in item.conditions.publics)
    assert not any(PUBLICS[choice.code].custom_only for choice in item.conditions.publics)
    assert item.assumed
    served: Any = {**profile_as_data(item, date(2025, 1, 10))}
    assert served["assumed_terms"] == list(item.assumed_terms)
    for pointer in item.assumed_terms:
        value = served
        for key in pointer.split("/")[1:]:
            value = value[key]


def test_the_ccag_profile_says_what_is_assumed() -> None:
    ccag = profile("ccag-2021")
    assert {item.code for item in ccag.conditions.publics if not item.assumed} == {"iae", "adapte", "regie"}


@pytest.mark.parametrize(
    ("code", "since"),
    [
        ("ccag-2021", "2021-04-01"),
        ("paris-epec-2021", "2021-01-01"),
        ("herault", "2015-01-01"),
        ("vaucluse", "2015-01-01"),
        ("csf-2018", "2018-01-01"),
        ("npnru", "2015-01-01"),
    ],
)
def test_a_profile_is_in_force_from_its_first_day(code: str, since: str) -> None:
    first = date.fromisoformat(since)
    assert profile(code).in_force(first)
    assert not profile(code).in_force(first - (date(2025, 1, 2) - date(2025, 1, 1)))


def test_a_profile_ends_after_its_last_day_and_a_draft_never_begins() -> None:
    conditions = profile("herault").conditions
    days = [date(2025, 3, 31), date(2025, 4, 1)]
    ended = Profile(
        code="exemple",
        version=1,
        label_fr="Exemple",
        since=date(2025, 1, 1),
        until=date(2025, 3, 31),
        reference="Exemple",
        conditions=conditions,
    )
    draft = Profile(
        code="exemple",
        version=2,
        label_fr="Exemple",
        since=None,
        until=None,
        reference="Exemple",
        conditions=conditions,
    )
    assert [ended.in_force(day) for day in days] == [True, False]
    assert [draft.in_force(day) for day in days] == [False, False]
    assert profile_as_data(draft, days[0])["since"] is None


def test_what_is_only_assumed_in_a_public_makes_the_profile_assumed() -> None:
    def of(choice: PublicChoice) -> Profile:
        conditions = terms_from_json(CLAUSE)
        return Profile(
            code="exemple",
            version=1,
            label_fr="Exemple",
            since=None,
            until=None,
            reference="",
            conditions=Terms(
                **{name: getattr(conditions, name) for name in conditions_to_json(conditions)}
                | {"publics": (choice,), "target": FixedHours(100), "window": WINDOW}
            ),
        )

    assert of(PublicChoice("rsa", assumed=True)).assumed
    assert not of(PublicChoice("rsa")).assumed


WINDOW = Span(date(2024, 12, 12), date(2030, 6, 30))
CLAUSE = {
    "profile": "paris-epec-2021",
    "target": {"kind": "fixed_hours", "hours": "100"},
    "window": {"start": "2024-12-12", "end": "2030-06-30"},
}


def test_in_paris_statements_are_due_each_quarter_before_the_15th() -> None:
    terms = terms_from_json(CLAUSE)
    assert (terms.reporting.every, terms.reporting.due_day) == (Every.QUARTER, 15)
    quarters = [date(2025, 1, 1), date(2025, 3, 1), date(2025, 6, 1), date(2025, 9, 1), date(2025, 12, 1)]
    assert [due_on(terms.reporting, month) for month in quarters] == [
        date(2025, 4, 15),
        date(2025, 4, 15),
        date(2025, 7, 15),
        date(2025, 10, 15),
        date(2026, 1, 15),
    ]
    # Still in time on the 14th, missing on the 15th.
    december = {date(2024, 12, 1)}
    assert missing_statements(terms, date(2025, 4, 14), december) == ()
    assert [item.month for item in missing_statements(terms, date(2025, 4, 15), december)] == [
        date(2025, 1, 1),
        date(2025, 2, 1),
        date(2025, 3, 1),
    ]


def test_in_paris_progress_is_told_each_half_year_beside_the_statements() -> None:
    terms = terms_from_json({**CLAUSE, "window": {"start": "2025-01-01", "end": "2026-06-30"}})
    assert [(item.document.code, item.last, item.due_on) for item in document_calendar(terms)] == [
        ("progress", date(2025, 6, 30), date(2025, 7, 15)),
        ("progress", date(2025, 12, 31), date(2026, 1, 15)),
        ("progress", date(2026, 6, 30), date(2026, 7, 15)),
    ]


@pytest.mark.parametrize(
    ("code", "penalties"),
    [
        ("paris-epec-2021", PARIS_EPEC_PENALTIES),
        ("csf-2018", CSF_PENALTIES),
        ("ccag-2021", ()),
        ("herault", ()),
        ("vaucluse", ()),
        ("npnru", ()),
    ],
)
def test_a_profile_carries_the_penalties_that_its_source_names(
    code: str, penalties: tuple[PenaltyTerm, ...]
) -> None:
    assert profile(code).conditions.penalties == penalties


def test_in_paris_a_cdi_counts_to_the_window_s_end_for_48_months_at_most() -> None:
    terms = terms_from_json(CLAUSE)
    early, late = date(2025, 1, 15), date(2028, 1, 15)
    assert duration_of(terms, ContractType.CDI, early).last_day == date(2029, 1, 14)
    assert duration_of(terms, ContractType.CDI, late).last_day == date(2030, 6, 30)
    assert duration_of(terms, ContractType.CDI_INCLUSION, early).last_day == date(2027, 1, 14)


def test_the_csf_profile_takes_training_under_internship_agreements_alone() -> None:
    conditions = profile("csf-2018").conditions
    assert conditions.modalities == (Modality.TRAINING,)
    assert conditions.contract_types == (ContractType.STAGE,)
    assert (conditions.training_share, conditions.training_cap) == (None, None)
    assert conditions.late_threshold == Fraction(4, 5)
    assert [(item.code, dict(item.parameters)) for item in conditions.publics] == [
        ("csf", {"age_from": 16, "age_below": 26, "proof_months": 0})
    ]


def test_a_profile_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownCodeError):
        profile("exemple")
