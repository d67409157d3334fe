from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.rules.codes import ApprovalFrom, ContractType, Every, Modality, PenaltyKind, RoundingMode
from app.rules.days import Span
from app.rules.errors import WrongDocumentError, WrongValueError
from app.rules.hours import Rounding
from app.rules.penalty_terms import Cap, IndexedAmount, PenaltyTerm
from app.rules.profiles import PROFILES, profile
from app.rules.target_json import target_from_json
from app.rules.terms import Document, Durations, LabourFormula, Milestone, PublicChoice, Reporting, Terms
from app.rules.terms_json import (
    conditions_from_json,
    conditions_to_json,
    terms_from_json,
    terms_to_json,
)

SMALLEST: dict[str, Any] = {
    "profile": "ccag-2021",
    "target": {
        "kind": "labour_formula",
        "amount": "27364.00",
        "labour_share": "0.5",
        "insertion_rate": "0.1",
        "hourly_cost": "30",
    },
    "window": {"start": "2024-12-12", "end": "2025-09-11"},
}
WHOLE: dict[str, Any] = {
    "target": {"kind": "fixed_hours", "hours": "120.25"},
    "window": {"start": "2024-12-12", "end": "2025-09-11"},
    "profile": None,
    "article": "CCAP Exemple, art. 4",
    "milestones": [{"on": "2025-01-31", "hours": "40.00"}, {"on": "2025-06-30", "hours": "120.25"}],
    "subtargets": [],
    "publics": [
        {
            "code": "rsa",
            "parameters": {"dependants": True, "proof_months": 3},
            "reference": "CCAP Exemple, annexe 2",
            "assumed": False,
        },
        {
            "code": "iae",
            "parameters": {"structures": ["etti", "ai"], "proof_months": 0},
            "reference": "",
            "assumed": True,
        },
        {
            "code": "deld",
            "parameters": {"months": 18, "worked_below_months": 6, "proof_months": 0},
            "reference": "",
            "assumed": False,
        },
        {
            "code": "avis_motive",
            "parameters": {"bodies": ["PLIE Exemple"], "proof_months": 0},
            "reference": "",
            "assumed": False,
        },
    ],
    "modalities": ["direct_hire", "training"],
    "contract_types": ["cdi", "stage"],
    "durations": {"months": 18, "by_contract_type": {"stage": 6}, "to_window_end": {"cdi": 36}},
    "late_threshold": "0.75",
    "rounding": {"mode": "up", "step": "0.50"},
    "reporting": {
        "every": "quarter",
        "due_day": 14,
        "documents": [
            {"code": "progress", "label": "Bilan semestriel", "every": "half_year", "due_day": 15},
        ],
    },
    "approval_counts_from": "decision_date",
    "automatic_approval": True,
    "training_share": "0.2",
    "training_cap": "300.00",
    "proof_authorities": ["prescriber"],
    "holder_approval": {"days": 7},
    "penalties": [
        {
            "code": "hours",
            "kind": "missing_hours",
            "amount": {"euros": None, "parameter": "minimum_wage", "coefficient": "1.5", "value_on": "fact"},
            "label": "Heures manquantes",
            "days": "calendar",
            "notice": True,
            "observation_days": 30,
            "cap": {"amount": "5000.00", "share": "0.1"},
            "floor": "100.00",
            "statements": False,
            "reference": "CCAP Exemple, art. 9",
            "assumed": False,
        }
    ],
}


def _said(**changes: object) -> dict[str, Any]:
    return {**SMALLEST, **changes}


def test_the_profile_fills_what_the_clause_does_not_say() -> None:
    terms = terms_from_json(SMALLEST)
    assert terms.target == LabourFormula(2736400, Fraction(1, 2), Fraction(1, 10), 3000)
    assert terms.window == Span(date(2024, 12, 12), date(2025, 9, 11))
    assert terms.profile == "ccag-2021"
    assert terms.publics == PROFILES["ccag-2021"].conditions.publics
    assert terms.late_threshold == Fraction(4, 5)
    assert terms.durations == Durations(24, (), ((ContractType.CDI, 48),))
    assert terms.reporting == Reporting(Every.MONTH, 15)
    assert terms.rounding == Rounding(RoundingMode.HALF_UP, 100)
    assert terms.approval_counts_from is ApprovalFrom.HIRE_START
    assert not terms.automatic_approval
    assert (terms.training_share, terms.training_cap, terms.article, terms.milestones) == (
        None,
        None,
        None,
        (),
    )


def test_what_the_clause_says_stands_before_the_profile() -> None:
    terms = terms_from_json(_said(modalities=["placement"], training_share="0.25"))
    assert terms.modalities == (Modality.PLACEMENT,)
    assert terms.training_share == Fraction(1, 4)


