from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from app.rules import codes
from app.rules.assessment_json import assessment_to_json
from app.rules.catalogue import catalogue
from app.rules.codes import Rule
from app.rules.eligibility import SeenProof, assess
from app.rules.facts import Facts
from app.rules.labels import LABELS
from app.rules.rule_texts import COUNTING_RULES
from app.rules.terms import PublicChoice
from app.rules.version import RULES_VERSION


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
    assert (table["since"], table["in_force"], table["assumed"]) == ("2018-01-01", True, False)
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
    assert labelled == known
    assert all(label for labels in LABELS.values() for label in labels.values())


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
