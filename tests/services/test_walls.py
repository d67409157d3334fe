"""The second wall in the database itself: every table has it; each pitfall of row-level security is met."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, UniqueConstraint, text
from sqlalchemy.exc import ProgrammingError

from app.db import migrate, openings, wall_laying, walls
from app.db.session import NOBODY, Database, Viewer, make_engine
from app.db.tables import Base
from tests import databases
from tests.migrations import filling

pytestmark = pytest.mark.postgres

TABLES = sorted({*Base.metadata.tables, filling.ALEMBIC})
SOMEBODY = Viewer("00000000-0000-0000-0000-000000000007", "buyer", "2025-01-10")
# Keys without an owner in them that another tenant could run into, and why that tells nothing.
PUBLIC_KEYS = {
    ("organisations", "scheme", "identifier"): "published by the national institute of statistics",
    ("api_keys", "public_id"): "drawn at random",
    ("decp_records", "buyer", "reference", "cpv", "holders_hash", "rank"): "published records",
    ("webhook_deliveries", "webhook_id", "event_id"): "an id drawn at random",
    ("open_changes", "change_id"): "an id drawn at random",
    ("releases", "year", "quarter"): "published",
    ("seals", "change_id"): "an id drawn at random",
    ("assessments", "hire_id"): "an id drawn at random",
}
TENANT_COLUMNS = {"owner_id", "organisation_id", "declarant_id"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with databases.migrated_database("postgres") as found:
        filling.fill(found)
        yield found


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[Engine]:
    """The owner's connections, before the service steps behind the wall."""
    made = make_engine(url, pool_size=2)
    yield made
    made.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """One connection, so that each transaction gets that of the one before."""
    made = Database(url, pool_size=1)
    yield made
    made.dispose()


