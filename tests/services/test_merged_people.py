"""What joining two records of one person changes in the books, what it leaves, who learns nothing of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import Change, Event, Job
from app.principal import Role
from app.services.changes import settle
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    TERMS,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import DECEMBER, JANUARY, accepted, by_rule, line, read, sent, states
from tests.api.persons import Known, approve, known_by, new_person, said
from tests.api.registering import record_clause, register
from tests.services.ledger_books import Books, Side


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def books(service: Service) -> Books:
    return Books(service)


def side(
    service: Service,
    books: Books,
    contract_id: UUID,
    firm: str = CONTRACTOR,
    hours: str = "100.00",
    person: Worker | None = None,
) -> Side:
    """Somebody whose hours of January a firm declares and the facilitator accepts."""
    worker = add_hire(service, contract_id, declarant=firm, person=person)
    found = Side(service, books, FACILITATOR, contract_id, worker, firm)
    found.claim(hours)
    found.accept()
    return found


def one_contract(service: Service, **terms: object) -> UUID:
    """A contract of two firms under the facilitator's mandate."""
    found = add_contract(service, subcontractor=OTHER_CONTRACTOR, terms={**TERMS, **terms})
    add_mandate(service, found)
    return found


def registered(service: Service) -> UUID:
    """The same contract registered over HTTP, so that its versions say what was known of it when."""
    contract = register(service, holders=[{"siret": CONTRACTOR}, {"siret": OTHER_CONTRACTOR}])
    record_clause(service, contract)
    found = contract["id"]
    add_mandate(service, UUID(found))
    return UUID(found)


def two_contracts(service: Service) -> tuple[UUID, UUID]:
    """Contracts of two buyers and two firms under one facilitator's mandate."""
    first = add_contract(service)
    second = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
    add_mandate(service, first)
    add_mandate(service, second, buyer=OTHER_BUYER)
    return first, second


def decide(books: Books, word: str, one: Side, other: Side) -> None:
    said(books.service, word, one.worker.participant_id, other.worker.participant_id)
    books.check()


def standing(found: Side) -> dict[str, str]:
    """Where the hours stand, without doing what is queued."""
    return states(read(found.service, found.statement))


