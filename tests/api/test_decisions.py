"""Decisions on eligibility: by the reviewer alone, with their days, versions and reasons."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import Event, Version
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    TERMS,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import (
    RSA_SEEN,
    WHY,
    approved,
    assessment,
    decide,
    declared,
    eligibility,
    mandated_contract,
    refusal,
)

WAITING = {"status": "waiting", "eligible_until": None}
NOT_ELIGIBLE = {"status": "not_eligible", "eligible_until": None}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


class TestDeciding:
    def test_an_approval_says_until_when_and_not_why(self, service: Service, contract_id: UUID) -> None:
        read = approved(service, contract_id)
        # 24 months from 2024-12-16, the day before.
        until = {"status": "eligible", "eligible_until": "2026-12-15"}
        assert (read["decision"], read["counts_from"]) == ("approved", "2024-12-16")
        assert read["eligible_until"] == "2026-12-15"
        assert eligibility(service, read["hire_id"]) == (until, until)

    def test_a_refusal_has_its_reason_for_the_facilitator_alone(
        self, service: Service, contract_id: UUID
    ) -> None:
        hire = declared(service, contract_id, claimed_publics=[])
        read = decide(service, hire["id"], "refused", "Aucun public ne correspond")
        assert read["decision_reason"] == "Aucun public ne correspond"
        assert eligibility(service, hire["id"]) == (NOT_ELIGIBLE, NOT_ELIGIBLE)
        for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.BUYER)):
            assert "Aucun" not in service.get(f"/v1/hires/{hire['id']}", siret, role).text

    def test_asking_for_proof_waits(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id, claimed_publics=[])
        decide(service, hire["id"], "needs_proof")
        assert eligibility(service, hire["id"]) == (WAITING, WAITING)

    @pytest.mark.parametrize("claimed", [["rsa"], []])
    def test_what_is_not_met_is_not_approved(
        self, service: Service, contract_id: UUID, claimed: list[str]
    ) -> None:
        read = assessment(service, declared(service, contract_id, claimed_publics=claimed)["id"])
        path = f"/v1/assessments/{read['id']}/decision"
        body = {"decision": "approved"}
        answer = service.send("PUT", path, FACILITATOR, Role.FACILITATOR, body, 1)
        assert (answer.status_code, answer.json()["code"]) == (409, "eligibility_not_met")

    def test_an_earlier_approved_start_moves_the_others(self, service: Service, contract_id: UUID) -> None:
        later = approved(service, contract_id, starts_on="2025-01-06", planned_end_on="2025-02-28")
        assert later["eligible_until"] == "2027-01-05"
        person = later["participant_id"]
        again = {"participant": None, "participant_id": person}
        earlier = approved(service, contract_id, **again, starts_on="2024-12-16")
        assert earlier["eligible_until"] == "2026-12-15"
        moved = assessment(service, later["hire_id"])
        assert (moved["eligible_until"], moved["version"]) == ("2026-12-15", later["version"] + 1)
        # Once it is no longer approved, the clock starts with the later one again.
        decide(service, earlier["hire_id"], "refused", "Attestation d'une autre personne")
        assert assessment(service, later["hire_id"])["eligible_until"] == "2027-01-05"
        assert assessment(service, earlier["hire_id"])["eligible_until"] is None

    def test_another_person_does_not_move_it(self, service: Service, contract_id: UUID) -> None:
        later = approved(service, contract_id, starts_on="2025-01-06")
        approved(service, contract_id, starts_on="2024-12-16")
        assert assessment(service, later["hire_id"])["eligible_until"] == "2027-01-05"

    def test_a_clause_may_count_from_the_decision(self, service: Service) -> None:
        contract_id = add_contract(service, terms={**TERMS, "approval_counts_from": "decision_date"})
        add_mandate(service, contract_id)
        read = approved(service, contract_id)
        # The clock stands at 2025-01-10; the duration still runs from the hire's start.
        assert (read["counts_from"], read["eligible_until"]) == ("2025-01-10", "2026-12-15")

    def test_versions_keep_the_decision_and_no_reason(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        read = decide(service, hire["id"], "refused", "Motif du refus")
        with service.means.database.read() as session:
            kept = session.scalars(
                select(Version).where(Version.subject_id == UUID(read["id"])).order_by(Version.number)
            ).all()
            events = session.scalars(
                select(Event).where(Event.subject_id == UUID(hire["id"])).order_by(Event.change_id)
            ).all()
        undecided = {"hire_id": hire["id"], "decision": "undecided"}
        days = {"counts_from": None, "eligible_until": None}
        assert [row.snapshot for row in kept] == [
            {**undecided, **days},
            {**undecided, **days, "decision": "refused"},
        ]
        assert [event.type for event in events] == ["hire.declared", "assessment.decided"]
        assert None not in {event.declarant_id for event in events}

    def test_the_same_decision_again_changes_nothing(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        assert decide(service, hire["id"], "needs_proof") == decide(service, hire["id"], "needs_proof")

    def test_a_refusal_needs_its_reason(self, service: Service, contract_id: UUID) -> None:
        read = assessment(service, declared(service, contract_id)["id"])
        path = f"/v1/assessments/{read['id']}/decision"
        for body, found in (
            ({"decision": "refused"}, ("/reason", "reason_required")),
            ({"decision": "undecided"}, ("/decision", "unknown_code")),
        ):
            answer = service.send("PUT", path, FACILITATOR, Role.FACILITATOR, body, 1)
            assert (answer.status_code, refusal(answer.json())) == (422, found)

    def test_of_two_decisions_on_one_version_one_holds(self, service: Service, contract_id: UUID) -> None:
        read = assessment(service, declared(service, contract_id)["id"])
        path = f"/v1/assessments/{read['id']}/decision"

        def answer(index: int) -> int:
            body = {"decision": "refused", "reason": f"Motif {index}"}
            return service.send("PUT", path, FACILITATOR, Role.FACILITATOR, body, 1).status_code

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(answer, range(6))) == [200, 412, 412, 412, 412, 412]

    def test_rectifying_and_deciding_at_once_never_deadlock(
        self, service: Service, contract_id: UUID
    ) -> None:
        hire = declared(service, contract_id)
        person = f"/v1/participants/{hire['participant_id']}"

        def rectify(index: int) -> int:
            body = {"birth_date": f"199{index}-05-17"}
            version = service.get(person, CONTRACTOR, Role.CONTRACTOR).json()["version"]
            return service.send("PATCH", person, CONTRACTOR, Role.CONTRACTOR, body, version).status_code

        def amend(index: int) -> int:
            path = f"/v1/hires/{hire['id']}"
            version = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["version"]
            body = {"claimed_publics": ["rsa", "th"][: index % 2 + 1]}
            return service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, version).status_code

        def see(index: int) -> int:
            path = f"/v1/hires/{hire['id']}/assessment/proofs"
            version = assessment(service, hire["id"])["version"]
            body = {**RSA_SEEN, "issued_on": f"2024-12-0{index + 1}"}
            return service.send("POST", path, FACILITATOR, Role.FACILITATOR, body, version).status_code

        with ThreadPoolExecutor(6) as pool:
            done = [pool.submit(task, index) for index in range(5) for task in (rectify, amend, see)]
            assert {future.result() for future in done} <= {200, 412}
        # Whoever came last, what was judged is what is recorded now.
        read = assessment(service, hire["id"])
        born = service.get(person, CONTRACTOR, Role.CONTRACTOR).json()["birth_date"]
        assert read["facts"]["birth_date"] == born


class TestReviewer:
    @pytest.mark.parametrize(
        ("operation", "body"),
        [
            ("proof", RSA_SEEN),
            ("facts", {"facts": {"rsa": True}}),
            ("decision", {"decision": "needs_proof"}),
        ],
    )
    def test_only_the_reviewer_at_the_version_read(
        self, service: Service, contract_id: UUID, operation: str, body: dict[str, Any]
    ) -> None:
        hire = declared(service, contract_id)
        read = assessment(service, hire["id"])
        method, path = {
            "proof": ("POST", f"/v1/hires/{hire['id']}/assessment/proofs"),
            "facts": ("PATCH", f"/v1/hires/{hire['id']}/assessment"),
            "decision": ("PUT", f"/v1/assessments/{read['id']}/decision"),
        }[operation]

        def answer(siret: str, role: Role, version: int | None) -> tuple[int, str]:
            sent = service.send(method, path, siret, role, body, version)
            return sent.status_code, sent.json().get("code", "")

        unseen = 404 if operation == "decision" else 403
        assert answer(CONTRACTOR, Role.CONTRACTOR, 1)[0] == unseen
        assert answer(BUYER, Role.BUYER, 1)[0] == unseen
        assert answer(BUYER, Role.ADMIN, 1)[0] == unseen
        assert answer(OTHER_BUYER, Role.FACILITATOR, 1)[0] == 404
        assert service.client.request(method, path, json=body).status_code == 401
        # While the mandate runs, the buyer's own staff read and do not decide.
        assert answer(BUYER, Role.FACILITATOR, 1) == (403, "not_reviewer")
        assert answer(FACILITATOR, Role.FACILITATOR, None) == (428, "precondition_required")
        assert answer(FACILITATOR, Role.FACILITATOR, 9) == (412, "stale_version")
        assert answer(FACILITATOR, Role.FACILITATOR, 1)[0] == 200

    def test_without_mandate_the_buyers_own_staff_decide(self, service: Service) -> None:
        contract_id = add_contract(service)
        hire = declared(service, contract_id)
        path = f"/v1/hires/{hire['id']}/assessment"
        read = service.get(path, BUYER, Role.FACILITATOR, purpose=WHY).json()
        path = f"/v1/assessments/{read['id']}/decision"
        body = {"decision": "needs_proof"}
        answer = service.send("PUT", path, BUYER, Role.FACILITATOR, body, 1)
        assert (answer.status_code, answer.json()["decision"]) == (200, "needs_proof")

    def test_a_mandate_that_ended_opens_nothing(self, service: Service) -> None:
        contract_id = add_contract(service)
        add_mandate(service, contract_id, until=date(2025, 1, 31))
        hire = declared(service, contract_id)
        path = f"/v1/participants/{hire['participant_id']}"
        before = service.clock.moment
        answers = []
        for moment in (before, datetime(2025, 2, 1, 9, tzinfo=UTC)):
            service.clock.moment = moment
            answers.append(service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY).status_code)
        service.clock.moment = before
        assert answers == [200, 404]
