"""Invoices of a buyer's table, recorded and taken back by the use cases of invoices.

In a file a number is one invoice of a contract: the same again changes nothing, and the same number with
another day or amount is told, never recorded beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from app.errors import DomainError, InvalidPayload
from app.exchange.invoices_table import FIELDS, NEGATIVE_INVOICE, TEMPLATE, InvoiceRow, read_invoice
from app.exchange.tables.writing import Table
from app.principal import Role
from app.schemas.fields import decimal_text
from app.schemas.imports import ImportOutcome
from app.schemas.invoices import InvoiceIn, ReversalIn
from app.services import invoices, table_lines, table_templates
from app.services.named_contracts import NamedContracts
from app.services.sight import require_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.db.tables import Invoice
    from app.exchange.tables.matching import Field
    from app.exchange.tables.reading import Row
    from app.schemas.imports import FormAsked
    from app.services.jobs import Running
    from app.services.table_lines import Group, Line
    from app.services.work import Reader, Writer

RECORDERS = (Role.ADMIN, Role.BUYER)
NAMES = {
    "/number": "number",
    "/invoiced_on": "day",
    "/reversed_on": "day",
    "/amount": "amount",
    "/reason": "reason",
}
DEFAULT_REASON = "Avoir"
SENTENCES = {
    "negative_invoice": NEGATIVE_INVOICE,
    "invoice_differs": (
        "Ce numéro est déjà inscrit pour une autre date ou un autre montant : annulez la facture d'abord."
    ),
    "invoice_unknown": "La facture à annuler n'est pas inscrite, ou est déjà annulée en entier.",
}
ABOUT = {
    "Mode d'emploi": "Une ligne par facture ou avoir, montants hors taxes ; puis renvoyez le fichier.",
    "Renvoyer le fichier": (
        "Le même contenu ne change rien. Une facture ne se modifie pas : un avoir l'annule, tout ou partie."
    ),
}


class InvoicesTable:
    """Invoices: lines of one number on one contract are recorded together, with what takes them back."""

    code: ClassVar[str] = "invoices"
    fields: ClassVar[Sequence[Field]] = FIELDS

    def __init__(self, running: Running) -> None:
        """Begin, with no contract known."""
        self._contracts = NamedContracts(running)

    def read(self, row: Row, places: Mapping[str, int]) -> InvoiceRow:
        """One line, without knowing what is registered."""
        return read_invoice(row, places)

    def place(self, lines: Sequence[Line]) -> None:
        """By the contract that a line names and the number of the invoice that it is about."""
        self._contracts.place(lines, [_row(line).contract for line in lines])
        for line in lines:
            row = _row(line)
            subject = row.reverses or row.document
            if line.contract_id is not None and subject is not None:
                line.key = (line.contract_id, subject)

    def declare(self, writer: Writer, group: Group) -> None:
        """Record the invoices, then what takes them back; each is a change of its own."""
        if group.flawed:
            group.hold_back()
            return
        for line in sorted(group.lines, key=lambda line: _row(line).reverses is not None):
            own = table_lines.sibling(writer)
            try:
                _write(own, line)
            except DomainError as refusal:
                table_lines.blame(line, refusal, NAMES)
                raise
            own.close()
            if line.rejected:
                # The others of the group were written by then: they go with it.
                raise InvalidPayload

    def locate(self, group: Group, pointer: str) -> tuple[Line | None, str]:
        """Nowhere: what is refused was said at its line."""
        del group, pointer
        return None, ""


def template(reader: Reader, asked: FormAsked) -> bytes:
    """A file to fill in."""
    require_role(reader, *RECORDERS)
    return table_templates.written(Table("Factures", TEMPLATE, ABOUT), [], asked.form)


def _row(line: Line) -> InvoiceRow:
    return cast("InvoiceRow", line.row)


def _write(writer: Writer, line: Line) -> None:
    row = _row(line)
    if line.contract_id is None or row.document is None or row.amount is None or row.day is None:
        # Only a line that was refused lacks any of these.
        return
    if row.reverses is None:
        _record(writer, line, row)
    else:
        _reverse(writer, line, row, row.reverses)


def _record(writer: Writer, line: Line, row: InvoiceRow) -> None:
    values = {"number": row.document, "invoiced_on": row.day, "amount": decimal_text(row.amount or 0)}
    asked = table_lines.checked(InvoiceIn, values, line, NAMES)
    if asked is None or line.contract_id is None or asked.number is None:
        return
    known = invoices.numbered(writer, line.contract_id, asked.number)
    standing = [(o, taken) for o, taken in known if o.reverses_id is None]
    if any(_is_same(o, row, row.amount or 0) for o, _ in standing):
        line.outcome = ImportOutcome.UNCHANGED
    elif any(taken < o.amount for o, taken in standing):
        line.refuse("invoice_differs", SENTENCES["invoice_differs"], "number")
    else:
        invoices.record_invoice(writer, line.contract_id, asked)


def _reverse(writer: Writer, line: Line, row: InvoiceRow, reversed_number: str) -> None:
    values = {
        "number": row.document,
        "reversed_on": row.day,
        "amount": decimal_text(row.amount or 0),
        "reason": row.reason or DEFAULT_REASON,
    }
    asked = table_lines.checked(ReversalIn, values, line, NAMES)
    if asked is None or line.contract_id is None or asked.number is None:
        return
    if not reversed_number.isprintable():
        line.refuse("invoice_unknown", SENTENCES["invoice_unknown"], "reverses")
        return
    known = invoices.numbered(writer, line.contract_id, asked.number, reversed_number)
    targets = [(o, taken) for o, taken in known if o.reverses_id is None and o.number == reversed_number]
    ids = {o.id for o, _ in targets}
    before = [o for o, _ in known if o.reverses_id in ids and o.number == asked.number]
    open_one = next((o for o, taken in targets if taken < o.amount), None)
    if any(_is_same(o, row, -(row.amount or 0)) for o in before):
        line.outcome = ImportOutcome.UNCHANGED
    elif before:
        line.refuse("invoice_differs", SENTENCES["invoice_differs"], "number")
    elif open_one is None:
        line.refuse("invoice_unknown", SENTENCES["invoice_unknown"], "reverses")
    else:
        invoices.reverse_invoice(writer, line.contract_id, open_one.id, asked)


def _is_same(known: Invoice, row: InvoiceRow, amount: int) -> bool:
    return known.amount == amount and known.invoiced_on == row.day
