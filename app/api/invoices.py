"""Invoices of a contract: `/v1/contracts/{contract_id}/invoices`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.invoices import InvoiceIn, InvoiceOut, InvoicePage, ReversalIn, ReversalOut
from app.schemas.lists import Walk
from app.services import invoices
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1/contracts/{contract_id}/invoices", tags=["invoices"], route_class=ExactRoute)


@router.post(
    "",
    status_code=201,
    response_model=InvoiceOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Enregistrer une facture",
)
def record_invoice(call: Calling, contract_id: UUID, body: InvoiceIn) -> Response:
    """Hors taxes. Le total facturé fait naître les heures d'un objectif par tranche facturée."""
    return call.create(lambda writer: invoices.record_invoice(writer, contract_id, body), body=body)


@router.get("", response_model=InvoicePage, responses=answers(404, 422), summary="Lister les factures")
def list_invoices(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Factures et annulations, avec le total net à ce jour ; un sous-traitant ne les lit pas."""
    return call.read(lambda reader: invoices.list_invoices(reader, contract_id, walk))


@router.get(
    "/{invoice_id}", response_model=InvoiceOut, responses=answers(404, 422), summary="Lire une facture"
)
def read_invoice(call: Calling, contract_id: UUID, invoice_id: UUID) -> Response:
    """Une facture et ce qui en est annulé, ou une annulation et la facture qu'elle vise."""
    return call.read(lambda reader: invoices.read_invoice(reader, contract_id, invoice_id))


@router.post(
    "/{invoice_id}/reversals",
    status_code=201,
    response_model=ReversalOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Annuler une facture",
)
def reverse_invoice(call: Calling, contract_id: UUID, invoice_id: UUID, body: ReversalIn) -> Response:
    """Avoir ou erreur, en tout ou partie : une écriture négative et datée ; la facture reste écrite."""
    return call.create(
        lambda writer: invoices.reverse_invoice(writer, contract_id, invoice_id, body), body=body
    )
