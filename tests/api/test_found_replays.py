"""A stored answer is not told again to who no longer sees what it speaks of."""

from collections.abc import Iterator

import pytest

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_CONTRACTOR, Service, serving
from tests.api.people import HIRE
from tests.api.registering import record_clause, register


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


def test_a_firm_that_left_the_contract_gets_no_replay(service: Service) -> None:
    contract = register(service)
    record_clause(service, contract)
    path = f"/v1/contracts/{contract['id']}"
    hire = service.post(f"{path}/hires", CONTRACTOR, Role.CONTRACTOR, HIRE, "hire")
    assert hire.status_code == 201
    lines = [{"hire_id": hire.json()["id"], "worked": "7.00"}]
    month = {"month": "2024-12", "lines": lines}
    statement = service.post(f"{path}/statements", CONTRACTOR, Role.CONTRACTOR, month, "month")
    correction = {"reason": "Exemple", "lines": lines}
    headers = {
        **service.headers(CONTRACTOR, Role.CONTRACTOR),
        "Idempotency-Key": "correction",
        "If-Match": '"1-contractor-fr"',
    }
    versions = f"/v1/statements/{statement.json()['id']}/versions"
    assert service.client.post(versions, json=correction, headers=headers).status_code == 201
    assert service.client.post(versions, json=correction, headers=headers).status_code == 201

    version = service.get(path, BUYER, Role.BUYER).json()["version"]
    others = {"holders": [{"siret": OTHER_CONTRACTOR}]}
    assert service.send("PATCH", path, BUYER, Role.BUYER, others, version).status_code == 200

    again = service.post(f"{path}/hires", CONTRACTOR, Role.CONTRACTOR, HIRE, "hire")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    again = service.post(f"{path}/statements", CONTRACTOR, Role.CONTRACTOR, month, "month")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    again = service.client.post(versions, json=correction, headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
