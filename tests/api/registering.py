"""Contracts and clauses registered through the API, as their buyer does."""

from itertools import count
from typing import Any

from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, Service

NUMBERS = count(1)
CONTRACT: dict[str, Any] = {
    "object": "Déchèterie d'exemple, lot 2, charpente bois",
    "lot": "2",
    "nature": "Marché",
    "kind": "works",
    "cpv": "45261100-5",
    "procedure": "Procédure adaptée",
    "ccag": "Travaux",
    "firm_amount": "27364.00",
    "notified_on": "2024-12-12",
    "duration_months": 9,
    "holders": [{"siret": CONTRACTOR}],
    "places": [{"published_code": "57280", "published_type": "Code postal"}],
}
CLAUSE: dict[str, Any] = {
    "profile": "ccag-2021",
    "target": {
        "kind": "labour_formula",
        "labour_share": "0.5",
        "insertion_rate": "0.1",
        "hourly_cost": "30.00",
    },
    "reporting": {"every": "month", "due_day": 15},
}


def errors_of(answer: Response) -> list[tuple[str, str]]:
    """Pointer and code of everything that a problem names."""
    assert answer.headers["content-type"] == "application/problem+json"
    return [(item["pointer"], item["code"]) for item in answer.json()["errors"]]


def contract_body(**fields: object) -> dict[str, Any]:
    """A contract that may be registered, under a reference of its own."""
    return {"reference": f"EX-{next(NUMBERS)}", **CONTRACT, **fields}


def register(service: Service, **fields: object) -> dict[str, Any]:
    """The contract as registered by its buyer."""
    answer = service.post("/v1/contracts", BUYER, Role.BUYER, contract_body(**fields))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def record_clause(service: Service, contract: dict[str, Any], **terms: object) -> dict[str, Any]:
    """The first version of its clause, as recorded by its buyer."""
    path = f"/v1/contracts/{contract['id']}/clause"
    answer = service.send("PUT", path, BUYER, Role.BUYER, {**CLAUSE, **terms}, None)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
