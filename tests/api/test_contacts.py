"""Contacts: named by their organisation, read by who works with it, kept alive, forgotten in time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Change, ChangeObject, Contact, Event, Job, Organisation
from app.principal import SERVICE, Role
from app.rules.contacts import ContactFunction
from app.services import contacts, retention
from app.services.verify import verify
from app.services.work import reading, writing
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    MORNING,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.cases import PLATFORM
from tests.api.registering import errors_of

FIRM, MANAGER = "releves@exemple.fr", "direction@exemple.fr"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        contract_id = add_contract(running, subcontractor=SUBCONTRACTOR)
        add_mandate(running, contract_id)
        yield running


@pytest.fixture(autouse=True)
def _morning(service: Service) -> None:
    service.clock.moment = MORNING
    with writing(service.means, SERVICE, "test") as writer:
        for row in writer.session.scalars(select(Contact)):
            writer.session.delete(row)


def path(siret: str = CONTRACTOR) -> str:
    return f"/v1/organisations/{siret}/contacts"


def named(service: Service, function: str = "statements", email: str = FIRM, **more: str) -> dict[str, Any]:
    body = {"function": function, "name": "Canari Exemple", "email": email, **more}
    answer = service.post(path(), CONTRACTOR, Role.CONTRACTOR, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(contact: dict[str, Any], action: str = "") -> str:
    return f"{path()}/{contact['id']}{action}"


def done(
    service: Service, contact: dict[str, Any], method: str, action: str, body: object = None
) -> Response:
    return service.send(method, of(contact, action), CONTRACTOR, Role.CONTRACTOR, body, contact["version"])


def read(
    service: Service, contact: dict[str, Any], siret: str = CONTRACTOR, role: Role = Role.CONTRACTOR
) -> dict[str, Any]:
    answer = service.get(of(contact), siret, role)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def on(service: Service, day: date) -> None:
    service.clock.moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def recipients(
    service: Service, function: ContactFunction = ContactFunction.STATEMENTS
) -> list[tuple[str, bool]]:
    with reading(service.means, SERVICE, "test") as reader:
        query = select(Organisation.id).where(Organisation.identifier == CONTRACTOR)
        organisation_id = reader.session.scalars(query).one()
        return [(item.email, item.escalated) for item in contacts.for_role(reader, organisation_id, function)]


def bounced(service: Service, contact: dict[str, Any], sent_on: date) -> bool:
    with writing(service.means, SERVICE, "test") as writer:
        return contacts.mark_bounced(writer, UUID(contact["id"]), sent_on)


class TestNaming:
    def test_a_contact_is_told_whole_to_its_organisation_in_any_role(self, service: Service) -> None:
        contact = named(service, since="2025-01-02")
        assert {name: contact[name] for name in contact if name not in ("id", "created_at")} == {
            "siret": CONTRACTOR,
            "function": "statements",
            "function_label": "Relevés d'heures",
            "name": "Canari Exemple",
            "email": FIRM,
            "since": "2025-01-02",
            "until": None,
            "confirmed_on": "2025-01-10",
            "bounced_on": None,
            "reminders": True,
            "state": "reachable",
            "state_label": "Joignable",
            "replaced_by": None,
            "escalation": [],
            "version": 1,
        }
        assert read(service, contact, CONTRACTOR, Role.PRESCRIBER) == contact

    def test_a_repetition_names_nobody_twice(self, service: Service) -> None:
        body = {"function": "statements", "name": "X", "email": FIRM}
        key = str(uuid4())
        first, again = (service.post(path(), CONTRACTOR, Role.CONTRACTOR, body, key) for _ in range(2))
        assert (first.status_code, again.content) == (201, first.content)
        assert first.headers["Location"] == f"{path()}/{first.json()['id']}"
        assert len(service.get(path(), CONTRACTOR, Role.CONTRACTOR).json()["items"]) == 1

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            ({"email": "pas une adresse"}, "/email", "not_an_email"),
            ({"email": "a@b"}, "/email", "not_an_email"),
            ({"email": "a@exemple.fr\nBcc: b@exemple.fr"}, "/email", "not_an_email"),
            ({"email": f"{'a' * 250}@exemple.fr"}, "/email", "not_an_email"),
            ({"name": "A\nB"}, "/name", "control_character"),
            ({"name": ""}, "/name", "too_short"),
            ({"function": "chief"}, "/function", "unknown_code"),
            ({"phone": "1"}, "/phone", "unknown_field"),
        ],
    )
    def test_a_malformed_one_is_refused_without_being_repeated(
        self, service: Service, body: dict[str, str], pointer: str, code: str
    ) -> None:
        whole = {"function": "statements", "name": "X", "email": FIRM, **body}
        answer = service.post(path(), CONTRACTOR, Role.CONTRACTOR, whole)
        assert answer.status_code == 422
        assert errors_of(answer) == [(pointer, code)]
        assert "Bcc" not in answer.text

    def test_others_name_nobody_in_its_place(self, service: Service) -> None:
        body = {"function": "statements", "name": "X", "email": FIRM}
        for siret, role in ((BUYER, Role.BUYER), (FACILITATOR, Role.FACILITATOR), (PLATFORM, Role.ADMIN)):
            assert service.post(path(), siret, role, body).status_code == 403
        assert service.post(path(), OTHER_BUYER, Role.BUYER, body).status_code == 404
        assert service.post(path("92000000700012"), CONTRACTOR, Role.CONTRACTOR, body).status_code == 404


class TestReading:
    def test_who_shares_a_contract_reads_whom_to_write_to_but_not_the_management(
        self, service: Service
    ) -> None:
        contact, manager = named(service), named(service, "management", MANAGER)
        told = {}
        for siret, role in (
            (BUYER, Role.BUYER),
            (FACILITATOR, Role.FACILITATOR),
            (SUBCONTRACTOR, Role.CONTRACTOR),
            (PLATFORM, Role.ADMIN),
        ):
            items = service.get(path(), siret, role).json()["items"]
            assert [item["id"] for item in items] == [contact["id"], manager["id"]]
            assert {item["state"] for item in items} == {"reachable"}
            told[siret] = [item["email"] for item in items]
        assert told == {
            BUYER: [FIRM, None],
            FACILITATOR: [FIRM, None],
            SUBCONTRACTOR: [FIRM, None],
            PLATFORM: [None, None],
        }

    def test_nobody_else_learns_that_there_are_any(self, service: Service) -> None:
        contact = named(service)
        for siret, role in (
            (OTHER_BUYER, Role.BUYER),
            (OTHER_CONTRACTOR, Role.CONTRACTOR),
            (STRUCTURE, Role.INSERTION_STRUCTURE),
            # Rights never add up: this one sees the contract as a buyer only.
            (BUYER, Role.PRESCRIBER),
        ):
            assert service.get(path(), siret, role).status_code == 404
            assert service.get(of(contact), siret, role).status_code == 404

    def test_others_see_those_that_run_today_only(self, service: Service) -> None:
        announced, over = named(service, since="2025-01-11"), named(service)
        assert done(service, over, "DELETE", "").status_code == 204
        own = service.get(path(), CONTRACTOR, Role.CONTRACTOR).json()["items"]
        assert [(item["id"], item["state"]) for item in own] == [
            (announced["id"], "announced"),
            (over["id"], "ended"),
        ]
        assert service.get(path(), BUYER, Role.BUYER).json()["items"] == []
        assert service.get(of(over), BUYER, Role.BUYER).status_code == 404

    def test_lists_are_narrowed_and_walked(self, service: Service) -> None:
        first, second = named(service), named(service, "eligibility", "e@exemple.fr")
        third = named(service, "statements", "autre@exemple.fr")
        assert bounced(service, third, MORNING.date())
        ids = [
            [item["id"] for item in service.get(path(), BUYER, Role.BUYER, **query).json()["items"]]
            for query in (
                {"function": "statements"},
                {"state": "unreachable"},
                {"state": "reachable", "function": "statements"},
                {"state": "to_confirm"},
                {"after": first["id"], "limit": 1},
            )
        ]
        assert ids == [[first["id"], third["id"]], [third["id"]], [first["id"]], [], [second["id"]]]
        assert service.get(path(), BUYER, Role.BUYER, state="lost").status_code == 422


class TestKeptAlive:
    def test_six_months_without_a_word_ask_for_a_confirmation(self, service: Service) -> None:
        contact, manager = named(service), named(service, "management", MANAGER)
        # Confirmed on 10 January: 10 July is six months later.
        on(service, date(2025, 7, 9))
        assert read(service, contact)["state"] == "reachable"
        assert recipients(service) == [(FIRM, False)]
        on(service, date(2025, 7, 10))
        assert read(service, contact)["state"] == "to_confirm"
        # The management was not confirmed either: nobody is left but whom one knew.
        assert recipients(service) == [(FIRM, False)]
        assert done(service, manager, "POST", "/confirm").json()["confirmed_on"] == "2025-07-10"
        assert read(service, contact, BUYER, Role.BUYER)["escalation"] == [manager["id"]]
        assert recipients(service) == [(MANAGER, True)]
        items = service.get(path(), BUYER, Role.BUYER, state="to_confirm").json()["items"]
        assert [item["id"] for item in items] == [contact["id"]]
        assert done(service, contact, "POST", "/confirm").json()["state"] == "reachable"
        assert recipients(service) == [(FIRM, False)]

    def test_a_message_that_came_back_is_known_of_every_function_of_the_address(
        self, service: Service
    ) -> None:
        contact, other = named(service), named(service, "penalties")
        manager = named(service, "management", MANAGER)
        assert bounced(service, contact, MORNING.date())
        assert not bounced(service, contact, MORNING.date())
        states = [read(service, item)["state"] for item in (contact, other, manager)]
        assert states == ["unreachable", "unreachable", "reachable"]
        assert recipients(service, ContactFunction.PENALTIES) == [(MANAGER, True)]
        assert bounced(service, manager, MORNING.date())
        assert recipients(service) == []
        # Corrected, it answers again; what was sent before does not count any more.
        on(service, date(2025, 1, 12))
        current = read(service, contact)
        answer = done(service, current, "PATCH", "", {"email": "neuf@exemple.fr"})
        assert (answer.json()["state"], answer.json()["bounced_on"]) == ("reachable", None)
        assert not bounced(service, contact, date(2025, 1, 11))
        assert recipients(service) == [("neuf@exemple.fr", False)]

    def test_who_may_write_to_it_or_the_platform_says_that_a_message_came_back(
        self, service: Service
    ) -> None:
        contact, manager = named(service), named(service, "management", MANAGER)
        answer = service.post(of(manager, "/bounce"), BUYER, Role.BUYER, {})
        assert answer.status_code == 403
        answer = service.post(of(contact, "/bounce"), BUYER, Role.BUYER, {"sent_on": "2025-01-11"})
        assert (answer.status_code, errors_of(answer)) == (422, [("/sent_on", "future_day")])
        assert service.post(of(contact, "/bounce"), OTHER_BUYER, Role.BUYER, {}).status_code == 404
        answer = service.post(of(contact, "/bounce"), FACILITATOR, Role.FACILITATOR, {})
        assert (answer.status_code, answer.json()["bounced_on"]) == (200, "2025-01-10")
        answer = service.post(of(manager, "/bounce"), PLATFORM, Role.ADMIN, {})
        assert (answer.json()["state"], answer.json()["email"]) == ("unreachable", None)

    def test_a_hand_over_has_its_day(self, service: Service) -> None:
        contact = named(service)
        body = {"name": "Relève", "email": "releve@exemple.fr", "on": "2025-02-01"}
        headers = {
            **service.headers(CONTRACTOR, Role.CONTRACTOR),
            "If-Match": '"1"',
            "Idempotency-Key": "hand-over-1",
        }
        first, again = (
            service.client.post(of(contact, "/hand-over"), json=body, headers=headers) for _ in range(2)
        )
        assert (first.status_code, again.content) == (201, first.content)
        successor = first.json()
        told = [successor[name] for name in ("function", "since", "state")]
        assert told == ["statements", "2025-02-01", "announced"]
        before = read(service, contact)
        told = [before[name] for name in ("until", "replaced_by", "state")]
        assert told == ["2025-01-31", successor["id"], "reachable"]
        assert recipients(service) == [(FIRM, False)]
        on(service, date(2025, 2, 1))
        assert recipients(service) == [("releve@exemple.fr", False)]
        assert read(service, contact)["state"] == "ended"
        answer = done(service, before, "POST", "/confirm")
        assert (answer.status_code, answer.json()["code"]) == (409, "contact_ended")

    def test_a_hand_over_is_refused_before_its_start_and_on_a_stale_version(self, service: Service) -> None:
        contact = named(service)
        body = {"name": "Relève", "email": "releve@exemple.fr"}
        headers = {**service.headers(CONTRACTOR, Role.CONTRACTOR), "Idempotency-Key": str(uuid4())}
        codes = []
        for version, sent in (("1", {**body, "on": "2025-01-09"}), ("2", body), (None, body)):
            match = {"If-Match": f'"{version}"'} if version else {}
            answer = service.client.post(of(contact, "/hand-over"), json=sent, headers={**headers, **match})
            codes.append((answer.status_code, answer.json()["code"]))
        assert codes == [(422, "invalid_payload"), (412, "stale_version"), (428, "precondition_required")]
        assert read(service, contact)["version"] == 1

    @pytest.mark.parametrize(("method", "action"), [("POST", "/confirm"), ("PATCH", ""), ("DELETE", "")])
    def test_changes_name_the_version_they_saw_and_are_the_organisations_own(
        self, service: Service, method: str, action: str
    ) -> None:
        contact = named(service)
        body = {"name": "Y"} if method == "PATCH" else None
        where = (method, of(contact, action))
        assert service.send(*where, CONTRACTOR, Role.CONTRACTOR, body, 7).status_code == 412
        assert service.send(*where, CONTRACTOR, Role.CONTRACTOR, body, None).status_code == 428
        assert service.send(*where, BUYER, Role.BUYER, body, 1).status_code == 403
        assert service.send(*where, OTHER_BUYER, Role.BUYER, body, 1).status_code == 404
        assert read(service, contact) == contact

    def test_what_changes_nothing_records_nothing(self, service: Service) -> None:
        contact = named(service)
        with service.means.database.read() as session:
            before = len(session.scalars(select(Change)).all())
        assert done(service, contact, "POST", "/confirm").json()["version"] == 1
        assert done(service, contact, "PATCH", "", {"name": "Canari Exemple"}).json()["version"] == 1
        assert done(service, contact, "PATCH", "", {}).status_code == 422
        with service.means.database.read() as session:
            assert len(session.scalars(select(Change)).all()) == before


class TestForgetting:
    def test_a_former_contact_is_forgotten_after_a_year(self, service: Service) -> None:
        contact, running = named(service), named(service, "penalties", "p@exemple.fr")
        assert done(service, contact, "DELETE", "").status_code == 204
        # Over since 9 January 2025: emptied on 9 January 2026.
        for day, kept in ((date(2026, 1, 8), "Canari Exemple"), (date(2026, 1, 9), None)):
            on(service, day)
            retention.plan_retention(service.means)
            drain(service.means)
            assert (read(service, contact)["name"], read(service, contact)["email"] is None) == (
                kept,
                kept is None,
            )
        assert read(service, running)["name"] == "Canari Exemple"
        with service.means.database.read() as session:
            done_by = [
                job.result["contacts"] for job in session.scalars(select(Job).where(Job.kind == "retention"))
            ]
        assert done_by == [0, 1]
        assert verify(service.means.database).holds

    def test_or_at_once_when_asked(self, service: Service) -> None:
        contact, second = named(service), named(service)
        assert done(service, contact, "DELETE", "?erase=true").status_code == 204
        assert read(service, contact)["name"] is None
        assert done(service, second, "DELETE", "").status_code == 204
        assert done(service, read(service, second), "DELETE", "?erase=true").status_code == 204
        assert read(service, second)["email"] is None
        # Nothing is left to do.
        assert done(service, read(service, second), "DELETE", "?erase=true").status_code == 204
        assert read(service, second)["version"] == 3

    def test_no_name_nor_address_leaves_by_the_trail_the_feed_or_the_log(
        self, service: Service, capsys: pytest.CaptureFixture[str]
    ) -> None:
        contact = named(service)
        done(service, contact, "PATCH", "", {"name": "Canari Second"})
        drain(service.means)
        with service.means.database.read() as session:
            texts = [
                str(row)
                for table in (Change, ChangeObject, Event)
                for row in session.execute(select(table.__table__))
            ]
            stored = session.scalars(select(Contact)).one()
        assert b"Canari" not in (stored.name or b"")
        for seat in ((CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.BUYER)):
            texts += [service.get(found, *seat, limit=200).text for found in ("/v1/events", "/v1/audit")]
        logs = capsys.readouterr()
        whole = "\n".join([*texts, logs.out, logs.err])
        assert "contact.updated" in whole
        assert [word for word in ("Canari", FIRM) if word in whole] == []
