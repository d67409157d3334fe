"""Eligibility: explained to the reviewer alone, with purpose; proofs and facts recorded."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Change, ChangeObject
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    serving,
)
from tests.api.people import (
    PERSON,
    RSA_SEEN,
    WHY,
    assessment,
    declared,
    eligibility,
    mandated_contract,
    prove,
    refusal,
)

WAITING = {"status": "waiting", "eligible_until": None}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


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
            ("POST", "/proofs", {**RSA_SEEN, "type": "selfie"}, "/type", "unknown_code"),
            ("POST", "/proofs", {"type": "rsa"}, "/issued_on", "missing"),
            # It could cover the hire's first day by `covers_from`, and nobody has seen it yet.
            ("POST", "/proofs", {"type": "rsa", "issued_on": "2099-01-01"}, "/issued_on", "future_day"),
            (
                "POST",
                "/proofs",
                {**RSA_SEEN, "valid_until": "2024-11-30"},
                "/valid_until",
                "end_before_start",
            ),
            ("PATCH", "", {"facts": {"rsa": "maybe"}}, "/facts/rsa", "not_a_boolean"),
            ("PATCH", "", {"facts": {"months_worked": "12.01"}}, "/facts/months_worked", "too_large"),
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
