"""PostgreSQL as an operator sets it up: the tables belong to a login of their own, the service has another,
neither is a superuser nor may make roles, both come with a password.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import inspect, make_url, select, text

from app.db import migrate, wall_laying, walls
from app.db.session import NOBODY, Database, Viewer, make_engine
from app.db.tables import Base, Entry
from app.services import setup
from app.services.changes import settle
from tests import databases
from tests.api.builders import MORNING, Service, serving
from tests.api.cases import TEAM_A, TEAM_B, Case, Seat, begin, path_of, tell
from tests.database_keeper import libpq

pytestmark = pytest.mark.postgres


@dataclass(frozen=True)
class Logins:
    """Addresses of one database: that of the tables' owner, and that of the service."""

    owner: str
    service: str


def administer(*statements: sql.Composed) -> None:
    """What the administrator of the server runs, one after the other."""
    with psycopg.connect(libpq(databases.ask("postgres_url")), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="module")
def logins() -> Iterator[Logins]:
    """A server as the operator is told to prepare it, before the first migration."""
    databases.ask("postgres_template")  # the roles of the service are there from now on
    mark = uuid4().hex[:12]
    names = {part: f"clauses_test_{part}_{mark}" for part in ("owner", "service")}
    database, server = f"clauses_test_{mark}", make_url(databases.ask("postgres_url"))
    passwords = {part: secrets.token_hex(16) for part in names}
    roles = sql.SQL(", ").join(map(sql.Identifier, (walls.APP, walls.SYSTEM)))
    owner, service = (sql.Identifier(name) for name in names.values())
    made = [
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(names[part]), passwords[part])
        for part in names
    ]
    administer(
        *made,
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(database), owner),
        sql.SQL("GRANT {} TO {}, {}").format(roles, owner, service),
    )
    try:
        yield Logins(
            *(
                server.set(
                    username=names[part], password=passwords[part], database=database
                ).render_as_string(hide_password=False)
                for part in names
            )
        )
    finally:
        administer(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)),
            sql.SQL("DROP ROLE {}, {}").format(owner, service),
        )


@dataclass
class World:
    logins: Logins
    service: Service
    a: Case
    b: Case

    @property
    def database(self) -> Database:
        return self.service.means.database

    def counts(self, viewer: Viewer | None) -> dict[str, int]:
        with self.database.read(viewer) as session:
            return {
                name: len(session.execute(select(Base.metadata.tables[name])).all()) for name in walls.WALLS
            }


@pytest.fixture(scope="module")
def world(logins: Logins) -> Iterator[World]:
    database = Database(logins.service, pool_size=1)
    setup.prepare(database, logins.owner)
    database.dispose()
    with serving(logins.service) as service:
        for team in (TEAM_A, TEAM_B):
            begin(service, team)
        yield World(logins, service, tell(service, TEAM_A), tell(service, TEAM_B))


def count(url: str, table: str, role: str | None = None) -> int:
    """Rows that a login sees, before or after it takes a role."""
    with psycopg.connect(libpq(url)) as connection:
        if role is not None:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def test_neither_login_has_power_of_its_own(world: World) -> None:
    with psycopg.connect(libpq(world.logins.service)) as connection:
        rows = connection.execute(
            "SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolname = current_user, "
            "(SELECT count(*) > 0 FROM pg_class WHERE relowner = r.oid AND relkind = 'r') "
            "FROM pg_roles r WHERE r.rolname IN (%s, %s) ORDER BY 4",
            [make_url(url).username for url in (world.logins.owner, world.logins.service)],
        ).fetchall()
    assert rows == [(False, False, False, False, True), (False, False, False, True, False)]


def test_everybody_around_a_case_reads_and_writes(world: World) -> None:
    invoice = {"invoiced_on": "2025-01-08", "amount": "100.00"}
    made = world.a.send("buyer", "POST", f"{path_of(world.a)}/invoices", invoice)
    assert world.a.send("holder", "GET", f"{path_of(world.a)}/invoices")["items"][-1]["id"] == made["id"]
    case, contract = world.a, world.a.ids["contract_id"]
    listed = {
        name: [item["id"] for item in case.send(name, "GET", "/v1/contracts")["items"]]
        for name in ("buyer", "holder", "facilitator", "structure", "observer")
    }
    assert {name for name, found in listed.items() if contract in found} == set(listed) - {"observer"}
    assert all(world.b.ids["contract_id"] not in found for found in listed.values())


