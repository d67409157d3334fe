"""The feed and the audit trail: whole, in order, and only what one may know."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.clock import new_id
from app.principal import SERVICE, Principal, Role
from app.services import jobs, organisations
from app.services.changes import settle
from app.services.work import writing
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    MORNING,
    OTHER_BUYER,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    add_contract,
    add_mandate,
    serving,
)

PLATFORM = STRUCTURE


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


def change(
    service: Service, contract_id: UUID | None, *events: str, declarant_id: UUID | None = None
) -> list[UUID]:
    """One change that announces these events; returns their subjects."""
    subjects = [new_id() for _ in events]
    with writing(service.means, SERVICE, "test") as writer:
        writer.record("test.changed", contract_id=contract_id)
        for event, subject in zip(events, subjects, strict=True):
            writer.announce(event, "hire", subject, declarant_id=declarant_id)
    settle(service.means)
    return subjects


def feed(service: Service, siret: str, role: Role, **query: int) -> dict[str, Any]:
    answer = service.get("/v1/events", siret, role, **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert f"after={found['next']}" in answer.headers["link"]
    return found


def subjects(page: dict[str, Any]) -> list[UUID]:
    return [UUID(item["subject_id"]) for item in page["items"]]


class TestFeed:
    def test_what_is_not_settled_is_not_told_yet(self, service: Service) -> None:
        settle(service.means)
        with writing(service.means, SERVICE, "test") as writer:
            writer.record("test.changed")
            writer.announce("hire.updated", "hire", new_id())
        before = feed(service, PLATFORM, Role.ADMIN)
        settle(service.means)
        after = feed(service, PLATFORM, Role.ADMIN, after=before["next"])
        assert before["items"] == []
        assert [item["type"] for item in after["items"]] == ["hire.updated"]

    def test_a_page_never_ends_inside_a_change(self, service: Service) -> None:
        contract = add_contract(service)
        told = [
            *change(service, contract, "hire.declared"),
            *change(service, contract, *["hire.updated"] * 3),
        ]
        told += change(service, contract, "hire.ended")
        pages = [feed(service, BUYER, Role.BUYER, limit=2)]
        while pages[-1]["items"]:
            pages.append(feed(service, BUYER, Role.BUYER, limit=2, after=pages[-1]["next"]))
        assert [len(page["items"]) for page in pages] == [1, 3, 1, 0]
        assert [subject for page in pages for subject in subjects(page)] == told
        assert [item["id"].split("-")[1] for item in pages[1]["items"]] == ["1", "2", "3"]

    def test_the_cursor_moves_on_over_what_is_not_ones_own(self, service: Service) -> None:
        contract = add_contract(service, buyer=OTHER_BUYER)
        change(service, contract, "hire.declared")
        last = feed(service, PLATFORM, Role.ADMIN)["items"][-1]["position"]
        page = feed(service, BUYER, Role.BUYER)
        assert page["items"] == []
        # The key just made for this reading is settled by nobody yet.
        assert page["next"] == last
        assert feed(service, BUYER, Role.BUYER, after=page["next"])["next"] == last

    def test_a_cursor_beyond_the_end_stays(self, service: Service) -> None:
        assert feed(service, PLATFORM, Role.ADMIN, after=1000)["next"] == 1000

    def test_only_those_on_the_contract_are_told(self, service: Service) -> None:
        contract = add_contract(service, subcontractor=SUBCONTRACTOR)
        add_mandate(service, contract)
        told = change(service, contract, "hire.declared")
        for siret, role in (
            (BUYER, Role.BUYER),
            (BUYER, Role.FACILITATOR),
            (CONTRACTOR, Role.CONTRACTOR),
            (SUBCONTRACTOR, Role.CONTRACTOR),
            (FACILITATOR, Role.FACILITATOR),
            (PLATFORM, Role.ADMIN),
        ):
            assert subjects(feed(service, siret, role))[-1:] == told
        for siret, role in (
            (OTHER_BUYER, Role.BUYER),
            (FACILITATOR, Role.BUYER),
            (CONTRACTOR, Role.INSERTION_STRUCTURE),
            (BUYER, Role.OBSERVER),
        ):
            assert subjects(feed(service, siret, role)) == []

    def test_ones_own_doings_outside_any_contract_are_told_to_oneself(self, service: Service) -> None:
        ids = {}
        for siret in (BUYER, OTHER_BUYER):
            with writing(service.means, SERVICE, "test") as writer:
                writer.record("test.prepared")
                ids[siret] = organisations.known_organisation(writer, siret).id
        with writing(service.means, Principal(ids[BUYER], Role.BUYER), "test") as writer:
            writer.record("import.queued")
            writer.announce("import.queued", "import", new_id())
        settle(service.means)
        found = feed(service, BUYER, Role.BUYER)
        assert [item["type"] for item in found["items"]] == ["import.queued"]
        assert feed(service, BUYER, Role.CONTRACTOR)["items"] == []
        assert feed(service, OTHER_BUYER, Role.BUYER)["items"] == []

    def test_a_firm_is_not_told_of_what_another_firm_declares(self, service: Service) -> None:
        contract = add_contract(service, subcontractor=SUBCONTRACTOR)
        with writing(service.means, SERVICE, "test") as writer:
            writer.record("test.prepared")
            declarant = organisations.known_organisation(writer, SUBCONTRACTOR).id
        told = change(service, contract, "hire.declared", declarant_id=declarant)
        assert subjects(feed(service, SUBCONTRACTOR, Role.CONTRACTOR)) == told
        assert subjects(feed(service, CONTRACTOR, Role.CONTRACTOR)) == []
        assert subjects(feed(service, BUYER, Role.BUYER)) == told

    def test_a_wrong_cursor_is_named(self, service: Service) -> None:
        for query in ({"after": -1}, {"limit": 201}, {"limit": 0}):
            answer = service.get("/v1/events", PLATFORM, Role.ADMIN, **query)
            (name,) = query
            assert answer.status_code == 422
            assert [item["pointer"] for item in answer.json()["errors"]] == [f"/query/{name}"]

    def test_without_a_key_nothing_is_told(self, service: Service) -> None:
        assert service.client.get("/v1/events").status_code == 401
        assert service.client.get("/v1/audit").status_code == 401


class TestAudit:
    def test_ones_own_changes_in_ones_own_role_settled_or_not(self, service: Service) -> None:
        principals = {}
        for siret in (BUYER, OTHER_BUYER):
            with writing(service.means, SERVICE, "test") as writer:
                writer.record("test.prepared")
                principals[siret] = organisations.known_organisation(writer, siret).id
        hire = new_id()
        for siret, role in ((BUYER, Role.BUYER), (BUYER, Role.CONTRACTOR), (OTHER_BUYER, Role.BUYER)):
            with writing(service.means, Principal(principals[siret], role), "request-1") as writer:
                writer.record("hire.updated")
                writer.touch("hire", hire, "weekly_hours", "starts_on")
        (own,) = service.get("/v1/audit", BUYER, Role.BUYER).json()["items"]
        assert own["position"] is None
        assert (own["action"], own["role"], own["request_id"]) == ("hire.updated", "buyer", "request-1")
        assert own["objects"] == [{"type": "hire", "id": str(hire), "fields": ["starts_on", "weekly_hours"]}]
        settle(service.means)
        (own,) = service.get("/v1/audit", BUYER, Role.BUYER).json()["items"]
        assert own["position"] is not None
        everything = service.get("/v1/audit", PLATFORM, Role.ADMIN, limit=200).json()["items"]
        assert [item["action"] for item in everything].count("hire.updated") == 3

    def test_it_is_walked_page_by_page(self, service: Service) -> None:
        for number in range(5):
            with writing(service.means, SERVICE, "test") as writer:
                writer.record(f"test.{number}")
        seen: list[str] = []
        query: dict[str, str | int] = {"limit": 2}
        while True:
            page = service.get("/v1/audit", PLATFORM, Role.ADMIN, **query).json()
            seen += [item["action"] for item in page["items"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert [action for action in seen if action.startswith("test.")] == [f"test.{n}" for n in range(5)]


def test_the_end_of_a_mandate_is_told_on_the_day_after_once(service: Service) -> None:
    contract = add_contract(service)
    ends = MORNING.date()
    add_mandate(service, contract, since=date(2025, 1, 1), until=ends)
    for days, told in ((0, 0), (1, 1), (2, 1)):
        service.clock.moment = MORNING + timedelta(days=days)
        drain(service.means)
        items = feed(service, BUYER, Role.BUYER)["items"]
        assert [item["type"] for item in items].count("mandate.ended") == told


def test_a_recount_that_moves_nothing_leaves_no_trace(service: Service) -> None:
    contract = add_contract(service)
    with writing(service.means, SERVICE, "test") as writer:
        jobs.queue(writer, "recount", str(contract), {"contract_id": str(contract)})
    drain(service.means)
    assert feed(service, BUYER, Role.BUYER)["items"] == []
    audit = service.get("/v1/audit", PLATFORM, Role.ADMIN, limit=200).json()["items"]
    assert "lines.recounted" not in [item["action"] for item in audit]
