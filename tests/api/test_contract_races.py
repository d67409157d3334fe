"""Registrations at the same time: each succeeds or says why, whatever they share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db.tables import Organisation
from app.principal import Role
from tests.api.builders import BUYER, OTHER_BUYER, OTHER_CONTRACTOR, Service, serving
from tests.api.registering import contract_body

AT_ONCE = 8


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        for siret in (BUYER, OTHER_BUYER):
            found.headers(siret, Role.BUYER)
        yield found


def at_once(service: Service, sent: list[tuple[str, dict[str, Any]]]) -> list[int]:
    def register(request: tuple[str, dict[str, Any]]) -> int:
        siret, body = request
        return service.post("/v1/contracts", siret, Role.BUYER, body).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(register, sent))


def test_a_firm_new_to_several_contracts_is_one_organisation(service: Service) -> None:
    holders = [{"siret": OTHER_CONTRACTOR}]
    sent = [(siret, contract_body(holders=holders)) for siret in (BUYER, OTHER_BUYER) * (AT_ONCE // 2)]
    assert at_once(service, sent) == [201] * AT_ONCE
    with service.means.database.read() as session:
        query = select(func.count()).where(Organisation.identifier == OTHER_CONTRACTOR)
        assert session.scalar(query) == 1


def test_one_lot_is_registered_once_whoever_comes_first(service: Service) -> None:
    body = contract_body()
    assert at_once(service, [(BUYER, body)] * AT_ONCE) == [201] + [409] * (AT_ONCE - 1)
