"""What waits for each in its role, over all that it sees and nothing else, walked without a gap."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import Contact, Contract
from app.principal import SERVICE, Role
from app.services import contacts, work_queue
from app.services.work import writing
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    MORNING,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    TERMS,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.cases import PLATFORM
from tests.api.declaring import DECEMBER, Body, line, read, review, send, sent, taken
from tests.api.registering import errors_of

PATH = "/v1/work-queue"
FIRM, SUB = (CONTRACTOR, Role.CONTRACTOR), (SUBCONTRACTOR, Role.CONTRACTOR)
REVIEWER, STAFF, OWNER = (FACILITATOR, Role.FACILITATOR), (BUYER, Role.FACILITATOR), (BUYER, Role.BUYER)
PLACED = (STRUCTURE, Role.INSERTION_STRUCTURE)
Seat = tuple[str, Role]


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


def on(service: Service, month: int, day: int) -> None:
    service.clock.moment = datetime(2025, month, day, 9, tzinfo=UTC)


def queue(service: Service, by: Seat, **query: str | int) -> list[dict[str, Any]]:
    """The whole walk; each id once."""
    items: list[dict[str, Any]] = []
    while True:
        page = service.get(PATH, by[0], by[1], **query)
        assert page.status_code == 200, page.text
        assert len(page.json()["items"]) <= int(query.get("limit", 50))
        items += page.json()["items"]
        if page.json()["next"] is None:
            break
        query["after"] = page.json()["next"]
    ids = [item["id"] for item in items]
    assert len(set(ids)) == len(ids)
    return items


def codes(service: Service, by: Seat, **query: str | int) -> list[str]:
    return [item["code"] for item in queue(service, by, **query)]


def contract(service: Service, **terms: object) -> UUID:
    found = add_contract(service, subcontractor=SUBCONTRACTOR, terms={**TERMS, **terms})
    add_mandate(service, found)
    return found


def name(service: Service, by: Seat, function: str = "statements") -> Body:
    body = {"function": function, "name": "Canari", "email": f"{function}@exemple.fr"}
    return taken(service.post(f"/v1/organisations/{by[0]}/contacts", *by, body))


class TestForWhom:
    def test_a_missing_statement_waits_for_the_firm_and_for_who_follows_it(self, service: Service) -> None:
        contract_id = contract(service)
        assert [codes(service, by) for by in (FIRM, SUB, REVIEWER, OWNER)] == [[], [], [], []]
        on(service, 1, 20)
        (item,) = queue(service, FIRM)
        with service.means.database.read() as session:
            reference = session.get_one(Contract, contract_id).reference
        assert item == {
            "id": f"contract.{contract_id}.missing_statement.2024-12.{CONTRACTOR}",
            "code": "missing_statement",
            "label": "Relevé manquant",
            "text": f"Relevé de 12/2024 manquant depuis le 15/01/2025 ({CONTRACTOR})",
            "href": f"/v1/contracts/{contract_id}/statements",
            "contract_id": str(contract_id),
            "contract_reference": reference,
            "declarant": CONTRACTOR,
            "month": "2024-12",
            "due_on": "2025-01-15",
            "count": None,
            "hours": None,
        }
        assert service.get(item["href"], *FIRM).status_code == 200
        assert [queue(service, by) for by in (REVIEWER, OWNER)] == [[item], [item]]
        # Not for who declares nothing here, nor for who does not see the contract.
        others = (SUB, (OTHER_CONTRACTOR, Role.CONTRACTOR), (OTHER_BUYER, Role.BUYER), (PLATFORM, Role.ADMIN))
        assert [codes(service, by) for by in others] == [[], [], [], []]
        assert codes(service, (FACILITATOR, Role.OBSERVER)) == []

    def test_what_is_to_decide_waits_for_who_decides(self, service: Service) -> None:
        contract_id = contract(service)
        worker = add_hire(service, contract_id, decision=None)
        statement = sent(service, contract_id, line(worker, "20.00"), month=DECEMBER)
        waiting = ["assessments_waiting", "statement_to_review"]
        assert [codes(service, by) for by in (REVIEWER, STAFF, OWNER, FIRM)] == [waiting, [], [], []]
        (found,) = queue(service, REVIEWER, code="statement_to_review")
        assert (found["href"], found["count"]) == (f"/v1/statements/{statement['id']}", 1)
        returned = {"hire_id": str(worker.hire_id), "verdict": "returned", "reason": "Illisible"}
        review(service, read(service, statement), {"lines": [returned]})
        assert codes(service, REVIEWER) == ["assessments_waiting"]
        (found,) = queue(service, FIRM)
        assert (found["code"], found["href"]) == ("statement_returned", f"/v1/statements/{statement['id']}")

    def test_the_buyers_own_staff_decides_where_nobody_has_a_mandate(self, service: Service) -> None:
        add_hire(service, add_contract(service), decision=None)
        assert codes(service, STAFF) == ["assessments_waiting"]
        assert codes(service, OWNER) == ["no_facilitator"]

    def test_what_a_holder_approves_and_what_it_sent_back(self, service: Service) -> None:
        contract_id = contract(service, holder_approval={})
        worker = add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        statement = sent(service, contract_id, line(worker, "20.00"), month=DECEMBER, siret=SUBCONTRACTOR)
        approve = ["statement_to_approve"]
        assert [codes(service, by) for by in (FIRM, SUB, REVIEWER)] == [approve, [], []]
        path = f"/v1/statements/{statement['id']}/approval"
        body = {"decision": "sent_back", "reason": "Erreur"}
        assert service.send("POST", path, *FIRM, body, 1).status_code == 200
        assert [codes(service, by) for by in (FIRM, SUB, REVIEWER)] == [[], ["statement_sent_back"], []]

    def test_a_structure_is_told_of_its_own_people_and_of_what_is_delegated_to_it(
        self, service: Service
    ) -> None:
        contract_id, other = contract(service), contract(service)
        add_hire(service, other, planned_end_on=MORNING.date())
        path = f"/v1/contracts/{contract_id}/delegations"
        delegation = taken(service.post(path, *FIRM, {"siret": STRUCTURE}))
        own = add_hire(service, contract_id, declarant=STRUCTURE)
        on(service, 1, 20)
        found = queue(service, PLACED)
        assert [(item["code"], item["declarant"]) for item in found] == [
            ("missing_statement", CONTRACTOR),
            ("missing_statement", STRUCTURE),
        ]
        assert found[0]["text"].endswith(f"({CONTRACTOR}, délégué à {STRUCTURE})")
        body = {"month": DECEMBER, "lines": [line(own, "10.00")]}
        taken(send(service, contract_id, body, *PLACED))
        assert [item["declarant"] for item in queue(service, PLACED)] == [CONTRACTOR]
        assert service.send("DELETE", f"{path}/{delegation['id']}", *FIRM, None, 1).status_code == 204
        assert queue(service, PLACED) == []

    def test_dates_that_come(self, service: Service) -> None:
        soon = {"start": "2025-02-09", "end": "2025-12-31"}
        contract(service, window={"start": "2025-02-10", "end": "2025-12-31"})
        # 30 days from 10 January.
        near = contract(service, window=soon)
        for by in (FIRM, REVIEWER, OWNER):
            (item,) = queue(service, by)
            assert (item["code"], item["due_on"], item["href"]) == (
                "contract_starting",
                "2025-02-09",
                f"/v1/contracts/{near}",
            )

    def test_a_closed_contract_waits_for_nobody(self, service: Service) -> None:
        contract_id = contract(service)
        on(service, 1, 20)
        with writing(service.means, SERVICE, "test") as writer:
            writer.record("contract.closed", contract_id=contract_id)
            writer.session.get_one(Contract, contract_id).closed_on = MORNING.date()
        assert queue(service, FIRM) == []


class TestContacts:
    def test_ones_own_are_to_be_kept_alive_and_others_reached_otherwise(self, service: Service) -> None:
        contract(service, reporting={"every": "year", "due_day": 15})
        contact, manager = name(service, FIRM), name(service, FIRM, "management")
        with writing(service.means, SERVICE, "test") as writer:
            assert contacts.mark_bounced(writer, UUID(contact["id"]), MORNING.date())
        who = f"({CONTRACTOR})"
        lost = f"Interlocuteur « Relevés d'heures » injoignable depuis le 10/01/2025 {who}"
        for by in (FIRM, REVIEWER, OWNER):
            (item,) = queue(service, by)
            assert (item["code"], item["text"]) == ("contact_unreachable", lost)
            assert service.get(item["href"], *by).json()["id"] == contact["id"]
        assert [codes(service, by) for by in (SUB, (OTHER_BUYER, Role.BUYER))] == [[], []]
        on(service, 7, 10)
        assert codes(service, FIRM, code="contact_to_confirm") == ["contact_to_confirm"]
        assert codes(service, REVIEWER, code="contact_to_confirm") == []
        items = queue(service, FIRM, limit=1)
        assert [item["id"] for item in items[:2]] == [f"contact.{contact['id']}", f"contact.{manager['id']}"]
        with service.means.database.read() as session:
            assert len(session.scalars(select(Contact)).all()) == 2


class TestWalking:
    def test_a_walk_is_whole_whatever_the_page_and_however_many_contracts(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(5):
            contract_id = contract(service)
            if number != 2:
                add_hire(service, contract_id, decision=None)
        name(service, FIRM)
        on(service, 3, 20)
        whole = queue(service, REVIEWER)
        # Five contracts with three months each, four with an assessment.
        assert len(whole) == 5 * 3 + 4
        assert [queue(service, REVIEWER, limit=limit) for limit in (1, 2, 19)] == [whole] * 3
        monkeypatch.setattr(work_queue, "MOST_LOOKED_AT", 2)
        assert [queue(service, REVIEWER, limit=limit) for limit in (1, 7, 50)] == [whole] * 3
        # Two contracts are looked at: a page may be short, and says where to go on.
        page = service.get(PATH, *REVIEWER).json()
        assert (len(page["items"]), page["next"] is None) == (8, False)
        assert len(queue(service, REVIEWER, code="assessments_waiting", limit=3)) == 4

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ({"after": "x"}, "/query/after", "not_a_cursor"),
            ({"after": "contact.01936f2e-7c10-7a31-9c55-0242ac120003.x"}, "/query/after", "not_a_cursor"),
            ({"after": "contract.01936f2e-7c10-7a31-9c55-0242ac120003.x"}, "/query/after", "not_a_cursor"),
            ({"after": "mandate.01936f2e-7c10-7a31-9c55-0242ac120003"}, "/query/after", "not_a_cursor"),
            ({"limit": 201}, "/query/limit", "too_large"),
            ({"code": "x"}, "/query/code", "unknown_code"),
        ],
    )
    def test_what_is_malformed(
        self, service: Service, query: dict[str, str | int], pointer: str, code: str
    ) -> None:
        answer = service.get(PATH, CONTRACTOR, Role.CONTRACTOR, **query)
        assert (answer.status_code, errors_of(answer)) == (422, [(pointer, code)])