def test_a_holder_that_is_asked_has_ten_days_unless_the_clause_says_others() -> None:
    found = [terms_from_json(_said(holder_approval=said)).holder_approval for said in (None, {}, {"days": 3})]
    assert (*found, terms_from_json(SMALLEST).holder_approval) == (None, 10, 3, None)


def test_a_clause_can_say_everything() -> None:
    terms = terms_from_json(WHOLE)
    assert terms == Terms(
        target=target_from_json(WHOLE["target"]),
        window=Span(date(2024, 12, 12), date(2025, 9, 11)),
        article="CCAP Exemple, art. 4",
        milestones=(Milestone(date(2025, 1, 31), 4000), Milestone(date(2025, 6, 30), 12025)),
        publics=(
            PublicChoice("rsa", (("dependants", True), ("proof_months", 3)), "CCAP Exemple, annexe 2"),
            PublicChoice("iae", (("structures", ("etti", "ai")), ("proof_months", 0)), assumed=True),
            PublicChoice("deld", (("months", 18), ("worked_below_months", 6), ("proof_months", 0))),
            PublicChoice("avis_motive", (("bodies", ("PLIE Exemple",)), ("proof_months", 0))),
        ),
        modalities=(Modality.DIRECT_HIRE, Modality.TRAINING),
        contract_types=(ContractType.CDI, ContractType.STAGE),
        durations=Durations(18, ((ContractType.STAGE, 6),), ((ContractType.CDI, 36),)),
        late_threshold=Fraction(3, 4),
        rounding=Rounding(RoundingMode.UP, 50),
        reporting=Reporting(
            Every.QUARTER, 14, (Document("progress", "Bilan semestriel", Every.HALF_YEAR, 15),)
        ),
        approval_counts_from=ApprovalFrom.DECISION_DATE,
        automatic_approval=True,
        training_share=Fraction(1, 5),
        training_cap=30000,
        proof_authorities=("prescriber",),
        holder_approval=7,
        penalties=(
            PenaltyTerm(
                code="hours",
                kind=PenaltyKind.MISSING_HOURS,
                amount=IndexedAmount("minimum_wage", Fraction(3, 2)),
                label="Heures manquantes",
                observation_days=30,
                cap=Cap(500000, Fraction(1, 10)),
                floor=10000,
                reference="CCAP Exemple, art. 9",
            ),
        ),
    )


@pytest.mark.parametrize("document", [SMALLEST, WHOLE])
def test_terms_come_back_exactly(document: dict[str, Any]) -> None:
    terms = terms_from_json(document)
    written = terms_to_json(terms)
    assert terms_from_json(written) == terms
    assert terms_to_json(terms_from_json(written)) == written


def test_what_is_said_in_full_is_written_as_it_was() -> None:
    assert terms_to_json(terms_from_json(WHOLE)) == WHOLE


def test_a_profile_s_conditions_come_back_exactly() -> None:
    for item in PROFILES.values():
        assert conditions_from_json(conditions_to_json(item.conditions)) == item.conditions


def test_conditions_left_out_come_from_the_profile_one_starts_from() -> None:
    paris = profile("paris-epec-2021").conditions
    own = conditions_from_json({"reporting": {"every": "month", "due_day": 5}}, paris)
    assert own == replace(paris, reporting=Reporting(Every.MONTH, 5))


def test_a_profile_says_neither_target_nor_window_and_needs_publics() -> None:
    with pytest.raises(WrongDocumentError) as caught:
        conditions_from_json({"target": WHOLE["target"], "late_threshold": "2"})
    assert [(item.pointer, item.code) for item in caught.value.findings] == [
        ("/publics", "missing"),
        ("/late_threshold", "invalid"),
        ("/target", "unknown_field"),
    ]


def test_an_organisation_s_own_profile_fills_too() -> None:
    own = replace(
        profile("ccag-2021"),
        code="exemple-2026",
        conditions=replace(profile("ccag-2021").conditions, late_threshold=Fraction(1, 2)),
    )
    assert terms_from_json(_said(profile="exemple-2026"), own).late_threshold == Fraction(1, 2)


def test_explicit_null_takes_a_limit_away() -> None:
    conditions = replace(profile("ccag-2021").conditions, training_share=Fraction(1, 5))
    own = replace(profile("ccag-2021"), conditions=conditions)
    assert terms_from_json(_said(), own).training_share == Fraction(1, 5)
    assert terms_from_json(_said(training_share=None), own).training_share is None


