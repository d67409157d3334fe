from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from app.rules import codes
from app.rules.age_bands import BEGINNING, YOUNGEST
from app.rules.assessment_json import assessment_to_json
from app.rules.catalogue import catalogue
from app.rules.codes import (
    ApprovalFrom,
    ConsultationKind,
    ContractType,
    CountsFrom,
    DurationDecisionKind,
    Every,
    ForecastMethod,
    Modality,
    OutcomeCategory,
    OutcomeMoment,
    OutcomeSituation,
    PenaltyDays,
    PenaltyKind,
    ProofLevel,
    RoundingMode,
    Rule,
    Status,
    TargetKind,
    ValueOn,
    WaiverGround,
)
from app.rules.eligibility import SeenProof, assess
from app.rules.facts import Facts
from app.rules.labels import LABELS
from app.rules.public_texts import PUBLIC_TEXTS
from app.rules.publics import PUBLICS
from app.rules.rule_texts import COUNTING_RULES
from app.rules.terms import PublicChoice
from app.rules.version import RULES_VERSION

DAY = date(2024, 12, 2)


def _served(on: date) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(catalogue(on)))
    return data


def _one(items: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(item for item in items if item["code"] == code)


def test_the_law_is_plain_data() -> None:
    served = _served(date(2024, 12, 2))
    assert served == catalogue(date(2024, 12, 2))
    assert (served["rules_version"], served["on"]) == (RULES_VERSION, "2024-12-02")


def test_a_parameter_is_served_with_its_value_and_its_history() -> None:
    ceiling = _one(_served(date(2024, 12, 2))["parameters"], "hourly_ceiling")
    assert ceiling["value"]["value"] == "29"
    assert ceiling["value"]["since"] == "2024-01-01"
    assert [item["value"] for item in ceiling["values"]][-3:] == ["29", "29", "30"]
    assert ceiling["checked_on"] == "2026-07-31"
    assert _one(_served(date(2008, 12, 31))["parameters"], "hourly_ceiling")["value"] is None
    assert _one(_served(date(2024, 12, 2))["parameters"], "late_threshold")["assumed"]


def test_a_ready_table_is_served_with_its_bands() -> None:
    table = _one(_served(date(2024, 12, 2))["step_tables"], "csf-2018")
    assert (table["since"], table["in_force"], table["until"]) == ("2018-01-01", True, None)
    assert (table["assumed"], table["assumed_terms"]) == (True, ["/since"])
    assert table["bands"][1] == {"from_amount": "100000.00", "hours": "300.00"}
    assert not _one(_served(date(2017, 12, 31))["step_tables"], "csf-2018")["in_force"]


def test_a_public_is_served_with_its_parameters_and_proofs() -> None:
    served = _served(date(2024, 12, 2))["publics"]
    qpv = _one(served, "qpv")
    assert qpv["proofs"] == [
        {"any_of": ["address"], "only_if": None, "age": "address_proof_months"},
        {
            "any_of": ["france_travail", "registration_summary"],
            "only_if": "requires_jobseeker",
            "age": "proof_months",
        },
    ]
    assert qpv["parameters"][:1] == [
        {
            "code": "requires_jobseeker",
            "label": "Demandeur d'emploi exigé",
            "default": True,
            "minimum": None,
            "maximum": None,
            "accepted": None,
        }
    ]
    ages = [
        (item["code"], item["default"], item["minimum"], item["maximum"]) for item in qpv["parameters"][1:]
    ]
    assert ages == [("address_proof_months", 0, 0, 60), ("proof_months", 0, 0, 60)]
    months = _one(_one(served, "deld")["parameters"], "months")
    assert (months["default"], months["minimum"], months["maximum"]) == (12, 1, 60)
    assert _one(_one(served, "iae")["parameters"], "structures")["accepted"] == [
        "ai",
        "etti",
        "ei",
        "aci",
        "eiti",
    ]


def test_every_public_tells_who_it_is() -> None:
    assert list(PUBLIC_TEXTS) == list(PUBLICS)
    for item in _served(DAY)["publics"]:
        _is_told(item)
        assert "{" not in item["text"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "senior",
            "Demandeur d'emploi qui a atteint 50 ans, âge que la clause peut changer.",
        ),
        (
            "frr",
            (
                "Personne qui habite une commune classée en zone France ruralités revitalisation. "
                "Notion en vigueur depuis le 01/07/2024."
            ),
        ),
        (
            "allocation_insertion",
            (
                "Personne qui reçoit l'allocation d'insertion, que nomment encore d'anciennes clauses. "
                "Dernier jour de la notion : 31/08/2017."
            ),
        ),
        (
            "csf",
            (
                "Jeune de 16 ans ou plus et de moins de 26 ans, en formation sous statut scolaire, "
                "accueilli en stage pour la clause sociale de formation. "
                "Notion en vigueur depuis le 01/01/2018."
            ),
        ),
    ],
)
def test_a_public_is_told_with_its_defaults_and_its_days(code: str, text: str) -> None:
    assert _one(_served(DAY)["publics"], code)["text"] == text


