"""Pools: asked for by the holder, agreed by each buyer, one balance, one obligation to count."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Assessment
from app.principal import Role
from app.services.changes import settle
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    TERMS,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import Body, accepted, line, sent
from tests.api.people import declared
from tests.api.registering import CLAUSE, contract_body

REASON = {"reason": "Chacun pour soi"}


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


def ask(service: Service, *contract_ids: UUID, siret: str = CONTRACTOR) -> Response:
    body = {"contracts": [str(item) for item in contract_ids], "reason": "Deux lots"}
    return service.post("/v1/pools", siret, Role.CONTRACTOR, body)


def answer(
    service: Service,
    pool: Body,
    contract_id: UUID,
    word: str,
    siret: str = BUYER,
    role: Role = Role.BUYER,
    *,
    body: Body | None = None,
    version: int | None = None,
) -> Response:
    service.clock.moment += timedelta(minutes=1)
    admin = service.get(f"/v1/pools/{pool['id']}", BUYER, Role.ADMIN).json()
    path = f"/v1/pools/{pool['id']}/contracts/{contract_id}/{word}"
    default = {} if word == "agree" else REASON
    return service.send(
        "POST", path, siret, role, default if body is None else body, version or admin["version"]
    )


def work(service: Service) -> None:
    drain(service.means)
    while settle(service.means):
        pass


def ready(service: Service, subcontractor: str | None = None) -> tuple[UUID, UUID, Body]:
    """Two contracts of one holder and two buyers, pooled and settled; the subcontractor is the second's."""
    one = add_contract(service)
    two = add_contract(service, buyer=OTHER_BUYER, subcontractor=subcontractor)
    pool = ask(service, one, two)
    assert pool.status_code == 201, pool.text
    found: Body = pool.json()
    for contract_id, buyer in ((one, BUYER), (two, OTHER_BUYER)):
        agreed = answer(service, found, contract_id, "agree", buyer)
        assert agreed.status_code == 200, agreed.text
    work(service)
    return one, two, found


def registered(service: Service, buyer: str) -> UUID:
    """A contract with its clause, recorded over HTTP: its past is kept."""
    body = contract_body(holders=[{"siret": CONTRACTOR}])
    contract = service.post("/v1/contracts", buyer, Role.BUYER, body).json()
    path = f"/v1/contracts/{contract['id']}/clause"
    assert service.send("PUT", path, buyer, Role.BUYER, CLAUSE, None).status_code < 300
    return UUID(contract["id"])


def position(
    service: Service, pool: Body, siret: str = CONTRACTOR, role: Role = Role.CONTRACTOR, **q: str
) -> Body:
    found = service.get(f"/v1/pools/{pool['id']}/compliance", siret, role, **q)
    assert found.status_code == 200, found.text
    told: Body = found.json()
    return told


def needs(service: Service, siret: str, role: Role = Role.BUYER) -> tuple[str, int]:
    found = service.get("/v1/territories/country/FR/needs", siret, role)
    assert found.status_code == 200, found.text
    figures = found.json()["figures"]
    return figures["short"], figures["contracts"]


def test_it_runs_once_two_buyers_agreed(service: Service) -> None:
    one, two = add_contract(service), add_contract(service, buyer=OTHER_BUYER)
    pool = ask(service, one, two).json()
    assert (pool["running"], pool["contracts_total"], pool["agreed_total"]) == (False, 2, 0)
    assert position(service, pool)["required"] is None
    first = answer(service, pool, one, "agree").json()
    assert (first["running"], first["agreed_total"]) == (False, 1)
    assert [item["contract_id"] for item in first["contracts"]] == [str(one)]
    second = answer(service, pool, two, "agree", OTHER_BUYER).json()
    assert (second["running"], second["agreed_total"]) == (True, 2)
    # 46 h each; nothing is due before January's statement.
    found = position(service, pool)
    assert (found["required"], found["counted"], found["balance"]) == ("92.00", "0.00", "-92.00")
    assert (found["contracts_total"], found["window"]["end"]) == (2, "2025-09-11")


def test_the_surplus_of_one_covers_the_deficit_of_the_other(service: Service) -> None:
    one, two, pool = ready(service)
    add_mandate(service, one)
    statement = sent(service, one, line(add_hire(service, one), "100.00"), month="2024-12")
    # 20 days of December at 35 h a week: 100 h stand within them.
    accepted(service, statement)
    work(service)
    found = position(service, pool)
    assert (found["counted"], found["required"], found["balance"]) == ("100.00", "92.00", "8.00")
    assert found["status"]["code"] == "met"
    parts = {item["contract_id"]: item for item in found["contracts"]}
    assert (parts[str(one)]["balance"], parts[str(one)]["covered"]) == ("54.00", "0.00")
    assert (parts[str(two)]["balance"], parts[str(two)]["covered"]) == ("-46.00", "46.00")
    own = service.get(f"/v1/contracts/{two}/compliance", OTHER_BUYER, Role.BUYER).json()
    assert own["pool"] == {
        "id": pool["id"],
        "status": {"code": "met", "label": found["status"]["label"]},
        "balance": "8.00",
        "covered": "46.00",
    }
    assert needs(service, OTHER_BUYER) == ("0.00", 0)
    # Its own figures and status stay its own.
    assert (own["counted"], own["balance"], own["status"]["code"]) == ("0.00", "-46.00", "on_track")


