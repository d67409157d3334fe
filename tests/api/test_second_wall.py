"""PostgreSQL's own wall between two cases that have nothing to do with each other: with the application's
filters gone, and table by table. SQLite has no such wall: the matrix holds the first one on both.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Select, insert, select, text, true
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.db import walls
from app.db.queries import changes, compliance
from app.db.session import NOBODY, Database, Viewer
from app.db.tables import (
    ApiKey,
    Assessment,
    Base,
    Contact,
    Contract,
    ContractAccess,
    Delegation,
    Dispute,
    Hire,
    Job,
    Membership,
    Organisation,
    OwnProfile,
    Participant,
    ParticipantAccess,
    Pool,
    Statement,
)
from app.principal import Principal, Role
from app.services.changes import settle
from app.services.folding import fold
from app.web import commands
from tests import databases
from tests.api import matrix
from tests.api.asking import ask
from tests.api.builders import MORNING, Service, serving
from tests.api.cases import STRANGER, TEAM_A, TEAM_B, Case, Seat, begin, tell
from tests.api.rare_rows import leave_unsettled, tell_the_rare
from tests.api.sights import sights
from tests.contract.documents import operations

pytestmark = pytest.mark.postgres

OPERATIONS = {operation.id: operation for operation in operations()}
GUARDED = [name for name in OPERATIONS if name not in matrix.OPEN]
NAMED = ("contract_id", "hire_id", "participant_id", "assessment_id", "statement_id", "dispute_id")
OUTSIDERS = [
    TEAM_B.seats["buyer"],
    TEAM_B.seats["holder"],
    TEAM_B.seats["structure"],
    TEAM_B.seats["prescriber"],
    Seat("facilitator", STRANGER, Role.FACILITATOR),
]
WALKING = [seat for seat in OUTSIDERS if seat.name in {"buyer", "holder", "facilitator"}]
VISIBLE = {
    "visible_contracts": Contract,
    "visible_hires": Hire,
    "visible_statements": Statement,
    "visible_assessments": Assessment,
    "visible_participants": Participant,
    "declared_participants": Participant,
    "visible_disputes": Dispute,
    "visible_jobs": Job,
    "visible_keys": ApiKey,
    "visible_profiles": OwnProfile,
    "visible_pools": Pool,
    "visible_memberships": Membership,
    "visible_contacts": Contact,
    "visible_delegations": Delegation,
}


# Figures for whoever asks.
PUBLISHED = {"releases", "release_cells"}
Key = tuple[object, ...]


@dataclass
class World:
    """Two cases; `own`: the rows that came with the first and with nothing else, by table."""

    service: Service
    a: Case
    b: Case
    own: dict[str, set[Key]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.service.means.database

    def organisation(self, siret: str) -> UUID:
        with self.database.read() as session:
            found = session.scalar(select(Organisation.id).where(Organisation.identifier == siret))
        assert found is not None
        return found

    def viewer(self, seat: Seat) -> Viewer:
        return Viewer(str(self.organisation(seat.siret)), seat.role.value, MORNING.date().isoformat())

    def rows(self, table: str, viewer: Viewer | None) -> list[str]:
        with self.database.read(viewer) as session:
            return [str(dict(row)) for row in session.execute(select(Base.metadata.tables[table])).mappings()]

    def keys(self, table: str, viewer: Viewer | None) -> set[Key]:
        with self.database.read(viewer) as session:
            return {tuple(row) for row in session.execute(select(*Base.metadata.tables[table].primary_key))}

    def everything(self) -> dict[str, set[Key]]:
        return {table: self.keys(table, None) for table in walls.WALLS}

    def sight(self, table: str, seat: Seat) -> str:
        """What a seat sees of the first case's rows."""
        seen = self.keys(table, self.viewer(seat)) & self.own[table]
        return "all" if seen == self.own[table] else "part" if seen else "."


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with (
        databases.migrated_database("postgres") as url,
        serving(url) as service,
    ):
        for team in (TEAM_A, TEAM_B):
            begin(service, team)
        for seat in OUTSIDERS:
            service.headers(seat.siret, seat.role)
        other = tell(service, TEAM_B)
        tell_the_rare(other, 1991)
        # Settling takes open changes away: from here on nobody settles. Nor folds, but for the first of what
        # is told of the second case.
        while settle(service.means):
            pass
        fold(service.means)
        found = World(service, other, other)
        before = found.everything()
        found.a = tell(service, TEAM_A)
        fold(service.means)
        tell_the_rare(found.a, 1992)
        leave_unsettled(found.a)
        found.own = {table: keys - before[table] for table, keys in found.everything().items()}
        yield found