@pytest.mark.parametrize(("on", "in_force"), [(date(2017, 8, 31), True), (date(2017, 9, 1), False)])
def test_a_public_says_whether_it_is_in_force(on: date, *, in_force: bool) -> None:
    served = _one(_served(on)["publics"], "allocation_insertion")
    assert (served["in_force"], served["until"], served["assumed"]) == (in_force, "2017-08-31", True)


@pytest.mark.parametrize(("on", "in_force"), [(date(2021, 3, 31), False), (date(2021, 4, 1), True)])
def test_a_profile_says_whether_it_is_in_force(on: date, *, in_force: bool) -> None:
    served = _one(_served(on)["profiles"], "ccag-2021")
    assert (served["in_force"], served["since"], served["until"]) == (in_force, "2021-04-01", None)
    assert served["conditions"]["late_threshold"] == "0.8"


def test_every_counting_rule_has_its_text_in_order() -> None:
    assert [item.rule for item in COUNTING_RULES] == list(Rule)
    served = _served(date(2024, 12, 2))["counting_rules"]
    assert all(item["label"] and item["text"] and item["reference"] for item in served)
    assert _one(served, "plausibility")["reference"] == "Code du travail, art. L3121-20"


def test_every_code_has_its_french_label() -> None:
    labelled = {code for labels in LABELS.values() for code in labels}
    kinds = [kind for kind in vars(codes).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
    known = {code for kind in kinds if kind is not StrEnum for code in kind}
    assert len(kinds) > 15
    # The bands of ages are codes without a list of their own: their names hold the ages.
    assert labelled == known | {YOUNGEST, *BEGINNING}
    assert all(label for labels in LABELS.values() for label in labels.values())


@pytest.mark.parametrize(
    ("name", "codes_of"),
    [
        ("modalities", Modality),
        ("contract_types", ContractType),
        ("targets", TargetKind),
        ("counts_from", CountsFrom),
        ("rounding", RoundingMode),
        ("reporting", Every),
        ("approval_counts_from", ApprovalFrom),
        ("penalty_kinds", PenaltyKind),
        ("penalty_days", PenaltyDays),
        ("value_days", ValueOn),
        ("statuses", Status),
        ("forecast_methods", ForecastMethod),
        ("proof_levels", ProofLevel),
        ("consultation_kinds", ConsultationKind),
        ("duration_decisions", DurationDecisionKind),
        ("outcome_moments", OutcomeMoment),
        ("outcome_categories", OutcomeCategory),
        ("outcome_situations", OutcomeSituation),
        ("waiver_grounds", WaiverGround),
        ("counting_rules", Rule),
    ],
)
def test_every_code_of_the_law_has_its_text_and_its_source(name: str, codes_of: type[StrEnum]) -> None:
    served = _served(DAY)[name]
    assert [item["code"] for item in served] == [str(code) for code in codes_of]
    for item in served:
        assert item["label"] == LABELS[name][item["code"]]
        _is_told(item)


def _is_told(item: dict[str, Any]) -> None:
    """A sentence that says more than its label, and where it is written, or that nobody has read it."""
    assert item["text"].endswith(".")
    assert item["text"].removesuffix(".") != item["label"]
    assert item["reference"]
    if "suppos" in item["reference"] or "non lu" in item["reference"] or "sans texte lu" in item["reference"]:
        assert item["assumed"] is True


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("duration_rules", ["duration_start", "months_by_contract_type", "cdi_to_window_end"]),
        ("outcome_rates", ["dynamic", "response"]),
        ("clause_states", ["waived", "clause_missing", "to_check", "no_clause", "clause"]),
    ],
)
def test_rules_without_a_code_elsewhere_have_label_text_and_source(name: str, told: list[str]) -> None:
    served = _served(DAY)[name]
    assert [item["code"] for item in served] == told
    for item in served:
        assert item["label"]
        _is_told(item)


