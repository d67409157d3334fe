"""Contracts with their people and reviewed hours, as the services leave them, by `COPY`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg

from app.clock import new_id
from app.crypto import new_api_key
from app.principal import SERVICE, Role, Scope
from app.rules.days import add_months, month_start
from app.rules.terms_json import terms_from_json, terms_to_json
from app.services.changes import settle
from app.services.folding import fold, fold_anew
from app.services.work import Means
from tests.bench.rows import Rows
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
        ground = _Ground(means, months)
        seed = ground.seed()
        for number in range(contracts):
            ground.contract(number, seed)
        ground.rows.write(connection)
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    settle(means)
    with means.database.write() as session:
        fold_anew(session)
    fold(means)
    return seed


class _Ground:
    def __init__(self, means: Means, months: int) -> None:
        self.now, self.keyring = means.clock.now(), means.keyring
        self.today = self.now.date()
        self.end = add_months(month_start(self.today), 12)
        self.months = [add_months(month_start(self.today), -1 - back) for back in range(months)][::-1]
        # As many earlier months are left free for the statements that the clients send.
        self.start = add_months(self.months[0], -months)
        self.terms = terms_to_json(terms_from_json(_terms(self.start, self.end)))
        self.rows = Rows()
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
        (firm, key), change, clause_id = self.firms[-1], new_id(), new_id()
        of = {"owner_id": self.buyers[-1], "contract_id": new_id()}
        place = f"commune/{COMMUNES[number % len(COMMUNES)]}"
        self._register(of, number, clause_id, change)
        self._share(of, firm, place)
        self._clause(of, clause_id, change)
        hires = tuple(self._hire(of, clause_id, firm, place) for _ in range(HIRES))
        for month in self.months:
            self._month({**of, "obligation_id": clause_id}, firm, change, place, month, hires)
        seed.contracts.append(Seeded(of["contract_id"], key, tuple(hire for hire, _ in hires)))

    def _register(self, of: dict[str, UUID], number: int, clause_id: UUID, change: UUID) -> None:
        self.rows.add(
            "changes",
            id=change,
            at=self.now,
            role=SERVICE.role,
            request_id="bench",
            action="contract.registered",
            contract_id=of["contract_id"],
            organisation_id=of["owner_id"],
        )
        self.rows.add("open_changes", change_id=change, contract_id=of["contract_id"])
        self.rows.add(
            "contracts",
            id=of["contract_id"],
            owner_id=of["owner_id"],
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

    def _share(self, of: dict[str, UUID], firm: UUID, place: str) -> None:
        """Where the contract is performed, and who sees it why."""
        self.rows.add(
            "contract_places", **of, ordinal=1, place=place, candidates=[], share=10_000, share_assumed=False
        )
        self.rows.add(
            "contract_parties", **of, organisation_id=firm, kind="holder", lead=True, since=self.start
        )
        mandate, owner, contract = new_id(), of["owner_id"], of["contract_id"]
        self.rows.add(
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
            (owner, Role.BUYER, "buyer", contract),
            (owner, Role.FACILITATOR, "buyer", contract),
            (firm, Role.CONTRACTOR, "holder", contract),
            (self.facilitator, Role.FACILITATOR, "mandate", mandate),
        ):
            access = {"organisation_id": viewer, "role": role, "cause": cause, "cause_id": cause_id}
            self.rows.add("contract_access", **of, **access, since=self.start)

    def _clause(self, of: dict[str, UUID], clause_id: UUID, change: UUID) -> None:
        self.rows.add(
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
        self.rows.add(
            "versions",
            owner_id=of["owner_id"],
            subject_id=clause_id,
            number=1,
            subject_type="clause",
            change_id=change,
            effective_on=self.start,
            snapshot={"terms": self.terms, "reason": None},
        )

    def _hire(self, of: dict[str, UUID], clause: UUID, firm: UUID, place: str) -> tuple[UUID, UUID]:
        hire, participant = new_id(), new_id()
        self.rows.add(
            "participants",
            id=participant,
            person_id=participant,
            declarant_id=firm,
            version=1,
            created_at=self.now,
        )
        self.rows.add(
            "residences",
            participant_id=participant,
            since=self.start,
            place=place,
        )
        self.rows.add(
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
        self.rows.add(
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
        self.rows.add(
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
        self.rows.add(
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
            self.rows.add(
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
            self.rows.add(
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
        self.rows.add(
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
            self.rows.add(
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
        self.rows.add(
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
        self.rows.add(
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


def _terms(start: date, end: date) -> dict[str, Any]:
    return {
        "profile": "ccag-2021",
        "target": {"kind": "fixed_hours", "hours": "20000.00"},
        "window": {"start": start.isoformat(), "end": end.isoformat()},
        "reporting": {"every": "month", "due_day": 15},
    }
