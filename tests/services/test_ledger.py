"""The ledger: it only ever grows, its sums are exact after every step, and an hour counts once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.queries import ledger as queries
from app.db.tables import Change, Entry, Event, Job, Line, Seal
from app.principal import SERVICE, Role
from app.services import ledger
from app.services.sight import held_contract
from app.services.verify import verify
from app.services.work import writing
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    Worker,
    add_contract,
    add_hire,
    serving,
)
from tests.api.declaring import (
    DECEMBER,
    JANUARY,
    Body,
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

STATES = ("pending", "held", "refused", "counted")


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@dataclass
class Books:
    """The ledger as it was seen last: whatever happens next may only add to it."""

    service: Service
    seen: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)

    def check(self) -> None:
        found, lines = self._entries(), self._lines()
        assert self.seen.items() <= found.items(), "an entry was changed or lost"
        self.seen = found
        posted: dict[UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
        for entry in found.values():
            named = dict(zip(COLUMNS, entry, strict=True))
            posted[named["line_id"]][named["state"]] += named["hours"]
            if named["reverses_id"] is not None:
                reversed_entry = dict(zip(COLUMNS, found[named["reverses_id"]], strict=True))
                assert named["hours"] == -reversed_entry["hours"]
        for item in lines:
            assert {state: getattr(item, state) for state in STATES} == posted[item.id]
            assert sum(posted[item.id].values()) == item.worked + item.training
        assert verify(self.service.means.database).holds

    def _entries(self) -> dict[UUID, tuple[Any, ...]]:
        with self.service.means.database.read() as session:
            return {row.id: tuple(row) for row in session.execute(select(*Entry.__table__.columns))}

    def _lines(self) -> list[Line]:
        with self.service.means.database.read() as session:
            return list(session.scalars(select(Line)))


COLUMNS = [column.name for column in Entry.__table__.columns]


@pytest.fixture(scope="module")
def books(service: Service) -> Books:
    return Books(service)


@dataclass
class Side:
    """One person's hire on the contract of one buyer, whose own staff reviews."""

    service: Service
    books: Books
    buyer: str
    contract_id: UUID
    worker: Worker
    firm: str = CONTRACTOR
    statement: Body = field(default_factory=dict)

    def claim(self, worked: str, **more: object) -> None:
        """Declare the month, or correct it."""
        declared = line(self.worker, worked, **more)
        if self.statement:
            self.statement = corrected(self.service, self.statement, declared, siret=self.firm)
        else:
            self.statement = sent(self.service, self.contract_id, declared, siret=self.firm)
        self.books.check()

    def withdraw(self) -> None:
        self.statement = corrected(self.service, self.statement, siret=self.firm)
        self.books.check()

    def accept(self) -> None:
        self.statement = accepted(self.service, self.statement, self.buyer)
        self.books.check()

    def now(self) -> dict[str, str]:
        """Where the hours stand, once the work queued meanwhile is done."""
        drain(self.service.means)
        self.books.check()
        return states(read(self.service, self.statement, self.buyer))


@pytest.fixture
def sides(service: Service, books: Books) -> tuple[Side, Side]:
    """One person, one employer, two contracts of two buyers: 35 × 31 ÷ 7 = 155 hours in January."""
    drain(service.means)
    first, second = add_contract(service), add_contract(service, buyer=OTHER_BUYER)
    here = add_hire(service, first)
    there = add_hire(service, second, person=here)
    return (
        Side(service, books, BUYER, first, here),
        Side(service, books, OTHER_BUYER, second, there),
    )


