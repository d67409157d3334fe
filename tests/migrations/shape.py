"""What a database really consists of, as plain values that can be compared with the code or with before."""

from typing import Any

from sqlalchemy import MetaData, Table, UniqueConstraint, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from app.db.session import make_engine
from tests.migrations.filling import ALEMBIC

Facts = set[tuple[object, ...]]

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || pg_get_functiondef(tgfoid)
        FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname
    """,
}


def triggers(url: str) -> list[tuple[str, ...]]:
    """Table, name and whole text of every trigger, with the function that it runs."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(TRIGGERS[engine.dialect.name])]
    engine.dispose()
    return found


def present(url: str) -> dict[str, Facts]:
    """The tables of a database."""
    engine = make_engine(url)
    found: dict[str, Facts] = {}
    with engine.connect() as connection:
        inspector = inspect(connection)
        for (_, name), columns in inspector.get_multi_columns().items():
            found[name] = {
                ("column", item["name"], _written(item["type"], engine.dialect), item["nullable"])
                for item in columns
            }
        for (_, name), key in inspector.get_multi_pk_constraint().items():
            found[name].add(("key", *key["constrained_columns"]))
        for (_, name), references in inspector.get_multi_foreign_keys().items():
            found[name] |= {_reference(item) for item in references}
        for (_, name), items in inspector.get_multi_unique_constraints().items():
            found[name] |= {("unique", item["name"], *item["column_names"]) for item in items}
        for (_, name), indexes in inspector.get_multi_indexes().items():
            # PostgreSQL shows the index behind a unique constraint too.
            backing = {fact[1] for fact in found[name] if fact[0] == "unique"}
            found[name] |= {
                ("index", item["name"], bool(item["unique"]), *item["column_names"])
                for item in indexes
                if item["name"] not in backing
            }
    engine.dispose()
    del found[ALEMBIC]
    return found


def declared(metadata: MetaData, url: str) -> dict[str, Facts]:
    """The same of the tables of the code, as they should be in the database at this address."""
    engine = make_engine(url)
    engine.dispose()
    return {table.name: _of_code(table, engine.dialect) for table in metadata.tables.values()}


def _reference(found: Any) -> tuple[object, ...]:  # noqa: ANN401  # SQLAlchemy's dictionary
    options = found["options"]
    return (
        "reference",
        found["name"],
        tuple(found["constrained_columns"]),
        found["referred_table"],
        tuple(found["referred_columns"]),
        (options.get("deferrable"), options.get("initially"), options.get("ondelete")),
    )


def _of_code(table: Table, dialect: Dialect) -> Facts:
    facts: Facts = {
        ("column", column.name, _written(column.type, dialect), bool(column.nullable))
        for column in table.columns
    }
    facts.add(("key", *(column.name for column in table.primary_key)))
    facts |= {
        ("unique", _name(item), *(column.name for column in item.columns))
        for item in table.constraints
        if isinstance(item, UniqueConstraint)
    }
    facts |= {
        ("index", index.name, bool(index.unique), *(column.name for column in index.columns))
        for index in table.indexes
    }
    facts |= {
        (
            "reference",
            _name(item),
            tuple(column.name for column in item.columns),
            item.referred_table.name,
            tuple(element.column.name for element in item.elements),
            (True, "DEFERRED", None),
        )
        for item in table.foreign_key_constraints
    }
    return facts


def _name(constraint: Any) -> str:  # noqa: ANN401  # any kind of constraint
    return str(constraint.name)


def _written(kind: TypeEngine[Any], dialect: Dialect) -> str:
    return kind.compile(dialect)