def test_only_what_the_pool_does_not_make_up_for_is_still_to_be_found(service: Service) -> None:
    one, two, _ = ready(service, subcontractor=SUBCONTRACTOR)
    declared(service, two, employer=STRUCTURE, modality="placement")
    add_mandate(service, one)
    # Of 46 h, 60 are counted on the first: 14 of the other's 46 are made up for.
    accepted(service, sent(service, one, line(add_hire(service, one), "60.00"), month="2024-12"))
    work(service)
    assert needs(service, OTHER_BUYER) == ("32.00", 1)
    assert needs(service, CONTRACTOR, Role.CONTRACTOR) == ("32.00", 1)
    assert needs(service, BUYER) == ("0.00", 0)
    # Nobody is to be prepared by the structure for hours that nobody owes.
    assert needs(service, STRUCTURE, Role.INSERTION_STRUCTURE) == ("32.00", 1)
    # A subcontractor learns nothing of the pool.
    assert needs(service, SUBCONTRACTOR, Role.CONTRACTOR) == ("46.00", 1)


def test_a_buyer_sees_the_sums_and_its_own_contract_only(service: Service) -> None:
    one, two, pool = ready(service)
    found = position(service, pool, OTHER_BUYER, Role.BUYER)
    assert (found["contracts_total"], found["required"]) == (2, "92.00")
    assert [item["contract_id"] for item in found["contracts"]] == [str(two)]
    assert str(one) not in str(found)


def test_who_did_not_agree_reads_no_balance(service: Service) -> None:
    one, two = add_contract(service), add_contract(service)
    three = add_contract(service, buyer=OTHER_BUYER)
    pool = ask(service, one, two, three).json()
    for contract_id in (one, two):
        assert answer(service, pool, contract_id, "agree").status_code == 200
    refused = answer(service, pool, three, "refuse", OTHER_BUYER)
    assert refused.json()["contracts"][0]["reason"] == REASON["reason"]
    path = f"/v1/pools/{pool['id']}"
    assert service.get(path, OTHER_BUYER, Role.BUYER).status_code == 200
    assert service.get(f"{path}/compliance", OTHER_BUYER, Role.BUYER).status_code == 403
    for siret, role in ((OTHER_CONTRACTOR, Role.CONTRACTOR), (FACILITATOR, Role.FACILITATOR)):
        assert service.get(path, siret, role).status_code == 404
        assert service.get(f"{path}/compliance", siret, role).status_code == 404


def test_one_answer_as_known_stays_the_same(service: Service) -> None:
    one, two = registered(service, BUYER), registered(service, OTHER_BUYER)
    pool = ask(service, one, two).json()
    answer(service, pool, one, "agree")
    answer(service, pool, two, "agree", OTHER_BUYER)
    work(service)
    before = position(service, pool)
    known = before["known_at"]
    assert known is not None
    left = answer(service, pool, one, "leave")
    assert left.json()["running"] is False
    work(service)
    assert position(service, pool)["running"] is False
    again = position(service, pool, as_of=before["as_of"], known_at=known)
    assert again == before
    # On a day before anybody had agreed, the pool did not run, whatever is known now.
    assert position(service, pool, as_of="2025-01-09")["running"] is False


def test_pooled_contracts_share_one_cap_of_training(service: Service) -> None:
    one = add_contract(service, terms={**TERMS, "training_cap": "30.00"})
    two = add_contract(service, buyer=OTHER_BUYER, terms={**TERMS, "training_cap": "30.00"})
    add_mandate(service, one)
    add_mandate(service, two, buyer=OTHER_BUYER)
    worker = add_hire(service, one)
    other = add_hire(service, two, person=worker)
    for contract_id, who in ((one, worker), (two, other)):
        body = line(who, "10.00", training="20.00")
        accepted(service, sent(service, contract_id, body, month="2024-12"))

    def counted() -> list[str]:
        work(service)
        return [
            service.get(f"/v1/contracts/{contract_id}/compliance", buyer, Role.BUYER).json()["counted"]
            for contract_id, buyer in ((one, BUYER), (two, OTHER_BUYER))
        ]

    # Alone, each has room for its 20 h of training; together, the second has 10 h left of 30.
    assert counted() == ["30.00", "30.00"]
    pool = ask(service, one, two).json()
    answer(service, pool, one, "agree")
    assert counted() == ["30.00", "30.00"]
    answer(service, pool, two, "agree", OTHER_BUYER)
    assert counted() == ["30.00", "20.00"]
    answer(service, pool, one, "leave", CONTRACTOR, Role.CONTRACTOR)
    assert counted() == ["30.00", "30.00"]


