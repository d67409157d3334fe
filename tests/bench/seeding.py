"""Contracts with their people and reviewed hours, as the services leave them, by `COPY`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from app.clock import new_id
from app.crypto import new_api_key
from app.db.tables import Base
from app.principal import SERVICE, Role, Scope
from app.rules.days import add_months, month_start
from app.rules.terms_json import terms_from_json, terms_to_json
from app.services.changes import settle
from app.services.work import Means
from tests.database_keeper import libpq

HIRES = 10  # by contract
PER_BUYER, PER_FIRM = 10, 20
WORKED = 100_00  # below the usual hours of the month: every hour counts
# One commune of each department, the first being the one that is measured.
COMMUNES = ("57463", "54395", "67482", "68224", "88160", "51454", "52121", "10387", "08105", "55029")


@dataclass(frozen=True)
class Seeded:
    """One contract as the clients need it."""

    contract_id: UUID
    firm_key: str
    hires: tuple[UUID, ...]


@dataclass
class Seed:
    """What was written, and the keys to ask about it."""

    facilitator_key: str
    first_free: date
    free_months: int
    contracts: list[Seeded] = field(default_factory=list)

    @property
    def of_department(self) -> list[Seeded]:
        return self.contracts[:: len(COMMUNES)]


def sow(means: Means, url: str, *, contracts: int, lines: int) -> Seed:
    """Write contracts with `lines` reviewed lines in all, the last one a month ago; settle their changes."""
    months = max(1, lines // (contracts * HIRES))
    with psycopg.connect(libpq(url)) as connection:
        if connection.pgconn.parameter_status(b"is_superuser") == b"on":
            # What is written here points where it should: `verify` says so afterwards.
            connection.execute("SET LOCAL session_replication_role = replica")
        field_ = _Field(means, connection, months)
        seed = field_.seed()
        for number in range(contracts):
            field_.contract(number, seed)
        field_.write()
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    settle(means)
    return seed


class _Field:
    def __init__(self, means: Means, connection: psycopg.Connection, months: int) -> None:
        self.now, self.keyring, self.connection = means.clock.now(), means.keyring, connection
        self.today = self.now.date()
        self.end = add_months(month_start(self.today), 12)
        self.months = [add_months(month_start(self.today), -1 - back) for back in range(months)][::-1]
        # As many earlier months are left free for the statements that the clients send.
        self.start = add_months(self.months[0], -months)
        self.terms = terms_to_json(terms_from_json(_terms(self.start, self.end)))
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.columns: dict[str, tuple[str, ...]] = {}
        self.buyers: list[UUID] = []
        self.firms: list[tuple[UUID, str]] = []

    def seed(self) -> Seed:
        self.facilitator = self._organisation("7", 0)
        key = self._key(self.facilitator, Role.FACILITATOR)
        return Seed(key, first_free=self.start, free_months=len(self.months))

    def contract(self, number: int, seed: Seed) -> None:
        if number % PER_BUYER == 0:
            self.buyers.append(self._organisation("2", len(self.buyers)))
        if number % PER_FIRM == 0:
            firm = self._organisation("3", len(self.firms))
            self.firms.append((firm, self._key(firm, Role.CONTRACTOR)))
        (firm, key), change, contract_id, clause_id = self.firms[-1], new_id(), new_id(), new_id()
        owner, place = self.buyers[-1], f"commune/{COMMUNES[number % len(COMMUNES)]}"
        of = {"owner_id": owner, "contract_id": contract_id}
        self._add(
            "changes",
            id=change,
            at=self.now,
            role=SERVICE.role,
            request_id="bench",
            action="contract.registered",
            contract_id=contract_id,
            organisation_id=owner,
            key_id=None,
        )
        self._add(
            "open_changes",
            change_id=change,
            contract_id=contract_id,
        )
        self._add(
            "contracts",
            id=contract_id,
            owner_id=owner,
            reference=f"B-{number}",
            object="Exemple",
            consultation={},
            social_conditions=[],
            decp_social=[],
            suspensions=[],
            notified_on=self.start,
            clause_id=clause_id,
            version=1,
            created_at=self.now,
        )
        self._add(
            "contract_places",
            **of,
            ordinal=1,
            place=place,
            candidates=[],
            share=10000,
            share_assumed=False,
        )
        self._add(
            "contract_parties",
            **of,
            organisation_id=firm,
            kind="holder",
            lead=True,
            since=self.start,
        )
        mandate = new_id()
        self._add(
            "mandates",
            **of,
            id=mandate,
            organisation_id=self.facilitator,
            role=Role.FACILITATOR,
            since=self.start,
            version=1,
            created_at=self.now,
        )
        for viewer, role, cause, cause_id in (
            (owner, Role.BUYER, "buyer", contract_id),
            (owner, Role.FACILITATOR, "buyer", contract_id),
            (firm, Role.CONTRACTOR, "holder", contract_id),
            (self.facilitator, Role.FACILITATOR, "mandate", mandate),
        ):
            access = {"organisation_id": viewer, "role": role, "cause": cause, "cause_id": cause_id}
            self._add(
                "contract_access",
                **of,
                **access,
                since=self.start,
            )
        self._add(
            "clauses",
            **of,
            id=clause_id,
            obligation_id=clause_id,
            profile="ccag-2021",
            terms=self.terms,
            effective_on=self.start,
            version=1,
            created_at=self.now,
        )
        self._add(
            "versions",
            owner_id=owner,
            subject_id=clause_id,
            number=1,
            subject_type="clause",
            change_id=change,
            effective_on=self.start,
            snapshot={"terms": self.terms, "reason": None},
        )
        of_clause = {**of, "obligation_id": clause_id}
        hires = tuple(self._hire(of, clause_id, firm, place) for _ in range(HIRES))
        for month in self.months:
            self._month(of_clause, firm, change, place, month, hires)
        seed.contracts.append(Seeded(contract_id, key, tuple(hire for hire, _ in hires)))

    def _hire(self, of: dict[str, UUID], clause: UUID, firm: UUID, place: str) -> tuple[UUID, UUID]:
        hire, participant = new_id(), new_id()
        self._add(
            "participants",
            id=participant,
            person_id=participant,
            declarant_id=firm,
            version=1,
            created_at=self.now,
        )
        self._add(
            "residences",
            participant_id=participant,
            since=self.start,
            place=place,
        )
        self._add(
            "hires",
            **of,
            id=hire,
            clause_id=clause,
            participant_id=participant,
            declarant_id=firm,
            employer_id=firm,
            modality="direct_hire",
            contract_type="cdi",
            starts_on=self.start,
            weekly_hours=3500,
            version=1,
            created_at=self.now,
        )
        self._add(
            "assessments",
            **of,
            id=new_id(),
            hire_id=hire,
            participant_id=participant,
            file=b"",
            reasons=b"",
            outcome="met",
            rules_version="bench",
            clause_version=1,
            assessed_at=self.now,
            decision="approved",
            decided_at=self.now,
            decided_by=self.facilitator,
            counts_from=self.start,
            eligible_until=self.end,
            version=2,
            created_at=self.now,
        )
        return hire, participant

    def _month(
        self,
        of: dict[str, UUID],
        firm: UUID,
        change: UUID,
        place: str,
        month: date,
        hires: Iterable[tuple[UUID, UUID]],
    ) -> None:
        statement, owner = new_id(), {"owner_id": of["owner_id"]}
        contract = {**owner, "contract_id": of["contract_id"]}
        self._add(
            "statements",
            **contract,
            id=statement,
            declarant_id=firm,
            month=month,
            nothing_to_declare=False,
            latest=1,
            version=2,
            created_at=self.now,
        )
        self._add(
            "statement_versions",
            **owner,
            statement_id=statement,
            number=1,
            nothing_to_declare=False,
            lines=[],
            submitted_at=self.now,
            change_id=change,
        )
        seats = {"buyer_seat": "", "facilitator_seat": ""}
        zero = dict.fromkeys(("pending", "held", "refused"), 0)
        firms = {"declarant_id": firm, "employer_id": firm}
        for hire, participant in hires:
            line = new_id()
            about = {
                **of,
                "hire_id": hire,
                "participant_id": participant,
                **firms,
            }
            self._add(
                "lines",
                **about,
                id=line,
                statement_id=statement,
                month=month,
                recorded_at=self.now,
                worked=WORKED,
                training=0,
                overtime=0,
                sub_periods=[],
                warnings=[],
                withdrawn=False,
                verdict="accepted",
                reviewed_at=self.now,
                reviewed_by=self.facilitator,
                **zero,
                counted=WORKED,
            )
            self._entries({**about, "line_id": line, "month": month, "change_id": change}, place)
            self._add(
                "person_months",
                **of,
                participant_id=participant,
                month=month,
                execution=place,
                residence=place,
                **seats,
                **zero,
                counted=WORKED,
            )
        total = WORKED * HIRES
        self._add(
            "obligation_months",
            **of,
            month=month,
            execution=place,
            **seats,
            **zero,
            counted=total,
        )

    def _entries(self, about: dict[str, Any], place: str) -> None:
        """Declared, then taken back at the review and counted."""
        first = new_id()
        for entry, state, hours, reverses in (
            (first, "pending", WORKED, None),
            (new_id(), "pending", -WORKED, first),
            (new_id(), "counted", WORKED, None),
        ):
            self._add(
                "entries",
                **about,
                id=entry,
                state=state,
                hours=hours,
                reverses_id=reverses,
                kind="worked",
                execution=place,
                residence=place,
                modality="direct_hire",
            )

    def _organisation(self, first: str, number: int) -> UUID:
        found = new_id()
        identifier = f"{first}{number:013d}"
        self._add(
            "organisations",
            id=found,
            scheme="BENCH",
            identifier=identifier,
            version=1,
            created_at=self.now,
        )
        return found

    def _key(self, organisation: UUID, role: Role) -> str:
        text = new_api_key()
        self._add(
            "api_keys",
            id=new_id(),
            public_id=text.public_id,
            secret_hash=self.keyring.secret_hash(text.secret),
            organisation_id=organisation,
            role=role,
            scopes=list(Scope),
            label="bench",
            created_at=self.now,
            expires_at=self.now + timedelta(days=1),
        )
        return str(text)

    def _add(self, table: str, **row: Any) -> None:  # noqa: ANN401  # columns of any type
        columns = self.columns.setdefault(table, tuple(row))
        self.rows.setdefault(table, []).append(tuple(row[name] for name in columns))

    def write(self) -> None:
        for table, rows in self.rows.items():
            columns = self.columns[table]
            kinds = [Base.metadata.tables[table].columns[name].type for name in columns]
            documents = [position for position, kind in enumerate(kinds) if "JSON" in str(kind)]
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with self.connection.cursor().copy(statement) as copy:
                for row in _written(rows, documents):
                    copy.write_row(row)


def _written(rows: Iterable[tuple[Any, ...]], documents: list[int]) -> Iterator[list[Any]]:
    for row in rows:
        values = list(row)
        for position in documents:
            values[position] = json.dumps(values[position])
        yield values


def _terms(start: date, end: date) -> dict[str, Any]:
    return {
        "profile": "ccag-2021",
        "target": {"kind": "fixed_hours", "hours": "20000.00"},
        "window": {"start": start.isoformat(), "end": end.isoformat()},
        "reporting": {"every": "month", "due_day": 15},
    }
