"""Contracts, people and entries written straight into the tables, for tests of the figures alone.

Every method is one change, committed; `settle` gives positions to all of them. Time stands still until
`clock` is told otherwise.
"""

from base64 import b64encode
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from app.clock import new_id
from app.crypto import Keyring
from app.db.queries import ledger as sums
from app.db.session import Database
from app.db.tables import (
    Assessment,
    Base,
    Clause,
    Contract,
    ContractAccess,
    ContractParty,
    ContractPlace,
    Hire,
    Line,
    Mandate,
    ObligationMonth,
    Organisation,
    Participant,
    PersonMonth,
    Statement,
)
from app.principal import SERVICE, Principal, Role
from app.rules.terms_json import terms_from_json, terms_to_json
from app.services import changes, contract_views
from app.services.work import Means, Reader, Writer, reading, writing
from tests.still_clock import StillClock

MAIZIERES, METZ, NANCY, ARGANCY = "commune/57433", "commune/57463", "commune/54395", "commune/57028"
FIRST = date(2020, 1, 1)
NUMBERS = count(1)
SECRET = f"test:{b64encode(bytes(32)).decode()}"
WINDOW = {"start": "2024-12-12", "end": "2025-09-11"}
STATES = ("pending", "held", "refused", "counted")


@dataclass
class Worker:
    """A hire with what its entries carry."""

    contract: Contract
    obligation_id: UUID
    hire_id: UUID
    participant_id: UUID
    declarant_id: UUID
    line_id: UUID = field(default_factory=new_id)