class TestSingleCount:
    def test_the_claim_recorded_last_is_held(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        a.claim("100.00")
        a.accept()
        b.claim("100.00")
        b.accept()
        assert b.now() == {"counted": "55.00", "held": "45.00"}
        assert a.now() == {"counted": "100.00"}
        assert by_rule(b.statement) == {("counted", None): "55.00", ("held", "single_count"): "45.00"}
        (held,) = [item for item in b.statement["lines"][0]["postings"] if item["state"] == "held"]
        assert held["parameter"] == "155 h usuelles + 0 h supplémentaires = 155 h"

    def test_hours_freed_by_a_correction_are_counted_by_the_queued_job(
        self, service: Service, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        for side in sides:
            side.claim("100.00")
            side.accept()
        a.claim("50.00")
        # Not in the same transaction: B's contract is another buyer's.
        assert states(read(service, b.statement, OTHER_BUYER)) == {"counted": "55.00", "held": "45.00"}
        with service.means.database.read() as session:
            waiting = session.scalars(select(Job.subject).where(Job.state == "waiting")).all()
        assert waiting == [str(b.contract_id)]
        assert b.now() == {"counted": "100.00"}
        a.accept()
        assert a.now() == {"counted": "50.00"}
        assert b.now() == {"counted": "100.00"}
        # Back to 100, and still the claim recorded first.
        a.claim("100.00")
        a.accept()
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})

    def test_pending_hours_take_no_room_and_the_first_recorded_goes_first(
        self, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        a.claim("100.00")
        b.claim("100.00")
        b.accept()
        assert (a.now(), b.now()) == ({"pending": "100.00"}, {"counted": "100.00"})
        a.accept()
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})

    def test_a_line_taken_out_and_sent_again_is_a_new_claim(
        self, service: Service, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        for side in sides:
            side.claim("100.00")
            side.accept()
        a.withdraw()
        gone = line_row(service, a.worker)
        zeros = (gone.worked, gone.pending, gone.held, gone.refused, gone.counted)
        assert (gone.withdrawn, zeros) == (True, (0, 0, 0, 0, 0))
        assert read(service, a.statement, BUYER)["lines"] == []
        assert b.now() == {"counted": "100.00"}
        recorded_at = gone.recorded_at
        a.claim("100.00")
        a.accept()
        back = line_row(service, a.worker)
        assert (back.id, back.recorded_at > recorded_at) == (gone.id, True)
        # The other claim was recorded before it came back.
        assert (a.now(), b.now()) == ({"counted": "55.00", "held": "45.00"}, {"counted": "100.00"})

    def test_declared_overtime_makes_room(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        a.claim("100.00")
        a.accept()
        b.claim("100.00", overtime="20.00")
        b.accept()
        # 155 + 20 − 100.
        assert b.now() == {"counted": "75.00", "held": "25.00"}

    def test_another_employer_has_its_own_room_below_the_legal_maximum(
        self, service: Service, books: Books, sides: tuple[Side, Side]
    ) -> None:
        a, _ = sides
        contract_id = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
        worker = add_hire(service, contract_id, declarant=OTHER_CONTRACTOR, person=a.worker)
        other = Side(service, books, OTHER_BUYER, contract_id, worker, OTHER_CONTRACTOR)
        a.claim("155.00")
        a.accept()
        other.claim("100.00")
        other.accept()
        # Two employers, one person: 212.57 − 155.
        assert other.now() == {"counted": "57.57", "held": "42.43"}
        assert by_rule(other.statement)["held", "plausibility"] == "42.43"

    def test_the_job_changes_nothing_where_nothing_moved(
        self, service: Service, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        for side in sides:
            side.claim("50.00")
            side.accept()
        before = rows(service)
        for side in (a, b):
            with writing(service.means, SERVICE, "test") as writer:
                ledger.recount_contract(writer, held_contract(writer, side.contract_id))
                assert writer.change is None
        assert rows(service) == before
        with service.means.database.read() as session:
            assert session.scalars(select(Job.id).where(Job.state == "waiting")).all() == []


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


def test_every_step_is_told_once_and_sealed(service: Service, books: Books) -> None:
    drain(service.means)
    books.check()
    with service.means.database.read() as session:
        entries = set(session.scalars(select(Entry.change_id)))
        sealed = set(session.scalars(select(Seal.change_id)))
        told = [tuple(row) for row in session.execute(select(Event.change_id, Event.type))]
        actions = {row.id: row.action for row in session.scalars(select(Change))}
    assert entries <= sealed
    # Each posting belongs to a change that says what happened.
    happened = {actions[change_id] for change_id in entries}
    assert happened == {
        "statement.submitted",
        "statement.corrected",
        "statement.reviewed",
        "assessment.decided",
        "lines.recounted",
    }
    assert len(told) == len(set(told))
    assert entries <= {change_id for change_id, _ in told}
