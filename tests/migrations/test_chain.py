"""The chain on both databases: from nothing to the latest revision, back, and up again with data."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import Engine

from app.db import guards, migrate
from app.db.session import make_engine
from app.db.tables import Base
from tests.migrations import chain, filling, shape


def test_from_nothing_every_table_of_the_code_is_there(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    migrate.check(empty_database_url)
    assert filling.tables(empty_database_url) == set(Base.metadata.tables)


def test_columns_keys_indexes_and_references_are_those_of_the_code(database_url: str) -> None:
    present, declared = shape.present(database_url), shape.declared(Base.metadata, database_url)
    differences = {name: present[name] ^ declared[name] for name in declared}
    assert {name: found for name, found in differences.items() if found} == {}


def test_every_reference_waits_for_the_commit(database_url: str) -> None:
    references = [
        fact for facts in shape.present(database_url).values() for fact in facts if fact[0] == "reference"
    ]
    assert references
    assert {fact[-1] for fact in references} == {(True, "DEFERRED", None)}


def test_a_difference_between_code_and_database_is_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = Base.metadata.tables["jobs"].indexes - {
        index for index in Base.metadata.tables["jobs"].indexes if index.name == "ix_jobs_due"
    }
    monkeypatch.setattr(Base.metadata.tables["jobs"], "indexes", without)
    with pytest.raises(Exception, match="ix_jobs_due"):
        migrate.check(database_url)


def test_twice_in_a_row_is_harmless(database_url: str) -> None:
    filling.fill(database_url)
    before = filling.contents(database_url), shape.present(database_url), shape.triggers(database_url)
    migrate.upgrade(database_url)
    migrate.upgrade(database_url)
    after = filling.contents(database_url), shape.present(database_url), shape.triggers(database_url)
    assert after == before


def test_every_insert_only_table_has_its_two_guards(database_url: str) -> None:
    found = Counter(row[0] for row in shape.triggers(database_url))
    # On SQLite a third one lets texts be emptied and nothing else be written.
    third = guards.CLEARED if database_url.startswith("sqlite") else ()
    assert found == {table: 3 if table in third else 2 for table in guards.INSERT_ONLY}


def test_back_to_nothing_and_up_again_gives_the_same(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    before = shape.present(empty_database_url), shape.triggers(empty_database_url)
    migrate.downgrade(empty_database_url, "base")
    assert filling.tables(empty_database_url) == set()
    assert shape.triggers(empty_database_url) == []
    migrate.upgrade(empty_database_url)
    assert (shape.present(empty_database_url), shape.triggers(empty_database_url)) == before


def test_every_step_up_and_down_keeps_the_rows(empty_database_url: str) -> None:
    url, steps = empty_database_url, chain.revisions()
    with _counting(url) as rows:
        for revision in steps:
            rows.kept_by(migrate.upgrade, revision)
            rows.fill()
        assert rows.known == dict.fromkeys(Base.metadata.tables, filling.ROWS)
        for below, revision in reversed(list(zip(["base", *steps], steps, strict=False))):
            rows.kept_by(migrate.downgrade, below)
            rows.kept_by(migrate.upgrade, revision)
            rows.fill()
            rows.kept_by(migrate.downgrade, below)
    assert filling.tables(url) == set()


class _Rows:
    """How many rows the tables of a database hold while its schema goes up and down."""

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self.known = self._counted()

    def fill(self) -> None:
        empty = {name for name, rows in self.known.items() if rows == 0}
        if empty:
            with self.engine.begin() as connection:
                filling.fill_these(connection, empty)
            self.known = self._counted()

    def kept_by(self, go: Callable[[str, str], None], revision: str) -> None:
        """Take one step; the tables that are there before and after keep their rows."""
        before = self.known
        go(self.url, revision)
        self.known = self._counted()
        remaining = before.keys() & self.known.keys()
        assert {name: self.known[name] for name in remaining} == {name: before[name] for name in remaining}

    def _counted(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            return filling.counted(connection)


@contextmanager
def _counting(url: str) -> Iterator[_Rows]:
    # One connection for the hundred steps: a new one costs more than what it counts.
    engine = make_engine(url, pool_size=1).execution_options(writing=True)
    try:
        yield _Rows(url, engine)
    finally:
        engine.dispose()
