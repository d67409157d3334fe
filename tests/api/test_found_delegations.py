"""A delegation ends with the place on the contract of who gave it: found by a holder that was replaced."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.principal import Role
from app.services.verify import verify
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    Worker,
    add_contract,
    add_hire,
    serving,
)
from tests.api.declaring import line
from tests.api.registering import errors_of

FIRM, SUB = (CONTRACTOR, Role.CONTRACTOR), (SUBCONTRACTOR, Role.CONTRACTOR)
OWNER, PLACED = (BUYER, Role.BUYER), (STRUCTURE, Role.INSERTION_STRUCTURE)


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        drain(running.means)
        assert verify(running.means.database).holds


def given(service: Service, contract_id: UUID, by: tuple[str, Role], **days: str) -> dict[str, object]:
    answer = service.post(f"/v1/contracts/{contract_id}/delegations", *by, {"siret": STRUCTURE, **days})
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def replace_holder(service: Service, contract_id: UUID) -> None:
    path = f"/v1/contracts/{contract_id}"
    version = service.get(path, *OWNER).json()["version"]
    others = {"holders": [{"siret": OTHER_CONTRACTOR}]}
    assert service.send("PATCH", path, *OWNER, others, version).status_code == 200


def declare(service: Service, contract_id: UUID, worker: Worker) -> int:
    body = {"month": "2024-12", "lines": [line(worker, "20.00")]}
    return service.post(f"/v1/contracts/{contract_id}/statements", *PLACED, body).status_code


def test_nobody_sees_a_contract_through_a_firm_that_left_it(service: Service) -> None:
    contract_id = add_contract(service)
    worker = add_hire(service, contract_id)
    delegation = given(service, contract_id, FIRM)
    replace_holder(service, contract_id)
    assert service.get(f"/v1/contracts/{contract_id}", *FIRM).status_code == 404
    assert service.get(f"/v1/contracts/{contract_id}", *PLACED).status_code == 404
    assert declare(service, contract_id, worker) == 404
    address = f"/v1/contracts/{contract_id}/delegations/{delegation['id']}"
    told = service.get(address, *OWNER).json()
    # Its last day was yesterday, like the firm's own.
    assert (told["until"], told["version"]) == ("2025-01-09", 2)
    drain(service.means)
    told_to = service.get("/v1/events", *OWNER, limit=200).json()["items"]
    assert [item["type"] for item in told_to if item["subject_id"] == delegation["id"]] == [
        "delegation.given",
        "delegation.ended",
    ]


def test_who_has_another_place_on_the_contract_goes_on_delegating(service: Service) -> None:
    contract_id = add_contract(service, subcontractor=CONTRACTOR)
    worker = add_hire(service, contract_id)
    delegation = given(service, contract_id, FIRM)
    replace_holder(service, contract_id)
    assert declare(service, contract_id, worker) == 201
    address = f"/v1/contracts/{contract_id}/delegations/{delegation['id']}"
    assert service.get(address, *FIRM).json() == delegation


def test_a_delegation_lasts_no_longer_than_who_gives_it(service: Service) -> None:
    contract_id = add_contract(service)
    path = f"/v1/contracts/{contract_id}"
    body = {"siret": SUBCONTRACTOR, "since": "2025-01-01", "until": "2025-03-31"}
    headers = {**service.headers(*OWNER), "Idempotency-Key": str(uuid4())}
    assert service.client.post(f"{path}/subcontracts", json=body, headers=headers).status_code == 201
    asked = {"siret": STRUCTURE, "until": "2025-04-01"}
    assert errors_of(service.post(f"{path}/delegations", *SUB, asked)) == [("/until", "after_own_end")]
    delegation = given(service, contract_id, SUB)
    assert delegation["until"] == "2025-03-31"
    address = f"{path}/delegations/{delegation['id']}"
    refused = service.send("PATCH", address, *SUB, {"until": "2025-04-01"}, 1)
    assert errors_of(refused) == [("/until", "after_own_end")]
    assert service.send("PATCH", address, *SUB, {"until": "2025-02-28"}, 1).json()["until"] == "2025-02-28"
    assert service.send("PATCH", address, *SUB, {"until": None}, 2).json()["until"] == "2025-03-31"


def test_a_delegation_that_lapses_is_told_on_its_day_and_once(service: Service) -> None:
    contract_id = add_contract(service)
    lapsing = given(service, contract_id, FIRM, until="2025-01-11")
    withdrawn = given(service, contract_id, FIRM, since="2025-01-12")
    address = f"/v1/contracts/{contract_id}/delegations/{withdrawn['id']}"
    assert service.send("DELETE", address, *FIRM, None, 1).status_code == 204

    def told(by: tuple[str, Role]) -> list[object]:
        drain(service.means)
        items = service.get("/v1/events", *by, limit=200).json()["items"]
        ended = [item for item in items if item["type"] == "delegation.ended"]
        return [item["subject_id"] for item in ended if item["contract_id"] == str(contract_id)]

    before = service.clock.moment
    assert told(OWNER) == [withdrawn["id"]]
    # The 11th is its last day.
    service.clock.moment = before + timedelta(days=1)
    assert told(OWNER) == [withdrawn["id"]]
    for days in (2, 3):
        service.clock.moment = before + timedelta(days=days)
        assert told(OWNER) == [withdrawn["id"], lapsing["id"]]
        # Of what it withdrew itself the firm is not told.
        assert told(FIRM) == [lapsing["id"]]
    service.clock.moment = before
