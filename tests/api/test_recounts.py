"""What a contract becomes moves the hours already in the ledger: reversed, then posted again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db.tables import Entry, Job, Line
from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, Service, serving
from tests.api.people import HIRE
from tests.api.registering import record_clause, register

DECEMBER = "2024-12"


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


@pytest.fixture
def contract(service: Service) -> dict[str, Any]:
    """A contract with a clause, a hire from 16 December and 80 hours declared that month."""
    found = register(service)
    record_clause(service, found)
    path = f"/v1/contracts/{found['id']}"
    hire = service.post(f"{path}/hires", CONTRACTOR, Role.CONTRACTOR, HIRE)
    assert hire.status_code == 201, hire.text
    lines = {"month": DECEMBER, "lines": [{"hire_id": hire.json()["id"], "worked": "80.00"}]}
    statement = service.post(f"{path}/statements", CONTRACTOR, Role.CONTRACTOR, lines)
    assert statement.status_code == 201, statement.text
    read: dict[str, Any] = service.get(path, BUYER, Role.BUYER).json()
    return read


def hours_by(service: Service, contract: dict[str, Any], column: str) -> dict[str | None, int]:
    """Sums of the ledger that are not zero, by one of its columns."""
    key = getattr(Entry, column)
    query = select(key, func.sum(Entry.hours)).where(Entry.contract_id == UUID(contract["id"])).group_by(key)
    with service.means.database.read() as session:
        return {value: int(hours) for value, hours in session.execute(query) if hours}


def test_hours_follow_the_place_once_it_is_resolved(service: Service, contract: dict[str, Any]) -> None:
    assert hours_by(service, contract, "execution") == {None: 8000}
    path = f"/v1/contracts/{contract['id']}/places/1"
    body = {"place": "commune/57433"}
    assert service.send("PUT", path, BUYER, Role.BUYER, body, contract["version"]).status_code == 200
    assert hours_by(service, contract, "execution") == {"commune/57433": 8000}


def test_hours_follow_places_that_are_replaced(service: Service, contract: dict[str, Any]) -> None:
    body = {"places": [{"place": "commune/57463"}]}
    path = f"/v1/contracts/{contract['id']}"
    assert service.send("PATCH", path, BUYER, Role.BUYER, body, contract["version"]).status_code == 200
    assert hours_by(service, contract, "execution") == {"commune/57463": 8000}


def test_hours_follow_the_mandated_facilitators_seat(service: Service, contract: dict[str, Any]) -> None:
    seat = {"name": "Facilitateur d'exemple", "seat": "commune/57463"}
    address = f"/v1/organisations/{FACILITATOR}"
    assert service.send("PUT", address, BUYER, Role.ADMIN, seat, None).status_code == 201
    given = {"siret": FACILITATOR, "since": "2024-12-01"}
    path = f"/v1/contracts/{contract['id']}/mandates"
    mandate = service.post(path, BUYER, Role.BUYER, given)
    assert hours_by(service, contract, "facilitator_seat") == {"commune/57463": 8000}
    ended = {"until": "2024-12-30"}
    location = mandate.headers["location"]
    assert service.send("PATCH", location, BUYER, Role.BUYER, ended, 1).status_code == 200
    assert hours_by(service, contract, "facilitator_seat") == {None: 8000}


def test_an_amendment_counts_again_and_keeps_every_hour(service: Service, contract: dict[str, Any]) -> None:
    headers = {
        **service.headers(BUYER, Role.BUYER),
        "Idempotency-Key": str(uuid4()),
        "If-Match": '"1-buyer-fr"',
    }
    body = {"effective_on": "2024-12-13", "reason": "Avenant", "modalities": ["placement"]}
    path = f"/v1/contracts/{contract['id']}/clause/versions"
    assert service.client.post(path, json=body, headers=headers).status_code == 201
    with service.means.database.read() as session:
        line = session.scalars(select(Line).where(Line.contract_id == UUID(contract["id"]))).one()
    assert line.pending + line.held + line.refused + line.counted == 8000
    assert sum(hours_by(service, contract, "state").values()) == 8000


def test_a_new_seat_queues_the_recount_of_what_was_counted(
    service: Service, contract: dict[str, Any]
) -> None:
    register(service)
    address = f"/v1/organisations/{BUYER}"
    version = service.get(address, BUYER, Role.BUYER).json()["version"]
    for change in ({"name": "Exemple", "seat": None}, {"name": "Exemple", "seat": "commune/57433"}):
        assert service.send("PUT", address, BUYER, Role.BUYER, change, version).status_code == 200
        version += 1
    with service.means.database.read() as session:
        queued = session.scalars(select(Job.subject).where(Job.kind == "recount")).all()
    assert queued == [contract["id"]]
