"""Triggers that keep insert-only tables insert-only, laid where they are missing after every migration.

A batch migration on SQLite rebuilds a table and loses its triggers: they are therefore no part of the
chain, but of what follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

INSERT_ONLY = (
    "changes",
    "change_objects",
    "seals",
    "events",
    "versions",
    "statement_versions",
    "verdicts",
    "documents_seen",
    "duration_decisions",
    "splits",
    "split_answers",
    "entries",
    "invoices",
    "outcomes",
    "person_links",
    "profile_versions",
    "profile_withdrawals",
    "penalty_facts",
    "penalty_cancellations",
    "penalty_decisions",
    "dispute_ends",
    "releases",
    "release_cells",
)
# The doubled sign is one: the driver reads a single one as a placeholder.
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of %% are never rewritten', TG_TABLE_NAME; END $$
"""


# The triggers there are.
_STANDING = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def lay(connection: Connection) -> None:
    """Put the guard on every insert-only table that exists and has none.

    A guard that stands is left alone: laying it again would lock its table at each start.
    """
    dialect = connection.dialect.name
    present = set(inspect(connection).get_table_names())
    standing = set(connection.exec_driver_sql(_STANDING[dialect]).scalars())
    missing = [
        statement
        for table in INSERT_ONLY
        if table in present
        for name, statement in zip(_names(table), _statements(table, dialect), strict=True)
        if name not in standing
    ]
    if dialect == "postgresql" and missing:
        connection.exec_driver_sql(_FUNCTION)
    for statement in missing:
        connection.exec_driver_sql(statement)
    if dialect == "postgresql" and not present.intersection(INSERT_ONLY):
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS refuse_rewriting()")


def _names(table: str) -> tuple[str, str]:
    return f"guard_{table}_rows", f"guard_{table}_whole"


def _statements(table: str, dialect: str) -> list[str]:
    rows, whole = _names(table)
    if dialect == "postgresql":
        # A row trigger does not fire on TRUNCATE.
        return [
            (
                f"CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
            ),
            (
                f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
            ),
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never rewritten'); END"
    return [
        f"CREATE TRIGGER {rows} BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {whole} BEFORE DELETE ON {table} {refuse}",
    ]
