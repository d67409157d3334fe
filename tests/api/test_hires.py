"""Hires: declared, listed; who sees what of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db.tables import Change, Contract, ContractAccess, Event, Hire, HireTraits, Version
from app.principal import Role
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
    add_contract,
    serving,
)
from tests.api.people import (
    HIRE,
    PERSON,
    declared,
    eligibility,
    mandated_contract,
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


def hires_of(contract_id: UUID) -> str:
    return f"/v1/contracts/{contract_id}/hires"


def number_of_hires(service: Service, contract_id: UUID) -> int | None:
    with service.means.database.read() as session:
        return session.scalar(select(func.count()).where(Hire.contract_id == contract_id))


class TestDeclaring:
    def test_a_hire_is_recorded_and_assessed_at_once(self, service: Service, contract_id: UUID) -> None:
        answer = service.post(hires_of(contract_id), CONTRACTOR, Role.CONTRACTOR, HIRE)
        assert answer.status_code == 201
        hire = answer.json()
        assert answer.headers["Location"] == f"/v1/hires/{hire['id']}"
        assert answer.headers["ETag"] == '"1-contractor-fr"'
        assert (hire["declarant"], hire["employer"]) == (CONTRACTOR, CONTRACTOR)
        assert hire["eligibility"] == {"status": "waiting", "eligible_until": None}
        assert hire["warnings"] == []
        assert hire["review"] is None
        assert hire["participant_id"] is not None
        assert not WRITE_ONLY & hire.keys()

    def test_the_three_people_of_the_story(self, service: Service, contract_id: UUID) -> None:
        young = {**PERSON, "first_names": "Testeur Deux", "birth_date": "2005-03-02", "level": "none"}
        neither = {**PERSON, "first_names": "Testeur Trois", "birth_date": "1985-01-20"}
        hires = [
            declared(service, contract_id),
            declared(service, contract_id, participant=young, claimed_publics=["jeune_sq"]),
            declared(service, contract_id, participant=neither, claimed_publics=[], submitted_proofs=[]),
        ]
        assert [hire["eligibility"]["status"] for hire in hires] == ["waiting", "waiting", "not_eligible"]
        listed = service.get(hires_of(contract_id), FACILITATOR, Role.FACILITATOR).json()["items"]
        outcomes = [item["review"]["outcome"] for item in listed]
        assert outcomes == ["unproven", "unproven", "unmet"]

    def test_a_person_declared_before_is_named_by_id(self, service: Service, contract_id: UUID) -> None:
        first = declared(service, contract_id)
        known = first["participant_id"]
        second = declared(service, contract_id, participant=None, participant_id=known)
        assert second["participant_id"] == known
        assert second["id"] != first["id"]

    def test_the_same_person_inline_is_another_record(self, service: Service, contract_id: UUID) -> None:
        ids = {declared(service, contract_id)["participant_id"] for _ in range(2)}
        assert len(ids) == 2

    def test_sending_again_declares_once(self, service: Service, contract_id: UUID) -> None:
        answers = [
            service.post(hires_of(contract_id), CONTRACTOR, Role.CONTRACTOR, HIRE, key="once")
            for _ in range(2)
        ]
        assert answers[0].content == answers[1].content
        assert number_of_hires(service, contract_id) == 1

    def test_what_the_clause_does_not_accept_is_recorded_with_warnings(self, service: Service) -> None:
        narrow = {**TERMS, "modalities": ["placement"], "contract_types": ["mission"]}
        contract_id = add_contract(service, terms=narrow)
        hire = declared(service, contract_id, starts_on="2024-12-02")
        assert [(item["code"], item["detail"]) for item in hire["warnings"]] == [
            ("modality_not_accepted", "Modalité non acceptée par la clause."),
            ("contract_type_not_accepted", "Type de contrat non accepté par la clause."),
            ("outside_window", "Début hors de la période d'exécution."),
        ]

    def test_traits_are_those_of_the_first_day(self, service: Service, contract_id: UUID) -> None:
        # The 26th birthday is on the first day of the second hire, one day after that of the first.
        for start in ("2025-05-16", "2025-05-17"):
            declared(service, contract_id, starts_on=start, participant={**PERSON, "sex": "female"})
        with service.means.database.read() as session:
            query = select(HireTraits.age_band, HireTraits.sex).join(Hire, Hire.id == HireTraits.hire_id)
            query = query.where(Hire.contract_id == contract_id).order_by(Hire.starts_on)
            found = session.execute(query).all()
        assert [tuple(row) for row in found] == [("under_26", "female"), ("26_to_40", "female")]

    def test_one_change_one_event_no_person_in_the_version(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        with service.means.database.read() as session:
            actions = session.scalars(select(Change.action).where(Change.contract_id == contract_id)).all()
            told = session.scalars(select(Event).where(Event.subject_id == UUID(hire["id"]))).one()
            kept = session.scalars(select(Version).where(Version.subject_id == UUID(hire["id"]))).one()
        assert actions.count("hire.declared") == 1
        assert (told.type, told.declarant_id is not None) == ("hire.declared", True)
        assert (kept.number, kept.snapshot["weekly_hours"]) == (1, 3500)
        assert "prescriber_kind" not in kept.snapshot


class TestRefusedDeclarations:
    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"participant": None}, "/participant", "one_person"),
            ({"participant_id": str(uuid4())}, "/participant", "one_person"),
            ({"participant": None, "participant_id": str(uuid4())}, "/participant_id", "unknown_reference"),
            ({"planned_end_on": "2024-12-15"}, "/planned_end_on", "end_before_start"),
            ({"employer": "20003994900018"}, "/employer", "invalid_siret"),
            ({"workplace": "commune/99999"}, "/workplace", "unknown_reference"),
            ({"job": "Z1503"}, "/job", "wrong_form"),
            ({"weekly_hours": "0"}, "/weekly_hours", "too_small"),
            ({"weekly_hours": "168.01"}, "/weekly_hours", "too_large"),
            ({"weekly_hours": "35.001"}, "/weekly_hours", "too_many_decimals"),
            ({"starts_on": "1999-12-31"}, "/starts_on", None),
            ({"claimed_publics": ["rsa", "riche"]}, "/claimed_publics/1", "unknown_code"),
            ({"submitted_proofs": ["selfie"]}, "/submitted_proofs/0", "unknown_code"),
            ({"facts": {"rich": True}}, "/facts/rich", "unknown_field"),
            ({"secret": "x"}, "/secret", "unknown_field"),
            (
                {"participant": {**PERSON, "birth_date": "2025-01-11"}},
                "/participant/birth_date",
                "in_the_future",
            ),
            (
                {"participant": {**PERSON, "residence": {"place": "commune/99999"}}},
                "/participant/residence/place",
                "unknown_reference",
            ),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, contract_id: UUID, changes: dict[str, Any], pointer: str, code: str | None
    ) -> None:
        answer = service.post(hires_of(contract_id), CONTRACTOR, Role.CONTRACTOR, {**HIRE, **changes})
        assert answer.status_code == 422
        found = refusal(answer.json())
        assert found == (pointer, code or found[1])
        assert number_of_hires(service, contract_id) == 0

    def test_without_clause(self, service: Service) -> None:
        contract_id = add_contract(service, terms=None)
        answer = service.post(hires_of(contract_id), CONTRACTOR, Role.CONTRACTOR, HIRE)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_clause")

    def test_on_a_closed_contract(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        with service.means.database.write() as session:
            contract = session.scalars(select(Contract).where(Contract.id == contract_id)).one()
            contract.closed_on = date(2025, 1, 9)
        answers = [
            service.post(hires_of(contract_id), CONTRACTOR, Role.CONTRACTOR, HIRE),
            service.send("PATCH", f"/v1/hires/{hire['id']}", CONTRACTOR, Role.CONTRACTOR, {}, 1),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
            (409, "contract_closed"),
            (409, "contract_closed"),
        ]

    @pytest.mark.parametrize(
        ("siret", "role", "status"),
        [
            (OTHER_CONTRACTOR, Role.CONTRACTOR, 404),
            (CONTRACTOR, Role.INSERTION_STRUCTURE, 404),
            (OTHER_BUYER, Role.BUYER, 404),
            (FACILITATOR, Role.OBSERVER, 404),
            (FACILITATOR, Role.PRESCRIBER, 404),
            (BUYER, Role.BUYER, 403),
            (FACILITATOR, Role.FACILITATOR, 403),
            (BUYER, Role.ADMIN, 403),
        ],
    )
    def test_who_may_not(
        self, service: Service, contract_id: UUID, siret: str, role: Role, status: int
    ) -> None:
        assert service.post(hires_of(contract_id), siret, role, HIRE).status_code == status

    def test_without_key_nothing(self, service: Service, contract_id: UUID) -> None:
        answer = service.client.post(hires_of(contract_id), json=HIRE, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        headers = service.headers(CONTRACTOR, Role.CONTRACTOR)
        answer = service.client.post(hires_of(contract_id), json=HIRE, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    def test_a_person_of_another_declarant_is_unknown(self, service: Service, contract_id: UUID) -> None:
        foreign = add_contract(service, holder=OTHER_CONTRACTOR)
        person = declared(service, contract_id)["participant_id"]
        body = {**HIRE, "participant": None, "participant_id": person}
        answer = service.post(hires_of(foreign), OTHER_CONTRACTOR, Role.CONTRACTOR, body)
        assert refusal(answer.json()) == ("/participant_id", "unknown_reference")


class TestSeeing:
    def test_each_sees_what_is_theirs(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id, prescriber_kind="cap_emploi")
        path = f"/v1/hires/{hire['id']}"
        contractor = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()
        facilitator = service.get(path, FACILITATOR, Role.FACILITATOR).json()
        own_facilitator = service.get(path, BUYER, Role.FACILITATOR).json()
        buyer = service.get(path, BUYER, Role.BUYER).json()
        platform = service.get(path, BUYER, Role.ADMIN).json()
        assert contractor["participant_id"] == facilitator["participant_id"] == hire["participant_id"]
        assert facilitator["review"]["decision"] == own_facilitator["review"]["decision"] == "undecided"
        assert contractor["review"] is None
        for view in (buyer, platform):
            assert (view["participant_id"], view["prescriber_kind"], view["review"]) == (None, None, None)
            assert view["eligibility"]["status"] == "waiting"

    @pytest.mark.parametrize(
        ("siret", "role"),
        [
            (OTHER_BUYER, Role.BUYER),
            (OTHER_CONTRACTOR, Role.CONTRACTOR),
            (OTHER_BUYER, Role.FACILITATOR),
            (CONTRACTOR, Role.INSERTION_STRUCTURE),
            (FACILITATOR, Role.OBSERVER),
            (FACILITATOR, Role.PRESCRIBER),
        ],
    )
    def test_others_see_nothing(self, service: Service, contract_id: UUID, siret: str, role: Role) -> None:
        hire = declared(service, contract_id)
        assert service.get(f"/v1/hires/{hire['id']}", siret, role).status_code == 404
        assert service.get(hires_of(contract_id), siret, role).status_code == 404

    def test_a_holder_sees_its_subcontractors_hires_without_identity(self, service: Service) -> None:
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        answer = service.post(hires_of(contract_id), SUBCONTRACTOR, Role.CONTRACTOR, HIRE)
        theirs = answer.json()["id"]
        own = declared(service, contract_id)["id"]
        holder = service.get(hires_of(contract_id), CONTRACTOR, Role.CONTRACTOR).json()["items"]
        assert [(item["id"], item["participant_id"] is None) for item in holder] == [
            (theirs, True),
            (own, False),
        ]
        subcontractor = service.get(hires_of(contract_id), SUBCONTRACTOR, Role.CONTRACTOR).json()["items"]
        assert [item["id"] for item in subcontractor] == [theirs]
        path = f"/v1/hires/{theirs}"
        assert service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {}, 1).status_code == 403

    def test_an_insertion_structure_sees_the_contract_that_its_people_work_on(
        self, service: Service, contract_id: UUID
    ) -> None:
        before = service.get(hires_of(contract_id), STRUCTURE, Role.INSERTION_STRUCTURE)
        lent = declared(service, contract_id, employer=STRUCTURE, modality="placement")
        declared(service, contract_id)
        after = service.get(hires_of(contract_id), STRUCTURE, Role.INSERTION_STRUCTURE).json()["items"]
        assert before.status_code == 404
        assert [(item["id"], item["employer"]) for item in after] == [(lent["id"], STRUCTURE)]
        assert after[0]["participant_id"] is None
        with service.means.database.read() as session:
            causes = session.scalars(
                select(ContractAccess.cause).where(
                    ContractAccess.contract_id == contract_id,
                    ContractAccess.role == Role.INSERTION_STRUCTURE,
                )
            ).all()
        assert causes == ["employer"]

    def test_a_walk_gives_every_hire_once(self, service: Service, contract_id: UUID) -> None:
        ids = [declared(service, contract_id)["id"] for _ in range(3)]
        first = service.get(hires_of(contract_id), BUYER, Role.BUYER, limit=2)
        assert 'rel="next"' in first.headers["Link"]
        page = first.json()
        rest = service.get(hires_of(contract_id), BUYER, Role.BUYER, limit=2, after=page["next"]).json()
        assert [item["id"] for item in page["items"] + rest["items"]] == ids
        assert rest["next"] is None
        too_many = service.get(hires_of(contract_id), BUYER, Role.BUYER, limit=201)
        assert refusal(too_many.json()) == ("/query/limit", "too_large")


def test_the_contractor_and_the_buyer_read_the_same(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)
    waiting = {"status": "waiting", "eligible_until": None}
    assert eligibility(service, hire["id"]) == (waiting, waiting)