def test_texts_repeat_the_numbers_of_the_parameters() -> None:
    served = _served(DAY)
    numbers = {item["code"]: item["value"]["value"] for item in served["parameters"] if item["value"]}
    by_type = _one(served["duration_rules"], "months_by_contract_type")
    cdi = _one(served["duration_rules"], "cdi_to_window_end")
    assert (numbers["eligibility_months"], by_type["assumed"]) == ("24", True)
    assert (numbers["cdi_months"], cdi["assumed"]) == ("48", False)
    assert "24 par défaut" in by_type["text"]
    assert "48 mois au plus" in cdi["text"]
    assert numbers["late_threshold"] == "0.8"
    assert "80 % par défaut" in _one(served["statuses"], "late")["text"]
    names = ("forecast_months", "forecast_low_share", "forecast_least_months")
    assert [numbers[name] for name in names] == ["3", "0.5", "2"]
    method = _one(served["forecast_methods"], "pace_of_due_months")["text"]
    assert all(said in method for said in ("trois derniers", "la moitié", "moins de deux"))


def test_the_default_due_day_is_a_dated_parameter() -> None:
    due_day = _one(_served(DAY)["parameters"], "reporting_due_day")
    assert (due_day["value"]["value"], due_day["unit"], due_day["assumed"]) == ("15", "day_of_month", True)
    ccag = _one(_served(DAY)["profiles"], "ccag-2021")
    assert ccag["conditions"]["reporting"] == {"every": "month", "due_day": 15, "documents": []}


def test_an_assessment_is_plain_data_with_every_reason() -> None:
    choices = [PublicChoice("qpv", reference="CCAP Exemple, art. 4"), PublicChoice("rsa")]
    proofs = [SeenProof("address", date(2024, 12, 1))]
    assessment = assess(choices, Facts(qpv=True), frozenset({"rsa"}), proofs, date(2024, 12, 2))
    written = json.loads(json.dumps(assessment_to_json(assessment)))
    assert (written["on"], written["outcome"], written["rules_version"]) == (
        "2024-12-02",
        "unproven",
        RULES_VERSION,
    )
    assert written["publics"][0] == {
        "code": "qpv",
        "label": "Habitant d'un quartier prioritaire éloigné de l'emploi",
        "outcome": "unproven",
        "criterion": None,
        "reasons": [
            {"code": "qpv", "text": "Habite un quartier prioritaire de la ville", "answer": True},
            {"code": "jobseeker", "text": "Demandeur d'emploi", "answer": None},
        ],
        "claimed": False,
        "proofs_seen": ["address"],
        "proofs_missing": [["france_travail", "registration_summary"]],
        "proofs_too_old": [],
        "parameters": {"requires_jobseeker": True, "address_proof_months": 0, "proof_months": 0},
        "reference": "CCAP Exemple, art. 4",
        "assumed": False,
    }
    assert written["publics"][1]["claimed"]


def test_a_proof_that_is_too_old_is_told_apart_from_one_that_is_missing() -> None:
    choices = [PublicChoice("qpv", (("address_proof_months", 3), ("proof_months", 1)))]
    proofs = [SeenProof("address", date(2024, 9, 1)), SeenProof("france_travail", date(2024, 11, 2))]
    assessment = assess(choices, Facts(qpv=True, jobseeker=True), frozenset(), proofs, date(2024, 12, 2))
    (qpv,) = json.loads(json.dumps(assessment_to_json(assessment)))["publics"]
    assert (qpv["outcome"], qpv["proofs_seen"], qpv["proofs_missing"]) == (
        "unproven",
        ["france_travail"],
        [["address"]],
    )
    assert qpv["proofs_too_old"] == [
        {"type": "address", "issued_on": "2024-09-01", "months": 3, "issued_from": "2024-09-02"}
    ]


def test_a_proof_says_whether_it_lasts() -> None:
    lasting = {item["code"] for item in _served(date(2024, 12, 2))["proofs"] if item["lasting"]}
    assert lasting == {"identity", "diploma", "school_leaving"}
