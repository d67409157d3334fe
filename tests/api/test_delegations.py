"""Delegations: a structure declares a contractor's workers' hours, once per hire and month, while it runs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from app.principal import Role
from app.services.verify import verify
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    MORNING,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import DECEMBER, JANUARY, Body, correct, line, read, review, send, sent, taken
from tests.api.registering import errors_of

FIRM, SUB = (CONTRACTOR, Role.CONTRACTOR), (SUBCONTRACTOR, Role.CONTRACTOR)
PLACED = (STRUCTURE, Role.INSERTION_STRUCTURE)


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


@pytest.fixture
def contract_id(service: Service) -> UUID:
    service.clock.moment = MORNING
    found = add_contract(service, subcontractor=SUBCONTRACTOR)
    add_mandate(service, found)
    return found


def path(contract_id: UUID) -> str:
    return f"/v1/contracts/{contract_id}/delegations"


def give(service: Service, contract_id: UUID, by: tuple[str, Role] = FIRM, **fields: str) -> Response:
    return service.post(path(contract_id), *by, {"siret": STRUCTURE, **fields})


def given(service: Service, contract_id: UUID, by: tuple[str, Role] = FIRM, **fields: str) -> Body:
    return taken(give(service, contract_id, by, **fields))


def change(
    service: Service,
    delegation: Body,
    until: str | None,
    by: tuple[str, Role] = FIRM,
    version: int | None = 1,
) -> Response:
    address = f"{path(UUID(delegation['contract_id']))}/{delegation['id']}"
    return service.send("PATCH", address, *by, {"until": until}, version)


def withdraw(
    service: Service, delegation: Body, by: tuple[str, Role] = FIRM, version: int | None = 1
) -> Response:
    address = f"{path(UUID(delegation['contract_id']))}/{delegation['id']}"
    return service.send("DELETE", address, *by, None, version)


def declared(service: Service, contract_id: UUID, *lines: Body, month: str = JANUARY) -> Response:
    """A month that the structure sends."""
    return send(service, contract_id, {"month": month, "lines": list(lines)}, *PLACED)


def corrected(service: Service, statement: Body, *lines: Body, by: tuple[str, Role] = PLACED) -> Response:
    current = read(service, statement, *by)
    headers = {
        **service.headers(*by),
        "Idempotency-Key": str(uuid4()),
        "If-Match": f'"{current["version"]}"',
    }
    body = {"reason": "Erreur de saisie", "lines": list(lines)}
    return service.client.post(f"/v1/statements/{statement['id']}/versions", json=body, headers=headers)


def missing(service: Service, contract_id: UUID, by: tuple[str, Role]) -> list[tuple[str, str]]:
    answer = service.get(f"/v1/contracts/{contract_id}/compliance", *by)
    assert answer.status_code == 200, answer.text
    return [(item["declarant"], item["month"]) for item in answer.json()["reporting"]["missing"]]


def actions(service: Service, contract_id: UUID, by: tuple[str, Role]) -> list[str]:
    answer = service.get(f"/v1/contracts/{contract_id}/compliance", *by).json()
    return [item["text"] for item in answer["next_actions"] if item["code"] == "missing_statement"]


class TestGiving:
    def test_it_opens_the_contract_to_the_structure_while_it_runs(
        self, service: Service, contract_id: UUID
    ) -> None:
        found = given(service, contract_id, since="2025-01-11", until="2025-01-12")
        assert {name: found[name] for name in ("delegator", "delegate", "since", "until", "version")} == {
            "delegator": CONTRACTOR,
            "delegate": STRUCTURE,
            "since": "2025-01-11",
            "until": "2025-01-12",
            "version": 1,
        }
        seen = []
        for day in (10, 11, 12, 13):
            service.clock.moment = datetime(2025, 1, day, 9, tzinfo=UTC)
            seen.append(service.get(f"/v1/contracts/{contract_id}", *PLACED).status_code)
        assert seen == [404, 200, 200, 404]

    def test_who_gives_and_who_does_not(self, service: Service, contract_id: UUID) -> None:
        given(service, contract_id, SUB)
        codes = [
            give(service, contract_id, by).status_code
            for by in (
                (BUYER, Role.BUYER),
                (FACILITATOR, Role.FACILITATOR),
                PLACED,
                (OTHER_CONTRACTOR, Role.CONTRACTOR),
            )
        ]
        assert codes == [403, 403, 403, 404]

    def test_what_is_malformed(self, service: Service, contract_id: UUID) -> None:
        found = [
            errors_of(give(service, contract_id, FIRM, **fields))
            for fields in (
                {"siret": "60000000400018"},
                {"siret": CONTRACTOR},
                {"until": "2025-01-09"},
                {"since": "2025-01-12", "until": "2025-01-11"},
                {"name": "X"},
            )
        ]
        assert found == [
            [("/siret", "invalid_siret")],
            [("/siret", "to_itself")],
            [("/until", "end_before_start")],
            [("", "end_before_start")],
            [("/name", "unknown_field")],
        ]

    def test_a_repetition_gives_it_once_and_days_do_not_overlap(
        self, service: Service, contract_id: UUID
    ) -> None:
        body, key = {"siret": STRUCTURE, "until": "2025-01-31"}, str(uuid4())
        first, again = (service.post(path(contract_id), *FIRM, body, key) for _ in range(2))
        assert (first.status_code, again.content) == (201, first.content)
        answer = give(service, contract_id, since="2025-01-31")
        assert (answer.status_code, answer.json()["code"]) == (409, "delegation_overlaps")
        # The subcontractor's is another one, and the next day is free.
        given(service, contract_id, SUB)
        given(service, contract_id, since="2025-02-01")

    def test_each_sees_its_own_side(self, service: Service, contract_id: UUID) -> None:
        mine, theirs = given(service, contract_id), given(service, contract_id, SUB)
        seen = {}
        for by in ((BUYER, Role.BUYER), (FACILITATOR, Role.FACILITATOR), FIRM, SUB, PLACED):
            items = service.get(path(contract_id), *by).json()["items"]
            seen[by[0]] = [item["id"] for item in items]
            answer = service.get(f"{path(contract_id)}/{mine['id']}", *by)
            assert answer.status_code == (200 if mine["id"] in seen[by[0]] else 404)
        both = [mine["id"], theirs["id"]]
        assert seen == {
            BUYER: both,
            FACILITATOR: both,
            CONTRACTOR: both,
            SUBCONTRACTOR: [theirs["id"]],
            STRUCTURE: both,
        }


class TestEnding:
    def test_only_who_gave_it_sets_its_end_on_the_version_it_saw(
        self, service: Service, contract_id: UUID
    ) -> None:
        found = given(service, contract_id)
        codes = [
            change(service, found, "2025-02-28", by, version).status_code
            for by, version in (
                ((BUYER, Role.BUYER), 1),
                (PLACED, 1),
                (SUB, 1),
                (FIRM, 2),
                (FIRM, None),
                (FIRM, 1),
            )
        ]
        assert codes == [403, 403, 404, 412, 428, 200]
        assert change(service, found, "2025-01-09", version=2).status_code == 422

    def test_it_is_withdrawn_at_once_or_given_back_and_stays_ended(
        self, service: Service, contract_id: UUID
    ) -> None:
        mine, theirs = given(service, contract_id), given(service, contract_id, SUB)
        assert withdraw(service, mine, version=7).status_code == 412
        assert withdraw(service, mine).status_code == 204
        assert service.get(f"{path(contract_id)}/{mine['id']}", *FIRM).json()["until"] == "2025-01-09"
        answer = change(service, mine, None, version=2)
        assert (answer.status_code, answer.json()["code"]) == (409, "delegation_over")
        assert withdraw(service, theirs, PLACED).status_code == 204
        assert service.get(f"/v1/contracts/{contract_id}", *PLACED).status_code == 404


class TestDeclaring:
    @pytest.fixture
    def worker(self, service: Service, contract_id: UUID) -> Worker:
        return add_hire(service, contract_id)

    def test_while_it_runs_the_structure_declares_and_the_firm_owes_nothing_more(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        given(service, contract_id)
        # Due on 15 January: missing, and whose turn it is.
        service.clock.moment = datetime(2025, 1, 20, 9, tzinfo=UTC)
        assert missing(service, contract_id, FIRM) == [(CONTRACTOR, DECEMBER)]
        who = f"{CONTRACTOR}, délégué à {STRUCTURE}"
        text = f"Relevé de 12/2024 manquant depuis le 15/01/2025 ({who})"
        assert actions(service, contract_id, (BUYER, Role.BUYER)) == [text]
        statement = taken(declared(service, contract_id, line(worker, "40.00"), month=DECEMBER))
        assert statement["declarant"] == STRUCTURE
        for by in (FIRM, (BUYER, Role.BUYER)):
            assert (missing(service, contract_id, by), actions(service, contract_id, by)) == ([], [])
        # One line per hire and month, whoever declares it.
        answer = send(service, contract_id, {"month": DECEMBER, "lines": [line(worker, "1.00")]})
        assert (answer.status_code, answer.json()["code"]) == (409, "line_taken")
        answer = review(service, statement, {"accept_all": True})
        assert answer.json()["lines"][0]["counted"] == "40.00"

    def test_of_one_worker_alone_it_is_not_enough(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        add_hire(service, contract_id)
        given(service, contract_id)
        service.clock.moment = datetime(2025, 1, 20, 9, tzinfo=UTC)
        taken(declared(service, contract_id, line(worker, "40.00"), month=DECEMBER))
        assert missing(service, contract_id, FIRM) == [(CONTRACTOR, DECEMBER)]

    def test_the_structure_reads_the_hires_and_prepares_the_month_without_who_they_are(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        hires = f"/v1/contracts/{contract_id}/hires"
        delegation = given(service, contract_id)
        (found,) = service.get(hires, *PLACED).json()["items"]
        assert (found["id"], found["participant_id"]) == (str(worker.hire_id), None)
        assert service.get(f"/v1/hires/{worker.hire_id}", *PLACED).status_code == 200
        assert service.get(f"/v1/participants/{worker.participant_id}", *PLACED).status_code == 404
        draft = service.get(f"/v1/contracts/{contract_id}/statements/draft", *PLACED, month=JANUARY).json()
        assert [item["hire_id"] for item in draft["lines"]] == [str(worker.hire_id)]
        # It follows hours, and changes nothing of the hire.
        body = {"weekly_hours": "28.00"}
        answer = service.send("PATCH", f"/v1/hires/{worker.hire_id}", *PLACED, body, 1)
        assert answer.status_code == 404
        assert withdraw(service, delegation).status_code == 204
        assert service.get(f"/v1/hires/{worker.hire_id}", *PLACED).status_code == 404

    def test_hours_from_a_table_go_by_the_same_delegation(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        delegation = given(service, contract_id)
        template = "/v1/imports/templates/hours"
        assert str(worker.hire_id) in service.get(template, *PLACED, form="csv").text
        rows = f"Mise à l'emploi;Mois;Heures réalisées\r\n{worker.hire_id};2025-01;12,50\r\n".encode()
        headers = {**service.headers(*PLACED), "Content-Type": "text/csv", "Idempotency-Key": str(uuid4())}
        sent_in = service.client.post("/v1/imports?kind=hours", content=rows, headers=headers)
        assert sent_in.status_code == 202, sent_in.text
        drain(service.means)
        (statement,) = service.get(f"/v1/contracts/{contract_id}/statements", *PLACED).json()["items"]
        assert [item["worked"] for item in read(service, statement, *PLACED)["lines"]] == ["12.50"]
        assert withdraw(service, delegation).status_code == 204
        assert str(worker.hire_id) not in service.get(template, *PLACED, form="csv").text

    def test_without_it_the_hires_are_unknown_and_once_over_they_are_refused(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        # Its own person keeps the contract in its sight, and its own hours its to declare.
        own = add_hire(service, contract_id, declarant=STRUCTURE)
        delegation = given(service, contract_id, SUB)
        answer = declared(service, contract_id, line(worker, "1.00"))
        assert (answer.status_code, errors_of(answer)) == (422, [("/lines/0/hire_id", "unknown_reference")])
        theirs = add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        change(service, delegation, "2025-01-15", SUB)
        given(service, contract_id, since="2025-01-01", until="2025-01-10")
        service.clock.moment = datetime(2025, 1, 11, 9, tzinfo=UTC)
        add_mandated_structure(service, contract_id)
        lines = [line(own, "2.00"), line(worker, "1.00"), line(theirs, "3.00")]
        answer = declared(service, contract_id, *lines)
        assert (answer.status_code, answer.json()["code"]) == (409, "delegation_ended")
        assert errors_of(answer) == [("/lines/1/hire_id", "delegation_ended")]
        service.clock.moment = datetime(2025, 1, 16, 9, tzinfo=UTC)
        answer = declared(service, contract_id, *lines)
        assert [found[0] for found in errors_of(answer)] == ["/lines/1/hire_id", "/lines/2/hire_id"]
        assert declared(service, contract_id, lines[0]).status_code == 201

    def test_once_over_the_structure_changes_nothing_and_the_firm_takes_over(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        own = add_hire(service, contract_id, declarant=STRUCTURE)
        add_mandated_structure(service, contract_id)
        delegation = given(service, contract_id)
        both = (line(own, "30.00"), line(worker, "40.00"))
        statement = taken(declared(service, contract_id, *both, month=DECEMBER))
        review(service, statement, {"accept_all": True})
        assert withdraw(service, delegation).status_code == 204
        answer = corrected(service, statement, line(own, "31.00"), line(worker, "41.00"))
        assert (answer.status_code, errors_of(answer)) == (409, [("/lines/1/hire_id", "delegation_ended")])
        # Left as it is, it does not keep the structure from correcting its own.
        assert corrected(service, statement, line(own, "31.00"), line(worker, "40.00")).status_code == 201
        mine = sent(service, contract_id, line(worker, "40.00"), month=DECEMBER)
        # Taken over unchanged: its review stays, the structure's statement no longer holds it.
        assert [(item["review"], item["counted"]) for item in mine["lines"]] == [("accepted", "40.00")]
        left = read(service, statement, *PLACED)
        assert [item["hire_id"] for item in left["lines"]] == [str(own.hire_id)]
        assert left["version"] == 4
        answer = correct(service, mine, {"reason": "Erreur", "lines": [line(worker, "38.00")]})
        assert answer.json()["lines"][0]["pending"] == "38.00"
        answer = corrected(service, statement, line(own, "31.00"), line(worker, "38.00"))
        assert (answer.status_code, answer.json()["code"]) == (409, "delegation_ended")

    def test_a_firm_that_holds_nothing_reads_its_own_lines_of_what_the_structure_sent(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        theirs = add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        given(service, contract_id)
        given(service, contract_id, SUB)
        body = {
            "month": JANUARY,
            "lines": [line(worker, "5.00"), line(theirs, "6.00")],
            "total_hours_worked": "99.00",
        }
        statement = taken(send(service, contract_id, body, *PLACED))
        read_by: dict[str, Any] = {}
        for by in (FIRM, SUB, PLACED):
            whole = read(service, statement, *by)
            versions = service.get(f"/v1/statements/{statement['id']}/versions", *by).json()["items"]
            hours = [item["worked"] for item in whole["lines"]]
            assert hours == [item["worked"] for item in versions[0]["lines"]]
            assert whole["total_hours_worked"] == versions[0]["total_hours_worked"]
            read_by[by[0]] = (hours, whole["total_hours_worked"])
        assert read_by == {
            CONTRACTOR: (["5.00", "6.00"], "99.00"),
            SUBCONTRACTOR: (["6.00"], None),
            STRUCTURE: (["5.00", "6.00"], "99.00"),
        }


def add_mandated_structure(service: Service, contract_id: UUID) -> None:
    """The structure serves the contract by the buyer's mandate as well."""
    body = {"siret": STRUCTURE, "role": "insertion_structure", "since": date(2024, 12, 12).isoformat()}
    answer = service.post(f"/v1/contracts/{contract_id}/mandates", BUYER, Role.BUYER, body)
    assert answer.status_code == 201, answer.text
