"""Hires corrected and ended, by their declarant alone."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Change
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_CONTRACTOR,
    Service,
    serving,
)
from tests.api.people import (
    decide,
    declared,
    mandated_contract,
    prove,
    refusal,
)

WRITE_ONLY = {"claimed_publics", "submitted_proofs", "facts"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


class TestCorrecting:
    def test_only_the_fields_sent_change(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id, planned_end_on="2025-03-14")
        path = f"/v1/hires/{hire['id']}"
        body = {"weekly_hours": "28.00", "planned_end_on": None}
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.status_code == 200
        expected = {**hire, "weekly_hours": "28.00", "planned_end_on": None, "version": 2}
        assert answer.json() == expected

    def test_nothing_to_change_records_nothing(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        path = f"/v1/hires/{hire['id']}"
        body = {"weekly_hours": "35", "claimed_publics": ["rsa", "rsa"]}
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
        with service.means.database.read() as session:
            done = select(Change.action).where(Change.contract_id == contract_id)
            assert "hire.updated" not in session.scalars(done).all()

    def test_new_claims_are_judged_and_never_read_back(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id, claimed_publics=[], submitted_proofs=[])
        assert hire["eligibility"]["status"] == "not_eligible"
        path = f"/v1/hires/{hire['id']}"
        body = {"claimed_publics": ["th"], "facts": {"disabled_worker": True}}
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.json()["eligibility"]["status"] == "waiting"
        assert not WRITE_ONLY & answer.json().keys()

    def test_another_first_day_waits_for_a_decision_again(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        prove(service, hire["id"])
        decide(service, hire["id"], "approved")
        path = f"/v1/hires/{hire['id']}"
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {"starts_on": "2024-12-17"}, 1)
        assert answer.json()["eligibility"] == {"status": "waiting", "eligible_until": None}

    def test_a_contract_type_moves_the_last_eligible_day(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        prove(service, hire["id"])
        decide(service, hire["id"], "approved")
        path = f"/v1/hires/{hire['id']}"
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {"contract_type": "cdi"}, 1)
        # A CDI counts to the end of the window, 48 months at most.
        assert answer.json()["eligibility"]["eligible_until"] == "2025-09-11"

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            ({"starts_on": None}, "/starts_on", None),
            ({"modality": "gift"}, "/modality", "unknown_code"),
            ({"planned_end_on": "2024-12-01"}, "/planned_end_on", "end_before_start"),
            ({"workplace": "commune/99999"}, "/workplace", "unknown_reference"),
            ({"participant_id": str(uuid4())}, "/participant_id", "unknown_field"),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, contract_id: UUID, body: dict[str, Any], pointer: str, code: str | None
    ) -> None:
        path = f"/v1/hires/{declared(service, contract_id)['id']}"
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.status_code == 422
        found = refusal(answer.json())
        assert found == (pointer, code or found[1])

    @pytest.mark.parametrize(
        ("method", "tail", "body"),
        [
            ("PATCH", "", {"weekly_hours": "28"}),
            ("POST", "/end", {"ended_on": "2025-01-31", "reason": "other"}),
        ],
    )
    def test_only_its_declarant_at_the_version_read(
        self, service: Service, contract_id: UUID, method: str, tail: str, body: dict[str, Any]
    ) -> None:
        path = f"/v1/hires/{declared(service, contract_id)['id']}{tail}"

        def status(siret: str, role: Role, version: int | None) -> int:
            return service.send(method, path, siret, role, body, version).status_code

        assert status(CONTRACTOR, Role.CONTRACTOR, None) == 428
        assert status(CONTRACTOR, Role.CONTRACTOR, 7) == 412
        assert status(FACILITATOR, Role.FACILITATOR, 1) == 403
        assert status(BUYER, Role.BUYER, 1) == 403
        assert status(OTHER_CONTRACTOR, Role.CONTRACTOR, 1) == 404
        assert service.client.request(method, path, json=body).status_code == 401
        assert status(CONTRACTOR, Role.CONTRACTOR, 1) == 200
        assert status(CONTRACTOR, Role.CONTRACTOR, 1) == 412


class TestEnding:
    def test_a_hire_ends_once_and_may_be_corrected(self, service: Service, contract_id: UUID) -> None:
        path = f"/v1/hires/{declared(service, contract_id)['id']}/end"
        body = {"ended_on": "2025-01-31", "reason": "end_of_contract"}
        first = service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, body, 1).json()
        assert (first["ended_on"], first["end_reason"], first["version"]) == (
            "2025-01-31",
            "end_of_contract",
            2,
        )
        again = service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, body, 2)
        assert again.json()["version"] == 2
        other = {**body, "ended_on": "2025-01-30"}
        corrected = service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, other, 2).json()
        assert (corrected["ended_on"], corrected["version"]) == ("2025-01-30", 3)

    def test_it_does_not_end_before_it_starts(self, service: Service, contract_id: UUID) -> None:
        path = f"/v1/hires/{declared(service, contract_id)['id']}/end"
        body = {"ended_on": "2024-12-15", "reason": "other"}
        answer = service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert refusal(answer.json()) == ("/ended_on", "end_before_start")
