"""Eligibility: explained to the reviewer alone, proven, decided; until when, for the others."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Change, ChangeObject, Event, Version
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    TERMS,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import (
    PERSON,
    RSA_SEEN,
    WHY,
    approved,
    assessment,
    decide,
    declared,
    eligibility,
    mandated_contract,
    prove,
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


def refusal(body: dict[str, Any]) -> tuple[str, str]:
    return body["errors"][0]["pointer"], body["errors"][0]["code"]


def public(read: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in read["publics"] if item["code"] == code)
    return found


class TestReading:
    def test_every_public_is_explained(self, service: Service, contract_id: UUID) -> None:
        hire = declared(
            service, contract_id, participant={**PERSON, "level": "none"}, facts={"in_studies": False}
        )
        read = assessment(service, hire["id"])
        assert (read["outcome"], read["decision"], read["on"]) == ("unproven", "undecided", "2024-12-16")
        assert (read["claimed_publics"], read["submitted_proofs"], read["proofs"]) == (["rsa"], ["rsa"], [])
        assert read["facts"] == {"birth_date": "1999-05-17", "level": "none", "in_studies": False}
        rsa = public(read, "rsa")
        assert (rsa["outcome"], rsa["criterion"], rsa["claimed"]) == ("unproven", None, True)
        assert rsa["proofs_missing"] == [["rsa"]]
        assert rsa["reference"]
        # 25 years old on the day: the age and the level hold, the end of studies is unknown.
        young = public(read, "jeune_sq")
        answers = {reason["code"]: reason["answer"] for reason in young["reasons"]}
        assert answers == {"birth_date": True, "in_studies": True, "left_studies_on": None, "level": True}
        assert young["parameters"]
        assert public(read, "senior")["outcome"] == "unmet"

    def test_each_reading_says_why_and_is_kept(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        path = f"/v1/hires/{hire['id']}/assessment"
        without = service.get(path, FACILITATOR, Role.FACILITATOR)
        assert (without.status_code, refusal(without.json())) == (422, ("/query/purpose", "missing"))
        read = assessment(service, hire["id"])
        query = (
            select(ChangeObject.fields)
            .join(Change, Change.id == ChangeObject.change_id)
            .where(ChangeObject.object_id == UUID(read["id"]), Change.action == "assessment.read")
        )
        with service.means.database.read() as session:
            assert session.scalars(query).all() == [[f"purpose:{WHY}"]]

    @pytest.mark.parametrize(
        ("siret", "role", "status"),
        [
            (CONTRACTOR, Role.CONTRACTOR, 403),
            (BUYER, Role.BUYER, 403),
            (BUYER, Role.ADMIN, 403),
            (OTHER_BUYER, Role.FACILITATOR, 404),
            (OTHER_CONTRACTOR, Role.CONTRACTOR, 404),
            (FACILITATOR, Role.OBSERVER, 404),
        ],
    )
    def test_nobody_else_reads_why(
        self, service: Service, contract_id: UUID, siret: str, role: Role, status: int
    ) -> None:
        hire = declared(service, contract_id)
        path = f"/v1/hires/{hire['id']}/assessment"
        assert service.get(path, siret, role, purpose=WHY).status_code == status
        assert service.client.get(path, params={"purpose": WHY}).status_code == 401

    def test_a_persons_assessments_on_the_contracts_one_follows(
        self, service: Service, contract_id: UUID
    ) -> None:
        first = declared(service, contract_id)
        person = first["participant_id"]
        again = {"participant": None, "participant_id": person}
        second = declared(service, contract_id, **again)
        elsewhere = add_contract(service, buyer=OTHER_BUYER)
        declared(service, elsewhere, **again)
        path = f"/v1/participants/{person}/assessments"
        page = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY, limit=1)
        assert [item["hire_id"] for item in page.json()["items"]] == [first["id"]]
        rest = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY, after=page.json()["next"]).json()
        assert ([item["hire_id"] for item in rest["items"]], rest["next"]) == ([second["id"]], None)
        assert service.get(path, CONTRACTOR, Role.CONTRACTOR, purpose=WHY).status_code == 403
        stranger = f"/v1/participants/{uuid4()}/assessments"
        assert service.get(stranger, FACILITATOR, Role.FACILITATOR, purpose=WHY).status_code == 404
        assert service.get(path, FACILITATOR, Role.FACILITATOR).status_code == 422


class TestProving:
    def test_the_rsa_attestation_makes_the_person_met(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        read = prove(service, hire["id"])
        assert (read["outcome"], read["version"]) == ("met", 2)
        seen = read["proofs"][0]
        assert (seen["type"], seen["issued_on"], seen["valid_until"]) == ("rsa", "2024-12-01", "2025-02-28")
        assert seen["seen_on"] == "2025-01-10"
        assert eligibility(service, hire["id"]) == (WAITING, WAITING)

    def test_a_proof_that_does_not_cover_the_first_day_proves_nothing(
        self, service: Service, contract_id: UUID
    ) -> None:
        hire = declared(service, contract_id)
        late = {"type": "rsa", "issued_on": "2024-12-17"}
        assert prove(service, hire["id"], late)["outcome"] == "unproven"
        covering = {**late, "covers_from": "2024-12-16"}
        assert prove(service, hire["id"], covering)["outcome"] == "met"

    def test_numbers_of_a_fact_are_exact(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id, facts={"months_worked": "5.50", "programmes": ["e2c"]})
        facts = assessment(service, hire["id"])["facts"]
        assert (facts["months_worked"], facts["programmes"]) == ("5.50", ["e2c"])

    def test_the_same_proof_again_changes_nothing(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        assert prove(service, hire["id"]) == prove(service, hire["id"])

    def test_facts_of_the_reviewer_stand_before_those_declared(
        self, service: Service, contract_id: UUID
    ) -> None:
        hire = declared(service, contract_id, claimed_publics=["th"], facts={"disabled_worker": True})
        path = f"/v1/hires/{hire['id']}/assessment"
        for version, (fact, outcome) in enumerate([(False, "unmet"), (None, "unproven")], start=1):
            body = {"facts": {"disabled_worker": fact}}
            answer = service.send("PATCH", path, FACILITATOR, Role.FACILITATOR, body, version)
            assert (answer.json()["outcome"], answer.json()["version"]) == (outcome, version + 1)
        again = service.send("PATCH", path, FACILITATOR, Role.FACILITATOR, body, 3)
        assert again.json()["version"] == 3

    @pytest.mark.parametrize(
        ("method", "tail", "body", "pointer", "code"),
        [
            ("POST", "/proofs", {**RSA_SEEN, "type": "selfie"}, "/type", "enum"),
            ("POST", "/proofs", {"type": "rsa"}, "/issued_on", "missing"),
            (
                "POST",
                "/proofs",
                {**RSA_SEEN, "valid_until": "2024-11-30"},
                "/valid_until",
                "end_before_start",
            ),
            ("PATCH", "", {"facts": {"rsa": "maybe"}}, "/facts/rsa", "bool_parsing"),
            ("PATCH", "", {"facts": {"months_worked": "12.01"}}, "/facts/months_worked", "less_than_equal"),
        ],
    )
    def test_a_wrong_field_is_named(
        self,
        service: Service,
        contract_id: UUID,
        method: str,
        tail: str,
        body: dict[str, Any],
        pointer: str,
        code: str,
    ) -> None:
        path = f"/v1/hires/{declared(service, contract_id)['id']}/assessment{tail}"
        answer = service.send(method, path, FACILITATOR, Role.FACILITATOR, body, 1)
        assert (answer.status_code, refusal(answer.json())) == (422, (pointer, code))


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
            ({"decision": "undecided"}, ("/decision", "literal_error")),
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


def test_nothing_of_the_why_reaches_the_declarant_or_the_buyer(service: Service, contract_id: UUID) -> None:
    facts = {"opinion_body": "Mission Exemple", "refugee": True}
    hire = declared(
        service,
        contract_id,
        claimed_publics=["refugie", "avis_motive"],
        submitted_proofs=["residence_permit"],
        facts=facts,
        prescriber_kind="other",
    )
    decide(service, hire["id"], "needs_proof", "Titre de séjour illisible")
    paths = [
        f"/v1/hires/{hire['id']}",
        f"/v1/contracts/{contract_id}/hires",
        f"/v1/contracts/{contract_id}",
        f"/v1/participants/{hire['participant_id']}",
    ]
    answers = [service.get(path, CONTRACTOR, Role.CONTRACTOR) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200]
    answers += [service.get(path, BUYER, Role.BUYER) for path in paths]
    texts = [answer.text for answer in answers]
    path = f"/v1/hires/{hire['id']}"
    body = {"claimed_publics": ["refugie"], "facts": facts}
    texts.append(service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1).text)
    for text in texts:
        for word in ("refugie", "avis_motive", "residence_permit", "Mission Exemple", "séjour", "unproven"):
            assert word not in text
