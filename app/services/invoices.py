"""Invoices of a contract: recorded, taken back by reversals, never rewritten.

They are what a target by invoiced amount follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import contracts as contract_queries
from app.db.queries import invoices as queries
from app.db.queries.lists import one, page_of
from app.db.tables import Invoice
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, Text
from app.principal import Role
from app.refusals.contracts import InvoiceExists, NothingToReverse
from app.schemas.invoices import InvoiceOut, InvoicePage, ReversalOut
from app.services.hires import refuse_closed
from app.services.sight import held_contract, require_role, seen_contract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract
    from app.schemas.invoices import InvoiceIn, ReversalIn
    from app.schemas.lists import Walk
    from app.services.work import Reader, Writer

READS = (Role.ADMIN, Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR)
IN_THE_FUTURE = Text("Cette date est à venir.", "This day is still to come.")
BEFORE_NOTIFICATION = Text(
    "Cette date précède la notification du contrat.", "This day is before the contract's notification."
)
BEFORE_INVOICE = Text("Cette date précède celle de la facture.", "This day is before the invoice's.")


def record_invoice(writer: Writer, contract_id: UUID, request: InvoiceIn) -> InvoiceOut:
    """Record an invoice; InvoiceExists when one of its number and day stands, ContractClosed."""
    contract = _held(writer, contract_id)
    _check_day(writer, request.invoiced_on, "/invoiced_on")
    if contract.notified_on is not None and request.invoiced_on < contract.notified_on:
        raise InvalidPayload(errors=[FieldError("/invoiced_on", "before_notification", BEFORE_NOTIFICATION)])
    if request.number is not None and _stands(writer, contract, request.number, request.invoiced_on):
        raise InvoiceExists
    invoice = _new(writer, contract, request.amount, request.invoiced_on, request.number)
    _add(writer, contract, invoice, "invoice.recorded")
    return _shown(invoice, 0)


def reverse_invoice(writer: Writer, contract_id: UUID, invoice_id: UUID, request: ReversalIn) -> ReversalOut:
    """Take an invoice back, whole or in part, by a negative one dated today or since the invoice.

    NothingToReverse for more than what is left of it, and for a reversal.
    """
    contract = _held(writer, contract_id)
    invoice = _of(writer, contract, invoice_id)
    day = request.reversed_on or writer.today
    _check_day(writer, day, "/reversed_on")
    if day < invoice.invoiced_on:
        raise InvalidPayload(errors=[FieldError("/reversed_on", "before_invoice", BEFORE_INVOICE)])
    left = invoice.amount - _reversed(writer, contract, [invoice]).get(invoice.id, 0)
    amount = left if request.amount is None else request.amount
    if not 0 < amount <= left:
        raise NothingToReverse
    reversal = _new(writer, contract, -amount, day, request.number)
    reversal.reverses_id, reversal.reason = invoice.id, request.reason
    _add(writer, contract, reversal, "invoice.reversed")
    return ReversalOut(**_fields(reversal, 0))


def numbered(writer: Writer, contract_id: UUID, *numbers: str) -> list[tuple[Invoice, int]]:
    """What a contract has under these numbers, reversals included, each with what is reversed of it.

    The contract is held from here on, so that nobody records another one meanwhile.
    """
    contract = held_contract(writer, contract_id)
    query = queries.invoices_of(contract.id).where(Invoice.number.in_(numbers)).order_by(Invoice.id)
    found = writer.session.scalars(query).all()
    taken = _reversed(writer, contract, found)
    return [(invoice, taken.get(invoice.id, 0)) for invoice in found]


def list_invoices(reader: Reader, contract_id: UUID, walk: Walk) -> InvoicePage:
    """The invoices of a contract and their reversals, with the net total of today."""
    contract = _seen(reader, contract_id)
    query = queries.invoices_of(contract.id)
    found, following = page_of(reader.session, query, Invoice.id, walk.after, walk.limit)
    taken = _reversed(reader, contract, found)
    return InvoicePage(
        items=[_shown(row, taken.get(row.id, 0)) for row in found],
        next=following,
        total=queries.invoiced_until(reader.session, contract.id, reader.today),
    )


def read_invoice(reader: Reader, contract_id: UUID, invoice_id: UUID) -> InvoiceOut:
    """One invoice or reversal."""
    contract = _seen(reader, contract_id)
    invoice = _of(reader, contract, invoice_id)
    return _shown(invoice, _reversed(reader, contract, [invoice]).get(invoice.id, 0))


def _held(writer: Writer, contract_id: UUID) -> Contract:
    contract = held_contract(writer, contract_id)
    require_role(writer, Role.BUYER, Role.ADMIN)
    refuse_closed(contract)
    return contract


def _seen(reader: Reader, contract_id: UUID) -> Contract:
    """The contract, for those who may read what it cost: a subcontractor may not."""
    contract = seen_contract(reader, contract_id)
    require_role(reader, *READS)
    if reader.principal.role is Role.CONTRACTOR:
        holders = contract_queries.parties_of(reader.session, [contract.id], contract_queries.HOLDER)
        if reader.principal.organisation_id not in {holder.organisation_id for holder in holders}:
            raise Forbidden
    return contract


def _of(reader: Reader, contract: Contract, invoice_id: UUID) -> Invoice:
    found = one(reader.session, queries.invoices_of(contract.id).where(Invoice.id == invoice_id))
    if found is None:
        raise NotFound
    return found


def _check_day(writer: Writer, day: date, pointer: str) -> None:
    if day > writer.today:
        raise InvalidPayload(errors=[FieldError(pointer, "in_the_future", IN_THE_FUTURE)])


def _stands(writer: Writer, contract: Contract, number: str, day: date) -> bool:
    """Whether an invoice of this number and day is recorded and not wholly taken back.

    Members of a group may number alike; nobody dates two invoices of one number on one day.
    """
    query = queries.invoices_of(contract.id).where(
        Invoice.number == number, Invoice.invoiced_on == day, Invoice.reverses_id.is_(None)
    )
    found = writer.session.scalars(query).all()
    taken = _reversed(writer, contract, found)
    return any(row.amount > taken.get(row.id, 0) for row in found)


def _reversed(reader: Reader, contract: Contract, invoices: Sequence[Invoice]) -> dict[UUID, int]:
    return queries.reversed_of(reader.session, contract.id, [invoice.id for invoice in invoices])


def _new(writer: Writer, contract: Contract, amount: int, day: date, number: str | None) -> Invoice:
    return Invoice(
        owner_id=contract.owner_id,
        id=new_id(),
        contract_id=contract.id,
        number=number,
        invoiced_on=day,
        amount=amount,
        reverses_id=None,
        reason=None,
        recorded_by=writer.principal.role,
        recorded_at=writer.now,
    )


def _add(writer: Writer, contract: Contract, invoice: Invoice, event: str) -> None:
    invoice.change_id = writer.record(event, contract_id=contract.id)
    writer.session.add(invoice)
    writer.touch("invoice", invoice.id, "amount", "invoiced_on", "number")
    writer.announce(event, "invoice", invoice.id)


def _shown(invoice: Invoice, taken: int) -> InvoiceOut:
    return InvoiceOut(**_fields(invoice, taken))


def _fields(invoice: Invoice, taken: int) -> dict[str, Any]:
    names = ("id", "contract_id", "number", "invoiced_on", "amount", "reason", "recorded_by", "recorded_at")
    fields = {name: getattr(invoice, name) for name in names}
    return {**fields, "reverses": invoice.reverses_id, "reversed": taken}
