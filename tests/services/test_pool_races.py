"""What is said of pools at once: one answer is taken, and hours counted meanwhile come right."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, TERMS, Service, add_contract, add_hire, serving
from tests.api.declaring import accepted, line, sent
from tests.services.test_ledger_races import at_once, settled

CAPPED = {**TERMS, "training_cap": "30.00"}


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.BUYER), (OTHER_BUYER, Role.BUYER)):
            running.headers(siret, role)
        for siret in (BUYER, OTHER_BUYER):
            running.headers(siret, Role.FACILITATOR)
        yield running


def ask(service: Service, *contracts: UUID) -> Any:  # noqa: ANN401 - an answer
    body = {"contracts": [str(item) for item in contracts]}
    return service.post("/v1/pools", CONTRACTOR, Role.CONTRACTOR, body)


def say(service: Service, pool_id: str, contract: UUID, buyer: str, word: str, version: int) -> int:
    path = f"/v1/pools/{pool_id}/contracts/{contract}/{word}"
    body = {} if word == "agree" else {"reason": "Chacun pour soi"}
    found: int = service.send("POST", path, buyer, Role.BUYER, body, version).status_code
    return found


def test_a_contract_asked_for_in_many_pools_at_once_is_in_one(service: Service) -> None:
    one = add_contract(service)
    others = [add_contract(service, buyer=OTHER_BUYER) for _ in range(3)]
    found = at_once(lambda other: ask(service, one, other).status_code, others)
    assert Counter(found) == {201: 1, 422: 2}


def test_a_pool_ends_and_runs_again_while_hours_of_its_contracts_are_reviewed(service: Service) -> None:
    buyers = (BUYER, OTHER_BUYER)
    contracts = [add_contract(service, buyer=buyer, terms=CAPPED) for buyer in buyers]
    worker = add_hire(service, contracts[0])
    workers = (worker, add_hire(service, contracts[1], person=worker))
    statements = [
        sent(service, contract, line(who, "10.00", training="20.00"), month="2024-12")
        for contract, who in zip(contracts, workers, strict=True)
    ]
    pool_id = ask(service, *contracts).json()["id"]
    assert say(service, pool_id, contracts[0], BUYER, "agree", 2) == 200

    def act(number: int) -> int:
        if number < len(buyers):
            accepted(service, statements[number], buyers[number])
            return 0
        # One buyer agrees twice upon the version read: one of the two is taken.
        return say(service, pool_id, contracts[1], OTHER_BUYER, "agree", 3)

    assert Counter(at_once(act, [0, 1, 2, 3])) == {0: 2, 200: 1, 412: 1}
    settled(service)
    # One cap of 30 h of training for both: 20 h of the one, 10 h of the other, and 10 h worked of each.
    assert sorted(counted(service, contracts, buyers)) == ["20.00", "30.00"]
    corrected = [0, 1]

    def part(number: int) -> int:
        buyer = buyers[number]
        return say(service, pool_id, contracts[number], buyer, "leave", 4)

    assert 200 in at_once(part, corrected)
    settled(service)
    # Alone again, each has room for its own 20 h.
    assert counted(service, contracts, buyers) == ["30.00", "30.00"]


def counted(service: Service, contracts: list[UUID], buyers: tuple[str, str]) -> list[str]:
    return [
        service.get(f"/v1/contracts/{contract}/compliance", buyer, Role.BUYER).json()["counted"]
        for contract, buyer in zip(contracts, buyers, strict=True)
    ]
