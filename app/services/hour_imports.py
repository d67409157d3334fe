"""Hours of a firm's table, declared by the use case of statements: one per contract and month.

Nothing of what a statement must be is judged here: a group of lines is sent as its declarant would send it,
and what is refused is said at the lines. A group is declared whole or not at all, in one transaction with its
results; a month already declared is compared, never replaced.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.db.queries import hour_imports as queries
from app.db.queries import imports as files
from app.db.queries import statements as standing_statements
from app.db.tables import ImportRow
from app.errors import DomainError, NotFound
from app.exchange.hours_table import FIELDS, HOURS, NO_HOURS, NOT_A_HIRE, TEMPLATE, HoursRow, read_hours
from app.exchange.tables.matching import FIND_COLUMN, Flaw, column_name, match_columns
from app.exchange.tables.problems import WHAT_TO_DO, TableProblem, Unreadable
from app.exchange.tables.reading import open_table
from app.exchange.tables.writing import Table, csv_lines, workbook
from app.schemas.exports import TableForm
from app.schemas.imports import ImportOutcome
from app.schemas.statements import LINES, LineIn, StatementIn
from app.services import statements, uploads
from app.services.sight import require_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.queries.hour_imports import Declarable
    from app.schemas.imports import TemplateAsked
    from app.services.jobs import Running
    from app.services.work import Reader, Writer

BATCH = 500
SERVER_FAULT = 500
SENTENCES = {
    **WHAT_TO_DO,
    **FIND_COLUMN,
    "not_a_hire": NOT_A_HIRE,
    "no_hours": NO_HOURS,
    "hire_unknown": "Mise à l'emploi inconnue ou non déclarée par vous : reprenez l'identifiant du modèle.",
    "other_contract": "La mise à l'emploi est sur un autre contrat : corrigez l'un ou l'autre.",
    "hire_twice": "Cette mise à l'emploi a déjà une ligne pour ce mois : n'en gardez qu'une.",
    "too_many_lines": f"Plus de {LINES} lignes pour un contrat et un mois : déclarez ce mois par l'API.",
    "already_declared": "Le mois est déjà déclaré autrement : corrigez le relevé, l'import ne remplace rien.",
    "held_back": "Ligne juste, non inscrite : d'autres lignes sont à corriger.",
}
ABOUT = {
    "Mode d'emploi": (
        "Une ligne par mise à l'emploi et par mois ; remplissez les heures, puis renvoyez le fichier."
        " Les lignes d'un contrat et d'un mois forment un relevé, inscrit entier."
    ),
    "Renvoyer le fichier": (
        "Le même contenu ne change rien. Un mois déjà déclaré autrement se corrige sur son relevé."
    ),
    "Données personnelles": "N'ajoutez ni nom, ni date de naissance : l'identifiant suffit.",
}


@dataclass(slots=True, eq=False)
class _Line:
    """A line of the file, where it belongs, and what became of it."""

    row: HoursRow
    hire: Declarable | None
    outcome: ImportOutcome
    flaws: list[Flaw]

    def refuse(self, code: str, detail: str | None = None, name: str = "") -> None:
        self.outcome = ImportOutcome.REJECTED
        self.flaws.append(Flaw(code, detail or SENTENCES[code], name))

    def hold_back(self) -> None:
        if self.outcome is ImportOutcome.CREATED:
            self.outcome = ImportOutcome.HELD_BACK
            self.flaws.append(Flaw("held_back", SENTENCES["held_back"], keeps_out=False))

    @property
    def hours(self) -> tuple[int, ...]:
        return tuple(getattr(self.row, name) for name in HOURS)


@dataclass(slots=True)
class _Group:
    """The lines of one contract and month, in the order of the file."""

    contract_id: UUID
    month: date
    lines: list[_Line] = field(default_factory=list)

    @property
    def flawed(self) -> bool:
        return any(line.outcome is ImportOutcome.REJECTED for line in self.lines)


class _Undo(Exception):
    """Ends the transaction of a trial once it has shown what would happen."""


def run(running: Running) -> None:
    """Do the import; after a crash the rows that have a result are passed over, so none is done twice."""
    with running.reading() as reader:
        file = files.file_of(reader.session, running.job_id)
        done = files.indexes_done(reader.session, running.job_id)
    if file is None:
        raise NotFound
    Task(running, done).run(uploads.stream_of(running, file).read())


@dataclass(slots=True)
class Task:
    """One import of hours under way."""

    running: Running
    done: set[int]
    places: dict[str, int] = field(default_factory=dict)
    reported: int = 0
    total: int = 0

    def run(self, content: bytes) -> None:
        """Read the file, try what must be tried before anything is kept, then declare group by group."""
        self.reported = len(self.done)
        payload = self.running.payload
        rows, flaws = self._read(content, payload["columns"])
        if flaws:
            self.total = len(flaws)
            self._report_file(flaws)
            return
        self.total = len(rows)
        loose, groups = self._placed(rows)
        whole = payload["mode"] == "all"
        if whole or payload["dry_run"]:
            for group in groups:
                self._take(group, keep=False)
        lines = [*loose, *(line for group in groups for line in group.lines)]
        blocked = whole and (self._was_blocked() or any(_is_rejected(line) for line in lines))
        if blocked:
            for line in lines:
                line.hold_back()
        self._report(loose)
        for group in groups:
            if blocked or payload["dry_run"]:
                self._report(group.lines)
            elif group.lines[0].row.number not in self.done:
                self._take(group, keep=True)

    def _read(self, content: bytes, chosen: dict[str, str]) -> tuple[list[HoursRow], list[Flaw]]:
        rows: list[HoursRow] = []
        try:
            table = open_table(content)
            self.places, flaws = match_columns(table.headers, FIELDS, chosen)
            if not flaws:
                for row in table.rows:
                    rows.append(read_hours(row, self.places))
                    if len(rows) % BATCH == 0:
                        self.running.breathe()
            if not rows and not flaws:
                flaws = [_of_file(TableProblem.FILE_EMPTY)]
        except Unreadable as error:
            flaws = [_of_file(error.problem)]
        return rows, flaws

    def _placed(self, rows: Sequence[HoursRow]) -> tuple[list[_Line], list[_Group]]:
        """The lines that belong nowhere, and those of each contract and month."""
        hires = self._hires({row.hire for row in rows if row.hire is not None})
        loose: list[_Line] = []
        groups: dict[tuple[UUID, date], _Group] = {}
        seen: set[tuple[UUID, date]] = set()
        for row in rows:
            line = _line(row, hires)
            if line.hire is None or row.month is None:
                loose.append(line)
                continue
            if (line.hire.id, row.month) in seen:
                line.refuse("hire_twice", name="hire")
            seen.add((line.hire.id, row.month))
            key = (line.hire.contract_id, row.month)
            groups.setdefault(key, _Group(*key)).lines.append(line)
        for group in groups.values():
            if len(group.lines) > LINES:
                for line in group.lines:
                    line.refuse("too_many_lines")
        return loose, list(groups.values())

    def _hires(self, wanted: set[UUID]) -> dict[UUID, Declarable]:
        found: dict[UUID, Declarable] = {}
        with self.running.reading() as reader:
            for some in _chunks(sorted(wanted)):
                rows = queries.declarable_hires(reader.session, reader.principal, reader.today, some)
                found.update((row.id, row) for row in rows)
        return found

    def _was_blocked(self) -> bool:
        # What a worker that died had found: its other half is not to apply what it said was held back.
        with self.running.reading() as reader:
            return ImportOutcome.HELD_BACK in files.outcomes_of(reader.session, self.running.job_id)

    def _take(self, group: _Group, *, keep: bool) -> None:
        """Declare a group with its results in one transaction; without `keep`, only see what would happen."""
        self.running.breathe()
        try:
            if keep:
                with self._writing(len(group.lines)) as writer:
                    _declare(writer, group)
                    self._note(writer, group.lines)
            else:
                with _undone(self.running) as writer:
                    _declare(writer, group)
        except DomainError as refusal:
            if refusal.status >= SERVER_FAULT:
                raise
            _refuse(group, refusal)
            if keep:
                self._report(group.lines)
        if not keep:
            # The lease is prolonged outside of what is undone.
            with self._writing(0):
                pass

    def _report(self, lines: Sequence[_Line]) -> None:
        for some in _chunks([line for line in lines if line.row.number not in self.done]):
            self.running.breathe()
            with self._writing(len(some)) as writer:
                self._note(writer, some)

    def _report_file(self, flaws: Sequence[Flaw]) -> None:
        if self.done:
            return
        with self._writing(len(flaws)) as writer:
            for index, flaw in enumerate(flaws, start=-len(flaws)):
                self._add(writer, index, ImportOutcome.REJECTED, [flaw], None)

    @contextlib.contextmanager
    def _writing(self, number: int) -> Iterator[Writer]:
        """A transaction that reports this many lines more."""
        with self.running.writing() as writer:
            # First, so that two workers on one job wait for each other here.
            self.running.progress(writer.session, self.reported + number, self.total)
            yield writer
        self.reported += number

    def _note(self, writer: Writer, lines: Iterable[_Line]) -> None:
        for line in lines:
            self._add(writer, line.row.number, line.outcome, line.flaws, line.hire)

    def _add(
        self,
        writer: Writer,
        index: int,
        outcome: ImportOutcome,
        flaws: Iterable[Flaw],
        hire: Declarable | None,
    ) -> None:
        writer.session.add(
            ImportRow(
                job_id=self.running.job_id,
                index=index,
                outcome=outcome,
                reference=hire.reference if hire else None,
                contract_id=hire.contract_id if hire else None,
                issues=[self._issue(flaw) for flaw in flaws],
            )
        )

    def _issue(self, flaw: Flaw) -> dict[str, Any]:
        return {
            "code": flaw.code,
            "severity": "error" if flaw.keeps_out else "warning",
            "pointer": f"/{flaw.field}" if flaw.field else "",
            "column": column_name(self.places, flaw.field),
            "detail": flaw.detail,
        }


def template(reader: Reader, asked: TemplateAsked) -> bytes:
    """A file to fill in, with the caller's hires that have not ended; it holds nobody's name."""
    require_role(reader, *statements.DECLARANTS)
    month = f"{asked.month:%Y-%m}" if asked.month else None
    rows = [
        (hire.reference, str(hire.id), hire.starts_on, month, None, None, None)
        for hire in queries.declarable_hires(reader.session, reader.principal, reader.today)
    ]
    if asked.form is TableForm.CSV:
        return "".join(csv_lines(TEMPLATE, rows)).encode()
    return workbook(Table("Heures à déclarer", TEMPLATE, ABOUT), rows)


@contextlib.contextmanager
def _undone(running: Running) -> Iterator[Writer]:
    """A transaction that shows what would happen, and leaves nothing."""
    with contextlib.suppress(_Undo), running.writing() as writer:
        yield writer
        writer.session.flush()
        raise _Undo


def _of_file(problem: TableProblem) -> Flaw:
    return Flaw(problem, WHAT_TO_DO[problem])


def _line(row: HoursRow, hires: dict[UUID, Declarable]) -> _Line:
    hire = hires.get(row.hire) if row.hire else None
    line = _Line(row, hire, ImportOutcome.CREATED, list(row.flaws))
    if row.left_out:
        line.outcome = ImportOutcome.NOTED
    elif row.flaws:
        line.outcome = ImportOutcome.REJECTED
    if row.hire is not None and hire is None:
        line.refuse("hire_unknown", name="hire")
    if hire and row.contract and row.contract.casefold() not in _names(hire):
        line.refuse("other_contract", name="contract")
    return line


def _names(hire: Declarable) -> tuple[str, str]:
    return " ".join(hire.reference.split()).casefold(), str(hire.contract_id)


def _declare(writer: Writer, group: _Group) -> None:
    """Send the group as a statement, unless its month stands already; DomainError as the use case has it."""
    declarant = writer.principal.organisation_id
    standing = standing_statements.statement_of_month(
        writer.session, group.contract_id, declarant, group.month
    )
    if standing is not None:
        kept = {
            line.hire_id: line for line in standing_statements.lines_of_statement(writer.session, standing)
        }
        for line in group.lines:
            _compare(line, kept)
        return
    if group.flawed:
        for line in group.lines:
            line.hold_back()
        return
    # The cells were read to exact hundredths: there is nothing left to convert.
    lines = [
        LineIn.model_construct(
            hire_id=line.row.hire,
            worked=line.row.worked,
            training=line.row.training,
            overtime=line.row.overtime,
            periods=[],
        )
        for line in group.lines
        if line.row.hire is not None
    ]
    statements.submit(writer, group.contract_id, StatementIn(month=group.month, lines=lines))


def _compare(line: _Line, kept: dict[UUID, Any]) -> None:
    if line.outcome is not ImportOutcome.CREATED:
        return
    known = kept.get(line.row.hire) if line.row.hire else None
    if known is not None and line.hours == tuple(getattr(known, name) for name in HOURS):
        line.outcome = ImportOutcome.UNCHANGED
    else:
        line.refuse("already_declared")


def _refuse(group: _Group, refusal: DomainError) -> None:
    """Say at each line what its part of the statement is refused for; the others are held back."""
    for error in refusal.errors:
        _, _, rest = error.pointer.partition("/lines/")
        number, _, name = rest.partition("/")
        if number.isdecimal():
            group.lines[int(number)].refuse(error.code, error.detail.fr, name.removesuffix("_id"))
    if not group.flawed:
        text = refusal.detail or refusal.title
        for line in group.lines:
            line.refuse(refusal.code, text.fr)
    for line in group.lines:
        line.hold_back()


def _is_rejected(line: _Line) -> bool:
    return line.outcome is ImportOutcome.REJECTED


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
