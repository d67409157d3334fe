"""Hours of a firm's table, declared by the use case of statements: one per contract and month.

Nothing of what a statement must be is judged here: a group of lines is sent as its declarant would send it,
and what is refused is said at the lines. A group is declared whole or not at all, in one transaction with its
results; a month already declared is compared, never replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from app.db.queries import hour_imports as queries
from app.db.queries import statements as standing_statements
from app.exchange.hours_table import (
    FIELDS,
    HALF_A_PERIOD,
    HOURS,
    NO_HOURS,
    NOT_A_HIRE,
    NOTHING_AND_HOURS,
    TEMPLATE,
    HoursRow,
    read_hours,
)
from app.exchange.tables.writing import Table
from app.schemas.imports import ImportOutcome
from app.schemas.statements import LINES, LineIn, PeriodIn, StatementIn
from app.services import named_contracts, sent_lines, statements, table_lines, table_templates
from app.services.named_contracts import NamedContracts
from app.services.sight import held_contract, require_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Statement
    from app.exchange.tables.matching import Field
    from app.exchange.tables.reading import Row
    from app.schemas.imports import TemplateAsked
    from app.services.jobs import Running
    from app.services.table_lines import Group, Line
    from app.services.work import Reader, Writer

# Hires that are remembered; a longer file asks again.
MOST_REMEMBERED = 20_000
SENTENCES = {
    **table_lines.SENTENCES,
    **named_contracts.SENTENCES,
    "not_a_hire": NOT_A_HIRE,
    "no_hours": NO_HOURS,
    "half_a_period": HALF_A_PERIOD,
    "nothing_and_hours": NOTHING_AND_HOURS,
    "nothing_and_lines": "Le fichier dit aussi des heures pour ce mois du contrat : gardez l'un ou l'autre.",
    "hire_unknown": "Mise à l'emploi inconnue ou non déclarée par vous : reprenez l'identifiant du modèle.",
    "other_contract": "La mise à l'emploi est sur un autre contrat : corrigez l'un ou l'autre.",
    "hire_twice": (
        "Cette mise à l'emploi a déjà une ligne pour ce mois : n'en gardez qu'une, ou datez chacune."
    ),
    "too_many_lines": f"Plus de {LINES} lignes pour un contrat et un mois : déclarez ce mois par l'API.",
    "already_declared": "Le mois est déjà déclaré autrement : corrigez le relevé, l'import ne remplace rien.",
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


class HoursTable:
    """Hours: the lines of a contract and month are one statement."""

    code: ClassVar[str] = "hours"
    fields: ClassVar[Sequence[Field]] = FIELDS

    def __init__(self, running: Running) -> None:
        """Begin, with no hire known."""
        self._running = running
        self._contracts = NamedContracts(running)
        self._hires: dict[UUID, tuple[UUID, str]] = {}

    def read(self, row: Row, places: Mapping[str, int]) -> HoursRow:
        """One line, without knowing what is registered."""
        return read_hours(row, places)

    def place(self, lines: Sequence[Line]) -> None:
        """By the hire, which is on one contract; who says that there is nothing names the contract."""
        self._look_up({row.hire for line in lines if (row := _row(line)).hire is not None})
        nothing = [line for line in lines if _row(line).nothing]
        self._contracts.place(nothing, [_row(line).contract for line in nothing])
        for line in lines:
            row = _row(line)
            if row.hire is not None:
                self._place_hire(line, row, self._hires.get(row.hire))
            if line.contract_id is not None and row.month is not None:
                line.key = (line.contract_id, row.month)

    def declare(self, writer: Writer, group: Group) -> None:
        """Send the group as a statement, unless its month stands already."""
        parts = _parts(group)
        key = next((line.key for line in group.lines if line.key is not None), None)
        if key is None:
            # What was in sight a moment ago is not any more.
            return
        contract_id, month = cast("tuple[UUID, date]", key)
        # Held first: of two files with one month, the second one finds what the first one wrote.
        held_contract(writer, contract_id)
        declarant = writer.principal.organisation_id
        standing = standing_statements.statement_of_month(writer.session, contract_id, declarant, month)
        if standing is not None:
            _compare_all(writer, parts, standing)
        elif group.flawed:
            group.hold_back()
        else:
            sent = [_sent(part) for part in parts if _row(part[0]).hire is not None]
            statement = StatementIn(month=month, lines=sent, nothing_to_declare=not sent)
            statements.submit(writer, contract_id, statement)

    def locate(self, group: Group, pointer: str) -> tuple[Line | None, str]:
        """`/lines/2/periods/0/first` is the first line of the third hire."""
        _, _, rest = pointer.partition("/lines/")
        number, _, name = rest.partition("/")
        if not number.isdecimal():
            return None, ""
        part = _parts(group)[int(number)]
        place, _, inner = name.removeprefix("periods/").partition("/")
        if name.startswith("periods/") and place.isdecimal():
            return part[int(place)], inner
        return part[0], name.removesuffix("_id")

    def _look_up(self, wanted: set[UUID]) -> None:
        if len(self._hires) > MOST_REMEMBERED:
            self._hires.clear()
        new = sorted(wanted - self._hires.keys())
        if new:
            with self._running.reading() as reader:
                rows = queries.declarable_hires(reader.session, reader.principal, reader.today, new)
            # Not the rows: each would keep its whole statement, with every id that was asked for.
            self._hires.update((row.id, (row.contract_id, row.reference)) for row in rows)

    def _place_hire(self, line: Line, row: HoursRow, hire: tuple[UUID, str] | None) -> None:
        if hire is None:
            line.refuse("hire_unknown", SENTENCES["hire_unknown"], "hire")
            return
        line.contract_id, line.reference = hire
        known = (named_contracts.written(line.reference), str(line.contract_id))
        if row.contract and named_contracts.written(row.contract) not in known:
            line.refuse("other_contract", SENTENCES["other_contract"], "contract")


def template(reader: Reader, asked: TemplateAsked) -> bytes:
    """A file to fill in, with the caller's hires that have not ended; it holds nobody's name."""
    require_role(reader, *statements.DECLARANTS)
    month = f"{asked.month:%Y-%m}" if asked.month else None
    empty = [None] * (len(TEMPLATE) - len(("contract", "hire", "start", "month")))
    rows = [
        (hire.reference, str(hire.id), hire.starts_on, month, *empty)
        for hire in queries.declarable_hires(reader.session, reader.principal, reader.today)
    ]
    return table_templates.written(Table("Heures à déclarer", TEMPLATE, ABOUT), rows, asked.form)


def _row(line: Line) -> HoursRow:
    return cast("HoursRow", line.row)


def _parts(group: Group) -> list[list[Line]]:
    """The lines of each hire, which are several where each is of dated days; others are refused once."""
    found: dict[UUID | None, list[Line]] = {}
    for line in group.lines:
        found.setdefault(_row(line).hire, []).append(line)
    for part in found.values():
        undated = [line for line in part if _row(line).first is None]
        if len(part) > 1 and undated:
            for line in part[1:]:
                _refuse(line, "hire_twice", "hire")
    nothing = [line for line in group.lines if _row(line).nothing]
    if nothing and len(found) > 1:
        for line in nothing:
            _refuse(line, "nothing_and_lines", "nothing")
    if len(found) > LINES:
        for line in group.lines:
            _refuse(line, "too_many_lines")
    return list(found.values())


def _refuse(line: Line, code: str, name: str = "") -> None:
    if not any(flaw.code == code for flaw in line.flaws):
        line.refuse(code, SENTENCES[code], name)


def _sent(part: Sequence[Line]) -> LineIn:
    """The lines of one hire as one line of a statement."""
    rows = [_row(line) for line in part]
    # The cells were read to exact hundredths: there is nothing left to convert.
    periods = [
        PeriodIn.model_construct(first=row.first, last=row.last, worked=row.worked, training=row.training)
        for row in rows
        if row.first is not None and row.last is not None
    ]
    sums = {name: sum(getattr(row, name) for row in rows) for name in HOURS}
    return LineIn.model_construct(hire_id=cast("UUID", rows[0].hire), periods=periods, **sums)


def _compare_all(writer: Writer, parts: Sequence[Sequence[Line]], standing: Statement) -> None:
    """Say of each line whether the month stands as it says."""
    lines = standing_statements.lines_of_statement(writer.session, standing)
    kept = {line.hire_id: line for line in lines}
    for part in parts:
        hire = _row(part[0]).hire
        if hire is None:
            same = standing.nothing_to_declare
        elif any(line.rejected for line in part):
            same = False
        else:
            known, sent = kept.get(hire), _sent(part)
            same = (
                known is not None
                and all(getattr(known, name) == getattr(sent, name) for name in HOURS)
                and known.sub_periods == sent_lines.stored_periods(sent)
            )
        for line in part:
            if line.outcome is not ImportOutcome.CREATED:
                continue
            if same:
                line.outcome = ImportOutcome.UNCHANGED
            else:
                _refuse(line, "already_declared")
