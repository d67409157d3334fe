"""Corrections: a month sent again with a reason, and declared by one declarant at a time."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Entry, Statement
from app.principal import Role
from app.services.verify import verify
from tests.api.builders import (
    CONTRACTOR,
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
from tests.api.declaring import (
    DECEMBER,
    JANUARY,
    NOTHING,
    Body,
    accepted,
    correct,
    corrected,
    line,
    line_row,
    period,
    read,
    rows,
    send,
    sent,
    states,
    taken,
)
from tests.api.people import HIRE, PERSON, mandated_contract
from tests.api.registering import errors_of


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


@pytest.fixture
def worker(service: Service, contract_id: UUID) -> Worker:
    return add_hire(service, contract_id)


class TestCorrecting:
    def test_unchanged_lines_keep_their_verdict_and_changed_ones_wait_again(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        other = add_hire(service, contract_id)
        statement = sent(service, contract_id, line(worker, "70.00"), line(other, "50.00"))
        first_recorded = line_row(service, other).recorded_at
        accepted(service, statement)
        found = corrected(service, statement, line(other, "51.00"), line(worker, "70.00"))
        assert (found["latest"], found["version"]) == (2, 3)
        reviews = {item["hire_id"]: item["review"] for item in found["lines"]}
        assert reviews == {str(worker.hire_id): "accepted", str(other.hire_id): "not_reviewed"}
        assert states(found, worker) == {"counted": "70.00"}
        assert states(found, other) == {"pending": "51.00"}
        assert line_row(service, other).recorded_at == first_recorded

    @pytest.mark.parametrize(
        "change",
        [
            {"training": "1.00"},
            {"overtime": "1.00"},
            {"periods": [period("2025-01-01", "2025-01-31", "70.00")]},
        ],
    )
    def test_any_change_of_a_line_needs_a_new_verdict(
        self, service: Service, contract_id: UUID, worker: Worker, change: Body
    ) -> None:
        statement = sent(service, contract_id, line(worker, "70.00"))
        accepted(service, statement)
        found = corrected(service, statement, line(worker, "70.00", **change))
        (only,) = found["lines"]
        assert (only["review"], only["pending"]) == ("not_reviewed", only["declared"])

    def test_every_version_is_kept_as_it_was_sent(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        body = {"month": JANUARY, "lines": [line(worker, "70.00")], "total_hours_worked": "400.00"}
        statement = taken(send(service, contract_id, body))
        corrected(service, statement)
        path = f"/v1/statements/{statement['id']}/versions"
        items = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["items"]
        first, second = items
        assert (first["number"], first["reason"], first["total_hours_worked"]) == (1, None, "400.00")
        sent_then = {"worked": "70.00", "training": "0.00", "overtime": "0.00", "periods": []}
        assert first["lines"] == [{"hire_id": str(worker.hire_id), **sent_then}]
        assert (second["number"], second["reason"]) == (2, "Erreur de saisie")
        assert (second["nothing_to_declare"], second["lines"]) == (True, [])
        assert first["submitted_at"] < second["submitted_at"]

    def test_a_correction_replayed_or_stale_changes_nothing(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = sent(service, contract_id, line(worker, "70.00"))
        body, key = {"reason": "Oubli", "lines": [line(worker, "71.00")]}, str(uuid4())
        first = correct(service, statement, body, key=key)
        assert (first.status_code, first.headers["ETag"]) == (201, '"2-contractor-fr"')
        before = rows(service)
        again = correct(service, statement, body, key=key)
        assert (again.status_code, again.content) == (201, first.content)
        stale = correct(service, statement, body)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        absent = correct(service, statement, body, version=0)
        assert (absent.status_code, absent.json()["code"]) == (428, "precondition_required")
        assert rows(service) == before

    def test_a_correction_gives_its_reason(self, service: Service, contract_id: UUID) -> None:
        statement = taken(send(service, contract_id, NOTHING))
        for body, pointer, code in (
            ({"nothing_to_declare": True}, "/reason", "missing"),
            ({"nothing_to_declare": True, "reason": "  "}, "/reason", "too_short"),
            ({"reason": "Oubli"}, "", "lines_or_nothing"),
            ({"reason": "Oubli", "nothing_to_declare": True, "month": DECEMBER}, "/month", "unknown_field"),
        ):
            answer = correct(service, statement, body)
            assert (answer.status_code, errors_of(answer)) == (422, [(pointer, code)])

    def test_only_the_declarant_corrects(self, service: Service) -> None:
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        add_mandate(service, contract_id)
        statement = taken(send(service, contract_id, NOTHING, SUBCONTRACTOR))
        body = {"reason": "Oubli", "nothing_to_declare": True}
        # The holder reads it, and may not change it; another firm never hears of it.
        answer = correct(service, statement, body, CONTRACTOR)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        answer = correct(service, statement, body, OTHER_CONTRACTOR)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert correct(service, statement, body, SUBCONTRACTOR).status_code == 201

    def test_lines_of_a_correction_are_checked_like_the_first(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = sent(service, contract_id, line(worker, "70.00"))
        before = rows(service)
        wrong = {"reason": "Oubli", "lines": [line(worker, "800.00")]}
        answer = correct(service, statement, wrong)
        assert (answer.status_code, errors_of(answer)) == (422, [("/lines/0/worked", "too_many_hours")])
        assert rows(service) == before
        assert read(service, statement)["latest"] == 1


class TestTwoDeclarants:
    """A person lent by a structure: the firm that uses the work and the employer may both report it."""

    def lent(self, service: Service, contract_id: UUID) -> Worker:
        body = {**HIRE, "employer": STRUCTURE, "modality": "placement", "participant": PERSON}
        path = f"/v1/contracts/{contract_id}/hires"
        found = taken(service.post(path, CONTRACTOR, Role.CONTRACTOR, body))
        return Worker(UUID(found["id"]), UUID(found["participant_id"]))

    def test_the_second_declarants_line_is_a_conflict(self, service: Service, contract_id: UUID) -> None:
        worker = self.lent(service, contract_id)
        body = {"month": DECEMBER, "lines": [line(worker, "70.00")]}
        assert send(service, contract_id, body, STRUCTURE, Role.INSERTION_STRUCTURE).status_code == 201
        before = rows(service)
        answer = send(service, contract_id, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "line_taken")
        assert errors_of(answer) == [("/lines/0/hire_id", "line_taken")]
        assert rows(service) == before

    def test_a_line_given_up_by_one_may_be_declared_by_the_other(
        self, service: Service, contract_id: UUID
    ) -> None:
        worker = self.lent(service, contract_id)
        first = sent(service, contract_id, line(worker, "70.00"), month=DECEMBER)
        corrected(service, first)
        body = {"month": DECEMBER, "lines": [line(worker, "60.00")]}
        second = taken(send(service, contract_id, body, STRUCTURE, Role.INSERTION_STRUCTURE))
        assert states(second) == {"pending": "60.00"}
        assert read(service, first)["lines"] == []
        kept = line_row(service, worker)
        with service.means.database.read() as session:
            entry = session.scalars(
                select(Entry).where(Entry.line_id == kept.id).order_by(Entry.id.desc()).limit(1)
            ).one()
            standing = session.get_one(Statement, (kept.owner_id, UUID(second["id"])))
        assert kept.statement_id == standing.id
        assert (kept.declarant_id, entry.declarant_id) == (standing.declarant_id,) * 2
