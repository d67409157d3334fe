"""The served law, field by field: what an integrator reads under which name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.rules.catalogue import catalogue, profile_as_data
from app.rules.codes import Status
from app.rules.facts import FACT_LABELS
from app.rules.labels import LABELS
from app.rules.profiles import PROFILES

DAY = date(2024, 12, 2)
ACT = "Décret 2024-951 du 23/10/2024"
WAGE = {"since": "2024-11-01", "value": "11.88", "reference": ACT}
ANRU = "ANRU, charte nationale d'insertion (ash.tm.fr/hebdo/2906)"


def _served(name: str) -> list[dict[str, Any]]:
    found: Any = catalogue(DAY)[name]
    return list(found)


def _one(name: str, code: str) -> dict[str, Any]:
    return next(item for item in _served(name) if item["code"] == code)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("proofs", {"code": "identity", "label": "Pièce d'identité", "lasting": True}),
        ("facts", {"code": "birth_date", "kind": "date", "label": "Date de naissance"}),
        ("facts", {"code": "jobseeker", "kind": "boolean", "label": "Demandeur d'emploi"}),
    ],
)
def test_small_things_are_served_whole(name: str, expected: dict[str, Any]) -> None:
    assert _one(name, expected["code"]) == expected


def test_every_fact_and_every_label_is_served() -> None:
    assert [item["code"] for item in _served("facts")] == list(FACT_LABELS)
    codes: Any = catalogue(DAY)["codes"]
    assert list(codes) == list(LABELS)
    assert codes["statuses"][0] == {"code": str(Status.WAIVED), "label": "Absence motivée"}
    assert [item["code"] for item in codes["statuses"]] == [str(code) for code in LABELS["statuses"]]


def test_a_parameter_is_served_whole() -> None:
    served = _one("parameters", "minimum_wage")
    assert WAGE in served.pop("values")
    assert served == {
        "code": "minimum_wage",
        "label": "Salaire minimum horaire brut",
        "unit": "EUR/h",
        "assumed": False,
        "checked_on": "2026-07-31",
        "value": WAGE,
    }


def test_a_ready_target_is_served_whole() -> None:
    assert _one("ready_targets", "npnru-travaux") == {
        "code": "npnru-travaux",
        "label": "Renouvellement urbain (ANRU) : travaux et ingénierie liée, au moins 5 % des heures",
        "reference": ANRU,
        "assumed": True,
        "assumed_terms": ["/since"],
        "since": "2015-01-01",
        "until": None,
        "in_force": True,
        "target": {"kind": "share_of_hours", "share": "0.05"},
        "named_by": {"ready": "npnru-travaux", "table": None, "kind": "share_of_hours"},
    }
    named = _one("ready_targets", "csf-2018")["named_by"]
    assert named == {"ready": None, "table": "csf-2018", "kind": "step_table"}


def test_a_situation_of_an_outcome_says_its_category() -> None:
    served = _one("outcome_situations", "cdi")
    assert (served["category"], served["category_label"]) == ("lasting", "Emploi durable")


def test_a_public_says_since_when_and_whether_built_in_profiles_leave_it_out() -> None:
    custom, common = _one("publics", "detld"), _one("publics", "csf")
    assert (custom["custom_only"], custom["since"]) == (True, "2000-01-01")
    assert (common["custom_only"], common["since"]) == (False, "2018-01-01")


def test_a_profile_is_served_with_its_source_its_days_and_its_ready_targets() -> None:
    served = _one("profiles", "paris-epec-2021")
    assert {name: served[name] for name in ("version", "label", "reference", "ready_targets")} == {
        "version": 1,
        "label": "Paris (EPEC), 2021",
        "reference": "CCAP 21_BAM_048 (Services du Premier ministre), clause suivie par l'EPEC",
        "ready_targets": ["paris-epec-first-euro", "paris-epec-beyond-trigger"],
    }
    ended = replace(PROFILES["herault"], until=date(2024, 6, 30))
    assert (profile_as_data(ended, DAY)["until"], profile_as_data(ended, DAY)["in_force"]) == (
        "2024-06-30",
        False,
    )
