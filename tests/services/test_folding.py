"""What is kept of territories is what their lines say, whatever moved and whenever it was folded."""

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.books import Books
from tests.databases import ask
from tests.services.folded_land import FoldedLand

DAY = "2025-07-01"
STEPS = (
    *("let_contract", "hire", "hire", "work", "work", "work", "work", "take_back", "mandate"),
    *("end_mandates", "join", "join", "let_days_pass", "fold"),
)


class Folding(RuleBasedStateMachine):
    """Steps in any order; after each, somebody asks."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        copy = Path(self.directory.name) / "land.sqlite3"
        shutil.copyfile(ask("sqlite_template"), copy)
        self.land = FoldedLand(Books(f"sqlite:///{copy}", DAY), self._pick)

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
            self.land.books.means.database.dispose()
            self.directory.cleanup()


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