MONTHLY = {"every": "month", "due_day": 15}
BILAN = {**MONTHLY, "code": "bilan", "label": "Bilan"}
MILESTONE = {"on": "2025-02-01", "hours": "1"}
STRUCTURES = "/publics/0/parameters/structures"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"profile": "exemple"}, "/profile"),
    ({"profile": ""}, "/profile"),
    ({"profile": 3}, "/profile"),
    ({"exemple/~": 1}, "/exemple~1~0"),
    ({"target": "46"}, "/target"),
    ({"target": {"hours": "46"}}, "/target/kind"),
    ({"target": {"kind": "exemple"}}, "/target/kind"),
    ({"target": {"kind": "fixed_hours"}}, "/target/hours"),
    ({"target": {"kind": "fixed_hours", "hours": "46.001"}}, "/target/hours"),
    ({"target": {"kind": "fixed_hours", "hours": "-1"}}, "/target/hours"),
    ({"target": {"kind": "fixed_hours", "hours": 46.5}}, "/target/hours"),
    ({"target": {"kind": "fixed_hours", "hours": True}}, "/target/hours"),
    ({"target": {"kind": "fixed_hours", "hours": "1e3"}}, "/target/hours"),
    ({"target": {"kind": "fixed_hours", "hours": "46", "amount": "1"}}, "/target/amount"),
    ({"target": {**SMALLEST["target"], "labour_share": "1.01"}}, "/target/labour_share"),
    ({"target": {**SMALLEST["target"], "insertion_rate": "x"}}, "/target/insertion_rate"),
    ({"target": {**SMALLEST["target"], "hourly_cost": "0"}}, "/target/hourly_cost"),
    ({"target": {**SMALLEST["target"], "amount": None}}, "/target/amount"),
    ({"window": None}, "/window"),
    ({"window": []}, "/window"),
    ({"window": {"start": "2024-12-12"}}, "/window/end"),
    ({"window": {"start": "2024-12-12", "end": "2024-12-11"}}, "/window/end"),
    ({"window": {"start": "20241212", "end": "2025-09-11"}}, "/window/start"),
    ({"window": {"start": "2024-13-12", "end": "2025-09-11"}}, "/window/start"),
    ({"window": {"start": 5, "end": "2025-09-11"}}, "/window/start"),
    ({"article": " "}, "/article"),
    ({"milestones": {}}, "/milestones"),
    ({"milestones": ["x"]}, "/milestones/0"),
    ({"milestones": [{"hours": "1"}]}, "/milestones/0/on"),
    ({"milestones": [{"on": "x", "hours": "1"}]}, "/milestones/0/on"),
    ({"milestones": [{"on": "2025-01-01"}]}, "/milestones/0/hours"),
    ({"milestones": [{"on": "2025-01-01", "hours": "x"}]}, "/milestones/0/hours"),
    ({"reporting": {**MONTHLY, "documents": [{**BILAN, "code": 5}]}}, "/reporting/documents/0/code"),
    ({"reporting": {**MONTHLY, "documents": [{**BILAN, "label": 5}]}}, "/reporting/documents/0/label"),
    (
        {"milestones": [{"on": "2025-02-01", "hours": "1"}, {"on": "2025-02-01", "hours": "2"}]},
        "/milestones/1",
    ),
    (
        {"milestones": [{"on": "2025-02-01", "hours": "2"}, {"on": "2025-03-01", "hours": "1"}]},
        "/milestones/1",
    ),
    ({"target": {"kind": "share_of_hours", "share": "0.1"}, "milestones": [MILESTONE]}, "/milestones"),
    ({"publics": []}, "/publics"),
    ({"publics": None}, "/publics"),
    ({"publics": ["rsa"]}, "/publics/0"),
    ({"publics": [{"code": "exemple"}]}, "/publics/0/code"),
    ({"publics": [{"code": "rsa"}, {"code": "rsa"}]}, "/publics"),
    ({"publics": [{"code": "rsa", "parameters": {"months": 3}}]}, "/publics/0/parameters/months"),
    ({"publics": [{"code": "rsa", "parameters": {"dependants": 1}}]}, "/publics/0/parameters/dependants"),
    ({"publics": [{"code": "rsa", "reference": 3}]}, "/publics/0/reference"),
    ({"publics": [{"code": "rsa", "assumed": "no"}]}, "/publics/0/assumed"),
    ({"publics": [{"code": "deld", "parameters": {"months": 0}}]}, "/publics/0/parameters/months"),
    ({"publics": [{"code": "deld", "parameters": {"months": 61}}]}, "/publics/0/parameters/months"),
    ({"publics": [{"code": "deld", "parameters": {"months": True}}]}, "/publics/0/parameters/months"),
    ({"publics": [{"code": "iae", "parameters": {"structures": []}}]}, STRUCTURES),
    (
        {"publics": [{"code": "iae", "parameters": {"structures": ["ea"]}}]},
        "/publics/0/parameters/structures",
    ),
    ({"publics": [{"code": "iae", "parameters": {"structures": "ai"}}]}, STRUCTURES),
    ({"modalities": []}, "/modalities"),
    ({"modalities": ["training", "training"]}, "/modalities"),
    ({"contract_types": ["cdi", "exemple"]}, "/contract_types/1"),
    ({"durations": {}}, "/durations/months"),
    (
        {"durations": {"months": 24, "by_contract_type": {"exemple": 1}}},
        "/durations/by_contract_type/exemple",
    ),
    ({"durations": {"months": 24, "to_window_end": {"cdi": 121}}}, "/durations/to_window_end/cdi"),
    ({"late_threshold": "2"}, "/late_threshold"),
    ({"rounding": {"mode": "half_up", "step": "0.1"}}, "/rounding/step"),
    ({"rounding": {"mode": "exemple", "step": "1"}}, "/rounding/mode"),
    ({"reporting": {"every": "month", "due_day": 32}}, "/reporting/due_day"),
    ({"reporting": {"every": "month", "due_day": 0}}, "/reporting/due_day"),
    ({"reporting": {**MONTHLY, "documents": {}}}, "/reporting/documents"),
    ({"reporting": {**MONTHLY, "documents": ["x"]}}, "/reporting/documents/0"),
    ({"reporting": {**MONTHLY, "documents": [{**MONTHLY, "code": "x"}]}}, "/reporting/documents/0/label"),
    ({"reporting": {**MONTHLY, "documents": [{**BILAN, "every": "day"}]}}, "/reporting/documents/0/every"),
    ({"reporting": {**MONTHLY, "documents": [BILAN, BILAN]}}, "/reporting/documents/1/code"),
    ({"approval_counts_from": "exemple"}, "/approval_counts_from"),
    ({"automatic_approval": "yes"}, "/automatic_approval"),
    ({"training_share": "1.2"}, "/training_share"),
    ({"training_cap": "1.234"}, "/training_cap"),
    ({"proof_authorities": ["exemple"]}, "/proof_authorities"),
    ({"holder_approval": True}, "/holder_approval"),
    ({"holder_approval": {"days": 0}}, "/holder_approval/days"),
    ({"holder_approval": {"days": 91}}, "/holder_approval/days"),
    ({"holder_approval": {"hours": 1}}, "/holder_approval/hours"),
]


