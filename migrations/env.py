"""Runs the chain online on either database."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

from alembic import context
from sqlalchemy import JSON

from app.db import guards, wall_laying
from app.db.session import make_engine
from app.db.tables import Base
from app.db.types import Instant

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

LOCK_TIMEOUT_MS = 3000


def render(kind: str, item: object, autogenerate: AutogenContext) -> str | Literal[False]:
    """Name the service's own column types by what the database sees: a migration imports nothing of `app`."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


url: str = context.config.attributes["url"]
engine = make_engine(url, pool_size=1).execution_options(writing=True)
sqlite = engine.dialect.name == "sqlite"

with ExitStack() as stack:
    stack.callback(engine.dispose)
    connection = stack.enter_context(engine.connect())
    if sqlite:
        # With foreign keys on, rebuilding a table deletes its children; the setting only takes effect
        # outside a transaction, so it goes straight to the driver before the first BEGIN.
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        transaction_per_migration=False,
        # Alembic takes SQLite for a database without transactional DDL: it would commit each step by itself
        # and roll back what follows the last one. With an explicit BEGIN the whole run is one transaction.
        transactional_ddl=True,
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        wall_laying.allow_moving_rows(connection)
        if context.config.attributes.get("down"):
            wall_laying.lift(connection)
        context.run_migrations()
        guards.lay(connection)
        wall_laying.lay(connection, admit=context.config.attributes.get("admit"))
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                message = f"The migration left {len(broken)} dangling references."
                raise RuntimeError(message)
