"""Proofs seen by an insertion structure that the clause names, for the people it declared."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Contract, Event, Organisation
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    STRUCTURE,
    TERMS,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import HIRE, RSA_SEEN, assessment, declared, prove, refusal
from tests.api.registering import record_clause, register

TH = {"type": "disability", "issued_on": "2024-06-03"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def served_contract(service: Service, *authorities: str, **terms: object) -> UUID:
    """A contract under mandate that the structure serves, and whose clause names these authorities."""
    contract_id = add_contract(service, terms={**TERMS, "proof_authorities": list(authorities), **terms})
    add_mandate(service, contract_id)
    serve(service, contract_id)
    return contract_id


def serve(service: Service, contract_id: UUID) -> None:
    """Let the structure see a contract and declare on it."""
    body = {"siret": STRUCTURE, "role": "insertion_structure", "since": "2024-12-12"}
    given = service.post(f"/v1/contracts/{contract_id}/mandates", BUYER, Role.BUYER, body)
    assert given.status_code == 201, given.text


def lent(service: Service, contract_id: UUID, **changes: object) -> dict[str, Any]:
    """A hire that the structure declares itself."""
    body = {**HIRE, "modality": "placement", **changes}
    path = f"/v1/contracts/{contract_id}/hires"
    answer = service.post(path, STRUCTURE, Role.INSERTION_STRUCTURE, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def see(
    service: Service,
    hire: dict[str, Any],
    proof: dict[str, Any] | None = None,
    *,
    siret: str = STRUCTURE,
    role: Role = Role.INSERTION_STRUCTURE,
    version: int | None = 1,
) -> Response:
    path = f"/v1/hires/{hire['id']}/assessment/proofs"
    return service.send("POST", path, siret, role, proof or RSA_SEEN, version)


def organisation_id(service: Service, siret: str) -> str:
    with service.means.database.read() as session:
        return str(session.scalars(select(Organisation.id).where(Organisation.identifier == siret)).one())


NAMED = "insertion_structure"


class TestNamed:
    def test_its_record_makes_a_proof_seen(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        answer = see(service, hire)
        assert answer.status_code == 200, answer.text
        by = {"seen_by": organisation_id(service, STRUCTURE), "seen_as": "insertion_structure"}
        proof = {**RSA_SEEN, "covers_from": None, "seen_on": "2025-01-10", **by}
        # Its own proofs, and nothing of what the rules answer.
        assert answer.json() == {"hire_id": hire["id"], "proofs": [proof]}
        found = assessment(service, hire["id"])
        assert (found["outcome"], found["decision"], found["version"]) == ("met", "undecided", 2)
        assert found["proofs"] == [proof]

    def test_it_may_complete_an_automatic_approval(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED, automatic_approval=True))
        assert see(service, hire).status_code == 200
        found = assessment(service, hire["id"])
        assert (found["decision"], found["automatic"]) == ("approved", True)

    def test_what_the_reviewer_recorded_is_not_told(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        prove(service, hire["id"])
        prove(service, hire["id"], TH)
        answer = see(service, hire)
        assert [item["type"] for item in answer.json()["proofs"]] == ["rsa"]
        assert "disability" not in answer.text
        seen = [(item["type"], item["seen_as"]) for item in assessment(service, hire["id"])["proofs"]]
        assert seen == [("rsa", "facilitator"), ("disability", "facilitator"), ("rsa", "insertion_structure")]

    def test_the_same_proof_again_changes_nothing(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        first = see(service, hire)
        assert see(service, hire).json() == first.json()
        assert assessment(service, hire["id"])["version"] == 2
        query = select(Event.type).where(Event.subject_id == UUID(hire["id"]))
        with service.means.database.read() as session:
            assert sorted(session.scalars(query)) == ["assessment.recorded", "hire.declared"]

    def test_the_version_is_that_of_the_hire(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        path = f"/v1/hires/{hire['id']}"
        body = {"weekly_hours": "28.00"}
        changed = service.send("PATCH", path, STRUCTURE, Role.INSERTION_STRUCTURE, body, 1)
        assert changed.json()["version"] == 2
        stale = see(service, hire)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        assert see(service, hire, version=None).status_code == 428
        assert assessment(service, hire["id"])["proofs"] == []
        assert see(service, hire, version=2).status_code == 200

    def test_a_wrong_proof_is_named(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        answer = see(service, hire, {**RSA_SEEN, "valid_until": "2024-11-30"})
        assert (answer.status_code, refusal(answer.json())) == (422, ("/valid_until", "end_before_start"))

    def test_nothing_more_once_the_contract_is_closed(self, service: Service) -> None:
        contract_id = served_contract(service, NAMED)
        hire = lent(service, contract_id)
        with service.means.database.write() as session:
            session.get_one(Contract, contract_id).closed_on = date(2025, 1, 9)
        answer = see(service, hire)
        assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")

    def test_it_still_reads_no_assessment_and_records_no_fact(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        path, role = f"/v1/hires/{hire['id']}/assessment", Role.INSERTION_STRUCTURE
        reading = service.get(path, STRUCTURE, role, purpose="eligibility_review")
        assert reading.status_code == 403
        assert service.send("PATCH", path, STRUCTURE, role, {"facts": {"rsa": True}}, 1).status_code == 403


class TestRefused:
    @pytest.mark.parametrize("authorities", [(), ("prescriber",)])
    def test_a_structure_that_the_clause_does_not_name(
        self, service: Service, authorities: tuple[str, ...]
    ) -> None:
        hire = lent(service, served_contract(service, *authorities))
        # Whatever version it names: its role is told first.
        for version in (1, 7):
            assert see(service, hire, version=version).status_code == 403
        assert assessment(service, hire["id"])["proofs"] == []

    def test_the_terms_are_those_of_the_first_day(self, service: Service) -> None:
        contract = register(service)
        record_clause(service, contract)
        contract_id = UUID(contract["id"])
        serve(service, contract_id)
        before, after = lent(service, contract_id), lent(service, contract_id, starts_on="2025-01-06")
        headers = {
            **service.headers(BUYER, Role.BUYER),
            "Idempotency-Key": str(uuid4()),
            "If-Match": '"1-buyer-fr"',
        }
        body = {"proof_authorities": [NAMED], "effective_on": "2025-01-01", "reason": "Avenant 1"}
        path = f"/v1/contracts/{contract_id}/clause/versions"
        amended = service.client.post(path, json=body, headers=headers)
        assert amended.status_code == 201, amended.text
        assert (see(service, before).status_code, see(service, after).status_code) == (403, 200)

    def test_people_that_somebody_else_declared(self, service: Service) -> None:
        contract_id = served_contract(service, NAMED)
        employed = declared(service, contract_id, employer=STRUCTURE, modality="placement")
        assert see(service, employed).status_code == 403
        # Those it neither declared nor employs do not exist for it.
        assert see(service, declared(service, contract_id)).status_code == 404

    @pytest.mark.parametrize(
        ("siret", "role", "status"),
        [
            (STRUCTURE, Role.CONTRACTOR, 404),
            (STRUCTURE, Role.PRESCRIBER, 404),
            (FACILITATOR, Role.INSERTION_STRUCTURE, 404),
            # A holder sees the hires of those who serve its contract.
            (CONTRACTOR, Role.CONTRACTOR, 403),
            (BUYER, Role.BUYER, 403),
        ],
    )
    def test_others(self, service: Service, siret: str, role: Role, status: int) -> None:
        hire = lent(service, served_contract(service, NAMED, "prescriber"))
        assert see(service, hire, siret=siret, role=role).status_code == status

    def test_nobody_without_a_key(self, service: Service) -> None:
        hire = lent(service, served_contract(service, NAMED))
        path = f"/v1/hires/{hire['id']}/assessment/proofs"
        assert service.client.post(path, json=RSA_SEEN).status_code == 401
