"""Two contracts of two buyers that one firm works on with the same people, and what each may do there.

One facilitator follows both.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.crypto import Keyring
from app.db.session import Database
from app.db.tables import Job
from app.principal import SERVICE, Principal, Role
from app.schemas.assessments import DecisionIn, ProofIn
from app.schemas.clauses import AmendmentIn, ClauseIn
from app.schemas.compliance import ComplianceOut, ComplianceQuery
from app.schemas.contracts import ContractIn
from app.schemas.durations import DurationDecisionIn
from app.schemas.hires import HireEnd, HireIn
from app.schemas.lists import Walk
from app.schemas.mandates import MandateIn
from app.schemas.participants import ParticipantIn
from app.schemas.persons import MergeIn, MergeReason, SeparationIn, SeparationReason
from app.schemas.places import PlaceChoice
from app.schemas.pools import PoolAgreementIn, PoolIn, PoolRefusalIn
from app.schemas.splits import SplitAnswerIn, SplitIn
from app.schemas.statements import CorrectionIn, ReviewIn, StatementIn
from app.services import (
    assessments,
    clauses,
    contracts,
    duration_decisions,
    hires,
    ledger,
    mandates,
    organisations,
    participants,
    persons,
    pool_answers,
    pools,
    reviews,
    splits,
    statements,
)
from app.services.changes import settle
from app.services.contract_positions import read_compliance
from app.services.sight import held_contract
from app.services.work import Means, Reader, Writer, reading, writing
from app.settings import DEVELOPMENT_SECRET
from app.worker import drain

BUYERS = ("20003994900017", "10000000900017")
FIRM = "20000000800017"
FACILITATOR = "50000000500016"
PEOPLE = 2
WINDOW = {"start": "2024-12-12", "end": "2025-09-11"}
# The second clause limits training to 20 hours a person, so that one month's hours bear on the next.
TERMS: tuple[dict[str, Any], ...] = ({}, {"training_cap": "20.00"})
RSA = {"type": "rsa", "issued_on": "2024-12-01"}


@dataclass
class Clock:
    """A minute passes at each look, so that no two records are of one instant."""

    moment: datetime = datetime(2025, 4, 10, 8, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


@dataclass
class World:
    """One database and the few organisations and people of a history."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    ids: dict[str, UUID] = field(default_factory=dict)
    contracts: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    pools: list[UUID] = field(default_factory=list)

    @property
    def means(self) -> Means:
        return Means(self.database, self.clock, Keyring(DEVELOPMENT_SECRET))

    def writing(self, principal: Principal) -> AbstractContextManager[Writer]:
        return writing(self.means, principal, "history")

    def as_buyer(self, contract: int) -> Principal:
        return Principal(self.ids[BUYERS[contract]], Role.BUYER)

    @property
    def as_facilitator(self) -> Principal:
        """Mandated on both contracts: it decides on every record."""
        return Principal(self.ids[FACILITATOR], Role.FACILITATOR)

    @property
    def as_firm(self) -> Principal:
        return Principal(self.ids[FIRM], Role.CONTRACTOR)

    def found(self, *, automatic: bool) -> None:
        """Register the organisations, the contracts with their clauses, and the people.

        `automatic`: whether the first clause approves by itself once a public is met.
        """
        with self.writing(SERVICE) as writer:
            writer.record("organisation.created")
            for siret in (*BUYERS, FIRM, FACILITATOR):
                self.ids[siret] = organisations.known_organisation(writer, siret).id
        for number, terms in enumerate(({"automatic_approval": automatic, **TERMS[0]}, *TERMS[1:])):
            with self.writing(self.as_buyer(number)) as writer:
                contract = contracts.register_contract(writer, ContractIn.model_validate(_contract(number)))
            self.contracts.append(contract.id)
            with self.writing(self.as_buyer(number)) as writer:
                clauses.record_clause(writer, contract.id, ClauseIn.model_validate(_clause(terms)), None)
            mandate = MandateIn.model_validate({"siret": FACILITATOR, "since": WINDOW["start"]})
            with self.writing(self.as_buyer(number)) as writer:
                mandates.give_mandate(writer, contract.id, mandate)
        for number in range(PEOPLE):
            with self.writing(self.as_firm) as writer:
                person = participants.create_participant(
                    writer, ParticipantIn.model_validate(_person(number))
                )
            self.people.append(person.id)

    def declare(self, contract: int, person: int, **values: object) -> UUID:
        body = {
            "participant_id": self.people[person],
            "modality": "direct_hire",
            "weekly_hours": "35.00",
            "claimed_publics": ["rsa"],
            **values,
        }
        with self.writing(self.as_firm) as writer:
            return hires.declare_hire(writer, self.contracts[contract], HireIn.model_validate(body)).id

    def end_hire(self, hire_id: UUID, ended_on: date) -> None:
        body = HireEnd.model_validate({"ended_on": ended_on, "reason": "end_of_contract"})
        with self.writing(self.as_firm) as writer:
            hires.end_hire(writer, hire_id, body, self.version("hires", hire_id))

    def decide(self, hire_id: UUID, decision: str) -> None:
        """Have the reviewer see the proof, if that is what the decision needs, and decide.

        `seen`: the proof is seen, and no person decides; the clause may approve by itself.
        """
        assessment_id = UUID(hex=self.one("SELECT id FROM assessments WHERE hire_id = :id", hire_id))
        if decision in {"approved", "seen"}:
            with self.writing(self.as_facilitator) as writer:
                version = self.version("assessments", assessment_id)
                assessments.record_proof(writer, hire_id, ProofIn.model_validate(RSA), version)
        if decision == "seen":
            return
        body = DecisionIn.model_validate({"decision": decision, "reason": "Exemple"})
        with self.writing(self.as_facilitator) as writer:
            assessments.decide(writer, assessment_id, body, self.version("assessments", assessment_id))

    def merge(self, one: int, other: int) -> None:
        """Have the common facilitator say that two of the people are one."""
        body = MergeIn(participant_id=self.people[other], reason=MergeReason.DOCUMENT_SEEN)
        with self.writing(self.as_facilitator) as writer:
            persons.merge_participants(writer, self.people[one], body)

    def separate(self, one: int, other: int) -> None:
        """Have the common facilitator say that two of the people are two."""
        body = SeparationIn(participant_id=self.people[other], reason=SeparationReason.MERGED_BY_MISTAKE)
        with self.writing(self.as_facilitator) as writer:
            persons.separate_participants(writer, self.people[one], body)

    def decide_duration(self, hire_id: UUID, body: dict[str, Any]) -> None:
        """Suspend or prolong how long somebody counts."""
        version = int(self.one("SELECT version FROM assessments WHERE hire_id = :id", hire_id))
        request = DurationDecisionIn.model_validate({**body, "reason": "Exemple"})
        with self.writing(self.as_facilitator) as writer:
            duration_decisions.decide(writer, hire_id, request, version)

    def split(self, contract: int, number: int, *, part: int, accept: bool) -> None:
        """Propose to share held hours, `part` percent of the room for a line, and have it answered."""
        with self.database.read() as session:
            reader = Reader(session, self.as_facilitator, self.means, "history")
            held = splits.list_held(reader, self.contracts[contract], Walk()).items
        # What one line alone has too much of concerns no other.
        held = [line for line in held if line.others]
        if not held:
            return
        line = held[number % len(held)]
        other = line.others[number % len(line.others)]
        hours = min(other.available * part // 100, line.asked)
        body = SplitIn(line_id=line.line_id, claim=other.claim, hours=0, other_hours=1)
        rest = min(other.available - hours, other.hours)
        body = body.model_copy(update={"hours": hours, "other_hours": rest})
        with self.writing(self.as_facilitator) as writer:
            found = splits.propose(writer, self.contracts[contract], body)
        there = self.contract_of_split(found.id)
        answer = splits.accept if accept else splits.refuse
        with self.writing(self.as_facilitator) as writer:
            answer(writer, self.contracts[there], found.id, SplitAnswerIn(), 1)

    def contract_of_split(self, split_id: UUID) -> int:
        """Which contract is asked."""
        found = self.one("SELECT other_contract_id FROM splits WHERE id = :id", split_id)
        return self.contracts.index(UUID(hex=found))

    def submit(self, contract: int, month: str, lines: list[dict[str, Any]]) -> UUID:
        body = StatementIn.model_validate({"month": month, **_content(lines)})
        with self.writing(self.as_firm) as writer:
            return statements.submit(writer, self.contracts[contract], body).id

    def correct(self, statement_id: UUID, lines: list[dict[str, Any]]) -> None:
        body = CorrectionIn.model_validate({"reason": "Exemple", **_content(lines)})
        with self.writing(self.as_firm) as writer:
            statements.correct(writer, statement_id, body, self.version("statements", statement_id))

    def review(self, statement_id: UUID, body: dict[str, Any]) -> None:
        version = self.version("statements", statement_id)
        with self.writing(self.as_facilitator) as writer:
            reviews.review(writer, statement_id, ReviewIn.model_validate(body), version)

    def amend(self, contract: int, effective_on: date, window: dict[str, str]) -> None:
        body = {"effective_on": effective_on, "reason": "Exemple", "window": window}
        contract_id = self.contracts[contract]
        version = self.one("SELECT version FROM clauses WHERE contract_id = :id", contract_id)
        with self.writing(self.as_buyer(contract)) as writer:
            clauses.amend_clause(writer, contract_id, AmendmentIn.model_validate(body), version)

    def amendments(self, contract: int) -> int:
        """How often a clause was amended."""
        query = "SELECT version FROM clauses WHERE contract_id = :id"
        return int(self.one(query, self.contracts[contract])) - 1

    def ask_pool(self) -> None:
        """Have the firm ask both buyers for one balance."""
        with self.writing(self.as_firm) as writer:
            self.pools.append(pools.request_pool(writer, PoolIn(contracts=self.contracts)).id)

    def answer_pool(self, contract: int, word: str) -> None:
        """Have a buyer agree to the last pool that was asked for, or end its agreement."""
        pool_id = self.pools[-1]
        version = int(self.one("SELECT count(*) FROM pool_answers WHERE pool_id = :id", pool_id))
        where = (pool_id, self.contracts[contract])
        with self.writing(self.as_buyer(contract)) as writer:
            if word == "agree":
                pool_answers.agree(writer, *where, PoolAgreementIn(), version)
            else:
                pool_answers.leave(writer, *where, PoolRefusalIn(reason="Exemple"), version)

    def resolve(self, contract: int, place: str) -> None:
        contract_id = self.contracts[contract]
        version = self.version("contracts", contract_id)
        with self.writing(self.as_buyer(contract)) as writer:
            contracts.resolve_place(writer, contract_id, 1, PlaceChoice(place=place), version)

    def work(self) -> None:
        """Do every job that is due, whenever it is due."""
        drain(self.means)

    def unfinished_jobs(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            return [
                (job.kind, job.state)
                for job in session.query(Job).where(Job.state != "done").order_by(Job.id)
            ]

    def moment(self) -> datetime:
        """An instant at which all that happened so far is known."""
        settle(self.means)
        return self.clock.now()

    def known(self, contract: int, known_at: datetime) -> ComplianceOut:
        """The position of a contract at the end of its window, as known at an instant of the past."""
        asked = ComplianceQuery(as_of=date.fromisoformat(WINDOW["end"]), known_at=known_at)
        with reading(self.means, self.as_buyer(contract), "history") as reader:
            return read_compliance(reader, self.contracts[contract], asked)

    def recount(self, contract: int) -> bool:
        """Count a whole contract again; whether the ledger changed."""
        with self.writing(SERVICE) as writer:
            ledger.recount_contract(writer, held_contract(writer, self.contracts[contract]))
            return writer.change is not None

    def lines_sent(self, statement_id: UUID) -> list[dict[str, Any]]:
        """The lines of the latest version of a statement, as they were sent."""
        query = "SELECT lines FROM statement_versions WHERE statement_id = :id ORDER BY number DESC"
        lines: list[dict[str, Any]] = json.loads(self.one(query, statement_id))
        return lines

    def version(self, table: str, object_id: UUID) -> int:
        return int(self.one(f"SELECT version FROM {table} WHERE id = :id", object_id))  # noqa: S608  # a table named in this file

    def one(self, query: str, object_id: UUID) -> Any:  # noqa: ANN401  # the one value asked for
        with self.database.read() as session:
            return session.scalar(text(query), {"id": object_id.hex})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database.read() as session:
            return [tuple(row) for row in session.execute(text(query))]


def _contract(number: int) -> dict[str, Any]:
    return {
        "reference": f"EX-{number}",
        "object": "Exemple",
        "notified_on": "2024-12-12",
        "duration_months": 9,
        "holders": [{"siret": FIRM}],
        "places": [{"published_code": "57280", "published_type": "Code postal"}],
    }


def _clause(terms: dict[str, Any]) -> dict[str, Any]:
    target = {"kind": "fixed_hours", "hours": "500.00"}
    return {"profile": "ccag-2021", "target": target, "window": WINDOW, **terms}


def _person(number: int) -> dict[str, Any]:
    return {
        "birth_name": f"EXEMPLE {number}",
        "first_names": "Testeuse",
        "birth_date": "1999-05-17",
        "residence": {"place": "commune/57433"},
    }


def _content(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"lines": lines} if lines else {"nothing_to_declare": True}
