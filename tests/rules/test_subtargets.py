"""Sub-targets: whose hours count in them, when they are reached, and what of them others may see."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.codes import Detail, Sex
from app.rules.errors import WrongDocumentError
from app.rules.status import Known, Sums, compliance
from app.rules.subtargets import (
    CountedHire,
    Subtarget,
    SubtargetPosition,
    Traits,
    fits,
    judged,
    narrowed,
    told,
)
from app.rules.targets import Basis
from app.rules.terms_json import terms_from_json, terms_to_json
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import hours, ident, terms


def _hire(case: dict[str, Any]) -> CountedHire:
    traits = Traits(
        publics=frozenset(case.get("publics", ())),
        sex=case.get("sex"),
        job=case.get("job"),
        places=frozenset(case.get("places", ())),
    )
    return CountedHire(person=ident(case["person"]), hours=hours(case["hours"]), traits=traits)


def _shown(position: SubtargetPosition) -> str:
    figures = (position.required, position.counted, position.balance)
    reached = {True: "yes", False: "no", None: "unknown"}[position.reached]
    return " ".join([*map(hundredths_text, figures), reached])


@pytest.mark.parametrize("case", load("subtargets"))
def test_whose_hours_count_in_a_sub_target(case: dict[str, Any]) -> None:
    target = {"kind": "fixed_hours", "hours": case.get("target", "1000")}
    clause = terms(target=target, rounding={"mode": "half_up", "step": "0.01"}, subtargets=case["subtargets"])
    found = compliance(
        clause,
        Known(
            as_of=date.fromisoformat(case.get("as_of", "2025-06-30")),
            sums=Sums(counted=hours(case.get("counted", "0"))),
            closed=case.get("closed", False),
            hires=tuple(map(_hire, case["hires"])),
        ),
    )
    assert [_shown(item) for item in found.subtargets] == case["expected"]
    assert [item.required_at_end for item in found.subtargets] == [item.required for item in found.subtargets]
    if "status" in case:
        assert found.status == case["status"]


ON_RSA = Traits(publics=frozenset(("rsa",)))
RSA = Subtarget(label="RSA", publics=("rsa",), hours=10_000)


def _people(count: int, each: int, traits: Traits) -> list[CountedHire]:
    return [CountedHire(person=ident(f"person {n}"), hours=each, traits=traits) for n in range(count)]


def test_while_what_is_due_at_the_end_is_unknown_nobody_knows_whether_a_share_is_reached() -> None:
    half, fixed = replace(RSA, hours=None, share=Fraction(1, 2)), RSA
    hires = _people(1, 20_000, ON_RSA)
    now = judged((half, fixed), hires, 4_000, None, final=False)
    assert [(item.required, item.required_at_end, item.reached) for item in now] == [
        (2_000, None, None),
        (10_000, 10_000, True),
    ]
    assert [item.reached for item in judged((half, fixed), hires, 4_000, None, final=True)] == [True, True]


def test_before_the_end_the_goal_is_that_of_the_end() -> None:
    half = replace(RSA, hours=None, share=Fraction(1, 2))
    hires = _people(1, 2_000, ON_RSA)
    assert [judged((half,), hires, 4_000, 8_000, final=final)[0].reached for final in (False, True)] == [
        False,
        True,
    ]
    assert judged((half,), [], 0, 0, final=False)[0].required_at_end == 0


@pytest.mark.parametrize(
    ("as_of", "closed", "reached"),
    [("2025-12-31", False, False), ("2026-01-01", False, True), ("2025-06-30", True, True)],
)
def test_the_goal_is_today_s_once_the_window_is_over_or_the_contract_closed(
    as_of: str, *, closed: bool, reached: bool
) -> None:
    # A tenth of 500 h worked is 50 h due today, of 1,000 h in the end 100 h; half of it for the sub-target.
    target = {"kind": "share_of_hours", "share": "0.1", "estimated_hours": "1000"}
    half = {"label": "RSA", "publics": ["rsa"], "share": "0.5"}
    clause = terms(("2025-01-01", "2025-12-31"), target=target, subtargets=[half])
    found = compliance(
        clause,
        Known(
            as_of=date.fromisoformat(as_of),
            sums=Sums(counted=3_000),
            closed=closed,
            basis=Basis(total_hours=50_000),
            hires=tuple(_people(1, 3_000, ON_RSA)),
        ),
    )
    assert (found.as_of.isoformat(), found.subtargets[0].reached) == (as_of, reached)


@pytest.mark.parametrize(
    ("subtarget", "with_it", "without", "closed", "seen"),
    [
        # 10 people at 9 h and nobody else: too few behind the hours, too few who could be.
        (RSA, 10, 0, False, (Detail.MASKED, None, None, None)),
        # Once closed, the outcome alone is told.
        (RSA, 10, 0, True, (Detail.MASKED, None, None, False)),
        # One among eleven: that it is not reached points at nobody.
        (RSA, 1, 10, False, (Detail.MASKED, None, None, False)),
        # Eleven people, 99 h of 100: three whole quarters.
        (RSA, 11, 0, False, (Detail.GROUPED, 7_500, None, False)),
        # Of 100.01 h, three quarters are 75.0075 h, told to the hundredth.
        (replace(RSA, hours=10_001), 11, 0, False, (Detail.GROUPED, 7_500, None, False)),
        # Twenty-three people, 207 h: at most the whole.
        (RSA, 23, 0, False, (Detail.GROUPED, 10_000, None, True)),
        # Eleven people whose share of nothing is nothing.
        (
            replace(RSA, hours=None, share=Fraction(1, 100_000)),
            11,
            0,
            False,
            (Detail.GROUPED, 0, None, True),
        ),
        # Where people live is theirs as well.
        (replace(RSA, publics=(), qpv=True), 1, 0, False, (Detail.MASKED, None, None, None)),
        (
            replace(RSA, publics=(), residences=("commune/57463",)),
            1,
            0,
            False,
            (Detail.MASKED, None, None, None),
        ),
        # Sex and trade are no secret on a contract.
        (replace(RSA, publics=(), jobs=("F1",)), 1, 5, False, (Detail.EXACT, 900, -9_100, False)),
        (replace(RSA, publics=(), sex=Sex.FEMALE), 1, 0, False, (Detail.EXACT, 900, -9_100, False)),
        # The crowd is of those who fit the open criteria: the ten others are men.
        (replace(RSA, sex=Sex.FEMALE), 1, 10, False, (Detail.MASKED, None, None, None)),
    ],
)
def test_what_is_told_to_who_must_not_learn_why(
    subtarget: Subtarget, with_it: int, without: int, seen: tuple[object, ...], *, closed: bool
) -> None:
    places = frozenset(("commune/57463", "qpv/QN05713M"))
    rsa = Traits(publics=frozenset(("rsa",)), places=places, sex="female", job="F1703")
    people = _people(with_it, 900, rsa)
    others = [
        replace(item, person=ident(f"other {n}"))
        for n, item in enumerate(_people(without, 900, Traits(sex="male")))
    ]
    (position,) = judged((subtarget,), [*people, *others], 20, 20, final=False)
    assert astuple(told(position, closed=closed, fewest=11)) == seen


@pytest.mark.parametrize(
    ("criteria", "seen"),
    [
        ({}, Traits()),
        ({"sex": Sex.FEMALE}, Traits(sex=Sex.FEMALE)),
        ({"jobs": ("F1",)}, Traits(job="F1703")),
        ({"publics": ("rsa", "youth")}, Traits(publics=frozenset({"rsa"}))),
        ({"residences": ("commune/35238",)}, Traits(places=frozenset({"commune/35238"}))),
        ({"qpv": True}, Traits(places=frozenset({"qpv/QN03501M"}))),
    ],
)
def test_nothing_is_read_of_people_but_what_a_sub_target_asks(criteria: dict[str, Any], seen: Traits) -> None:
    somebody = Traits(
        publics=frozenset({"rsa", "job_seeker"}),
        sex=Sex.FEMALE,
        job="F1703",
        places=frozenset({"commune/35238", "epci/243500139", "qpv/QN03501M"}),
    )
    assert narrowed(somebody, [Subtarget(label="Exemple", share=Fraction(1, 10), **criteria)]) == seen


def test_people_without_counted_hours_hide_nobody() -> None:
    idle = _people(11, 0, ON_RSA)
    (position,) = judged((RSA,), idle, 0, 0, final=False)
    assert (position.people, position.crowd) == (0, 0)


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({}, "/subtargets", "invalid"),
        ([1], "/subtargets/0", "invalid"),
        ([{"hours": "10", "sex": "female"}], "/subtargets/0/label", "missing"),
        ([{"label": 5, "hours": "10", "sex": "female"}], "/subtargets/0/label", "invalid"),
        ([{"label": "x", "hours": "10", "jobs": [5]}], "/subtargets/0/jobs/0", "invalid"),
        ([{"label": "x", "sex": "female"}], "/subtargets/0", "hours_or_share"),
        ([{"label": "x", "sex": "female", "hours": "1", "share": "0.1"}], "/subtargets/0", "hours_or_share"),
        ([{"label": "x", "hours": "10"}], "/subtargets/0", "no_criterion"),
        ([{"label": "x", "hours": "0", "sex": "female"}], "/subtargets/0/hours", "invalid"),
        ([{"label": "x", "share": "0", "sex": "female"}], "/subtargets/0/share", "invalid"),
        ([{"label": "x", "share": "1.1", "sex": "female"}], "/subtargets/0/share", "invalid"),
        ([{"label": "x", "hours": "10", "sex": "woman"}], "/subtargets/0/sex", "unknown_code"),
        ([{"label": "x", "hours": "10", "publics": ["nobody"]}], "/subtargets/0/publics/0", "unknown_code"),
        ([{"label": "x", "hours": "10", "publics": ["rsa", "rsa"]}], "/subtargets/0/publics", "invalid"),
        ([{"label": "x", "hours": "10", "publics": "rsa"}], "/subtargets/0/publics", "invalid"),
        ([{"label": "x", "hours": "10", "jobs": ["Z12"]}], "/subtargets/0/jobs/0", "invalid"),
        ([{"label": "x", "hours": "10", "residences": ["57433"]}], "/subtargets/0/residences/0", "invalid"),
        ([{"label": "x", "hours": "10", "qpv": "yes"}], "/subtargets/0/qpv", "invalid"),
        ([{"label": "x", "hours": "10", "age": 26}], "/subtargets/0/age", "unknown_field"),
        (
            [{"label": "x", "hours": "10", "sex": "male"}, {"label": "x", "hours": "9", "qpv": True}],
            "/subtargets/1/label",
            "duplicate",
        ),
        ([{"label": str(n), "hours": "1", "qpv": True} for n in range(21)], "/subtargets", "invalid"),
        # A public of custom terms only, that the profile does not accept.
        (
            [{"label": "x", "hours": "10", "publics": ["rsa", "ase"]}],
            "/subtargets/0/publics/1",
            "public_not_accepted",
        ),
    ],
)
def test_what_makes_no_sub_target(said: object, pointer: str, code: str) -> None:
    with pytest.raises(WrongDocumentError) as refused:
        terms(subtargets=said)
    assert [(item.pointer, item.code) for item in refused.value.findings] == [(pointer, code)]


def test_sub_targets_come_back_as_they_were_said() -> None:
    said = [
        {
            "label": "Femmes des QPV",
            "hours": None,
            "share": "0.25",
            "publics": ["rsa", "deld"],
            "sex": "female",
            "jobs": ["F16"],
            "residences": ["commune/57433", "qpv/QN05713M"],
            "qpv": True,
        },
        {
            "label": "Couvreurs",
            "hours": "50.00",
            "share": None,
            "publics": [],
            "sex": None,
            "jobs": ["F1610"],
            "residences": [],
            "qpv": False,
        },
    ]
    clause = terms(subtargets=said)
    written = terms_to_json(clause)
    assert written["subtargets"] == said
    assert terms_from_json(written) == clause


PUBLICS, PLACES = ("rsa", "th", "deld"), ("commune/57433", "department/57", "qpv/QN05713M", "qpv/QN05705M")
JOBS = ("F1610", "F1611", "F1703", "K2204")


def _subset(items: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(items)).map(lambda found: tuple(sorted(found)))


SUBTARGETS = st.builds(
    Subtarget,
    label=st.just("x"),
    share=st.fractions(0, 1),
    publics=_subset(PUBLICS),
    sex=st.one_of(st.none(), st.sampled_from(Sex)),
    jobs=_subset((*JOBS, "F16", "F")),
    residences=_subset(PLACES),
    qpv=st.booleans(),
)
TRAITS = st.builds(
    Traits,
    publics=_subset(PUBLICS).map(frozenset),
    sex=st.one_of(st.none(), st.sampled_from(["female", "male"])),
    job=st.one_of(st.none(), st.sampled_from(JOBS)),
    places=_subset(PLACES).map(frozenset),
)
HIRES = st.lists(
    st.builds(
        CountedHire,
        person=st.integers(0, 3).map(lambda n: ident(f"person {n}")),
        hours=st.integers(0, 10_000),
        traits=TRAITS,
    ),
    max_size=6,
)


@given(SUBTARGETS, HIRES, st.integers(0, 50_000), st.integers(0, 10_000), TRAITS)
def test_an_added_counted_hour_never_takes_a_sub_target_back(
    subtarget: Subtarget, hires: list[CountedHire], required: int, more: int, traits: Traits
) -> None:
    added = CountedHire(person=ident("another"), hours=more, traits=traits)
    before, after = (
        judged((subtarget,), found, required, required, final=False)[0] for found in (hires, [*hires, added])
    )
    assert after.counted >= before.counted
    assert after.reached or not before.reached
    assert 0 <= before.people <= before.crowd <= len({item.person for item in hires})


@given(st.lists(SUBTARGETS, max_size=3), TRAITS)
def test_what_sub_targets_do_not_ask_for_changes_nothing_to_them(
    subtargets: list[Subtarget], traits: Traits
) -> None:
    kept = narrowed(traits, subtargets)
    assert [fits(item, kept) for item in subtargets] == [fits(item, traits) for item in subtargets]
    assert kept.publics <= {code for item in subtargets for code in item.publics}
    if not any(item.sensitive or item.sex or item.jobs for item in subtargets):
        assert kept == Traits()
