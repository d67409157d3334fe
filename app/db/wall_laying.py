"""Putting the wall of `app.db.walls` around the tables of a database, where it is missing or another.

Like the guards it is no part of the chain of migrations but of what follows it: policies name columns of
several tables, and each step that alters one of these would have to lift and lay them all.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.db.openings import OPENINGS
from app.db.tables import Base
from app.db.walls import APP, OPEN, SYSTEM, table_statements, walled

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

# What an operator runs once where the service may not make roles; LOGIN stands for the login of the service.
ROLES_BY_HAND = f"CREATE ROLE {APP} NOLOGIN; CREATE ROLE {SYSTEM} NOLOGIN; GRANT {APP}, {SYSTEM} TO LOGIN;"

_ROLES = text("SELECT rolname FROM pg_roles WHERE rolname IN (:app, :system)")
_MAY_MAKE_ROLES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
# Another database of the same server may be making the same role, or the same membership, at this moment.
_ROLE = """
DO $$ BEGIN {statement};
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""
_STANDING = """
SELECT c.relname, obj_description(p.oid, 'pg_policy') FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE p.polname = 'wall_service'
UNION ALL
SELECT p.proname, obj_description(p.oid, 'pg_proc') FROM pg_proc p
WHERE p.proname LIKE 'wall\\_%%' AND p.pronamespace = 'public'::regnamespace
UNION ALL
SELECT c.relname, 'open' FROM pg_class c WHERE c.relname = ANY (%(open)s)
AND has_table_privilege(%(app)s, c.oid, 'SELECT')
"""
_COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
_POLICIES = (
    "SELECT c.relname, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
    "WHERE starts_with(p.polname, 'wall_')"
)


class RolesMissing(RuntimeError):
    """The two roles are not there, or not this login's to take, and it may not change that."""

    def __init__(self) -> None:
        """Say what the operator runs."""
        super().__init__(
            "Row-level security needs two roles that this login may take, and it may not make them. As an "
            f"administrator of the server run once, then migrate again: {ROLES_BY_HAND}"
        )


def lay(connection: Connection, *, admit: str | None = None) -> None:
    """Put the wall around every table that exists, where it is missing or another; SQLite has none.

    `admit`: the login that the service will use, when it is not this one.
    """
    if connection.dialect.name != "postgresql":
        return
    present = set(inspect(connection).get_table_names())
    wanted = _fitting(present, set(connection.exec_driver_sql(_COLUMNS).scalars()))
    # On the way through older steps: a table whose policies speak of what is not there yet stands open again.
    for table in (walled() & present) - wanted.keys():
        connection.exec_driver_sql(
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"
        )
    if not wanted or present <= set(OPEN):
        return
    make_roles(connection, admit)
    parameters = {"open": sorted(OPEN), "app": APP}
    standing = {row[0]: row[1] for row in connection.exec_driver_sql(_STANDING, parameters)}
    missing = {name: parts for name, parts in wanted.items() if standing.get(name) != _mark(name, parts)}
    if not missing:
        return
    policies = connection.exec_driver_sql(_POLICIES).all()
    statements = [
        # Owning a function takes the right to make one there; for no longer than this.
        f"GRANT USAGE, CREATE ON SCHEMA public TO {SYSTEM}",
        f"GRANT USAGE ON SCHEMA public TO {APP}",
        *(_dropped(table, policy) for table, policy in policies if table in missing),
    ]
    for name, parts in missing.items():
        statements += parts
        if name not in OPEN:
            kind = "POLICY wall_service ON" if name in walled() else "FUNCTION"
            statements.append(f"COMMENT ON {kind} {name} IS '{_mark(name, parts)}'")
    statements += [
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}, {SYSTEM}",
        f"REVOKE CREATE ON SCHEMA public FROM {SYSTEM}",
    ]
    _run(connection, statements)


def lift(connection: Connection) -> None:
    """Take the wall away, inside the transaction that lays it again: tables go on the way down."""
    if connection.dialect.name != "postgresql":
        return
    policies = connection.exec_driver_sql(_POLICIES).all()
    openings = [f"DROP FUNCTION IF EXISTS {opening.signature}" for opening in OPENINGS]
    _run(connection, [*(_dropped(table, policy) for table, policy in policies), *openings])


def allow_moving_rows(connection: Connection) -> None:
    """Let the owner see the rows that a migration moves, until the end of its transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('clauses.migrating', 'on', true)")


def _wanted() -> dict[str, list[str]]:
    # Functions first: policies call them.
    return {
        **{opening.name: opening.statements() for opening in OPENINGS},
        **{table: table_statements(table) for table in (*sorted(walled()), *OPEN)},
    }


def _needed(name: str, parts: list[str]) -> set[str]:
    """The tables that a part of the wall speaks of."""
    return _words([name, *parts]) & ({*walled(), *OPEN})


def _fitting(tables: set[str], columns: set[str]) -> dict[str, list[str]]:
    """The parts of the wall that speak of nothing but these tables and columns, and of each other."""
    known = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    fitting = {
        name: parts
        for name, parts in _wanted().items()
        if _needed(name, parts) <= tables and _words(parts) & known <= columns
    }
    # A function that calls an absent one is absent itself.
    while absent := {
        name
        for name, parts in fitting.items()
        if _words(parts) & ({opening.name for opening in OPENINGS} - fitting.keys())
    }:
        fitting = {name: parts for name, parts in fitting.items() if name not in absent}
    return fitting


def _words(parts: list[str]) -> set[str]:
    return set(re.findall(r"[a-z_]+", " ".join(parts)))


def _mark(name: str, parts: list[str]) -> str:
    if name in OPEN:
        return "open"
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _dropped(table: str, policy: str) -> str:
    return f"DROP POLICY {policy} ON {table}"


def _run(connection: Connection, statements: list[str]) -> None:
    # In one message: a wall is hundreds of them. The driver takes a single per cent sign for a placeholder.
    connection.exec_driver_sql(";\n".join(statements).replace("%", "%%"))


def make_roles(connection: Connection, admit: str | None) -> None:
    """See that both roles are there, this login's and the admitted one's to take; RolesMissing if not."""
    able = bool(connection.exec_driver_sql(_MAY_MAKE_ROLES).scalar())
    known = set(connection.execute(_ROLES, {"app": APP, "system": SYSTEM}).scalars())
    logins = [None, *([admit] if admit else [])]
    for role in (APP, SYSTEM):
        if role not in known:
            if not able:
                raise RolesMissing
            connection.exec_driver_sql(_ROLE.format(statement=f"CREATE ROLE {role} NOLOGIN"))
        for login in logins:
            if _may_take(connection, role, login):
                continue
            if not able:
                raise RolesMissing
            member = "CURRENT_USER" if login is None else connection.dialect.identifier_preparer.quote(login)
            connection.exec_driver_sql(_ROLE.format(statement=f"GRANT {role} TO {member}"))


def _may_take(connection: Connection, role: str, login: str | None) -> bool:
    # Since version 16 whoever made a role is its member without being able to take it.
    version = connection.dialect.server_version_info or (0,)
    right = "SET" if version >= (16,) else "MEMBER"
    query = text(
        "SELECT pg_has_role(coalesce(CAST(:login AS name), current_user), CAST(:role AS name), :right)"
    )
    return bool(connection.scalar(query, {"login": login, "role": role, "right": right}))
