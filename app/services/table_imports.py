"""An import of a firm's table: surveyed, sorted into what is written together, tried, then written.

The file is read again for each step, so that memory holds a few bytes per line and one wave of lines, however
long it is. Every group of lines is written in one transaction with its results: a worker that goes on after
another one died passes over what has a result, so that nothing is lost and nothing done twice.
"""

from __future__ import annotations

import contextlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.db.queries import imports as files
from app.errors import DomainError, NotFound
from app.exchange.tables.matching import Flaw, match_columns
from app.exchange.tables.problems import WHAT_TO_DO, TableProblem, Unreadable
from app.exchange.tables.reading import open_table
from app.schemas.imports import ImportOutcome
from app.services import import_copies, import_mappings, uploads
from app.services.import_results import BATCH, Results
from app.services.table_lines import Group, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from app.db.tables import ImportTable
    from app.services.import_mappings import Chosen
    from app.services.jobs import Running
    from app.services.table_lines import TableKind
    from app.services.work import Writer

# So many lines are held at once.
WAVE = 50_000
SERVER_FAULT = 500
# What a trial made of a whole group; of the others each line is tried again where it has to be told.
UNSURE, CREATED, UNCHANGED = range(3)
UNIFORM = {ImportOutcome.CREATED: CREATED, ImportOutcome.UNCHANGED: UNCHANGED}


class _Undo(Exception):
    """Ends the transaction of a trial once it has shown what would happen."""


def run(kind: type[TableKind], running: Running) -> None:
    """Do the import; after a crash the lines that have a result are passed over, so none is done twice."""
    with running.reading() as reader:
        file = files.file_of(reader.session, running.job_id)
        known = files.table_of(reader.session, running.job_id)
    if file is None:
        raise NotFound
    results = Results(running)
    results.recall()
    task = Task(running, kind(running), results, lambda: uploads.stream_of(running, file), known)
    task.run()
    if task.known is not None:
        import_mappings.keep_confirmed(running, task.known, task.headers)
        import_copies.keep_flawed(running, file)


