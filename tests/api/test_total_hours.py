"""Everyone's hours: declared with statements, and what a share of them requires."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.principal import Role
from tests.api.builders import BUYER, SUBCONTRACTOR, Service, serving
from tests.api.declaring import DECEMBER, Body, correct, send, taken
from tests.api.registering import record_clause, register

NOBODY: Body = {"month": DECEMBER, "nothing_to_declare": True}


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def test_a_share_follows_the_latest_versions_of_every_declarant(service: Service) -> None:
    contract = register(service)
    record_clause(service, contract, target={"kind": "share_of_hours", "share": "0.05"})
    path, contract_id = f"/v1/contracts/{contract['id']}", UUID(contract["id"])
    subcontract = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
    assert service.post(f"{path}/subcontracts", BUYER, Role.BUYER, subcontract).status_code == 201

    def position(**query: str) -> dict[str, Any]:
        answer = service.get(f"{path}/compliance", BUYER, Role.BUYER, **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    statement = taken(send(service, contract_id, {**NOBODY, "total_hours_worked": "400.00"}))
    assert statement["total_hours_worked"] == "400.00"
    other = taken(send(service, contract_id, {**NOBODY, "total_hours_worked": "105.00"}, SUBCONTRACTOR))
    # 5 % of 505 h is 25.25 h.
    assert (position()["required"], position(as_of="2024-12-30")["required"]) == ("25.00", "0.00")
    instant = service.clock.moment.isoformat()
    known = position(known_at=instant)
    assert known["target"]["formula"] == "5 % × 505 h travaillées par tous = 25,25 h, soit 25 h"
    service.clock.moment += timedelta(minutes=1)
    correction = {"nothing_to_declare": True, "reason": "Total relu", "total_hours_worked": "300.00"}
    assert taken(correct(service, statement, correction))["total_hours_worked"] == "300.00"
    # 5 % of 405 h is 20.25 h.
    assert position()["required"] == "20.00"
    without = {"nothing_to_declare": True, "reason": "Sans total"}
    assert taken(correct(service, other, without, SUBCONTRACTOR))["total_hours_worked"] is None
    assert position()["required"] == "15.00"
    assert position(known_at=instant) == known
    address = f"/v1/statements/{statement['id']}"
    assert service.get(address, BUYER, Role.BUYER).json()["total_hours_worked"] == "300.00"
