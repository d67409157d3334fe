"""One line of a firm's table: its cells by what they hold, and what is wrong with each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from app.exchange.folding import fold_words
from app.exchange.tables import cells
from app.exchange.tables.matching import Flaw, column_name
from app.exchange.tables.problems import WHAT_TO_DO, TableProblem, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.exchange.tables.cells import Cell
    from app.exchange.tables.reading import Row

Read = TypeVar("Read")
YES = frozenset({"oui", "o", "x", "1", "vrai", "true", "yes"})
NO = frozenset({"non", "n", "0", "faux", "false", "no"})


@dataclass(slots=True)
class ReadRow:
    """A line as read: what could not be read is None, and `flaws` say why. `left_out`: it is no record."""

    number: int
    flaws: list[Flaw] = field(default_factory=list)
    left_out: bool = False


@dataclass(slots=True)
class LineReader:
    """Reads the cells of one line into a row, noting what is wrong at its column."""

    row: Row
    places: Mapping[str, int]
    into: ReadRow

    def is_taken(self) -> bool:
        """Whether the line is one of data: a total is left out, and one that is broken is a flaw."""
        problem = self.row.problem
        if problem is None:
            return True
        self.into.left_out = problem is TableProblem.TOTAL_ROW
        self.into.flaws.append(Flaw(problem, WHAT_TO_DO[problem], keeps_out=not self.into.left_out))
        return False

    def cell(self, name: str) -> Cell:
        """What stands under a column, nothing where there is no such column."""
        return self.row.cells[self.places[name]] if name in self.places else None

    def is_empty(self, *names: str) -> bool:
        """Whether none of these columns says anything."""
        return all(cells.is_empty(self.cell(name)) for name in names)

    def text(self, name: str) -> str | None:
        """The words of a cell, without the apostrophe that keeps spreadsheets from computing them."""
        return cells.text_of(self.cell(name)).removeprefix("'").strip() or None

    def read(self, name: str, reader: Callable[[Cell], Read]) -> Read | None:
        """A cell that has to say something."""
        try:
            return reader(self.cell(name))
        except Unreadable as error:
            self.note(error.problem, error.what_to_do, name)
            return None

    def read_if_any(self, name: str, reader: Callable[[Cell], Read]) -> Read | None:
        """A cell that may be empty."""
        return None if self.is_empty(name) else self.read(name, reader)

    def miss(self, name: str) -> None:
        """Say that a cell has to be filled in."""
        self.note(TableProblem.CELL_EMPTY, WHAT_TO_DO[TableProblem.CELL_EMPTY], name)

    def yes(self, name: str) -> bool:
        """Whether a cell is ticked: oui, x, 1; anything else than yes or no is a flaw."""
        said = fold_words(self.text(name) or "non")
        if said not in YES | NO:
            self.note(TableProblem.NOT_YES_OR_NO, WHAT_TO_DO[TableProblem.NOT_YES_OR_NO], name)
        return said in YES

    def note(self, code: str, detail: str, name: str, *, keeps_out: bool = True) -> None:
        """Say what is wrong in a column."""
        self.into.flaws.append(Flaw(code, detail, name, column_name(self.places, name), keeps_out))
