"""Triggers that keep insert-only tables insert-only, laid where they are missing after every migration.

A batch migration on SQLite rebuilds a table and loses its triggers: they are therefore no part of the
chain, but of what follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

from app.db.types import KEPT, SEALED, Base

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
    "statement_approvals",
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
    "pools",
    "pool_answers",
    "oppositions",
    "erasures",
    "releases",
    "release_cells",
    "release_contracts",
)
# What goes from such tables, and nothing else may be put there: free texts when a person is erased, and who
# acted by which credential once the retention of logs is over.
CLEARED = {
    "changes": ("key_id", "membership_id", "request_id"),
    "duration_decisions": ("reference",),
    "verdicts": ("reason",),
    "statement_versions": ("reason",),
    "statement_approvals": ("reason",),
    "splits": ("reason",),
    "split_answers": ("reason",),
}
# The doubled sign is one: the driver reads a single one as a placeholder.
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of %% are never rewritten', TG_TABLE_NAME; END $$
"""
# Told which columns may be emptied and which are sealed: these are sealed anew under another key.
_FUNCTION_BUT = """
CREATE OR REPLACE FUNCTION refuse_rewriting_but() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  cleared text[] := string_to_array(TG_ARGV[0], ',');
  sealed text[] := string_to_array(TG_ARGV[1], ',');
  before jsonb := to_jsonb(OLD);
  after jsonb;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS DISTINCT FROM OLD THEN
    after := to_jsonb(NEW);
    IF before - cleared - sealed = after - cleared - sealed AND NOT EXISTS (
      SELECT FROM unnest(cleared) AS name WHERE after -> name NOT IN ('null'::jsonb, before -> name)
    ) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of %% are never rewritten', TG_TABLE_NAME;
END $$
"""


# The triggers there are.
_STANDING = {
    "postgresql": "SELECT tgname, '' FROM pg_trigger WHERE NOT tgisinternal",
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
}


def lay(connection: Connection) -> None:
    """Put the guard on every insert-only table that exists and has none.

    A guard that stands is left alone: laying it again would lock its table at each start. SQLite's name the
    columns: one that does not know of a new column is laid anew.
    """
    dialect = connection.dialect.name
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    standing = dict(map(tuple, connection.exec_driver_sql(_STANDING[dialect])))
    wanted: dict[str, str] = {}
    guarded = [table for table in INSERT_ONLY if table in present]
    for (_, table), columns in inspector.get_multi_columns(filter_names=guarded).items() if guarded else ():
        wanted |= _statements(table, [column["name"] for column in columns], dialect)
    missing = {name: text for name, text in wanted.items() if standing.get(name) not in {"", text}}
    if dialect == "postgresql" and missing:
        connection.exec_driver_sql(_FUNCTION)
        connection.exec_driver_sql(_FUNCTION_BUT)
    for name, statement in missing.items():
        if name in standing:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)
    if dialect == "postgresql" and not wanted:
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS refuse_rewriting()")
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS refuse_rewriting_but()")


def opened_columns(table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of an insert-only table that may be emptied, and those that may be sealed anew."""
    columns = Base.metadata.tables[table].columns
    sealed = tuple(column.name for column in columns if column.info.get(KEPT) == SEALED)
    return CLEARED.get(table, ()), sealed


def _statements(table: str, columns: list[str], dialect: str) -> dict[str, str]:
    rows, whole = f"guard_{table}_rows", f"guard_{table}_whole"
    cleared, sealed = ([name for name in names if name in columns] for names in opened_columns(table))
    if dialect == "postgresql":
        but = f"_but('{','.join(cleared)}', '{','.join(sealed)}')" if cleared or sealed else "()"
        # A row trigger does not fire on TRUNCATE.
        return {
            rows: (
                f"CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION refuse_rewriting{but}"
            ),
            whole: (
                f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
            ),
        }
    refuse = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never rewritten'); END"
    firm = [f'"{name}"' for name in columns if name not in {*cleared, *sealed}]
    of = f" OF {', '.join(firm)}" if cleared or sealed else ""
    found = {
        rows: f"CREATE TRIGGER {rows} BEFORE UPDATE{of} ON {table} {refuse}",
        whole: f"CREATE TRIGGER {whole} BEFORE DELETE ON {table} {refuse}",
    }
    if cleared:
        name = f"guard_{table}_texts"
        kept = " OR ".join(
            f'(NEW."{text}" IS NOT NULL AND NEW."{text}" IS NOT OLD."{text}")' for text in cleared
        )
        names = ", ".join(f'"{text}"' for text in cleared)
        found[name] = f"CREATE TRIGGER {name} BEFORE UPDATE OF {names} ON {table} WHEN {kept} {refuse}"
    return found