class TestCounting:
    def test_the_legal_maximum_holds_for_the_person_at_once_on_the_contract(
        self, service: Service, books: Books
    ) -> None:
        contract_id = one_contract(service)
        a = side(service, books, contract_id, hours="155.00")
        b = side(service, books, contract_id, OTHER_CONTRACTOR)
        assert (standing(a), standing(b)) == ({"counted": "155.00"}, {"counted": "100.00"})
        decide(books, "merge", a, b)
        # 48 × 31 ÷ 7 = 212.57; the claim recorded last has what is left, 212.57 − 155.
        assert (standing(a), standing(b)) == ({"counted": "155.00"}, {"counted": "57.57", "held": "42.43"})
        (held,) = [
            item for item in read(service, b.statement)["lines"][0]["postings"] if item["state"] == "held"
        ]
        assert (held["rule"], held["parameter"]) == ("plausibility", "48 h × 31 j ÷ 7 = 212,57 h")
        decide(books, "separate", a, b)
        assert (standing(a), standing(b)) == ({"counted": "155.00"}, {"counted": "100.00"})
        drain(service.means, daily=None)
        books.check()

    def test_another_contract_is_counted_by_its_own_job(self, service: Service, books: Books) -> None:
        first, second = two_contracts(service)
        a = side(service, books, first, hours="155.00")
        b = side(service, books, second, OTHER_CONTRACTOR)
        decide(books, "merge", a, b)
        assert standing(b) == {"counted": "100.00"}
        with service.means.database.read() as session:
            jobs = {
                (job.kind, job.subject) for job in session.scalars(select(Job).where(Job.state == "waiting"))
            }
        assert ("recount_person", f"{second}/{b.worker.participant_id}") in jobs
        assert {kind for kind, _ in jobs} <= {"recount_person", "recount"}
        assert {subject.partition("/")[0] for _, subject in jobs} == {str(second)}
        assert b.now() == {"counted": "57.57", "held": "42.43"}
        decide(books, "separate", a, b)
        assert b.now() == {"counted": "100.00"}

    def test_months_that_only_the_other_contract_has_are_counted_too(
        self, service: Service, books: Books
    ) -> None:
        """Nothing of them is on the contract counted at once: the decision itself must reach them."""
        here, first, second = add_contract(service), *two_contracts(service)
        add_mandate(service, here)
        unhurried = add_hire(service, here)
        a = side(service, books, first, hours="155.00", person=unhurried)
        b = side(service, books, second, OTHER_CONTRACTOR)
        # The open contract with the lowest id is `here`, where the person has no line at all.
        decide(books, "merge", a, b)
        assert (a.now(), b.now()) == ({"counted": "155.00"}, {"counted": "57.57", "held": "42.43"})

    def test_one_employer_that_knows_the_person_twice(self, service: Service, books: Books) -> None:
        contract_id = one_contract(service)
        a, b = (add_hire(service, contract_id) for _ in range(2))
        statement = sent(service, contract_id, line(a, "100.00"), line(b, "100.00"))
        statement = accepted(service, statement)
        assert [states(statement, found) for found in (a, b)] == [{"counted": "100.00"}] * 2
        said(service, "merge", b.participant_id, a.participant_id)
        books.check()
        statement = read(service, statement)
        # 35 × 31 ÷ 7 = 155 usual hours with the one employer: 55 are left. Both were recorded at one instant.
        found = {states(statement, worker)["counted"] for worker in (a, b)}
        assert found == {"100.00", "55.00"}
        held = {
            key: hours for worker in (a, b) for key, hours in by_rule(statement, worker).items() if key[1]
        }
        assert held == {("held", "single_count"): "45.00"}

    def test_training_is_capped_for_the_person_over_their_months(
        self, service: Service, books: Books
    ) -> None:
        contract_id = one_contract(service, training_cap="20.00")
        trained = []
        for firm, month in ((CONTRACTOR, DECEMBER), (OTHER_CONTRACTOR, JANUARY)):
            worker = add_hire(service, contract_id, declarant=firm)
            statement = sent(
                service, contract_id, line(worker, "0.00", training="15.00"), month=month, siret=firm
            )
            trained.append(Side(service, books, FACILITATOR, contract_id, worker, firm, statement))
            trained[-1].accept()
        a, b = trained
        assert (standing(a), standing(b)) == ({"counted": "15.00"}, {"counted": "15.00"})
        decide(books, "merge", a, b)
        assert (standing(a), standing(b)) == ({"counted": "15.00"}, {"counted": "5.00", "refused": "10.00"})
        decide(books, "separate", a, b)
        assert (standing(a), standing(b)) == ({"counted": "15.00"}, {"counted": "15.00"})

    def test_what_moves_is_filed_under_the_contract_and_told_there(
        self, service: Service, books: Books
    ) -> None:
        contract_id = one_contract(service)
        a = side(service, books, contract_id, hours="155.00")
        b = side(service, books, contract_id, OTHER_CONTRACTOR)
        decide(books, "merge", a, b)
        query = (
            select(Change.contract_id, Event.type, Event.contract_id)
            .join(Event, Event.change_id == Change.id)
            .where(Change.action == "participants.merged")
            .order_by(Event.ordinal)
        )
        with service.means.database.read() as session:
            told = [tuple(row) for row in session.execute(query)]
        assert told == [
            (contract_id, "lines.recounted", contract_id),
            (contract_id, "participants.merged", None),
        ]


