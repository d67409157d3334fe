"""Invoices in a buyer's table, one line per invoice or credit note, without knowing what is registered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.exchange.hours_table import CONTRACT
from app.exchange.tables import cells
from app.exchange.tables.lines import LineReader, ReadRow
from app.exchange.tables.matching import Field
from app.exchange.tables.writing import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.exchange.tables.reading import Row

FIELDS = (
    replace(CONTRACT, needed=True),
    Field(
        "number",
        "Numéro",
        (
            *("numero", "numero de facture", "numero facture", "n facture", "n de facture", "facture"),
            *("no facture", "reference facture", "reference de la facture", "piece", "numero de piece"),
            *("invoice number", "number"),
        ),
        needed=True,
    ),
    Field(
        "day",
        "Date",
        (
            *("date", "date de facture", "date facture", "date de la facture", "facture le"),
            *("date d emission", "date de piece", "invoiced on"),
        ),
        needed=True,
    ),
    Field(
        "amount",
        "Montant HT",
        (
            *("montant ht", "montant hors taxes", "montant facture ht", "total ht", "ht", "montant"),
            *("montant en euros ht", "amount"),
        ),
        needed=True,
    ),
    Field(
        "reverses",
        "Facture annulée",
        (
            *("facture annulee", "avoir sur", "avoir sur facture", "annule la facture", "facture d origine"),
            *("facture corrigee", "reverses"),
        ),
    ),
    Field("reason", "Motif", ("motif", "motif de l avoir", "raison", "objet de l avoir", "reason")),
)
NEGATIVE_INVOICE = "Montant négatif : dites dans « Facture annulée » laquelle il annule, en tout ou partie."
TEMPLATE = (
    Column("Contrat", "Référence du marché, ou son identifiant.", width=20),
    Column("Numéro", "Numéro de la facture ou de l'avoir : des chiffres, jamais un nom."),
    Column("Date", "Date de la facture ou de l'avoir, aujourd'hui au plus tard.", Kind.DAY, 12),
    Column("Montant HT", "Euros hors taxes : « 1 234,50 ».", Kind.HUNDREDTHS),
    Column("Facture annulée", "Pour un avoir : numéro de la facture qu'il annule, en tout ou partie."),
    Column("Motif", "Pour un avoir : pourquoi.", width=40),
)


@dataclass(slots=True)
class InvoiceRow(ReadRow):
    """A line as read. `amount` is cents above zero; `reverses` is the number of the invoice it takes back."""

    contract: str | None = None
    document: str | None = None
    day: date | None = None
    amount: int | None = None
    reverses: str | None = None
    reason: str | None = None


def read_invoice(row: Row, places: Mapping[str, int]) -> InvoiceRow:
    """One line of the table; `places` say in which cell each field stands."""
    found = InvoiceRow(row.number)
    line = LineReader(row, places, found)
    if not line.is_taken():
        return found
    for name in ("contract", "number"):
        if line.text(name) is None:
            line.miss(name)
    found.contract, found.document = line.text("contract"), line.text("number")
    found.reverses, found.reason = line.text("reverses"), line.text("reason")
    found.day = line.read("day", cells.day)
    amount = line.read("amount", cells.signed_money)
    if amount is not None and amount < 0 and found.reverses is None:
        line.note("negative_invoice", NEGATIVE_INVOICE, "amount")
    # Credit notes are written with either sign.
    found.amount = None if amount is None else abs(amount)
    return found
