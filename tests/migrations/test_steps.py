"""What the machinery around a step does, shown by a made step on a copy of the chain."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from app.db import migrate
from app.db.session import make_engine
from tests.database_keeper import libpq
from tests.migrations import chain, filling, shape

SHORT_MS = 200


def _chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upgrade: str, downgrade: str) -> None:
    scripts = chain.with_made_step(tmp_path, upgrade=upgrade, downgrade=downgrade, lock_timeout_ms=SHORT_MS)
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)


def _revision(url: str) -> str | None:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = migrate.present_revision(connection)
    engine.dispose()
    return found


def test_altering_parents_keeps_rows_triggers_and_references(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On SQLite both tables are built anew; `contracts` has children, `changes` has children and guards.
    filling.fill(database_url)
    rows, tables = filling.contents(database_url), shape.present(database_url)
    guards = shape.triggers(database_url)
    latest = _revision(database_url)
    _chain(tmp_path, monkeypatch, chain.WIDER, chain.NARROWER)

    migrate.upgrade(database_url)
    assert _revision(database_url) == "made"
    assert filling.contents(database_url) == rows
    assert shape.triggers(database_url) == guards
    widened = shape.present(database_url)
    assert ("column", "reference", "VARCHAR(80)", False) in widened["contracts"]
    assert {name for name in tables if widened[name] != tables[name]} == {"contracts", "changes"}
    assert {len(widened[name] ^ tables[name]) for name in ("contracts", "changes")} == {2}

    assert latest is not None
    migrate.downgrade(database_url, latest)
    assert filling.contents(database_url) == rows
    assert shape.triggers(database_url) == guards
    assert shape.present(database_url) == tables


def test_a_step_that_leaves_dangling_references_is_undone(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filling.fill(database_url)
    rows, guards, latest = (
        filling.contents(database_url),
        shape.triggers(database_url),
        _revision(database_url),
    )
    _chain(tmp_path, monkeypatch, chain.BREAKING, chain.NOTHING)

    with pytest.raises((RuntimeError, IntegrityError), match=r"dangling references|ForeignKeyViolation"):
        migrate.upgrade(database_url)
    assert _revision(database_url) == latest
    assert filling.contents(database_url) == rows
    assert shape.triggers(database_url) == guards


@pytest.mark.parametrize("table", ["contracts", "changes"])
def test_a_step_gives_up_on_a_lock_that_others_hold(
    postgres_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    guards, latest = shape.triggers(postgres_database_url), _revision(postgres_database_url)
    _chain(tmp_path, monkeypatch, chain.WIDER, chain.NARROWER)
    # A step that waited for ever would hang the test: the reader is ended first, and the step goes through.
    patience = "-c idle_in_transaction_session_timeout=10000"
    with psycopg.connect(libpq(postgres_database_url), options=patience) as reader:
        reader.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # a name of this file
        with pytest.raises(OperationalError, match="LockNotAvailable"):
            migrate.upgrade(postgres_database_url)
        # Nothing waits behind the reader any more: others read on.
        with psycopg.connect(libpq(postgres_database_url), options="-c lock_timeout=100") as other:
            other.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # a name of this file
    assert _revision(postgres_database_url) == latest
    assert shape.triggers(postgres_database_url) == guards
    migrate.upgrade(postgres_database_url)
    assert _revision(postgres_database_url) == "made"
