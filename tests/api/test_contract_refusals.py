"""Every operation on a contract refuses who may not, in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, OTHER_CONTRACTOR, STRUCTURE, Service, serving
from tests.api.registering import CLAUSE, record_clause, register

AMENDMENT = {"effective_on": "2025-05-01", "reason": "Avenant", "window": {"end": "2025-10-11"}}
# Method, path under the contract, body; `{mandate}` stands for the contract's mandate.
READINGS = [
    ("GET", "", None),
    ("GET", "/clause", None),
    ("GET", "/mandates", None),
    ("GET", "/mandates/{mandate}", None),
    ("GET", "/subcontracts", None),
]
CREATIONS = [
    ("POST", "/mandates", {"siret": STRUCTURE, "role": "insertion_structure"}),
    ("POST", "/subcontracts", {"siret": OTHER_CONTRACTOR}),
    ("POST", "/clause/versions", AMENDMENT),
]
CHANGES = [
    ("PATCH", "", {"lot": "9"}),
    ("PUT", "/places/1", {"place": "commune/57433"}),
    ("POST", "/close", {}),
    ("PATCH", "/mandates/{mandate}", {"until": "2025-03-01"}),
    ("DELETE", "/mandates/{mandate}", None),
    ("POST", "/clause/versions", AMENDMENT),
]
PUTS = [("PUT", "/clause", CLAUSE)]
WRITINGS = [*CREATIONS, *CHANGES[:-1], *PUTS]


@dataclass
class Case:
    """A contract with a clause and a mandate, to be asked in every way."""

    service: Service
    contract_id: str
    mandate_id: str

    def ask(
        self, operation: tuple[str, str, Any], headers: dict[str, str], version: str = '"1-buyer-fr"'
    ) -> Response:
        method, path, body = operation
        url = f"/v1/contracts/{self.contract_id}{path.format(mandate=self.mandate_id)}"
        sent = {"Idempotency-Key": str(uuid4()), "If-Match": version, **headers}
        return self.service.client.request(
            method, url, json=body, headers={name: value for name, value in sent.items() if value}
        )


@pytest.fixture(scope="module")
def case(module_database_url: str) -> Iterator[Case]:
    with serving(module_database_url) as service:
        contract = register(service)
        record_clause(service, contract)
        path = f"/v1/contracts/{contract['id']}/mandates"
        mandate = service.post(path, BUYER, Role.BUYER, {"siret": OTHER_BUYER}).json()
        yield Case(service, contract["id"], mandate["id"])


@pytest.mark.parametrize("operation", [*READINGS, *WRITINGS], ids=str)
def test_a_credential_is_required(case: Case, operation: tuple[str, str, Any]) -> None:
    answer = case.ask(operation, {})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("operation", [*READINGS, *WRITINGS], ids=str)
@pytest.mark.parametrize(
    ("siret", "role"),
    [(OTHER_BUYER, Role.BUYER), (OTHER_CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.OBSERVER)],
)
def test_another_organisation_finds_nothing(
    case: Case, operation: tuple[str, str, Any], siret: str, role: Role
) -> None:
    answer = case.ask(operation, case.service.headers(siret, role))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("operation", WRITINGS, ids=str)
@pytest.mark.parametrize(
    ("siret", "role"),
    [(CONTRACTOR, Role.CONTRACTOR), (OTHER_BUYER, Role.FACILITATOR), (BUYER, Role.FACILITATOR)],
)
def test_who_sees_it_may_still_not_write(
    case: Case, operation: tuple[str, str, Any], siret: str, role: Role
) -> None:
    answer = case.ask(operation, case.service.headers(siret, role))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("operation", READINGS, ids=str)
@pytest.mark.parametrize(
    ("siret", "role"),
    [(CONTRACTOR, Role.CONTRACTOR), (OTHER_BUYER, Role.FACILITATOR), (BUYER, Role.ADMIN)],
)
def test_who_takes_part_reads(case: Case, operation: tuple[str, str, Any], siret: str, role: Role) -> None:
    assert case.ask(operation, case.service.headers(siret, role)).status_code == 200


@pytest.mark.parametrize("operation", CHANGES, ids=str)
@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        ("", 428, "precondition_required"),
        ('"99-buyer-fr"', 412, "stale_version"),
        ("W/x", 412, "stale_version"),
    ],
)
def test_a_change_names_the_version_it_read(
    case: Case, operation: tuple[str, str, Any], version: str, status: int, code: str
) -> None:
    answer = case.ask(operation, case.service.headers(BUYER, Role.BUYER), version)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("operation", CREATIONS, ids=str)
def test_a_creation_needs_a_key(case: Case, operation: tuple[str, str, Any]) -> None:
    headers = {**case.service.headers(BUYER, Role.BUYER), "Idempotency-Key": ""}
    answer = case.ask(operation, headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("operation", CREATIONS[:2], ids=str)
def test_a_repeated_creation_is_answered_the_same(case: Case, operation: tuple[str, str, Any]) -> None:
    headers = {**case.service.headers(BUYER, Role.BUYER), "Idempotency-Key": f"again-{operation[1]}"}
    first, second = (case.ask(operation, headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content


def test_an_unknown_contract_is_not_found(case: Case) -> None:
    unknown = Case(case.service, str(uuid4()), case.mandate_id)
    for operation in (*READINGS, *WRITINGS):
        answer = unknown.ask(operation, case.service.headers(BUYER, Role.BUYER))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
