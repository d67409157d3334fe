"""Files to take away: `/v1/exports`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.schemas.exports import ContractsExport, TableForm
from app.services import exports
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
