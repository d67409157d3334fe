"""What the examples tell of an invoice and of what was reversed of it."""

from __future__ import annotations

from typing import Any

INVOICE = "01936f2e-7c10-7a31-9c55-0242ac12000f"
REVERSAL = "01936f2e-7c10-7a31-9c55-0242ac120010"

INVOICES: dict[str, Any] = {
    "InvoiceOut.amount": "12500.00",
    "InvoiceOut.id": INVOICE,
    "InvoiceOut.number": "F2025-0142",
    "InvoiceOut.reason": None,
    "InvoiceOut.recorded_by": "buyer",
    "InvoiceOut.reversed": "2500.00",
    "InvoiceOut.reverses": None,
    "InvoicePage.total": "10000.00",
    "ReversalOut.amount": "-2500.00",
    "ReversalOut.id": REVERSAL,
    "ReversalOut.number": None,
    "ReversalOut.reason": "Avoir : prestation non réalisée",
    "ReversalOut.recorded_by": "buyer",
    "ReversalOut.reversed": "0.00",
    "ReversalOut.reverses": INVOICE,
}
