"""OCDS: a small case by hand, and the schemas of the standard where they are at hand."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.exchange.ocds import Obligation, Party, Procurement, package, record_package, release

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "data" / "schemas" / "ocds"
BUYER = Party("SIRET", "20000000800017", "Commune d'exemple")
OBLIGATION = Obligation(
    start=date(2024, 12, 16),
    end=date(2025, 10, 5),
    measured_on=date(2025, 4, 15),
    required=4600,
    begun=True,
    met=False,
    years=((2024, 1000), (2025, 1326)),
)


def procurement(**changed: object) -> Procurement:
    values: dict[str, Any] = {
        "id": "c-1",
        "known_at": datetime(2025, 4, 15, 8, tzinfo=UTC),
        "reference": "24-1",
        "object": "Charpente bois",
        "lot": "2",
        "kind": "supplies",
        "cpv": "45261100",
        "procedure": "Procédure adaptée",
        "firm_amount": 2736400,
        "closed_on": None,
        "notified_on": date(2024, 12, 12),
        "started_on": date(2025, 1, 6),
        "end_on": date(2025, 10, 5),
        "buyer": BUYER,
        "holders": (Party("HORS-UE", "CH DUPONT", "Jean Dupont"), BUYER),
        "considerations": ("Clause sociale",),
        "obligation": OBLIGATION,
    }
    return Procurement(**{**values, **changed})


def test_the_clause_and_its_hours_are_told() -> None:
    found = release(procurement(), "ocds-abc123")
    assert found["ocid"] == "ocds-abc123-c-1"
    assert found["date"] == "2025-04-15T08:00:00Z"
    aim = {
        "goal": "social.disadvantagedEmploymentOpportunities",
        "strategies": ["contractPerformanceConditions"],
    }
    assert found["tender"]["lots"][0]["sustainability"] == [aim]
    assert found["tender"]["mainProcurementCategory"] == "goods"
    contract = found["contracts"][0]
    assert contract["value"] == {"amount": 27364.0, "currency": "EUR"}
    assert contract["status"] == "active"
    assert contract["agreedMetrics"][0]["observations"][0]["measure"] == 46
    first, second = contract["implementation"]["metrics"][0]["observations"]
    assert (first["measure"], second["measure"]) == (10, 13.26)
    # Winter and summer in Paris; the first year begins and the last one ends with the execution.
    assert first["period"] == {
        "startDate": "2024-12-16T00:00:00+01:00",
        "endDate": "2024-12-31T23:59:59+01:00",
    }
    assert second["period"] == {
        "startDate": "2025-01-01T00:00:00+01:00",
        "endDate": "2025-10-05T23:59:59+02:00",
    }


def test_a_year_that_an_amendment_left_outside_is_told_whole() -> None:
    moved = replace(OBLIGATION, start=date(2025, 2, 1), years=((2024, 1000), (2025, 1326), (2026, 100)))
    found = release(procurement(obligation=moved), "ocds-abc123")
    told = [item["period"] for item in found["contracts"][0]["implementation"]["metrics"][0]["observations"]]
    assert [(period["startDate"][:10], period["endDate"][:10]) for period in told] == [
        ("2024-01-01", "2024-12-31"),
        ("2025-02-01", "2025-10-05"),
        ("2026-01-01", "2026-12-31"),
    ]


def test_without_a_year_that_may_be_told_no_hours_are() -> None:
    untold = replace(OBLIGATION, years=())
    found = release(procurement(obligation=untold), "ocds-abc123")
    assert found["contracts"][0]["implementation"].keys() == {"milestones"}


def test_who_may_be_a_person_is_a_number_and_who_has_two_roles_stands_once() -> None:
    found = release(procurement(), "ocds-abc123")
    assert "upont" not in json.dumps(found, ensure_ascii=False).replace("DUPONT", "upont")
    roles = {party["id"]: party["roles"] for party in found["parties"]}
    assert roles == {
        "FR-SIRET-20000000800017": ["buyer", "procuringEntity", "supplier"],
        "titulaire-1": ["supplier"],
    }
    suppliers = [supplier["id"] for supplier in found["awards"][0]["suppliers"]]
    assert suppliers == ["titulaire-1", "FR-SIRET-20000000800017"]


def test_letters_in_place_of_a_siret_are_a_name_too() -> None:
    found = release(procurement(holders=(Party("SIRET", "JEANDUPONT", None), BUYER)), "ocds-abc123")
    assert "DUPONT" not in json.dumps(found)
    assert found["awards"][0]["suppliers"][0] == {"id": "titulaire-1", "name": "Identité masquée"}


@pytest.mark.parametrize(
    ("day", "begun", "met", "status"),
    [
        (date(2025, 10, 5), False, False, "scheduled"),
        (date(2025, 10, 6), False, False, "notMet"),
        (date(2025, 10, 6), True, False, "partiallyMet"),
        (date(2025, 4, 15), True, True, "met"),
    ],
)
def test_the_milestone_says_where_the_hours_stand(day: date, begun: int, met: int, status: str) -> None:
    owed = replace(OBLIGATION, measured_on=day, begun=bool(begun), met=bool(met))
    found = release(procurement(obligation=owed), "ocds-abc123")
    assert found["contracts"][0]["implementation"]["milestones"][0]["status"] == status


def test_what_is_not_known_is_left_out() -> None:
    bare = procurement(lot=None, cpv=None, firm_amount=None, considerations=(), obligation=None, holders=())
    found = release(bare, "ocds-abc123")
    assert found["tag"] == ["contract"]
    assert not {"hasSustainability", "sustainability", "lots"} & found["tender"].keys()
    assert not {"value", "agreedMetrics", "implementation", "items"} & found["contracts"][0].keys()


def test_the_same_content_has_the_same_identifier() -> None:
    first, second = release(procurement(), "ocds-abc123"), release(procurement(), "ocds-abc123")
    assert first["id"] == second["id"]
    assert release(procurement(object="Autre"), "ocds-abc123")["id"] != first["id"]


def test_releases_fit_the_schemas_of_the_standard() -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of OCDS are not beside the checkout")
    schema = json.loads((SCHEMAS / "release-schema-1.1.5.json").read_text())
    for name in ("lots", "metrics", "sustainability"):
        merge(schema, json.loads((SCHEMAS / f"{name}-extension.json").read_text()))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    for made in (procurement(), procurement(lot=None, obligation=None, holders=(), considerations=())):
        for found in package(
            [release(made, "ocds-abc123")], uri="https://exemple.fr", publisher="E", at=made.known_at
        )["releases"]:
            assert [error.message for error in checker.iter_errors(found)] == []
            unknown = set(found["contracts"][0]) - set(schema["definitions"]["Contract"]["properties"])
            assert unknown == set()
    packed = record_package(
        [release(procurement(), "ocds-abc123")], uri="https://exemple.fr", publisher="E", at=made.known_at
    )
    compiled = packed["records"][0]["compiledRelease"]
    assert [error.message for error in checker.iter_errors(compiled)] == []
    wrong = release(procurement(), "ocds-abc123")
    del wrong["contracts"][0]["implementation"]["metrics"][0]["observations"][0]["id"]
    assert list(checker.iter_errors(wrong))


def merge(whole: dict[str, Any], patch: dict[str, Any]) -> None:
    """JSON merge patch (RFC 7396), of objects only."""
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(whole.get(name), dict):
            merge(whole[name], value)
        else:
            whole[name] = value
