"""A service to call over HTTP, with the organisations, keys and contracts that tests start from.

Contracts are written row by row: what a test is about goes through the API, what it stands on does not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx2 import Response

from app.clock import new_id
from app.crypto import Keyring
from app.db.session import Database, WriteSession
from app.db.tables import (
    Assessment,
    Clause,
    Contract,
    ContractAccess,
    ContractParty,
    Hire,
    Mandate,
    Participant,
)
from app.issuers.identifying import Issuers
from app.main import create_app
from app.principal import SERVICE, Role
from app.rules.terms_json import terms_from_json, terms_to_json
from app.services import organisations, setup
from app.services.last_uses import LastUses
from app.services.work import Means, Writer, writing
from app.settings import IssuerSettings, Settings
from app.web.logs import configure_logging
from tests.api.in_process import Client

BUYER = "20003994900017"
OTHER_BUYER = "10000000900017"
CONTRACTOR = "20000000800017"
OTHER_CONTRACTOR = "30000000700017"
SUBCONTRACTOR = "40000000600017"
FACILITATOR = "50000000500016"
STRUCTURE = "60000000400017"
# Known to every service under test, and never asked: its tokens are tried with an issuer that runs.
ISSUER = "https://idp.example"
MORNING = datetime(2025, 1, 10, 9, tzinfo=UTC)
# All tests of a process speak from one address, faster than anybody.
UNLIMITED: dict[str, Any] = {
    "requests_per_minute": 0,
    "documents_per_minute": 0,
    "address_requests_per_minute": 0,
    "failures_per_minute": 0,
    # A stream tells what stands, and ends: most tests ask for no more.
    "stream_seconds": 0,
}
WINDOW = (date(2024, 12, 12), date(2025, 9, 11))
TERMS: dict[str, Any] = {
    "profile": "ccag-2021",
    "target": {
        "kind": "labour_formula",
        "amount": "27364.00",
        "labour_share": "0.5",
        "insertion_rate": "0.1",
        "hourly_cost": "30.00",
    },
    "window": {"start": WINDOW[0].isoformat(), "end": WINDOW[1].isoformat()},
    "reporting": {"every": "month", "due_day": 15},
}


@dataclass
class HeldClock:
    """A clock that a test moves."""

    moment: datetime = MORNING

    def now(self) -> datetime:
        return self.moment


@dataclass
class Service:
    """A running application, its clock, and one key per organisation and role."""

    client: Client
    means: Means
    clock: HeldClock
    _keys: dict[tuple[str, Role], str] = field(default_factory=dict)

    def headers(self, siret: str, role: Role) -> dict[str, str]:
        if (siret, role) not in self._keys:
            self._keys[siret, role] = setup.issue_key(self.means, siret, role, "test")
        return {"Authorization": f"Bearer {self._keys[siret, role]}"}

    def forget_keys(self) -> None:
        """Make new keys from now on."""
        self._keys.clear()

    def get(self, path: str, siret: str, role: Role, **query: str | int) -> Response:
        return self.client.get(path, params=query, headers=self.headers(siret, role))

    def post(self, path: str, siret: str, role: Role, body: object, key: str | None = None) -> Response:
        headers = {**self.headers(siret, role), "Idempotency-Key": key or str(uuid4())}
        return self.client.post(path, json=body, headers=headers)

    def send(
        self, method: str, path: str, siret: str, role: Role, body: object, version: int | None
    ) -> Response:
        """A change of a version that was read; None sends no `If-Match`."""
        headers = self.headers(siret, role)
        if version is not None:
            headers["If-Match"] = f'"{version}-{role}-fr"'
        return self.client.request(method, path, json=body, headers=headers)


# Applications that nobody uses now: a new one would prepare each of its routes again at its first request.
_idle: list[FastAPI] = []


@contextmanager
def serving(url: str, *issuers: IssuerSettings) -> Iterator[Service]:
    """The application on a database, at a fixed instant, with these issuers besides the one never asked."""
    clock = HeldClock()
    known = (IssuerSettings(url=ISSUER, audience="clauses"), *issuers)
    app = _idle.pop() if _idle else create_app(Settings(database_url=url, log_level="info", **UNLIMITED))
    # One level for the process: a test with a quiet application may have come in between.
    configure_logging(app.state.settings.log_level)
    keyring = Keyring(app.state.settings.secret_keys.get_secret_value())
    own = {"database": Database(url), "clock": clock, "keyring": keyring, "last_uses": LastUses()}
    # An application that is used again has no connector of the test before.
    own["connectors"], own["mailer"] = {}, None
    means = app.state.means = replace(app.state.means, issuers=Issuers(known, clock), **own)
    with Client(app) as client:
        yield Service(client, means, clock)
    means.database.dispose()
    _idle.append(app)


@contextmanager
def taken_back() -> Iterator[None]:
    """Requests are answered as if what they write were kept, and leave everything as it was."""

    def take_back(session: WriteSession) -> None:
        session.flush()
        session.rollback()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WriteSession, "commit", take_back)
        yield


def add_contract(
    service: Service,
    *,
    buyer: str = BUYER,
    holder: str = CONTRACTOR,
    subcontractor: str | None = None,
    terms: dict[str, Any] | None = TERMS,
) -> UUID:
    """A contract seen by its buyer (as buyer and as facilitator) and its firms; without terms, no clause."""
    with writing(service.means, SERVICE, "builder") as writer:
        contract_id = new_id()
        writer.record("contract.registered", contract_id=contract_id)
        owner = organisations.known_organisation(writer, buyer).id
        firm = organisations.known_organisation(writer, holder).id
        contract = _contract(contract_id, owner)
        writer.session.add(contract)
        _add_access(writer, contract, owner, Role.BUYER, "buyer")
        _add_access(writer, contract, owner, Role.FACILITATOR, "buyer")
        _add_party(writer, contract, firm, "holder")
        if subcontractor is not None:
            other = organisations.known_organisation(writer, subcontractor).id
            _add_party(writer, contract, other, "subcontractor")
        if terms is not None:
            _add_clause(writer, contract, terms)
    return contract_id


def add_mandate(
    service: Service,
    contract_id: UUID,
    *,
    buyer: str = BUYER,
    facilitator: str = FACILITATOR,
    since: date = WINDOW[0],
    until: date | None = None,
) -> None:
    """Entrust a contract to a facilitator."""
    with writing(service.means, SERVICE, "builder") as writer:
        writer.record("mandate.given", contract_id=contract_id)
        owner = organisations.known_organisation(writer, buyer).id
        mandated = organisations.known_organisation(writer, facilitator).id
        mandate = Mandate(
            id=new_id(),
            owner_id=owner,
            contract_id=contract_id,
            organisation_id=mandated,
            role=Role.FACILITATOR,
            since=since,
            until=until,
            version=1,
            created_at=writer.now,
        )
        access = ContractAccess(
            owner_id=owner,
            contract_id=contract_id,
            organisation_id=mandated,
            role=Role.FACILITATOR,
            cause="mandate",
            cause_id=mandate.id,
            since=since,
            until=until,
        )
        writer.session.add_all([mandate, access])


@dataclass(frozen=True)
class Worker:
    """Somebody at work on a contract."""

    hire_id: UUID
    participant_id: UUID


def add_hire(
    service: Service,
    contract_id: UUID,
    *,
    declarant: str = CONTRACTOR,
    person: Worker | None = None,
    decision: str | None = "approved",
    eligible_until: date | None = None,
    **values: object,
) -> Worker:
    """A hire with its decision taken; `person`: somebody known, else somebody new. `values` are columns."""
    with writing(service.means, SERVICE, "builder") as writer:
        writer.record("hire.declared", contract_id=contract_id)
        contract = writer.session.get_one(Contract, contract_id)
        firm = organisations.known_organisation(writer, declarant).id
        worker = Worker(new_id(), new_id() if person is None else person.participant_id)
        of: dict[str, Any] = {
            "owner_id": contract.owner_id,
            "contract_id": contract_id,
            "participant_id": worker.participant_id,
            "version": 1,
            "created_at": writer.now,
        }
        if person is None:
            writer.session.add(
                Participant(
                    id=worker.participant_id,
                    person_id=worker.participant_id,
                    declarant_id=firm,
                    version=1,
                    created_at=writer.now,
                )
            )
        hire: dict[str, Any] = {
            "clause_id": contract.clause_id,
            "declarant_id": firm,
            "employer_id": firm,
            "modality": "direct_hire",
            "contract_type": "cdd",
            "starts_on": WINDOW[0],
            "weekly_hours": 3500,
            **values,
        }
        assessment: dict[str, Any] = {
            "outcome": "met",
            "rules_version": "1",
            "clause_version": 1,
            "assessed_at": writer.now,
            "decision": decision,
            "decided_by": contract.owner_id if decision else None,
            "eligible_until": eligible_until,
        }
        writer.session.add(Hire(**of, id=worker.hire_id, **hire))
        writer.session.add(
            Assessment(**of, id=new_id(), hire_id=worker.hire_id, file=b"", reasons=b"", **assessment)
        )
    return worker


def _contract(contract_id: UUID, owner_id: UUID) -> Contract:
    return Contract(
        id=contract_id,
        owner_id=owner_id,
        reference=f"T-{contract_id.hex[-8:]}",
        object="Charpente bois",
        consultation={},
        social_conditions=[],
        decp_social=[],
        suspensions=[],
        notified_on=WINDOW[0],
        version=1,
        created_at=MORNING,
    )


def _add_party(writer: Writer, contract: Contract, organisation_id: UUID, kind: str) -> None:
    writer.session.add(
        ContractParty(
            owner_id=contract.owner_id,
            contract_id=contract.id,
            organisation_id=organisation_id,
            kind=kind,
            lead=False,
            since=WINDOW[0],
        )
    )
    _add_access(writer, contract, organisation_id, Role.CONTRACTOR, kind)


def _add_access(writer: Writer, contract: Contract, organisation_id: UUID, role: Role, cause: str) -> None:
    writer.session.add(
        ContractAccess(
            owner_id=contract.owner_id,
            contract_id=contract.id,
            organisation_id=organisation_id,
            role=role,
            cause=cause,
            cause_id=contract.id,
            since=WINDOW[0],
        )
    )


def _add_clause(writer: Writer, contract: Contract, terms: dict[str, Any]) -> None:
    clause_id = new_id()
    complete = terms_to_json(terms_from_json(terms))
    start = date.fromisoformat(terms["window"]["start"])
    clause = Clause(
        owner_id=contract.owner_id,
        id=clause_id,
        contract_id=contract.id,
        obligation_id=clause_id,
        profile=terms["profile"],
        terms=complete,
        effective_on=start,
        version=1,
        created_at=MORNING,
    )
    contract.clause_id = clause_id
    writer.session.add(clause)
    writer.keep_version(
        "clause",
        clause_id,
        owner_id=contract.owner_id,
        number=1,
        effective_on=start,
        snapshot={"terms": complete},
    )