@dataclass(slots=True)
class Task:
    """One import of a table under way. Groups are numbered in the order of their first lines."""

    running: Running
    kind: TableKind
    results: Results
    open: Callable[[], BinaryIO]
    # How the table is read; a worker that goes on reads it as the first one did.
    known: ImportTable | None = None
    headers: tuple[str, ...] = ()
    # Of each line, in the order of the file: the number of its group plus one, or zero.
    group_of: array[int] = field(default_factory=lambda: array("L"))
    # Of each group: how many lines it has, the first of them, what a trial made of it.
    sizes: array[int] = field(default_factory=lambda: array("L"))
    firsts: array[int] = field(default_factory=lambda: array("L"))
    tried: bytearray = field(default_factory=bytearray)

    def run(self) -> None:
        """Try what must be tried before anything is kept, then write group by group."""
        flaws = self._survey()
        if flaws:
            self.results.report_file(flaws)
            return
        whole, dry = self.running.payload["mode"] == "all", self.running.payload["dry_run"]
        blocked = self._sort()
        rest = [number for number, first in enumerate(self.firsts) if not self.results.has(first)]
        if dry and not whole:
            for _, group in self._groups(rest):
                self._try(group)
                self.results.report(group.lines)
            return
        if whole:
            blocked = self._try_all(rest) or blocked or self._was_blocked()
        if blocked and whole:
            self._tell(rest, held_back=True)
        elif dry:
            self._tell(rest, held_back=False)
        else:
            for _, group in self._groups(rest):
                self._keep(group)

    def _survey(self) -> Sequence[Flaw]:
        """Find the columns and count the lines; what keeps the file from being read is returned."""
        try:
            table = open_table(self.open())
            self.headers = table.headers
            chosen, flaws = self._find_columns()
            if flaws:
                return flaws
            for _ in table.rows:
                self.results.total += 1
                if self.results.total % BATCH == 0:
                    self.results.alive()
            if not self.results.total:
                return [_of_file(TableProblem.FILE_EMPTY)]
        except Unreadable as error:
            return [_of_file(error.problem)]
        if chosen is not None:
            with self.results.writing(0) as writer:
                self.known = import_mappings.note_use(writer, self.running, chosen, self.results.places)
        return []

    def _find_columns(self) -> tuple[Chosen | None, Sequence[Flaw]]:
        """Learn where each field stands: by whose word, unless that is noted already, and what is wrong."""
        if self.known is not None:
            self.results.places = self.known.places
            return None, []
        chosen = import_mappings.choose(self.running, self.kind, self.headers)
        self.results.places, flaws = match_columns(self.headers, self.kind.fields, chosen.titles)
        return chosen, flaws

    def _sort(self) -> bool:
        """Number the groups and tell of the lines that belong to none; whether any of these is refused."""
        numbers: dict[Hashable, int] = {}
        loose: list[Line] = []
        refused = False
        self.group_of = array("L", bytes(array("L").itemsize * self.results.total))
        for ordinal, line in self._lines(lambda _: True):
            if line.key is None:
                loose.append(line)
                refused |= line.rejected
                if len(loose) >= BATCH:
                    self.results.report(loose)
                    loose.clear()
                continue
            number = numbers.setdefault(line.key, len(numbers))
            if number == len(self.firsts):
                self.firsts.append(line.row.number)
                self.sizes.append(0)
            self.sizes[number] += 1
            self.group_of[ordinal] = number + 1
        self.results.report(loose)
        self.tried = bytearray(len(self.firsts))
        return refused

    def _lines(self, wanted: Callable[[int], bool]) -> Iterator[tuple[int, Line]]:
        """The wanted lines by their place in the file, each told where it belongs."""
        batch: list[tuple[int, Line]] = []
        for ordinal, row in enumerate(open_table(self.open()).rows):
            if ordinal % BATCH == 0:
                self.results.alive()
            if wanted(ordinal):
                batch.append((ordinal, Line(self.kind.read(row, self.results.places))))
            if len(batch) == BATCH:
                self.kind.place([line for _, line in batch])
                yield from batch
                batch = []
        self.kind.place([line for _, line in batch])
        yield from batch

    def _groups(self, numbers: Sequence[int]) -> Iterator[tuple[int, Group]]:
        """These groups with their lines, a wave at a time."""
        for wave in self._waves(numbers):
            groups = {number: Group() for number in wave}
            for ordinal, line in self._lines(lambda at: self.group_of[at] - 1 in groups):  # noqa: B023 - used up in this round
                groups[self.group_of[ordinal] - 1].lines.append(line)
            while groups:
                number = next(iter(groups))
                yield number, groups.pop(number)

    def _waves(self, numbers: Iterable[int]) -> Iterator[list[int]]:
        wave: list[int] = []
        lines = 0
        for number in numbers:
            if wave and lines + self.sizes[number] > WAVE:
                yield wave
                wave, lines = [], 0
            wave.append(number)
            lines += self.sizes[number]
        if wave:
            yield wave

    def _was_blocked(self) -> bool:
        # What a worker that died had found: a line that it refused holds the rest back still.
        with self.running.reading() as reader:
            return files.has_flaws(reader.session, self.running.job_id, import_copies.FLAWED)

    def _try_all(self, numbers: Sequence[int]) -> bool:
        """Try every group and remember what became of it; whether any line is refused."""
        refused = False
        for number, group in self._groups(numbers):
            self._try(group)
            refused |= group.flawed
            outcomes = {line.outcome for line in group.lines}
            if len(outcomes) == 1:
                self.tried[number] = UNIFORM.get(outcomes.pop(), UNSURE)
        return refused

    def _tell(self, numbers: Sequence[int], *, held_back: bool) -> None:
        """Report what the trial found, and write nothing else."""
        for number, group in self._groups(numbers):
            if self.tried[number] == UNSURE:
                self._try(group)
            elif self.tried[number] == UNCHANGED:
                for line in group.lines:
                    line.outcome = ImportOutcome.UNCHANGED
            if held_back:
                group.hold_back()
            self.results.report(group.lines)

    def _try(self, group: Group) -> None:
        """See what would happen."""
        self.results.alive()
        try:
            with _undone(self.running) as writer:
                self.kind.declare(writer, group)
        except DomainError as refusal:
            self._refuse(group, refusal)

    def _keep(self, group: Group) -> None:
        """Write a group with its results in one transaction."""
        self.running.breathe()
        try:
            with self.results.writing(len(group.lines)) as writer:
                self.kind.declare(writer, group)
                self.results.note(writer, group.lines)
        except DomainError as refusal:
            self._refuse(group, refusal)
            self.results.report(group.lines)

    def _refuse(self, group: Group, refusal: DomainError) -> None:
        """Say at each line what its part of the group is refused for; the others are held back."""
        if refusal.status >= SERVER_FAULT:
            raise refusal
        for error in refusal.errors:
            line, name = self.kind.locate(group, error.pointer)
            if line is not None:
                line.refuse(error.code, error.detail.fr, name)
        if not group.flawed:
            text = refusal.detail or refusal.title
            for line in group.lines:
                line.refuse(refusal.code, text.fr)
        group.hold_back()


@contextlib.contextmanager
def _undone(running: Running) -> Iterator[Writer]:
    """A transaction that shows what would happen, and leaves nothing."""
    with contextlib.suppress(_Undo), running.writing() as writer:
        yield writer
        writer.session.flush()
        raise _Undo


def _of_file(problem: TableProblem) -> Flaw:
    return Flaw(problem, WHAT_TO_DO[problem])
