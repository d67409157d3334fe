"""Subcontractors: declared by the buyer, seeing the contract on their days."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, SUBCONTRACTOR, Service, serving
from tests.api.registering import errors_of, register


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


class TestSubcontracting:
    def declare(self, service: Service, contract: dict[str, Any], **body: str) -> Response:
        path = f"/v1/contracts/{contract['id']}/subcontracts"
        return service.post(path, BUYER, Role.BUYER, body)

    def test_a_subcontractor_sees_the_contract_on_its_days(self, service: Service) -> None:
        contract = register(service)
        path = f"/v1/contracts/{contract['id']}"
        done = self.declare(service, contract, siret=SUBCONTRACTOR, until="2025-01-10")
        assert done.status_code == 201
        assert done.json() == {
            "scheme": "SIRET",
            "identifier": SUBCONTRACTOR,
            "name": None,
            "since": "2025-01-10",
            "until": "2025-01-10",
        }
        assert service.get(path, SUBCONTRACTOR, Role.CONTRACTOR).status_code == 200
        listed = service.get(f"{path}/subcontracts", SUBCONTRACTOR, Role.CONTRACTOR).json()
        assert listed == {"items": [done.json()]}
        service.clock.moment += timedelta(days=1)
        assert service.get(path, SUBCONTRACTOR, Role.CONTRACTOR).status_code == 404
        service.clock.moment -= timedelta(days=1)

    def test_a_firm_is_declared_once(self, service: Service) -> None:
        contract = register(service)
        assert self.declare(service, contract, siret=SUBCONTRACTOR).status_code == 201
        again = self.declare(service, contract, siret=SUBCONTRACTOR)
        assert (again.status_code, again.json()["code"]) == (409, "already_party")

    def test_a_wrong_declaration_is_named(self, service: Service) -> None:
        contract = register(service)
        wrong = self.declare(service, contract, siret="40000000600018")
        assert (wrong.status_code, errors_of(wrong)) == (422, [("/siret", "invalid_siret")])
        late = self.declare(service, contract, siret=SUBCONTRACTOR, since="2025-02-01", until="2025-01-31")
        assert (late.status_code, errors_of(late)) == (422, [("", "end_before_start")])
