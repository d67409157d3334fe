"""What an import of a table tells: a result per line, each once, and how far it has come."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.db.queries import imports as queries
from app.db.tables import ImportRow
from app.exchange.tables.matching import Flaw, column_name
from app.exchange.tables.reading import LINES_OF_FILE
from app.schemas.imports import ImportOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.services.jobs import Running
    from app.services.table_lines import Line
    from app.services.work import Writer

BATCH = 500
# Signs of life in the time that a lease lasts.
BEATS = 6


@dataclass(slots=True)
class Results:
    """The results of one import, those included that an earlier worker wrote."""

    running: Running
    places: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    reported: int = 0
    _done: bytearray = field(default_factory=lambda: bytearray(LINES_OF_FILE + 1))
    _of_file: bool = False
    _beat: float = field(default_factory=time.monotonic)

    def recall(self) -> None:
        """Learn which lines have a result: a byte per line, whatever the file."""
        with self.running.reading() as reader:
            for number in queries.numbers_done(reader.session, self.running.job_id):
                if number < 0:
                    self._of_file = True
                else:
                    self._done[number] = 1
                    self.reported += 1

    def has(self, number: int) -> bool:
        """Whether the line has its result."""
        return bool(self._done[number])

    def alive(self) -> None:
        """Tell now and then that the work goes on, while nothing is written."""
        self.running.breathe()
        if time.monotonic() - self._beat >= self.running.lease.total_seconds() / BEATS:
            with self.writing(0):
                pass

    @contextlib.contextmanager
    def writing(self, number: int) -> Iterator[Writer]:
        """A transaction that reports this many lines more."""
        with self.running.writing() as writer:
            # First, so that two workers on one job wait for each other here.
            self.running.progress(writer.session, self.reported + number, self.total)
            yield writer
        self.reported += number
        self._beat = time.monotonic()

    def report(self, lines: Sequence[Line]) -> None:
        """Write the results of these lines, but for those that have one."""
        waiting = [line for line in lines if not self.has(line.row.number)]
        for start in range(0, len(waiting), BATCH):
            some = waiting[start : start + BATCH]
            self.running.breathe()
            with self.writing(len(some)) as writer:
                self.note(writer, some)

    def report_file(self, flaws: Sequence[Flaw]) -> None:
        """Say what is wrong with the whole file, below its first line."""
        if self._of_file:
            return
        self.total = len(flaws)
        with self.writing(len(flaws)) as writer:
            for index, flaw in enumerate(flaws, start=-len(flaws)):
                writer.session.add(self._row(index, ImportOutcome.REJECTED, [flaw]))

    def note(self, writer: Writer, lines: Iterable[Line]) -> None:
        """The results of these lines, in a transaction that is open."""
        for line in lines:
            row = self._row(line.row.number, line.outcome, line.flaws)
            row.reference, row.contract_id = line.reference, line.contract_id
            writer.session.add(row)

    def _row(self, index: int, outcome: ImportOutcome, flaws: Iterable[Flaw]) -> ImportRow:
        return ImportRow(
            job_id=self.running.job_id,
            index=index,
            outcome=outcome,
            reference=None,
            contract_id=None,
            issues=[self._issue(flaw) for flaw in flaws],
        )

    def _issue(self, flaw: Flaw) -> dict[str, Any]:
        return {
            "code": flaw.code,
            "severity": "error" if flaw.keeps_out else "warning",
            "pointer": f"/{flaw.field}" if flaw.field else "",
            "column": column_name(self.places, flaw.field),
            "detail": flaw.detail,
        }
