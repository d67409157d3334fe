"""Approved by the rules' answer alone, where the clause asks for it, until somebody decides."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import Assessment, Change, ChangeObject, Contract, Event, KeptTraits, Version
from app.principal import SERVICE, Role
from app.rules.publics import PUBLICS
from app.services import hire_traits
from app.services.work import reading
from app.worker import drain
from tests.api.builders import (
    CONTRACTOR,
    FACILITATOR,
    TERMS,
    Service,
    Worker,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.declaring import accepted, line, read, sent, states
from tests.api.people import PERSON, assessment, decide, declared, eligibility, mandated_contract, prove

# 24 months from 2024-12-16, the day before.
ELIGIBLE = {"status": "eligible", "eligible_until": "2026-12-15"}
WAITING = {"status": "waiting", "eligible_until": None}
IDENTITY = {"type": "identity", "issued_on": "2024-01-10"}
JOBSEEKER = {"type": "france_travail", "issued_on": "2024-12-02"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return automatic(service)


def automatic(service: Service, **terms: object) -> UUID:
    """A contract under mandate whose clause approves by itself."""
    found = add_contract(service, terms={**TERMS, "automatic_approval": True, **terms})
    add_mandate(service, found)
    return found


def standing(read: dict[str, Any]) -> tuple[str, bool, str | None, str | None]:
    return read["decision"], read["automatic"], read["counts_from"], read["eligible_until"]


def record_facts(service: Service, hire_id: str, **facts: object) -> dict[str, Any]:
    version = assessment(service, hire_id)["version"]
    path = f"/v1/hires/{hire_id}/assessment"
    answer = service.send("PATCH", path, FACILITATOR, Role.FACILITATOR, {"facts": facts}, version)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def amend(service: Service, hire_id: str, **changes: object) -> None:
    path = f"/v1/hires/{hire_id}"
    version = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["version"]
    answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, changes, version)
    assert answer.status_code == 200, answer.text


def rectify(service: Service, participant_id: str, **changes: object) -> None:
    path = f"/v1/participants/{participant_id}"
    version = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["version"]
    answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, changes, version)
    assert answer.status_code == 200, answer.text


UNDECIDED = ("undecided", False, None, None)
APPROVED = ("approved", True, "2024-12-16", "2026-12-15")


class TestApproving:
    def test_the_last_proof_seen_approves(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        assert standing(assessment(service, hire["id"])) == UNDECIDED
        found = prove(service, hire["id"])
        assert (found["outcome"], standing(found)) == ("met", APPROVED)
        assert (found["decided_at"], found["decision_reason"]) == ("2025-01-10T09:00:00Z", None)
        assert eligibility(service, hire["id"]) == (ELIGIBLE, ELIGIBLE)
        review = service.get(f"/v1/hires/{hire['id']}", FACILITATOR, Role.FACILITATOR).json()["review"]
        assert (review["decision"], review["automatic"]) == ("approved", True)

    def test_without_the_term_somebody_decides(self, service: Service) -> None:
        hire = declared(service, mandated_contract(service))
        found = prove(service, hire["id"])
        assert (found["outcome"], standing(found)) == ("met", UNDECIDED)
        found = decide(service, hire["id"], "approved")
        assert standing(found) == ("approved", False, "2024-12-16", "2026-12-15")

    def test_nothing_that_a_declarant_hands_in_approves(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id, submitted_proofs=["rsa"], facts={"rsa": True})
        amend(service, hire["id"], claimed_publics=["rsa", "th"], submitted_proofs=["rsa", "disability"])
        found = assessment(service, hire["id"])
        assert (found["outcome"], standing(found)) == ("unproven", UNDECIDED)

    def test_every_public_asks_for_a_proof_so_no_declaration_is_approved(self) -> None:
        for public in PUBLICS.values():
            assert any(need.only_if is None for need in public.needs), public.code

    def test_a_clause_may_count_from_that_day(self, service: Service) -> None:
        contract_id = automatic(service, approval_counts_from="decision_date")
        hire = declared(service, contract_id)
        # The clock stands at 2025-01-10.
        assert standing(prove(service, hire["id"])) == ("approved", True, "2025-01-10", "2026-12-15")
        # Confirmed on another day, it still counts from the first one.
        service.clock.moment = service.clock.moment.replace(day=20)
        try:
            found = decide(service, hire["id"], "approved")
        finally:
            service.clock.moment = service.clock.moment.replace(day=10)
        assert standing(found) == ("approved", False, "2025-01-10", "2026-12-15")

    def test_hours_count_and_cease_to(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        worker = Worker(UUID(hire["id"]), UUID(hire["participant_id"]))
        statement = accepted(service, sent(service, contract_id, line(worker, "70.00"), month="2024-12"))
        assert states(statement) == {"pending": "70.00"}
        prove(service, hire["id"])
        assert states(read(service, statement)) == {"counted": "70.00"}
        record_facts(service, hire["id"], rsa=False)
        assert states(read(service, statement)) == {"pending": "70.00"}

    def test_an_earlier_start_moves_the_persons_other_approvals(
        self, service: Service, contract_id: UUID
    ) -> None:
        later = declared(service, contract_id, starts_on="2025-01-06", planned_end_on="2025-02-28")
        assert prove(service, later["id"])["eligible_until"] == "2027-01-05"
        again = {"participant": None, "participant_id": later["participant_id"]}
        prove(service, declared(service, contract_id, **again)["id"])
        assert assessment(service, later["id"])["eligible_until"] == "2026-12-15"


class TestFollowing:
    def test_it_lasts_as_long_as_the_answer(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        prove(service, hire["id"])
        found = record_facts(service, hire["id"], rsa=False)
        assert (found["outcome"], found["decided_at"], standing(found)) == ("unmet", None, UNDECIDED)
        assert standing(record_facts(service, hire["id"], rsa=True)) == APPROVED

    def test_another_first_day_is_judged_at_once(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        prove(service, hire["id"])
        # The attestation of 1 December covers the 17th: 24 months from then.
        amend(service, hire["id"], starts_on="2024-12-17")
        found = assessment(service, hire["id"])
        assert standing(found) == ("approved", True, "2024-12-17", "2026-12-16")
        # It does not cover 30 November.
        amend(service, hire["id"], starts_on="2024-11-30")
        found = assessment(service, hire["id"])
        assert (found["outcome"], standing(found)) == ("unproven", UNDECIDED)

    def test_rectifying_a_person_approves_and_takes_back(self, service: Service) -> None:
        contract_id = automatic(service, publics=[{"code": "senior"}])
        person = {**PERSON, "birth_date": "1979-05-17"}
        hire = declared(service, contract_id, participant=person, claimed_publics=["senior"])
        worker = Worker(UUID(hire["id"]), UUID(hire["participant_id"]))
        statement = accepted(service, sent(service, contract_id, line(worker, "70.00"), month="2024-12"))
        prove(service, hire["id"], IDENTITY)
        # 45 years old on the day.
        assert standing(prove(service, hire["id"], JOBSEEKER)) == UNDECIDED
        rectify(service, hire["participant_id"], birth_date="1974-05-17")
        assert standing(assessment(service, hire["id"])) == APPROVED
        # Lines follow in a transaction of their contract.
        drain(service.means)
        assert states(read(service, statement)) == {"counted": "70.00"}
        assert self.decided_events(service, hire["id"]) == [contract_id]
        rectify(service, hire["participant_id"], birth_date="1979-05-17")
        assert standing(assessment(service, hire["id"])) == UNDECIDED
        drain(service.means)
        assert states(read(service, statement)) == {"pending": "70.00"}
        assert self.decided_events(service, hire["id"]) == [contract_id, contract_id]

    def decided_events(self, service: Service, hire_id: str) -> list[UUID | None]:
        query = select(Event.contract_id).where(
            Event.subject_id == UUID(hire_id), Event.type == "assessment.decided"
        )
        with service.means.database.read() as session:
            return list(session.scalars(query))

    def test_rectifying_and_proving_at_once_never_deadlock(self, service: Service) -> None:
        contract_id = automatic(service, publics=[{"code": "senior"}])
        hire = declared(service, contract_id, claimed_publics=["senior"])
        prove(service, hire["id"], IDENTITY)
        person = f"/v1/participants/{hire['participant_id']}"

        def rectified(index: int) -> int:
            body = {"birth_date": f"19{74 if index % 2 else 79}-05-17"}
            version = service.get(person, CONTRACTOR, Role.CONTRACTOR).json()["version"]
            return service.send("PATCH", person, CONTRACTOR, Role.CONTRACTOR, body, version).status_code

        def seen(index: int) -> int:
            path = f"/v1/hires/{hire['id']}/assessment/proofs"
            version = assessment(service, hire["id"])["version"]
            body = {**JOBSEEKER, "issued_on": f"2024-12-0{index + 1}"}
            return service.send("POST", path, FACILITATOR, Role.FACILITATOR, body, version).status_code

        with ThreadPoolExecutor(4) as pool:
            done = [pool.submit(task, index) for index in range(5) for task in (rectified, seen)]
            assert {future.result() for future in done} <= {200, 412}
        # Whoever came last, the decision is that of the answer on what is recorded now.
        born = service.get(person, CONTRACTOR, Role.CONTRACTOR).json()["birth_date"]
        found = assessment(service, hire["id"])
        assert found["facts"]["birth_date"] == born
        assert standing(found) == (APPROVED if born == "1974-05-17" else UNDECIDED)

    def test_sub_targets_follow_the_public_that_holds(self, service: Service) -> None:
        held = {"label": "RSA", "publics": ["rsa"], "hours": "10.00"}
        contract_id = automatic(service, subtargets=[held])
        hire = declared(service, contract_id)
        prove(service, hire["id"])
        assert self.kept_publics(service, hire["id"]) == [{"rsa"}]
        # Disabled instead: still approved, by another public.
        prove(service, hire["id"], {"type": "disability", "issued_on": "2024-06-03"})
        found = record_facts(service, hire["id"], rsa=False)
        assert (found["outcome"], standing(found)) == ("met", APPROVED)
        assert self.kept_publics(service, hire["id"]) == [{"rsa"}, set()]

    def kept_publics(self, service: Service, hire_id: str) -> list[set[str]]:
        query = select(KeptTraits).where(KeptTraits.hire_id == UUID(hire_id)).order_by(KeptTraits.number)
        with reading(service.means, SERVICE, "test") as reader:
            rows = reader.session.scalars(query).all()
            return [
                set(hire_traits.opened(reader, row.hire_id, row.number, row.traits).publics) for row in rows
            ]

    def test_a_closed_contract_keeps_what_it_was(self, service: Service) -> None:
        contract_id = automatic(service, publics=[{"code": "senior"}])
        person = {**PERSON, "birth_date": "1974-05-17"}
        hire = declared(service, contract_id, participant=person, claimed_publics=["senior"])
        prove(service, hire["id"], IDENTITY)
        assert standing(prove(service, hire["id"], JOBSEEKER)) == APPROVED
        with service.means.database.write() as session:
            session.get_one(Contract, contract_id).closed_on = date(2025, 1, 9)
        rectify(service, hire["participant_id"], birth_date="1979-05-17")
        assert standing(assessment(service, hire["id"])) == APPROVED


class TestPeopleFirst:
    @pytest.mark.parametrize(("decision", "reason"), [("refused", "Autre personne"), ("needs_proof", None)])
    def test_what_somebody_decided_first_stays(
        self, service: Service, contract_id: UUID, decision: str, reason: str | None
    ) -> None:
        hire = declared(service, contract_id)
        decide(service, hire["id"], decision, reason)
        assert standing(prove(service, hire["id"])) == (decision, False, None, None)

    def test_it_may_be_decided_otherwise_for_good(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        prove(service, hire["id"])
        found = decide(service, hire["id"], "refused", "Attestation d'une autre personne")
        assert standing(found) == ("refused", False, None, None)
        assert standing(record_facts(service, hire["id"], rsa=True))[:2] == ("refused", False)
        # Another first day waits for somebody again.
        amend(service, hire["id"], starts_on="2024-12-17")
        found = assessment(service, hire["id"])
        assert (found["outcome"], standing(found)) == ("met", UNDECIDED)

    def test_confirmed_it_stays_whatever_the_answer(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        version = prove(service, hire["id"])["version"]
        found = decide(service, hire["id"], "approved")
        assert (standing(found), found["version"]) == (
            ("approved", False, "2024-12-16", "2026-12-15"),
            version + 1,
        )
        found = record_facts(service, hire["id"], rsa=False)
        assert (found["outcome"], standing(found)[:2]) == ("unmet", ("approved", False))


def test_versions_events_and_trail_say_how_it_was_decided(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)
    found = prove(service, hire["id"])
    record_facts(service, hire["id"], rsa=False)
    own = UUID(found["id"])
    trail = (
        select(Change.action, ChangeObject.fields)
        .join(Change, Change.id == ChangeObject.change_id)
        .where(ChangeObject.object_id == own, Change.action == "assessment.recorded")
        .order_by(ChangeObject.change_id, ChangeObject.ordinal)
    )
    with service.means.database.read() as session:
        kept = session.scalars(
            select(Version).where(Version.subject_id == own).order_by(Version.number)
        ).all()
        events = session.scalars(
            select(Event.type)
            .where(Event.subject_id == UUID(hire["id"]))
            .order_by(Event.change_id, Event.ordinal)
        ).all()
        touched = [tuple(row) for row in session.execute(trail)]
        row = session.scalars(select(Assessment).where(Assessment.id == own)).one()
    assert row.decided_by is None
    days = [(v.number, v.snapshot["decision"], v.snapshot["eligible_until"]) for v in kept]
    assert days == [(1, "undecided", None), (2, "approved", "2026-12-15"), (3, "undecided", None)]
    moved = ("assessment.decided", "assessment.recorded")
    assert events == ["hire.declared", *moved, *moved]
    judged = ("assessment.recorded", ["file", "outcome"])
    decided = (
        "assessment.recorded",
        ["automatic", "counts_from", "decision", "eligible_until", "suspended"],
    )
    assert touched == [judged, decided, judged, decided]
