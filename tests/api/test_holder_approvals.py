"""What a subcontractor declares waits for its holder, as long as the clause says, then for the reviewer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Event
from app.principal import Role
from app.services.changes import settle
from app.services.verify import verify
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    MORNING,
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
from tests.api.declaring import (
    DECEMBER,
    JANUARY,
    Body,
    content,
    correct,
    line,
    read,
    review,
    send,
    sent,
    states,
    taken,
)
from tests.api.registering import errors_of, record_clause, register

HOLDER, SUB = (CONTRACTOR, Role.CONTRACTOR), (SUBCONTRACTOR, Role.CONTRACTOR)
REVIEWER, PLACED = (FACILITATOR, Role.FACILITATOR), (STRUCTURE, Role.INSERTION_STRUCTURE)
APPROVED = {"decision": "approved"}
BACK = {"decision": "sent_back", "reason": "Deux jours sur un autre chantier"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        while settle(running.means):
            pass
        assert verify(running.means.database).holds


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return contract(service, holder_approval={"days": 5})


@pytest.fixture
def worker(service: Service, contract_id: UUID) -> Worker:
    return add_hire(service, contract_id, declarant=SUBCONTRACTOR)


def contract(service: Service, **terms: object) -> UUID:
    service.clock.moment = MORNING
    found = add_contract(service, subcontractor=SUBCONTRACTOR, terms={**TERMS, **terms})
    add_mandate(service, found)
    return found


def december(worker: Worker) -> Body:
    return {"month": DECEMBER, "lines": [line(worker, "20.00")]}


def on(service: Service, day: int) -> None:
    service.clock.moment = datetime(2025, 1, day, 9, tzinfo=UTC)


def declared(service: Service, contract_id: UUID, worker: Worker) -> Body:
    return sent(service, contract_id, line(worker, "20.00"), siret=SUBCONTRACTOR)


def answer(
    service: Service,
    statement: Body,
    body: Body,
    by: tuple[str, Role] = HOLDER,
    version: int | None = None,
) -> Response:
    path = f"/v1/statements/{statement['id']}/approval"
    return service.send("POST", path, *by, body, version or statement["version"])


def approval(service: Service, statement: Body, by: tuple[str, Role] = HOLDER) -> Body:
    found = service.get(f"/v1/statements/{statement['id']}/approval", *by)
    assert found.status_code == 200, found.text
    told: Body = found.json()
    return told


def reviewed(service: Service, statement: Body) -> Response:
    return review(service, read(service, statement), {"accept_all": True})


def left(service: Service, contract_id: UUID, by: tuple[str, Role]) -> list[tuple[str, str]]:
    found = service.get(f"/v1/contracts/{contract_id}/compliance", *by).json()["next_actions"]
    return [(item["code"], item["text"]) for item in found if item["code"].startswith("statement_")]


class TestWaiting:
    def test_it_is_not_reviewed_before_the_holder_approved(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = declared(service, contract_id, worker)
        # Sent on 10 January: five days are over after the 15th.
        assert [statement[name] for name in ("approval", "approval_label", "approval_due_on")] == [
            "waiting",
            "Attendue du titulaire",
            "2025-01-15",
        ]
        refused = reviewed(service, statement)
        assert (refused.status_code, refused.json()["code"]) == (409, "approval_waiting")
        assert states(read(service, statement)) == {"pending": "20.00"}
        # A document may be noted meanwhile.
        seen = {"lines": [{"hire_id": str(worker.hire_id), "documents": [{"type": "payslip"}]}]}
        noted = review(service, read(service, statement), seen)
        assert noted.status_code == 200
        told = answer(service, noted.json(), APPROVED)
        assert (told.status_code, told.json()["state"], told.json()["decided_by"]) == (
            200,
            "approved",
            CONTRACTOR,
        )
        assert states(reviewed(service, statement).json()) == {"counted": "20.00"}

    def test_the_holder_sees_the_lines_without_who_they_are(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = declared(service, contract_id, worker)
        seen = read(service, statement, *HOLDER)
        assert [item["worked"] for item in seen["lines"]] == ["20.00"]
        assert str(worker.participant_id) not in str(seen)
        hire = service.get(f"/v1/hires/{worker.hire_id}", *HOLDER).json()
        assert hire["participant_id"] is None

    def test_silence_lets_the_reviewer_go_on(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = declared(service, contract_id, worker)
        on(service, 15)
        assert reviewed(service, statement).status_code == 409
        on(service, 16)
        assert approval(service, statement)["state"] == "passed"
        # Too late to send it back, never to approve.
        late = answer(service, statement, BACK)
        assert (late.status_code, late.json()["code"]) == (409, "approval_not_awaited")
        assert states(reviewed(service, statement).json()) == {"counted": "20.00"}
        current = read(service, statement, *HOLDER)
        assert answer(service, current, APPROVED).json()["state"] == "approved"

    def test_sent_back_it_is_corrected_and_asked_again(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = declared(service, contract_id, worker)
        on(service, 13)
        told = answer(service, statement, BACK).json()
        assert [told[name] for name in ("state", "due_on", "reason")] == [
            "sent_back",
            "2025-01-18",
            BACK["reason"],
        ]
        assert approval(service, statement, SUB)["reason"] == BACK["reason"]
        assert reviewed(service, statement).status_code == 409
        on(service, 14)
        body = {"reason": "Corrigé", "lines": [line(worker, "18.00")]}
        again = taken(correct(service, read(service, statement, *SUB), body, SUBCONTRACTOR))
        assert (again["approval"], again["approval_due_on"]) == ("waiting", "2025-01-19")
        # What was said was said of the version before.
        assert approval(service, statement)["reason"] is None
        assert answer(service, again, APPROVED).status_code == 200
        assert states(reviewed(service, statement).json()) == {"counted": "18.00"}

    def test_sent_back_and_left_so_it_goes_on_as_well(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = declared(service, contract_id, worker)
        assert answer(service, statement, BACK).status_code == 200
        # The holder may think again.
        on(service, 15)
        current = read(service, statement, *HOLDER)
        assert current["approval"] == "sent_back"
        on(service, 16)
        assert approval(service, statement)["state"] == "passed"
        assert reviewed(service, statement).status_code == 200

    def test_who_is_told_what_is_left_to_do(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = declared(service, contract_id, worker)
        text = f"Relevé de 01/2025 à approuver par le titulaire jusqu'au 15/01/2025 ({SUBCONTRACTOR})"
        waiting = [("statement_to_approve", text)]
        assert [left(service, contract_id, by) for by in (HOLDER, SUB, REVIEWER)] == [waiting] * 3
        answer(service, statement, BACK)
        back = f"Relevé de 01/2025 renvoyé par le titulaire, à corriger ({SUBCONTRACTOR})"
        assert left(service, contract_id, SUB) == [("statement_sent_back", back)]
        answer(service, read(service, statement, *HOLDER), APPROVED)
        assert left(service, contract_id, HOLDER) == []
        look = f"Relevé de 01/2025 à examiner : 1 ligne ({SUBCONTRACTOR})"
        assert left(service, contract_id, REVIEWER) == [("statement_to_review", look)]
        reviewed(service, statement)
        assert left(service, contract_id, REVIEWER) == []

    def test_it_is_told_in_the_feed(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        statement = declared(service, contract_id, worker)
        answer(service, statement, BACK)
        answer(service, read(service, statement, *HOLDER), APPROVED)
        with service.means.database.read() as session:
            query = (
                select(Event.type).where(Event.subject_id == UUID(statement["id"])).order_by(Event.change_id)
            )
            told = session.scalars(query).all()
        assert told == ["statement.submitted", "statement.sent_back", "statement.approved"]


class TestWhomItConcerns:
    def test_only_where_the_clause_says_so(self, service: Service) -> None:
        contract_id = contract(service)
        worker = add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        statement = declared(service, contract_id, worker)
        assert (statement["approval"], statement["approval_due_on"]) == ("not_asked", None)
        refused = answer(service, statement, APPROVED)
        assert (refused.status_code, refused.json()["code"]) == (409, "approval_not_awaited")
        assert reviewed(service, statement).status_code == 200

    def test_an_amendment_asks_from_then_on(self, service: Service) -> None:
        service.clock.moment = MORNING
        found = register(service)
        record_clause(service, found)
        path, buyer = f"/v1/contracts/{found['id']}", (BUYER, Role.BUYER)
        named = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
        assert service.post(f"{path}/subcontracts", *buyer, named).status_code == 201
        worker = add_hire(service, UUID(found["id"]), declarant=SUBCONTRACTOR)
        before = taken(send(service, UUID(found["id"]), december(worker), SUBCONTRACTOR))
        body = {"holder_approval": {}, "effective_on": "2025-01-01", "reason": "Avenant 1"}
        headers = {**service.headers(*buyer), "Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
        amended = service.client.post(f"{path}/clause/versions", json=body, headers=headers)
        assert amended.json()["terms"]["holder_approval"] == {"days": 10}
        after = declared(service, UUID(found["id"]), worker)
        assert [item["approval_due_on"] for item in (before, after)] == [None, "2025-01-20"]

    def test_neither_the_holders_own_nor_a_month_without_hours(
        self, service: Service, contract_id: UUID
    ) -> None:
        own = add_hire(service, contract_id)
        assert sent(service, contract_id, line(own, "7.00"))["approval"] == "not_asked"
        nothing = {"month": JANUARY, **content(())}
        assert taken(send(service, contract_id, nothing, SUBCONTRACTOR))["approval"] == "not_asked"

    def test_a_structure_that_declares_for_the_subcontractor_does_not_go_round_the_holder(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        path = f"/v1/contracts/{contract_id}/delegations"
        assert service.post(path, *SUB, {"siret": STRUCTURE}).status_code == 201
        body = {"month": JANUARY, "lines": [line(worker, "20.00")]}
        statement = taken(send(service, contract_id, body, *PLACED))
        assert statement["approval"] == "waiting"
        assert reviewed(service, statement).status_code == 409
        assert answer(service, statement, APPROVED).status_code == 200

    def test_who_answers(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        statement = declared(service, contract_id, worker)
        codes = {
            by: answer(service, statement, APPROVED, by).status_code
            for by in (SUB, (BUYER, Role.BUYER), REVIEWER, (OTHER_CONTRACTOR, Role.CONTRACTOR), PLACED)
        }
        assert list(codes.values()) == [403, 403, 403, 404, 404]
        path = f"/v1/statements/{statement['id']}/approval"
        assert service.client.post(path, json=APPROVED).status_code == 401

    def test_on_what_it_saw_and_once(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        statement = declared(service, contract_id, worker)
        assert answer(service, statement, APPROVED, version=2).status_code == 412
        path = f"/v1/statements/{statement['id']}/approval"
        assert service.send("POST", path, *HOLDER, APPROVED, None).status_code == 428
        for body, pointer, code in (
            ({"decision": "sent_back"}, "", "reason_required"),
            ({"decision": "waiting"}, "/decision", "unknown_code"),
            ({}, "/decision", "missing"),
        ):
            refused = answer(service, statement, body)
            assert (refused.status_code, errors_of(refused)) == (422, [(pointer, code)])
        assert answer(service, statement, APPROVED).status_code == 200
        again = answer(service, statement, BACK, version=2)
        assert (again.status_code, again.json()["code"]) == (409, "approval_not_awaited")