def test_what_cannot_be_pooled_is_named(service: Service) -> None:
    one, two = add_contract(service), add_contract(service, terms=None)
    foreign, served = (
        add_contract(service, holder=OTHER_CONTRACTOR),
        add_contract(service, holder=OTHER_CONTRACTOR, subcontractor=CONTRACTOR),
    )
    found = {
        code: ask(service, *ids).json()["errors"][0]
        for code, ids in (
            ("no_clause_to_pool", (one, two)),
            ("twice_in_pool", (one, one)),
            ("unknown_reference", (one, foreign)),
            ("not_your_contract", (one, served)),
        )
    }
    assert {code: error["code"] for code, error in found.items()} == {code: code for code in found}
    assert {error["pointer"] for error in found.values()} == {"/contracts/1"}
    three = add_contract(service)
    assert ask(service, one, three).status_code == 201
    again = ask(service, add_contract(service), one).json()["errors"][0]
    assert (again["pointer"], again["code"]) == ("/contracts/1", "in_another_pool")
    assert ask(service, one).status_code == 422


def test_answers_are_given_once_on_the_version_read(service: Service) -> None:
    one, two = add_contract(service), add_contract(service)
    pool = ask(service, one, two).json()
    assert answer(service, pool, one, "leave").json()["code"] == "pool_answered"
    assert answer(service, pool, one, "agree", version=1).status_code == 412
    assert answer(service, pool, one, "agree", CONTRACTOR, Role.CONTRACTOR).status_code == 403
    early = answer(service, pool, one, "agree", body={"on": "2025-01-09"}).json()["errors"][0]
    assert (early["pointer"], early["code"]) == ("/on", "before_last_answer")
    late = answer(service, pool, one, "agree", body={"on": "2025-01-11"}).json()["errors"][0]
    assert (late["pointer"], late["code"]) == ("/on", "in_the_future")
    assert answer(service, pool, one, "agree").status_code == 200
    assert answer(service, pool, one, "refuse").json()["code"] == "pool_answered"
    path = f"/v1/pools/{pool['id']}/contracts/{one}/leave"
    assert service.send("POST", path, BUYER, Role.BUYER, REASON, None).status_code == 428
    assert answer(service, pool, UUID(pool["id"]), "agree").status_code == 404


def test_the_subcontractor_learns_nothing_of_the_pool(service: Service) -> None:
    one = add_contract(service, subcontractor=SUBCONTRACTOR)
    two = add_contract(service)
    pool = ask(service, one, two).json()
    for contract_id in (one, two):
        answer(service, pool, contract_id, "agree")
    path = f"/v1/contracts/{one}/compliance"
    assert service.get(path, SUBCONTRACTOR, Role.CONTRACTOR).json()["pool"] is None
    assert service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["pool"]["id"] == pool["id"]


def test_each_contract_is_told(service: Service) -> None:
    _, two, pool = ready(service)
    found = service.get("/v1/events", OTHER_BUYER, Role.BUYER).json()["items"]
    told = [item["type"] for item in found if item["subject_id"] == pool["id"]]
    assert sorted(told) == ["pool.agreed", "pool.agreed", "pool.requested"]
    assert {item["contract_id"] for item in found if item["subject_id"] == pool["id"]} == {str(two)}


def test_a_person_counts_from_the_first_approved_start_on_any_of_the_pool(service: Service) -> None:
    one, two = add_contract(service), add_contract(service, buyer=OTHER_BUYER)
    worker = add_hire(service, one)
    other = add_hire(service, two, person=worker, starts_on=date(2025, 1, 6))
    pool = ask(service, one, two).json()
    answer(service, pool, one, "agree")
    answer(service, pool, two, "agree", OTHER_BUYER)
    work(service)

    def until(who: Worker) -> date | None:
        with service.means.database.read() as session:
            found = session.scalars(select(Assessment).where(Assessment.hire_id == who.hire_id)).one()
            return found.eligible_until

    # 24 months from 2024-12-12 on both; once they part, the second from its own 2025-01-06.
    assert (until(worker), until(other)) == (date(2026, 12, 11), date(2026, 12, 11))
    answer(service, pool, one, "leave")
    work(service)
    assert (until(worker), until(other)) == (date(2026, 12, 11), date(2027, 1, 5))