@pytest.fixture
def without_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `visible_…` query returns everything, to everybody."""

    def everything(table: type[Any]) -> Callable[..., Select[Any]]:
        return lambda *_, **__: select(table)

    for module in [found for name, found in sys.modules.items() if name.startswith("app.")]:
        for name, table in VISIBLE.items():
            if name in vars(module):
                monkeypatch.setattr(module, name, everything(table))
        for name in ("access_of", "hired_in_sight", "_event_visible", "_of_own_side", "referred", "may_read"):
            if name in vars(module):
                monkeypatch.setattr(module, name, lambda *_, **__: true())
    monkeypatch.setattr(compliance, "_POSITION", vars(compliance)["_POSITION_FOR_PLATFORM"])
    reached = {
        name: (everything(VISIBLE[query.__name__]), key) for name, (query, key) in commands.REACHED.items()
    }
    monkeypatch.setattr(commands, "REACHED", reached)


@pytest.mark.usefixtures("without_filters")
def test_without_its_filters_the_application_would_show_everything(world: World) -> None:
    """Else the walk below would try the first wall, not the second."""
    stranger, today = Principal(world.organisation(STRANGER), Role.FACILITATOR), MORNING.date()
    seen = vars(commands)["visible_contracts"](stranger, today)
    with world.database.read() as session:
        references = {contract.reference for contract in session.scalars(seen)}
        told = session.execute(changes.events_after(stranger, today, 0, 1000)).all()
    assert world.a.contract["reference"] in references
    assert world.a.ids["hire_id"] in {str(row.Event.subject_id) for row in told}


@pytest.mark.usefixtures("without_filters")
@pytest.mark.parametrize("name", GUARDED)
def test_without_the_filters_outsiders_still_find_nothing(world: World, name: str) -> None:
    operation = OPERATIONS[name]
    named = any(f"{{{part}}}" in operation.path for part in NAMED)
    for seat in WALKING:
        headers = world.service.headers(seat.siret, seat.role)
        asked = ask(operation, world.a, seat, key_id=str(uuid4()), membership_id=str(uuid4()))
        answer = asked.send(headers)
        # Who records a person reads what it sent.
        sent = str(asked.body)
        assert [word for word in world.a.secrets if word in answer.text and word not in sent] == [], seat
        assert answer.status_code in {403, 404} or not named, (seat, answer.text)
        assert answer.status_code < 500, (seat, answer.text)


@pytest.mark.parametrize("table", sorted(walls.WALLS))
def test_every_walled_table_has_rows_and_outsiders_see_none_of_them(world: World, table: str) -> None:
    """A table that a case never reaches would pass for hidden: what writes it joins `rare_rows`."""
    assert world.own[table], f"no case has a row in {table}"
    for seat in OUTSIDERS:
        assert world.sight(table, seat) == ("all" if table in PUBLISHED else "."), seat
        seen = "" if table in PUBLISHED else "\n".join(world.rows(table, world.viewer(seat)))
        assert [word for word in world.a.secrets if word in seen] == [], seat


def test_inside_a_case_each_seat_sees_what_is_its_own(world: World) -> None:
    found = {
        table: {seat.name[:3]: world.sight(table, seat) for seat in TEAM_A.seats.values()}
        for table in walls.WALLS
    }
    assert found == sights()


@pytest.mark.usefixtures("without_filters")
@pytest.mark.parametrize("name", [name for name in GUARDED if OPERATIONS[name].method == "GET"])
def test_without_the_filters_who_somebody_is_stays_hidden_inside(world: World, name: str) -> None:
    """A forgotten filter would show the buyer, the platform or an observer people of the case itself."""
    for seat in ("admin", "buyer", "observer"):
        asked = ask(OPERATIONS[name], world.a, TEAM_A.seats[seat])
        answer = asked.send(world.service.headers(TEAM_A.seats[seat].siret, TEAM_A.seats[seat].role))
        assert [word for word in TEAM_A.identity.values() if word in answer.text] == [], seat
        assert answer.status_code < 500, (seat, answer.text)


@pytest.mark.parametrize("table", sorted(walls.WALLS))
def test_without_a_caller_there_is_no_row(world: World, table: str) -> None:
    assert world.rows(table, NOBODY) == []


def test_who_somebody_is_reaches_declarants_and_facilitators_alone(world: World) -> None:
    seen = {
        name: len(world.rows("identities", world.viewer(TEAM_A.seats[name])))
        for name in ("admin", "buyer", "holder", "subcontractor", "facilitator", "structure", "prescriber")
    }
    # The holder and its subcontractor declared two each, the structure one; one was erased. The prescriber
    # referred two, of whom one objects.
    assert seen == {
        "admin": 0,
        "buyer": 0,
        "prescriber": 1,
        "holder": 2,
        "subcontractor": 2,
        "structure": 1,
        "facilitator": 5,
    }


def test_an_access_that_ended_shows_nothing_from_the_next_day(world: World) -> None:
    viewer = world.viewer(TEAM_A.seats["facilitator"])
    assert world.rows("contracts", viewer) != []
    assert world.rows("contracts", Viewer(viewer.organisation, viewer.role, "2024-12-11")) == []


def _refused(world: World, seat: Seat, table: type[Any], **values: object) -> None:
    """The row is refused by a policy, not by anything else."""
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        world.database.write(world.viewer(seat)) as session,
    ):
        session.execute(insert(table), values)


def _like(world: World, table: type[Any], key: str, value: str) -> dict[str, Any]:
    columns = table.__table__
    with world.database.read() as session:
        row = session.execute(select(columns).where(columns.c[key] == UUID(value))).mappings().first()
    assert row is not None
    return dict(row)


def test_nobody_opens_a_contract_to_itself(world: World) -> None:
    holder = TEAM_B.seats["holder"]
    access = _like(world, ContractAccess, "contract_id", world.a.ids["contract_id"])
    own = {"organisation_id": world.organisation(holder.siret), "role": Role.CONTRACTOR}
    _refused(world, holder, ContractAccess, **{**access, **own})


def test_nobody_opens_an_identity_to_itself(world: World) -> None:
    holder = TEAM_B.seats["holder"]
    access = _like(world, ParticipantAccess, "participant_id", world.a.ids["participant_id"])
    own = {"organisation_id": world.organisation(holder.siret), "role": Role.CONTRACTOR}
    _refused(world, holder, ParticipantAccess, **{**access, **own})


def test_a_foreign_key_leads_to_nobody_elses_person(world: World) -> None:
    """The database checks a reference past every policy."""
    own = _like(world, Hire, "id", world.b.ids["hire_id"])
    foreign = {"id": uuid4(), "participant_id": UUID(world.a.ids["participant_id"])}
    _refused(world, TEAM_B.seats["holder"], Hire, **{**own, **foreign})


def test_a_row_of_ones_own_does_not_hang_on_another_owners_contract(world: World) -> None:
    own = _like(world, Hire, "id", world.b.ids["hire_id"])
    stray = {**own, "id": uuid4(), "contract_id": UUID(world.a.ids["contract_id"])}
    with (
        pytest.raises(IntegrityError, match="foreign key"),
        world.database.write(world.viewer(TEAM_B.seats["buyer"])) as session,
    ):
        # The buyer owns the row; the key over both columns finds no such contract of this owner.
        session.execute(insert(Hire), {**stray, "participant_id": own["participant_id"]})


@pytest.mark.parametrize("table", ["contracts", "hires", "identities", "api_keys", "jobs"])
def test_what_is_not_seen_is_not_changed(world: World, table: str) -> None:
    key = next(iter(Base.metadata.tables[table].primary_key)).name
    before, viewer = world.rows(table, None), world.viewer(TEAM_B.seats["prescriber"])
    with world.database.write(viewer) as session:
        done = session.execute(text(f"UPDATE {table} SET {key} = {key} RETURNING {key}")).all()  # noqa: S608 - names of the code
        gone = session.execute(text(f"DELETE FROM {table} RETURNING {key}")).all()  # noqa: S608 - names of the code
        # Its own keys, where it has some; a hire of somebody that it referred is only read.
        own = world.rows(table, viewer) if table in {"api_keys", "jobs"} else []
        assert len(done) == len(gone) == len(own) < len(before)
        session.rollback()
    assert world.rows(table, None) == before


def test_crossing_tenants_ends_with_its_block(world: World) -> None:
    def seen() -> int:
        return len(session.execute(select(Contract.id)).all())

    with world.database.read() as session:
        everything = seen()
    with world.database.write(world.viewer(TEAM_B.seats["holder"])) as session:
        own = seen()
        with session.across():
            with session.across():
                assert seen() == everything
            assert seen() == everything
        assert seen() == own < everything
        with pytest.raises(KeyError), session.across():
            raise KeyError
        assert seen() == own
        session.rollback()
        # A transaction that begins anew in the same session looks for the same caller.
        assert seen() == own
