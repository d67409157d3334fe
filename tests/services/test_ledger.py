"""The ledger: it only ever grows, its sums are exact after every step, a failing write leaves nothing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.queries import ledger as queries
from app.db.tables import Change, Entry, Event, Seal
from app.principal import Role
from app.worker import drain
from tests.api.builders import (
    BUYER,
    Service,
    Worker,
    add_contract,
    add_hire,
    serving,
)
from tests.api.declaring import (
    DECEMBER,
    JANUARY,
    accepted,
    by_rule,
    corrected,
    line,
    line_row,
    read,
    rows,
    send,
    sent,
    states,
)
from tests.api.people import approved, decide, mandated_contract
from tests.services.ledger_books import Books, Side


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture(scope="module")
def books(service: Service) -> Books:
    return Books(service)


class TestReversals:
    def entries(self, service: Service, worker: Worker) -> list[tuple[str, int, str | None, bool]]:
        """State, hundredths, rule and whether it takes something back, in order of changes."""
        query = (
            select(Entry)
            .join(Change, Change.id == Entry.change_id)
            .where(Entry.line_id == line_row(service, worker).id)
            .order_by(Entry.change_id, Entry.reverses_id.is_(None), Entry.id)
        )
        with service.means.database.read() as session:
            return [
                (entry.state, entry.hours, entry.rule, entry.reverses_id is not None)
                for entry in session.scalars(query)
            ]

    def test_each_step_takes_back_what_stood_and_posts_what_holds(
        self, service: Service, books: Books
    ) -> None:
        contract_id = add_contract(service)
        side = Side(service, books, BUYER, contract_id, add_hire(service, contract_id))
        side.claim("70.00")
        side.accept()
        side.claim("60.00")
        side.withdraw()
        assert self.entries(service, side.worker) == [
            ("pending", 7000, "review", False),
            ("pending", -7000, "review", True),
            ("counted", 7000, None, False),
            ("counted", -7000, None, True),
            ("pending", 6000, "review", False),
            ("pending", -6000, "review", True),
        ]

    def test_lines_that_did_not_change_are_not_posted_again(self, service: Service, books: Books) -> None:
        contract_id = add_contract(service)
        one, other = add_hire(service, contract_id), add_hire(service, contract_id)
        statement = sent(service, contract_id, line(one, "70.00"), line(other, "50.00"))
        accepted(service, statement, BUYER)
        books.check()
        before = self.entries(service, one)
        corrected(service, statement, line(one, "70.00"), line(other, "40.00"))
        books.check()
        assert self.entries(service, one) == before

    def test_an_approval_taken_back_reverses_what_was_counted(self, service: Service, books: Books) -> None:
        contract_id = mandated_contract(service)
        assessment = approved(service, contract_id)
        worker = Worker(UUID(assessment["hire_id"]), UUID(assessment["participant_id"]))
        statement = accepted(service, sent(service, contract_id, line(worker, "80.00"), month=DECEMBER))
        assert states(statement) == {"counted": "80.00"}
        books.check()
        decide(service, str(worker.hire_id), "refused", "Attestation d'une autre personne")
        books.check()
        found = read(service, statement)
        assert by_rule(found) == {("refused", "eligibility"): "80.00"}
        # The verdict on the line stands: only the person's decision changed.
        assert found["lines"][0]["review"] == "accepted"
        assert self.entries(service, worker)[-2:] == [
            ("counted", -8000, None, True),
            ("refused", 8000, "eligibility", False),
        ]

    def test_entries_say_by_themselves_what_they_count_for(self, service: Service, books: Books) -> None:
        contract_id = mandated_contract(service)
        worker = add_hire(
            service, contract_id, workplace="commune/57433", modality="placement", contract_type="mission"
        )
        sent(service, contract_id, line(worker, "10.00"))
        with service.means.database.read() as session:
            row = line_row(service, worker)
            entry = session.scalars(select(Entry).where(Entry.line_id == row.id)).one()
        stamped = (entry.execution, entry.modality, entry.kind, entry.month, entry.declarant_id)
        assert stamped == ("commune/57433", "placement", "worked", row.month, row.declarant_id)
        assert entry.obligation_id == row.obligation_id
        books.check()


class TestFailures:
    @pytest.mark.parametrize("broken", ["add_entries", "add_to_sums"])
    def test_a_write_that_fails_in_the_middle_leaves_nothing(
        self, service: Service, books: Books, monkeypatch: pytest.MonkeyPatch, broken: str
    ) -> None:
        contract_id = add_contract(service)
        worker = add_hire(service, contract_id)
        statement = sent(service, contract_id, line(worker, "70.00"), month=DECEMBER)
        before = rows(service)
        calls = self.fail_last(monkeypatch, broken)
        body = {"month": JANUARY, "lines": [line(worker, "70.00")]}
        answer = send(service, contract_id, body)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        path = f"/v1/statements/{statement['id']}/review"
        answer = service.send("POST", path, BUYER, Role.FACILITATOR, {"accept_all": True}, 1)
        assert answer.status_code == 500
        assert len(calls) >= 2
        monkeypatch.undo()
        assert rows(service) == before
        books.check()
        assert states(read(service, statement, BUYER)) == {"pending": "70.00"}
        # The same requests are taken in afterwards.
        assert send(service, contract_id, body).status_code == 201
        assert states(accepted(service, statement, BUYER)) == {"counted": "70.00"}
        books.check()

    def fail_last(self, monkeypatch: pytest.MonkeyPatch, name: str) -> list[object]:
        """Let the write happen, then fail: for the sums, at the second of the two tables."""
        real = getattr(queries, name)
        calls: list[object] = []

        def failing(*arguments: Any) -> None:  # noqa: ANN401 - passed on as they are
            real(*arguments)
            calls.append(arguments)
            if name == "add_entries" or len(calls) % 2 == 0:
                raise RuntimeError

        monkeypatch.setattr(queries, name, failing)
        return calls


def test_every_posting_belongs_to_a_step_that_is_told_and_sealed(service: Service, books: Books) -> None:
    contract_id = add_contract(service)
    side = Side(service, books, BUYER, contract_id, add_hire(service, contract_id))
    side.claim("70.00")
    side.accept()
    side.claim("60.00")
    drain(service.means)
    query = (
        select(Change.action, Event.type, Seal.position)
        .join(Entry, Entry.change_id == Change.id)
        .join(Event, Event.change_id == Change.id)
        .join(Seal, Seal.change_id == Change.id)
        .where(Entry.contract_id == contract_id)
        .distinct()
        .order_by(Seal.position)
    )
    with service.means.database.read() as session:
        steps = [(action, told) for action, told, _ in session.execute(query)]
    assert steps == [
        (name, name) for name in ("statement.submitted", "statement.reviewed", "statement.corrected")
    ]
