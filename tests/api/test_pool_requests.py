"""How a pool is asked for: once, by who is known, of a framework and its follow-on contracts."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_CONTRACTOR, Service, add_contract, serving
from tests.api.registering import record_clause, register


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


def test_a_pool_asked_for_twice_under_one_key_is_one(service: Service) -> None:
    body = {"contracts": [str(add_contract(service)), str(add_contract(service))]}
    first = service.post("/v1/pools", CONTRACTOR, Role.CONTRACTOR, body, "once")
    again = service.post("/v1/pools", CONTRACTOR, Role.CONTRACTOR, body, "once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again.headers["location"]) == (first.json(), f"/v1/pools/{first.json()['id']}")
    listed = service.get("/v1/pools", CONTRACTOR, Role.CONTRACTOR).json()["items"]
    assert [item["id"] for item in listed] == [first.json()["id"]]
    other = service.post("/v1/pools", CONTRACTOR, Role.CONTRACTOR, {**body, "reason": "Autre"}, "once")
    assert other.status_code == 422
    # Nobody asks, reads or answers without a key.
    path = f"/v1/pools/{first.json()['id']}"
    asked = [("POST", "/v1/pools"), ("GET", "/v1/pools"), ("GET", path), ("GET", f"{path}/compliance")]
    asked += [
        ("POST", f"{path}/contracts/{body['contracts'][0]}/{word}") for word in ("agree", "refuse", "leave")
    ]
    sent = {**body, "reason": "Exemple"}
    told = [
        service.client.request(method, where, json=sent if where == "/v1/pools" else {"reason": "Exemple"})
        for method, where in asked
    ]
    assert {answer.status_code for answer in told} == {401}
    headers = service.headers(CONTRACTOR, Role.CONTRACTOR)
    keyless = service.client.post("/v1/pools", json=body, headers=headers)
    assert keyless.status_code == 400


def test_the_follow_on_contracts_of_a_framework_are_asked_for_with_it(service: Service) -> None:
    holder = {"holders": [{"siret": CONTRACTOR}]}
    framework = register(service, **holder)
    named = {**holder, "framework_reference": framework["reference"]}
    inside = [register(service, **named) for _ in range(2)]
    bare = register(service, **named)
    # Of another firm, or of another framework: not this holder's to pool here.
    others = [
        register(service, **{**named, "holders": [{"siret": OTHER_CONTRACTOR}]}),
        register(service, **holder, framework_reference="EX-AUTRE"),
    ]
    for contract in (*inside, *others):
        record_clause(service, contract)

    def ask(*contracts: str, follow_on: bool) -> tuple[int, dict[str, Any]]:
        body = {"contracts": list(contracts), "follow_on": follow_on}
        found = service.post("/v1/pools", CONTRACTOR, Role.CONTRACTOR, body)
        return found.status_code, found.json()

    status, alone = ask(inside[0]["id"], follow_on=False)
    assert (status, alone["errors"][0]["pointer"]) == (422, "/contracts")
    assert alone["errors"][0]["code"] == "contracts_to_pool"
    # The framework has no clause of its own yet: it names the two contracts that have one.
    status, pool = ask(framework["id"], follow_on=True)
    assert status == 201
    found = {item["contract_id"] for item in pool["contracts"]}
    assert found == {contract["id"] for contract in inside}
    # Those are asked for already; one that came later stands with its framework, which has a clause now.
    record_clause(service, framework)
    record_clause(service, bare)
    status, later = ask(framework["id"], follow_on=True)
    assert status == 201
    found = {item["contract_id"] for item in later["contracts"]}
    assert found == {framework["id"], bare["id"]}
    seen = service.get(f"/v1/pools/{later['id']}", BUYER, Role.BUYER).json()
    assert (seen["contracts_total"], seen["running"]) == (2, False)