@contextmanager
def undone(engine: Engine) -> Iterator[Connection]:
    """A transaction that leaves nothing behind."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def count(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608 - names of the code


def become(connection: Connection, role: str) -> None:
    connection.execute(text("SELECT set_config('role', :role, true)"), {"role": role})


def test_every_table_is_walled_or_read_by_all_for_a_reason() -> None:
    assert sorted({*walls.walled(), *walls.OPEN}) == TABLES
    assert not walls.walled() & walls.OPEN.keys()
    assert all(reason.strip() for reason in walls.OPEN.values())


def test_policies_are_on_and_hold_for_the_owner_too(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        ).all()
    assert {row.relname: (row.relrowsecurity, row.relforcerowsecurity) for row in rows} == {
        **dict.fromkeys(walls.walled(), (True, True)),
        **dict.fromkeys(walls.OPEN, (False, False)),
    }


def test_the_roles_of_the_service_have_no_power_of_their_own(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, "
                "EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns FROM pg_roles r "
                "WHERE rolname IN (:app, :system)"
            ),
            {"app": walls.APP, "system": walls.SYSTEM},
        ).all()
    assert {row[0] for row in rows} == {walls.APP, walls.SYSTEM}
    assert {tuple(row[1:]) for row in rows} == {(False, False, False, False, False)}


def test_an_owner_without_a_role_sees_nothing_by_accident(engine: Engine) -> None:
    with undone(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE clauses_test_owner NOLOGIN")
        connection.exec_driver_sql("GRANT ALL ON SCHEMA public TO clauses_test_owner")
        connection.exec_driver_sql("ALTER TABLE contracts OWNER TO clauses_test_owner")
        become(connection, "clauses_test_owner")
        assert count(connection, "contracts") == 0
        # The pitfall: without FORCE the owner passes through every policy.
        connection.exec_driver_sql("ALTER TABLE contracts NO FORCE ROW LEVEL SECURITY")
        assert count(connection, "contracts") == filling.ROWS


def test_a_member_that_has_not_taken_the_role_sees_nothing(engine: Engine) -> None:
    with undone(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE clauses_test_login NOLOGIN")
        connection.exec_driver_sql(f"GRANT {walls.APP}, {walls.SYSTEM} TO clauses_test_login")
        become(connection, "clauses_test_login")
        assert count(connection, "contracts") == 0
        assert count(connection, "identities") == 0


def test_a_migration_of_the_owner_moves_rows(engine: Engine) -> None:
    with undone(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE clauses_test_owner NOLOGIN")
        connection.exec_driver_sql("GRANT ALL ON SCHEMA public TO clauses_test_owner")
        connection.exec_driver_sql("ALTER TABLE contracts OWNER TO clauses_test_owner")
        # Whoever lays the wall owns the tables.
        connection.exec_driver_sql("ALTER POLICY wall_migration ON contracts TO clauses_test_owner")
        become(connection, "clauses_test_owner")
        wall_laying.allow_moving_rows(connection)
        assert count(connection, "contracts") == filling.ROWS


def test_a_superuser_that_stands_behind_the_wall_is_held_by_it(database: Database) -> None:
    with database.read(NOBODY) as session:
        connection = session.connection()
        assert connection.exec_driver_sql("SELECT current_user").scalar() == walls.APP
        assert {count(connection, table) for table in walls.WALLS} == {0}
    with database.read() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("SELECT current_user").scalar() == walls.SYSTEM
        assert {count(connection, table) for table in walls.WALLS} == {filling.ROWS}


def test_a_caller_does_not_outlive_its_transaction_on_a_pooled_connection(database: Database) -> None:
    settings = "SELECT current_user, current_setting('clauses.organisation', true), pg_backend_pid()"
    with database.read(SOMEBODY) as session:
        role, organisation, connection_id = session.execute(text(settings)).one()
        assert (role, organisation) == (walls.APP, SOMEBODY.organisation)
    with database.read() as session:
        assert session.execute(text(settings)).one() == (walls.SYSTEM, "", connection_id)
    with database.read(NOBODY) as session:
        # The setting of an ended transaction reads as '', which is no id: still no error, and no row.
        assert session.execute(text(settings)).one() == (walls.APP, "", connection_id)
        assert count(session.connection(), "contracts") == 0


def test_a_caller_does_not_outlive_a_failed_transaction(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.write(SOMEBODY) as session, session.across():
        session.execute(text("SELECT nothing"))
    with database.read(NOBODY) as after:
        found = after.execute(text("SELECT current_user, current_setting('clauses.organisation', true)"))
        assert found.one() == (walls.APP, "")


def test_a_view_shows_what_its_reader_may_see(engine: Engine) -> None:
    with undone(engine) as connection:
        for name, option in (("plain", "false"), ("careful", "true")):
            connection.exec_driver_sql(
                f"CREATE VIEW {name} WITH (security_invoker = {option}) AS SELECT id FROM contracts"  # noqa: S608 - names of the test
            )
            connection.exec_driver_sql(f"GRANT SELECT ON {name} TO {walls.APP}")
        become(connection, walls.APP)
        # The pitfall: a plain view reads with the rights of its owner.
        assert count(connection, "plain") == filling.ROWS
        assert count(connection, "careful") == 0


def test_there_is_no_view_that_reads_for_its_owner(engine: Engine) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') "
            "AND relnamespace = 'public'::regnamespace "
            "AND NOT coalesce(reloptions::text LIKE '%%security_invoker=true%%', false)"
        ).all()
    assert found == []


def test_functions_past_the_wall_look_nowhere_else_and_are_nobody_elses(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT proname, pg_get_userbyid(proowner), proconfig, prosecdef, "
            "has_function_privilege('pg_monitor', oid, 'EXECUTE') FROM pg_proc "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).all()
    assert {tuple(map(str, row)) for row in rows} == {
        (opening.name, walls.SYSTEM, "['search_path=public, pg_temp']", "True", "False")
        for opening in openings.OPENINGS
    }


def test_a_unique_key_tells_nothing_of_another_tenant() -> None:
    found = set()
    for table in Base.metadata.tables.values():
        keys = [tuple(item.columns) for item in table.constraints if isinstance(item, UniqueConstraint)]
        keys += [tuple(item.columns) for item in table.indexes if item.unique]
        for key in keys:
            names = [column.name for column in key]
            if not TENANT_COLUMNS.intersection(names):
                found.add((table.name, *names))
    assert found == PUBLIC_KEYS.keys()


@pytest.mark.parametrize("role", [walls.APP, walls.SYSTEM])
@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied_by_the_service(engine: Engine, table: str, role: str) -> None:
    with undone(engine) as connection:
        become(connection, role)
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")


def test_what_is_read_by_all_is_written_by_the_service_alone(engine: Engine) -> None:
    for table in sorted(walls.OPEN):
        with undone(engine) as connection:
            become(connection, walls.APP)
            assert count(connection, table) >= 1
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of the code


def test_an_idle_transaction_and_a_waiting_migration_end(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "30s"


def _wall(engine: Engine) -> set[tuple[str, ...]]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT tablename, policyname, roles::text, cmd, coalesce(qual, ''), coalesce(with_check, '') "
            "FROM pg_policies"
        )
        return {tuple(row) for row in rows}


def test_a_wall_that_stands_is_left_alone_and_a_breach_is_closed(url: str, engine: Engine) -> None:
    before = _wall(engine)
    with engine.begin() as connection:
        oid = "SELECT oid FROM pg_policy WHERE polrelid = 'hires'::regclass AND polname = 'wall_caller'"
        old = connection.exec_driver_sql(oid).scalar()
        connection.exec_driver_sql("DROP POLICY wall_service ON contracts")
        connection.exec_driver_sql("COMMENT ON POLICY wall_service ON lines IS 'of another version'")
        connection.exec_driver_sql("ALTER POLICY wall_caller ON lines USING (true)")
        # Most policies hang on it: it is replaced where it stands.
        connection.exec_driver_sql("COMMENT ON FUNCTION wall_seen IS 'of another version'")
    migrate.upgrade(url)
    assert _wall(engine) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql(oid).scalar() == old


def test_an_operator_is_told_what_to_run_where_roles_cannot_be_made(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with undone(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE clauses_test_login NOLOGIN")
        become(connection, "clauses_test_login")
        # They are there, and not this login's to take.
        with pytest.raises(wall_laying.RolesMissing, match=f"GRANT {walls.APP}, {walls.SYSTEM} TO LOGIN"):
            wall_laying.make_roles(connection, None)
        become(connection, "none")
        connection.exec_driver_sql(f"GRANT {walls.APP}, {walls.SYSTEM} TO clauses_test_login")
        become(connection, "clauses_test_login")
        # Made for it by somebody else: nothing is missing.
        wall_laying.make_roles(connection, None)
        monkeypatch.setattr(wall_laying, "APP", "clauses_test_nowhere")
        with pytest.raises(wall_laying.RolesMissing):
            wall_laying.make_roles(connection, None)


def test_the_login_of_the_service_is_let_in(engine: Engine) -> None:
    with undone(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE clauses_test_login NOLOGIN")
        wall_laying.make_roles(connection, "clauses_test_login")
        taken = connection.exec_driver_sql(
            f"SELECT pg_has_role('clauses_test_login', '{walls.SYSTEM}', 'MEMBER'), "
            f"pg_has_role('clauses_test_login', '{walls.APP}', 'MEMBER')"
        )
        assert tuple(taken.one()) == (True, True)
