"""OCDS: a small case by hand, and the schemas of the standard where they are at hand."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.exchange.ocds import Obligation, Party, Procurement, package, release

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "data" / "schemas" / "ocds"
BUYER = Party("SIRET", "20000000800017", "Commune d'exemple")
OBLIGATION = Obligation(
    start=date(2025, 1, 6),
    end=date(2025, 10, 5),
    measured_on=date(2025, 4, 15),
    required=4600,
    counted=1326,
    met=False,
    months=((date(2025, 1, 1), 1000),),
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
    total, january = contract["implementation"]["metrics"][0]["observations"]
    assert (total["measure"], january["measure"]) == (13.26, 10)
    # Winter and summer in Paris; the first month begins with the execution.
    assert total["period"] == {
        "startDate": "2025-01-06T00:00:00+01:00",
        "endDate": "2025-04-15T23:59:59+02:00",
    }
    assert january["period"] == {
        "startDate": "2025-01-06T00:00:00+01:00",
        "endDate": "2025-01-31T23:59:59+01:00",
    }


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
    ("day", "counted", "met", "status"),
    [
        (date(2025, 10, 5), 0, False, "scheduled"),
        (date(2025, 10, 6), 0, False, "notMet"),
        (date(2025, 10, 6), 1, False, "partiallyMet"),
        (date(2025, 4, 15), 4600, True, "met"),
    ],
)
def test_the_milestone_says_where_the_hours_stand(day: date, counted: int, met: int, status: str) -> None:
    owed = Obligation(
        start=OBLIGATION.start,
        end=OBLIGATION.end,
        measured_on=day,
        required=4600,
        counted=counted,
        met=bool(met),
    )
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