def test_changes_are_settled_and_figures_follow(world: World) -> None:
    while settle(world.service.means):
        pass
    found = world.a.send("buyer", "GET", f"{path_of(world.a)}/compliance")
    assert found["provisional"] is False
    with world.database.read() as session:
        contract = UUID(world.a.ids["contract_id"])
        assert session.scalars(select(Entry.id).where(Entry.contract_id == contract)).first() is not None


def test_foreign_rows_stay_invisible(world: World) -> None:
    everything = world.counts(None)
    assert set(world.counts(NOBODY).values()) == {0}
    for name in ("buyer", "holder", "facilitator", "structure", "prescriber"):
        seat: Seat = TEAM_B.seats[name]
        with world.database.read() as session:
            organisations = Base.metadata.tables["organisations"]
            found = select(organisations.c.id).where(organisations.c.identifier == seat.siret)
            viewer = Viewer(str(session.scalar(found)), seat.role.value, MORNING.date().isoformat())
        with world.database.read(viewer) as session:
            seen = "\n".join(
                str(row)
                for name in walls.WALLS
                for row in session.execute(select(Base.metadata.tables[name]))
            )
        assert [word for word in world.a.secrets if word in seen] == [], seat
        assert world.counts(viewer)["contracts"] < everything["contracts"]


@pytest.mark.parametrize("table", ["contracts", "identities", "api_keys", "changes"])
def test_a_login_by_itself_sees_nothing(world: World, table: str) -> None:
    for url in (world.logins.owner, world.logins.service):
        assert count(url, table) == 0
        assert count(url, table, walls.APP) == 0
        assert count(url, table, walls.SYSTEM) > 0


def test_the_service_cannot_pull_the_wall_down(world: World) -> None:
    with psycopg.connect(libpq(world.logins.service), autocommit=True) as connection:
        for statement in (
            "ALTER TABLE contracts DISABLE ROW LEVEL SECURITY",
            "DROP POLICY wall_caller ON contracts",
            "ALTER TABLE changes DISABLE TRIGGER ALL",
            "CREATE TABLE own (id int)",
            "TRUNCATE contracts CASCADE",
        ):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


def test_the_owner_migrates_there_and_back_with_rows(world: World) -> None:
    before = world.counts(None)
    world.database.dispose()
    migrate.downgrade(world.logins.owner, "-1")
    engine = make_engine(world.logins.owner)
    # A table that the last step made goes with it, and its rows.
    kept = before.keys() & set(inspect(engine).get_table_names())
    engine.dispose()
    migrate.upgrade(world.logins.owner, admit=make_url(world.logins.service).username)
    after = world.counts(None)
    assert {table: after[table] for table in kept} == {table: before[table] for table in kept}
    # The step leaves what the worker is to fold: the contracts with hours, and those with a clause.
    due = {table: number for table, number in after.items() if table not in kept and number}
    with world.database.read() as session:
        worked = session.scalar(text("SELECT count(DISTINCT contract_id) FROM person_months"))
        bound = session.scalar(text("SELECT count(*) FROM contracts WHERE clause_id IS NOT NULL"))
    left = {"folded_contracts": worked, "standings": bound}
    assert due == {table: number for table, number in left.items() if table not in kept}
    assert set(world.counts(NOBODY).values()) == {0}


def test_a_login_that_was_not_let_in_is_told_what_to_run(world: World) -> None:
    stranger = f"clauses_test_stranger_{uuid4().hex[:12]}"
    name = sql.Identifier(stranger)
    administer(sql.SQL("CREATE ROLE {} LOGIN").format(name))
    try:
        with pytest.raises(wall_laying.RolesMissing, match="GRANT"):
            migrate.upgrade(world.logins.owner, admit=stranger)
    finally:
        administer(sql.SQL("DROP ROLE {}").format(name))