@pytest.mark.parametrize(("changes", "pointer"), WRONG)
def test_a_wrong_field_is_named_in_french(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(WrongDocumentError) as caught:
        terms_from_json(_said(**changes))
    assert [item.pointer for item in caught.value.findings] == [pointer]
    assert all(item.detail.endswith(".") for item in caught.value.findings)
    assert pointer in str(caught.value)


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(WrongDocumentError) as caught:
        terms_from_json({"window": {}, "late_threshold": "x", "exemple": 1})
    pointers = [item.pointer for item in caught.value.findings]
    assert pointers == ["/target", "/window/start", "/publics", "/late_threshold", "/exemple"]
    assert str(caught.value).split("; ")[0] == "/target: Ce champ est obligatoire."


@pytest.mark.parametrize(
    "least",
    [
        {"window": {"start": "2024-12-12", "end": "2024-12-12"}},
        {"milestones": [MILESTONE, {"on": "2025-03-01", "hours": "1"}]},
        {"durations": {"months": 1, "by_contract_type": {"cdd": 1}}},
        {"holder_approval": {"days": 1}},
        {"subtargets": [{"label": f"Femmes {n}", "hours": "1", "sex": "female"} for n in range(20)]},
    ],
    ids=["one day", "milestones of the same hours", "one month", "one day to approve", "twenty sub-targets"],
)
def test_bounds_belong_to_what_is_accepted(least: dict[str, Any]) -> None:
    document = terms_to_json(terms_from_json(_said(**least)))
    assert terms_from_json(document) == terms_from_json(_said(**least))


def test_a_public_is_not_doubtful_unless_it_is_said() -> None:
    assert terms_from_json(_said(publics=[{"code": "rsa"}])).publics == (
        PublicChoice("rsa", (("dependants", False), ("proof_months", 0))),
    )


def test_decimals_read_from_the_json_text_are_exact() -> None:
    target = target_from_json({"kind": "fixed_hours", "hours": Decimal("0.10")})
    assert target == target_from_json({"kind": "fixed_hours", "hours": "0.1"})


def test_a_target_alone_names_its_wrong_field() -> None:
    with pytest.raises(WrongValueError, match="obligatoire") as caught:
        target_from_json({}, "/target")
    assert caught.value.finding.pointer == "/target/kind"
    with pytest.raises(WrongValueError) as alone:
        target_from_json({})
    assert alone.value.finding.pointer == "/kind"


def test_a_clause_has_an_end() -> None:
    with pytest.raises(ValueError, match="fin"):
        _ = replace(terms_from_json(SMALLEST), window=Span(date(2024, 12, 12))).end
