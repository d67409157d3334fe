"""What is kept of territories is what their lines say, whatever moved and whenever it was folded."""

import random
import threading
import time
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import text

from app import worker
from app.db.queries.changes import has_open_changes
from app.db.queries.rollups import try_fold_lock, unfolded
from app.services import territory_hours
from app.services.folding import fold, fold_anew
from app.services.verify import verify
from tests.books import Books
from tests.databases import migrated_database
from tests.services.folded_land import FoldedLand

DAY = "2025-07-01"
BREATH_SECONDS = 0.002
STEPS = (
    *("let_contract", "hire", "hire", "work", "work", "work", "work", "take_back", "mandate"),
    *("end_mandates", "join", "join", "let_days_pass", "fold"),
)


class Folding(RuleBasedStateMachine):
    """Steps in any order; after each, somebody asks."""

    def __init__(self) -> None:
        super().__init__()
        # What the engine prepared for one history serves the next.
        self.lent = ExitStack()
        url = self.lent.enter_context(migrated_database("sqlite"))
        self.land = FoldedLand(Books(url, DAY), self._pick)

    def _pick(self, among: Any) -> Any:  # noqa: ANN401  # one of them
        return self.data.draw(st.sampled_from(list(among)))

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.data = data
        self.land.found()

    @precondition(lambda self: self.land.workers)
    @rule(data=st.data(), name=st.sampled_from(STEPS))
    def step(self, data: st.DataObject, name: str) -> None:
        self.data = data
        getattr(self.land, name)()
        self.land.ask(every=False)

    def teardown(self) -> None:
        try:
            if self.land.workers:
                self.land.sums_hold()
                self.land.fold()
                self.land.sums_hold()
        finally:
            self.lent.close()


TestFolding = Folding.TestCase
TestFolding.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, phases=(Phase.reuse, Phase.generate)
)


def test_everybody_is_told_what_the_lines_say(database_url: str) -> None:
    chance = random.Random(5)  # noqa: S311 - steps, not secrets
    land = FoldedLand(Books(database_url, DAY), lambda among: chance.choice(list(among)))
    land.found()
    for name in chance.choices(STEPS, k=60):
        getattr(land, name)()
        land.ask(every=False)
    land.ask(every=True)
    land.sums_hold()
    land.fold()
    land.ask(every=True)
    land.sums_hold()
    land.books.means.database.dispose()


@pytest.fixture
def land(books: Books) -> FoldedLand:
    """Hours on one contract, folded."""
    chance = random.Random(1)  # noqa: S311 - steps, not secrets
    land = FoldedLand(books, lambda among: chance.choice(list(among)))
    land.found()
    fold(books.means)
    return land


@pytest.mark.parametrize("table", ["territory_months", "territory_returns"])
def test_a_row_that_says_otherwise_is_found(land: FoldedLand, table: str) -> None:
    database = land.books.means.database
    kept = text(f"SELECT * FROM {table} WHERE area = 'country'")  # noqa: S608  # a table
    column = "counted" if table == "territory_months" else "people"
    with database.write() as session:
        row = session.execute(kept).mappings().first()
        assert row is not None
        changed = text(f"UPDATE {table} SET {column} = {column} + 1 WHERE area = 'country'")  # noqa: S608  # a table
        session.execute(changed)
    assert verify(database).sums == (table,)
    with database.write() as session:
        session.execute(text(str(changed).replace("+", "-")))
    assert verify(database).holds


def test_where_the_ground_lies_otherwise_all_is_folded_anew(land: FoldedLand) -> None:
    """A commune that joins another department takes its hours along."""
    database = land.books.means.database
    move = "UPDATE territories SET department = '{}' WHERE place = 'commune/57463'"
    for department in ("88", "57"):
        with database.write() as session:
            session.execute(text(move.format(department)))
            fold_anew(session)
        land.ask(every=True)
        land.sums_hold()
        land.fold()
        land.ask(every=True)
        land.sums_hold()


def test_the_worker_folds_what_moved(land: FoldedLand) -> None:
    land.work()
    worker.drain(land.books.means)
    with land.books.means.database.read() as session:
        assert unfolded(session) == {}


def test_two_do_not_fold_at_once(postgres_database_url: str) -> None:
    """Who comes second leaves it to the first; what is noted meanwhile waits for the next."""
    land = FoldedLand(Books(postgres_database_url, DAY), lambda among: next(iter(among)))
    land.found()
    with land.books.means.database.write_steadily() as session:
        assert try_fold_lock(session)
        assert fold(land.books.means) == 0
    assert fold(land.books.means) == 1
    land.books.means.database.dispose()


def test_more_changes_than_are_looked_at_are_not_taken_for_all(
    land: FoldedLand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few contracts they are of."""
    monkeypatch.setattr(territory_hours, "MOST_UNFOLDED", 2)
    for _ in range(4):
        land.work()
        land.ask(every=True)


def test_a_fault_in_folding_holds_up_nothing_else(land: FoldedLand, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ArithmeticError

    monkeypatch.setattr(worker, "fold", fail)
    land.work()
    running = worker.Worker(land.books.means)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        ends = time.monotonic() + 10
        while time.monotonic() < ends and _unsettled(land):
            time.sleep(0.05)
        assert not _unsettled(land)
    finally:
        running.stop.set()
        thread.join()
    land.ask(every=True)


def _unsettled(land: FoldedLand) -> bool:
    with land.books.means.database.read() as session:
        return has_open_changes(session)


def test_several_fold_beside_those_who_write_and_ask(land: FoldedLand) -> None:
    """No view is torn, nobody fails, nothing is folded twice."""
    over, faults = threading.Event(), list[Exception]()

    def fold_on() -> None:
        # With no pause at all nobody else gets a turn: not at the interpreter, nor at SQLite's lock.
        while not over.wait(BREATH_SECONDS):
            try:
                fold(land.books.means)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
                faults.append(error)

    folders = [threading.Thread(target=fold_on) for _ in range(3)]
    for folder in folders:
        folder.start()
    for name in ("work", "join", "mandate", "hire", "work", "take_back") * 4:
        getattr(land, name)()
        land.ask(every=False)
    over.set()
    for folder in folders:
        folder.join()
    assert faults == []
    land.fold()
    land.sums_hold()


def test_where_too_much_waits_every_line_is_read(land: FoldedLand, monkeypatch: pytest.MonkeyPatch) -> None:
    land.work()
    monkeypatch.setattr(territory_hours, "MOST_UNFOLDED", 0)
    monkeypatch.setattr(territory_hours, "moves", None)
    land.ask(every=True)