class Books:
    """What the tests of this project's figures write."""

    def __init__(self, url: str, today: str = "2025-04-15") -> None:
        self.clock = StillClock(datetime.fromisoformat(f"{today}T08:00:00").replace(tzinfo=UTC))
        self.means = Means(Database(url), self.clock, Keyring(SECRET))

    def write(self, *rows: Base, action: str = "test.written", contract_id: UUID | None = None) -> None:
        with writing(self.means, SERVICE, "test") as writer:
            writer.record(action, contract_id=contract_id)
            writer.session.add_all(rows)
            _note(writer, rows)

    def settle(self) -> datetime:
        """Settle, and let time pass: the instant returned knows all that was written before."""
        changes.settle(self.means)
        instant = self.clock.now()
        self.clock.wait()
        return instant

    def organisation(self, seat: str | None = None) -> Organisation:
        siret = f"{next(NUMBERS):014d}"
        found = Organisation(
            id=new_id(),
            scheme="SIRET",
            identifier=siret,
            name=f"Exemple {siret[-3:]}",
            seat=seat,
            version=1,
            created_at=self.clock.now(),
        )
        self.write(found)
        return found

    def contract(
        self,
        buyer: Organisation,
        holder: Organisation | None = None,
        places: dict[str | None, int] | None = None,
        *,
        assumed: bool = False,
        **facts: object,
    ) -> Contract:
        """A contract visible to its buyer (also as facilitator) and holder; shares in ten-thousandths."""
        places = {MAIZIERES: 10_000} if places is None else places
        contract = Contract(
            id=new_id(),
            owner_id=buyer.id,
            version=1,
            created_at=self.clock.now(),
            **{
                "reference": f"EX-{new_id().hex[-8:]}",
                "object": "Marché d'exemple",
                "consultation": {},
                "social_conditions": [],
                "decp_social": [],
                "suspensions": [],
                **facts,
            },
        )
        of = {"owner_id": buyer.id, "contract_id": contract.id}
        rows: list[Base] = [
            ContractPlace(**of, ordinal=n, place=place, candidates=[], share=share, share_assumed=assumed)
            for n, (place, share) in enumerate(places.items(), 1)
        ]
        seen = [(buyer.id, Role.BUYER), (buyer.id, Role.FACILITATOR)]
        if holder is not None:
            seen.append((holder.id, Role.CONTRACTOR))
            rows.append(
                ContractParty(
                    **of, organisation_id=holder.id, kind="holder", lead=True, share=10_000, since=FIRST
                )
            )
        rows += [self.access(contract, *viewer) for viewer in seen]
        self.keep(contract, *rows)
        return contract

    def access(self, contract: Contract, organisation_id: UUID, role: Role) -> ContractAccess:
        return ContractAccess(
            owner_id=contract.owner_id,
            contract_id=contract.id,
            organisation_id=organisation_id,
            role=role,
            cause="test",
            cause_id=contract.id,
            since=FIRST,
        )

    def hold(self, contract: Contract, firm: Organisation) -> None:
        """Another member of the group that holds the contract."""
        of = {"owner_id": contract.owner_id, "contract_id": contract.id, "organisation_id": firm.id}
        self.write(
            ContractParty(**of, kind="holder", lead=False, share=None, since=FIRST),
            self.access(contract, firm.id, Role.CONTRACTOR),
            contract_id=contract.id,
        )

    def keep(self, contract: Contract, *rows: Base) -> None:
        """Write the contract as it is now and its version."""
        with writing(self.means, SERVICE, "test") as writer:
            writer.record("contract.updated", contract_id=contract.id)
            contract = writer.session.merge(contract)
            writer.session.add_all(rows)
            _note(writer, rows)
            writer.session.flush()
            writer.keep_version(
                "contract",
                contract.id,
                owner_id=contract.owner_id,
                number=contract.version,
                effective_on=FIRST,
                snapshot=contract_views.snapshot(writer.session, contract),
            )

    def clause(
        self, contract: Contract, hours: str = "46.00", window: dict[str, str] = WINDOW, **terms: object
    ) -> Clause:
        """A clause of so many hours; the terms not given are those of the story."""
        document = {
            "profile": "ccag-2021",
            "target": {"kind": "fixed_hours", "hours": hours},
            "window": window,
            "reporting": {"every": "month", "due_day": 15},
            **terms,
        }
        clause_id = new_id()
        clause = Clause(
            owner_id=contract.owner_id,
            id=clause_id,
            contract_id=contract.id,
            obligation_id=clause_id,
            profile="ccag-2021",
            terms=terms_to_json(terms_from_json(document)),
            effective_on=date.fromisoformat(window["start"]),
            version=1,
            created_at=self.clock.now(),
        )
        self._keep_clause(clause)
        return clause

    def amend(self, clause: Clause, target: str | dict[str, Any], effective_on: date) -> None:
        """Change the target from a day: to so many hours, or to another one."""
        if isinstance(target, str):
            target = {"kind": "fixed_hours", "hours": target}
        clause.terms = {**clause.terms, "target": target}
        clause.effective_on, clause.version = effective_on, clause.version + 1
        self._keep_clause(clause)

    def _keep_clause(self, clause: Clause) -> None:
        with writing(self.means, SERVICE, "test") as writer:
            writer.record("clause.recorded", contract_id=clause.contract_id)
            writer.session.merge(clause)
            writer.keep_version(
                "clause",
                clause.id,
                owner_id=clause.owner_id,
                number=clause.version,
                effective_on=clause.effective_on,
                snapshot={"terms": clause.terms, "profile": clause.profile, "article": clause.article},
            )

    def mandate(self, contract: Contract, facilitator: Organisation) -> None:
        self.write(
            Mandate(
                id=new_id(),
                owner_id=contract.owner_id,
                contract_id=contract.id,
                organisation_id=facilitator.id,
                role="facilitator",
                since=FIRST,
                version=1,
                created_at=self.clock.now(),
            ),
            self.access(contract, facilitator.id, Role.FACILITATOR),
            contract_id=contract.id,
        )

    def worker(
        self,
        clause: Clause,
        contract: Contract,
        declarant: Organisation,
        *,
        decision: str | None = "approved",
        person: UUID | None = None,
        starts_on: date = date(2024, 12, 12),
        eligible_until: date | None = None,
        **values: object,
    ) -> Worker:
        """A hire with its decision; `values` are its columns."""
        participant_id, hire_id = new_id(), new_id()
        of = {"owner_id": contract.owner_id, "contract_id": contract.id}
        self.write(
            Participant(
                id=participant_id,
                person_id=person or participant_id,
                declarant_id=declarant.id,
                version=1,
                created_at=self.clock.now(),
            ),
            Hire(
                **of,
                id=hire_id,
                clause_id=clause.id,
                participant_id=participant_id,
                declarant_id=declarant.id,
                starts_on=starts_on,
                version=1,
                created_at=self.clock.now(),
                **{
                    "employer_id": declarant.id,
                    "modality": "direct_hire",
                    "contract_type": "cdd",
                    "weekly_hours": 3500,
                    **values,
                },
            ),
            Assessment(
                **of,
                id=new_id(),
                hire_id=hire_id,
                participant_id=participant_id,
                file=b"",
                reasons=b"",
                outcome="met",
                rules_version="1",
                clause_version=1,
                assessed_at=self.clock.now(),
                decision=decision,
                decided_by=None if decision is None else contract.owner_id,
                eligible_until=eligible_until,
                version=1,
                created_at=self.clock.now(),
            ),
            contract_id=contract.id,
        )
        return Worker(contract, clause.obligation_id, hire_id, participant_id, declarant.id)

    def statement(self, worker: Worker, month: date) -> None:
        self.write(
            Statement(
                owner_id=worker.contract.owner_id,
                id=new_id(),
                contract_id=worker.contract.id,
                declarant_id=worker.declarant_id,
                month=month,
                nothing_to_declare=True,
                latest=1,
                version=1,
                created_at=self.clock.now(),
            ),
            contract_id=worker.contract.id,
        )

    def line(self, worker: Worker, month: date, counted: int, verdict: str = "accepted") -> None:
        """A line with counted hours, without its entries."""
        self.write(
            Line(
                owner_id=worker.contract.owner_id,
                id=new_id(),
                contract_id=worker.contract.id,
                obligation_id=worker.obligation_id,
                statement_id=new_id(),
                hire_id=worker.hire_id,
                participant_id=worker.participant_id,
                declarant_id=worker.declarant_id,
                employer_id=worker.declarant_id,
                month=month,
                recorded_at=self.clock.now(),
                worked=counted,
                training=0,
                overtime=0,
                sub_periods=[],
                warnings=[],
                verdict=verdict,
                pending=0,
                held=0,
                refused=0,
                counted=counted,
            ),
            contract_id=worker.contract.id,
        )

    def post(self, worker: Worker, month: date, state: str, hours: int, **stamp: object) -> dict[str, Any]:
        """One entry in the ledger and its sums, in one change."""
        entry = {
            "owner_id": worker.contract.owner_id,
            "id": new_id(),
            "contract_id": worker.contract.id,
            "obligation_id": worker.obligation_id,
            "line_id": worker.line_id,
            "hire_id": worker.hire_id,
            "participant_id": worker.participant_id,
            "month": month,
            "state": state,
            "kind": "worked",
            "hours": hours,
            "rule": None,
            "parameter": None,
            "reference": None,
            **dict.fromkeys(("execution", "residence", "buyer_seat", "facilitator_seat"), MAIZIERES),
            "modality": "direct_hire",
            "employer_id": worker.declarant_id,
            "declarant_id": worker.declarant_id,
            "reverses_id": None,
            **stamp,
        }
        self._append(entry)
        return entry

    def reverse(self, entry: dict[str, Any]) -> None:
        """Take an entry back."""
        self._append({**entry, "id": new_id(), "hours": -entry["hours"], "reverses_id": entry["id"]})

    def _append(self, entry: dict[str, Any]) -> None:
        with writing(self.means, SERVICE, "test") as writer:
            entry["change_id"] = writer.record("test.posted", contract_id=entry["contract_id"])
            writer.session.flush()
            sums.add_entries(writer.session, [entry])
            for table in (ObligationMonth, PersonMonth):
                keys = [column.name for column in table.__table__.primary_key]
                row = {key: "" if entry[key] is None else entry[key] for key in keys}
                row |= {"contract_id": entry["contract_id"], **dict.fromkeys(STATES, 0)}
                row[entry["state"]] = entry["hours"]
                sums.add_to_sums(writer.session, table, [row])
            writer.move_figures(entry["contract_id"])

    def reading(self, organisation: Organisation | None, role: Role) -> AbstractContextManager[Reader]:
        """A reader in this role; of no organisation, the platform's."""
        principal = SERVICE if organisation is None else Principal(organisation.id, role)
        return reading(self.means, principal, "test")


def _note(writer: Writer, rows: Iterable[Base]) -> None:
    """Note who sees other contracts, as `app.services.grants` does."""
    for row in rows:
        if isinstance(row, ContractAccess):
            writer.move_figures(row.contract_id)
