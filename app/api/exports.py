"""Files to take away: `/v1/exports`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.exchange import documents
from app.schemas.compliance import ComplianceQuery
from app.schemas.exports import AttestationQuery, ContractsExport, TableForm
from app.services import exports, reports
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le fichier.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
PDF = "application/pdf"
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le document.",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=ExactRoute)


@router.get(
    "/contracts",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(409, 422)},
    summary="Reprendre les contrats en fichier",
)
def export_contracts(call: Calling, request: Request, asked: Annotated[ContractsExport, Query()]) -> Response:
    """Les contrats que vous voyez, avec les heures que vous pouvez lire : CSV au fil de l'eau, ou XLSX.

    Mêmes critères et même vue que la liste ; le classeur porte une feuille de définitions.
    """
    if asked.form is TableForm.CSV:
        return call.stream(lambda reading: exports.contracts_csv(reading, asked), "text/csv", "contrats.csv")
    most = request.app.state.settings.export_rows
    return call.file(lambda reader: exports.contracts_workbook(reader, asked, most), XLSX, "contrats.xlsx")


@router.get(
    "/contracts/{contract_id}/bilan",
    response_class=Response,
    responses={**DOCUMENT, **answers(404, 409, 422)},
    summary="Tirer le bilan d'un contrat",
)
def export_bilan(call: Calling, contract_id: UUID, asked: Annotated[ComplianceQuery, Query()]) -> Response:
    """PDF accessible : quantités, trajectoire et, pour l'acheteur et le facilitateur, les effectifs."""
    return call.file(
        lambda reader: documents.pdf(reports.bilan(reader, contract_id, asked), reader.now), PDF, "bilan.pdf"
    )


@router.get(
    "/contracts/{contract_id}/attestation",
    response_class=Response,
    responses={**DOCUMENT, **answers(404, 409, 422)},
    summary="Attester les heures acceptées",
)
def export_attestation(
    call: Calling, contract_id: UUID, asked: Annotated[AttestationQuery, Query()]
) -> Response:
    """PDF accessible : heures comptées mois par mois ; à une entreprise, celles de son côté. Aucun nom."""
    return call.file(
        lambda reader: documents.pdf(reports.attestation(reader, contract_id, asked), reader.now),
        PDF,
        "attestation.pdf",
    )
