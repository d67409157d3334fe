"""What builds the catalogues at import, called again: each is held to what it makes, written by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from app.rules import criteria
from app.rules.codes import Structure
from app.rules.criteria import Condition
from app.rules.dated_values import DatedValue, by_act, series
from app.rules.errors import UnknownCodeError
from app.rules.facts import Facts
from app.rules.parameters import parameter
from app.rules.pools import covered
from app.rules.profile_parts import all_chosen, chosen
from app.rules.profiles import profile
from app.rules.publics import Setting, _months, _structures, public, values_of
from app.rules.terms import PublicChoice

DAY = date(2025, 1, 15)


def test_a_series_names_one_source_for_all_its_values() -> None:
    assert series("Texte", ("2024-11-01", "11.88"), ("2026-01-01", "12.02")) == (
        DatedValue(date(2024, 11, 1), Fraction(297, 25), "Texte"),
        DatedValue(date(2026, 1, 1), Fraction(601, 50), "Texte"),
    )


def test_a_series_by_act_names_the_act_of_each_value() -> None:
    assert by_act(("2024-11-01", "11.88", "Décret un"), ("2026-01-01", "12.02", "Décret deux")) == (
        DatedValue(date(2024, 11, 1), Fraction(297, 25), "Décret un"),
        DatedValue(date(2026, 1, 1), Fraction(601, 50), "Décret deux"),
    )


def test_a_parameter_is_found_by_its_code_alone() -> None:
    assert parameter("cdi_months").at(DAY).value == 48
    with pytest.raises(UnknownCodeError, match=r"^Ce paramètre n'existe pas\.$"):
        parameter("inconnu")


def test_a_profile_is_found_by_its_code_alone() -> None:
    assert profile("ccag-2021").code == "ccag-2021"
    with pytest.raises(UnknownCodeError, match=r"^Ce profil n'existe pas\.$"):
        profile("inconnu")


def test_publics_of_the_long_registered_have_two_bounded_parameters() -> None:
    assert _months(12) == (
        Setting("months", "Mois d'inscription", 12, 1, 60, None),
        Setting(
            "worked_below_months", "Mois travaillés sur 12, au-dessous de (0 : sans limite)", 0, 0, 12, None
        ),
    )


def test_publics_of_structures_accept_those_of_their_kind_by_default() -> None:
    assert _structures("ea", "esat") == (
        Setting("structures", "Types de structure", ("ea", "esat"), 0, 0, ("ea", "esat")),
    )


def test_a_public_is_found_by_its_code_alone() -> None:
    assert public("senior").label_fr == "Demandeur d'emploi senior"
    with pytest.raises(UnknownCodeError, match=r"^Ce public n'existe pas\.$"):
        public("inconnu")


def test_values_of_a_public_are_those_chosen_then_its_defaults() -> None:
    assert values_of(public("deld"), {"months": 18}) == {
        "months": 18,
        "worked_below_months": 0,
        "proof_months": 0,
    }


@pytest.mark.parametrize("answer", [True, False, None])
def test_a_stated_fact_is_the_whole_criterion(*, answer: bool | None) -> None:
    criterion = criteria.stated("aah", "Allocataire exemple")
    assert criterion(Facts(aah=answer), {}, DAY) == (Condition("aah", "Allocataire exemple", answer),)


@pytest.mark.parametrize(("structure", "answer"), [("ea", True), ("geiq", False), (None, None)])
def test_structures_are_named_with_those_accepted(structure: str | None, *, answer: bool | None) -> None:
    criterion = criteria.in_structures("Salarié exemple")
    facts = Facts(structure=None if structure is None else Structure(structure))
    assert criterion(facts, {"structures": ("ea", "esat")}, DAY) == (
        Condition("structure", "Salarié exemple (EA, ESAT)", answer),
    )


def test_structures_that_are_no_list_accept_nobody() -> None:
    criterion = criteria.in_structures("Salarié exemple")
    assert criterion(Facts(structure=Structure("ea")), {"structures": False}, DAY) == (
        Condition("structure", "Salarié exemple ()", answer=False),
    )


def test_a_chosen_public_keeps_every_parameter_and_its_source() -> None:
    assert chosen("rsa", "Texte, art. 2", dependants=True) == PublicChoice(
        "rsa", (("dependants", True), ("proof_months", 0)), "Texte, art. 2", assumed=False
    )
    assert chosen("rsa", "Texte", assumed=True).assumed is True


def test_publics_chosen_together_share_source_and_assumption() -> None:
    assert all_chosen(("aah", "ass"), "Texte", assumed=True) == (
        PublicChoice("aah", (("proof_months", 0),), "Texte", assumed=True),
        PublicChoice("ass", (("proof_months", 0),), "Texte", assumed=True),
    )
    assert [item.assumed for item in all_chosen(("aah", "ass"), "Texte")] == [False, False]


@pytest.mark.parametrize(
    ("answers", "answer"),
    [((True, True), True), ((True, None), None), ((True, None, False), False), ((), True)],
)
def test_a_criterion_is_true_when_every_condition_is(
    answers: tuple[bool | None, ...], *, answer: bool | None
) -> None:
    assert criteria.all_of(answers) is answer


def test_without_a_deficit_nothing_is_covered() -> None:
    assert covered([500, 0]) == (0, 0)
