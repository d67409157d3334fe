"""Runs the chain online on either database."""

from __future__ import annotations

from alembic import context

from app.db import guards
from app.db.session import make_engine
from app.db.tables import Base

LOCK_TIMEOUT_MS = 3000

url: str = context.config.attributes["url"]
engine = make_engine(url, pool_size=1).execution_options(writing=True)
sqlite = engine.dialect.name == "sqlite"

with engine.connect() as connection:
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
        compare_type=True,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        guards.lift(connection)
        context.run_migrations()
        guards.lay(connection)
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                message = f"The migration left {len(broken)} dangling references."
                raise RuntimeError(message)
engine.dispose()
