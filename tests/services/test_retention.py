"""The daily job erases whose retention is over, by whole persons, and a dry run says so beforehand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Contract, Erasure, HireTraits, Identity, Job, Participant
from app.principal import SERVICE, Role
from app.services import retention
from app.services.verify import verify
from app.services.work import writing
from app.worker import drain
from tests.api.builders import CONTRACTOR, FACILITATOR, Service, serving
from tests.api.cases import PLATFORM
from tests.api.people import PERSON, approved, mandated_contract

PATH = "/v1/participants"
# Hired until 2025-01-09, so asked at 12 months on 2026-01-09, after the closure: two years later 2028-01-09.
CLOSED, DUE = date(2025, 3, 31), date(2028, 1, 9)


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def at(service: Service, day: date) -> None:
    service.clock.moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def person() -> dict[str, Any]:
    return {**PERSON, "birth_name": f"CANARI {uuid4().hex[:8]}", "sex": "female"}


def worked(service: Service, contract_id: UUID) -> UUID:
    """Somebody whose hire ended on 9 January 2025."""
    found = approved(service, contract_id, participant=person())
    end = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
    path = f"/v1/hires/{found['hire_id']}/end"
    assert service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, end, 1).status_code == 200
    return UUID(found["participant_id"])


def close(service: Service, contract_id: UUID) -> None:
    with writing(service.means, SERVICE, "test") as writer:
        writer.record("contract.closed", contract_id=contract_id)
        writer.session.get_one(Contract, contract_id).closed_on = CLOSED


def test_identities_go_on_their_day_and_what_remains_is_coarsened_later(service: Service) -> None:
    start = service.clock.moment
    contract_id, still_open = mandated_contract(service), mandated_contract(service)
    gone, kept = worked(service, contract_id), worked(service, still_open)
    never = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, person()).json()["id"]
    close(service, contract_id)
    # The day before, only whoever was never hired is due, since 2027-01-10; one waits for a closure.
    at(service, DUE.replace(day=8))
    told = {found.participant_ids[0]: (found.due_on, found.reason) for found in retention.due(service.means)}
    assert told == {UUID(never): (date(2027, 1, 10), "never_hired"), kept: (None, "contract_open")}
    at(service, DUE)
    told = {found.participant_ids[0]: (found.due_on, found.reason) for found in retention.due(service.means)}
    assert told[gone] == (DUE, "last_outcome")
    read = service.get("/v1/retention", PLATFORM, Role.ADMIN).json()
    assert (read["months"], len(read["items"])) == (24, 3)
    assert "CANARI" not in str(read)
    assert retention.plan_retention(service.means)
    assert not retention.plan_retention(service.means)
    drain(service.means)
    with service.means.database.read() as session:
        grounds = {row.participant_id: row.ground for row in session.scalars(select(Erasure))}
        assert grounds == {gone: "retention", UUID(never): "retention"}
        assert set(session.scalars(select(Identity.participant_id))) == {kept}
        job = session.scalars(select(Job).where(Job.kind == "retention")).one()
        assert job.result == {"erased": 2, "coarsened": 0, "contacts": 0}
    assert verify(service.means.database).holds
    # Three years after the erasure, to the day.
    at(service, date(2031, 1, 8))
    retention.plan_retention(service.means)
    drain(service.means)
    assert coarsened(service) == set()
    at(service, date(2031, 1, 9))
    retention.plan_retention(service.means)
    drain(service.means)
    assert coarsened(service) == {gone, UUID(never)}
    with service.means.database.read() as session:
        sexes = sorted(str(row.sex) for row in session.scalars(select(HireTraits)))
    assert sexes == ["None", "female"]
    service.clock.moment = start
    assert verify(service.means.database).holds
    answer = service.get(f"{PATH}/{kept}", FACILITATOR, Role.FACILITATOR, purpose="support")
    assert answer.status_code == 200


def coarsened(service: Service) -> set[UUID]:
    with service.means.database.read() as session:
        return set(session.scalars(select(Participant.id).where(Participant.coarsened_at.is_not(None))))