class TestPastAnswers:
    def test_what_was_known_before_a_decision_stays(self, service: Service, books: Books) -> None:
        contract_id = registered(service)
        a = side(service, books, contract_id, hours="155.00")
        b = side(service, books, contract_id, OTHER_CONTRACTOR)
        # Counted by each decision: both whole, held in part, both whole.
        answers = {self.moment(service): "255.00"}
        decide(books, "merge", a, b)
        answers[self.moment(service)] = "212.57"
        decide(books, "separate", a, b)
        answers[self.moment(service)] = "255.00"
        first = {known_at: self.known(service, contract_id, known_at) for known_at in answers}
        assert {known_at: answer["counted"] for known_at, answer in first.items()} == answers
        decide(books, "merge", a, b)
        drain(service.means, daily=None)
        self.moment(service)
        assert {known_at: self.known(service, contract_id, known_at) for known_at in answers} == first

    def moment(self, service: Service) -> str:
        """An instant after all that happened so far, which is settled."""
        settle(service.means)
        found = (service.clock.moment + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
        service.clock.moment += timedelta(minutes=1)
        return found

    def known(self, service: Service, contract_id: UUID, known_at: str) -> dict[str, Any]:
        path = f"/v1/contracts/{contract_id}/compliance"
        answer = service.get(path, BUYER, Role.BUYER, known_at=known_at, as_of="2025-01-31")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


class TestWhoLearnsNothing:
    """Two firms of one contract declare one person, with hours far below every limit."""

    @pytest.fixture
    def known(self, service: Service) -> tuple[Known, Known]:
        contract_id = one_contract(service)
        person = new_person()
        both = tuple(known_by(service, contract_id, person, firm) for firm in (CONTRACTOR, OTHER_CONTRACTOR))
        for found in both:
            approve(service, found)
            worker = Worker(UUID(found.hire_id), UUID(found.participant_id))
            statement = sent(service, contract_id, line(worker, "30.00"), siret=found.firm)
            accepted(service, statement)
        here, there = both
        return here, there

    def told(self, service: Service, known: Known, position: int) -> dict[str, tuple[str, Any]]:
        """Everything that the firm reads of its person and its contract: tag and body, or body alone."""
        contract = f"/v1/contracts/{known.contract_id}"
        found = {}
        for path in (
            f"/v1/participants/{known.participant_id}",
            f"/v1/hires/{known.hire_id}",
            contract,
            f"{contract}/hires",
            f"{contract}/statements",
            f"{contract}/compliance",
            f"{contract}/compliance/entries?figure=counted",
            "/v1/territories/country/FR/compliance",
            "/v1/territories/department/57/compliance/children?level=commune",
            "/v1/audit",
            f"/v1/events?after={position}",
            f"/v1/contracts?updated_since={position}",
        ):
            answer = service.client.get(path, headers=service.headers(known.firm, Role.CONTRACTOR))
            assert answer.status_code == 200, (path, answer.text)
            body = answer.json()
            # How far all changes of everybody are settled, whatever they are about.
            for name in ("known_at", "next", "position"):
                body.pop(name, None)
            found[path] = (answer.headers["ETag"] if "version" in body else "", body)
        return found

    @pytest.mark.parametrize("word", ["merge", "separate"])
    def test_a_firm_reads_the_same_before_and_after(
        self, service: Service, known: tuple[Known, Known], word: str
    ) -> None:
        here, there = known
        if word == "separate":
            said(service, "merge", here.participant_id, there.participant_id)
        drain(service.means, daily=None)
        position = self.settled(service)
        before = [self.told(service, found, position) for found in known]
        said(service, word, here.participant_id, there.participant_id)
        drain(service.means, daily=None)
        self.settled(service)
        assert [self.told(service, found, position) for found in known] == before
        for found in before:
            assert found[f"/v1/events?after={position}"][1]["items"] == []
            assert found[f"/v1/contracts?updated_since={position}"][1]["items"] == []

    def test_who_decided_is_told_by_ids_alone(self, service: Service, known: tuple[Known, Known]) -> None:
        here, there = known
        position = self.settled(service)
        said(service, "merge", here.participant_id, there.participant_id)
        self.settled(service)
        answers = {
            role: service.get("/v1/events", siret, role, after=position).json()["items"]
            for siret, role in ((FACILITATOR, Role.FACILITATOR), (BUYER, Role.BUYER))
        }
        told = [(item["type"], item["subject_id"], item["contract_id"]) for item in answers[Role.FACILITATOR]]
        assert told == [("participants.merged", here.participant_id, None)]
        assert answers[Role.BUYER] == []

    def test_people_are_counted_once_by_all_but_the_firms(
        self, service: Service, known: tuple[Known, Known]
    ) -> None:
        here, there = known
        seats = {
            BUYER: Role.BUYER,
            FACILITATOR: Role.FACILITATOR,
            CONTRACTOR: Role.CONTRACTOR,
            OTHER_CONTRACTOR: Role.CONTRACTOR,
        }
        assert self.people(service, seats) == dict.fromkeys(seats, 2)
        said(service, "merge", here.participant_id, there.participant_id)
        assert self.people(service, seats) == {BUYER: 1, FACILITATOR: 1, CONTRACTOR: 2, OTHER_CONTRACTOR: 2}
        # A firm's own two records of somebody are one person to it too.
        again = known_by(service, here.contract_id, new_person(), starts_on="2024-12-16")
        approve(service, again)
        worker = Worker(UUID(again.hire_id), UUID(again.participant_id))
        statement = sent(service, here.contract_id, line(worker, "10.00"), month=DECEMBER)
        accepted(service, statement)
        assert self.people(service, seats) == {BUYER: 2, FACILITATOR: 2, CONTRACTOR: 3, OTHER_CONTRACTOR: 3}
        said(service, "merge", here.participant_id, again.participant_id)
        assert self.people(service, seats) == {BUYER: 1, FACILITATOR: 1, CONTRACTOR: 2, OTHER_CONTRACTOR: 3}

    def people(self, service: Service, seats: dict[str, Role]) -> dict[str, int]:
        path = "/v1/territories/country/FR/compliance"
        return {
            siret: service.get(path, siret, role).json()["figures"]["participants"]
            for siret, role in seats.items()
        }

    def settled(self, service: Service) -> int:
        """Settle, and where the feed of changes then ends."""
        settle(service.means)
        found: int = service.get("/v1/events", FACILITATOR, Role.FACILITATOR).json()["next"]
        return found
