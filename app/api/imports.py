"""Files handed over: `/v1/imports`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.schemas.imports import ImportAsked, ImportOut, ImportRowPage, ImportWalk
from app.services import imports
from app.services.imports import Handed
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers
from app.web.uploading import create_from_file

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=ExactRoute)

JSON_EXAMPLE = {
    "marches": {
        "marche": [
            {
                "id": "EX-2024-01",
                "acheteur": {"id": "11111100100009"},
                "nature": "Marché",
                "objet": "Construction d'une halle exemple, lot 2 : charpente",
                "codeCPV": "45210000",
                "dateNotification": "2024-12-12",
                "dureeMois": 9,
                "montant": 27364,
                "lieuExecution": {"code": "57280", "typeCode": "Code postal"},
                "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "22222200200008"}}],
                "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
            }
        ]
    }
}
CSV_EXAMPLE = (
    "id;acheteur.id;objet;codeCPV;dateNotification;montant\n"
    "EX-2024-01;11111100100009;Construction d'une halle exemple;45210000;2024-12-12;27364.0\n"
)
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Le fichier tel quel.",
        "content": {
            "application/json": {"schema": {}, "example": JSON_EXAMPLE},
            "text/csv": {"schema": {"type": "string"}, "example": CSV_EXAMPLE},
        },
    }
}


@router.post(
    "",
    status_code=202,
    response_model=ImportOut,
    responses=answers(400, 409, 413, 415, 422),
    openapi_extra={**IDEMPOTENCY_KEY, **FILE_BODY},
    summary="Importer un fichier",
)
async def import_file(call: Calling, asked: Annotated[ImportAsked, Query()], request: Request) -> Response:
    """La plateforme importe pour tous, un acheteur ses propres marchés. Réimporter ne change rien."""
    content_type = request.headers.get("content-type", "")
    return await create_from_file(
        call,
        request,
        check=lambda principal: imports.check_import(principal, content_type),
        use_case=lambda writer, upload: imports.queue_import(writer, asked, Handed(content_type, upload)),
    )


@router.get("/{import_id}", response_model=ImportOut, responses=answers(404, 422), summary="Suivre un import")
def read_import(call: Calling, import_id: UUID) -> Response:
    """Avancement et nombre d'enregistrements par résultat."""
    return call.read(lambda reader: imports.read_import(reader, import_id))


@router.get(
    "/{import_id}/rows",
    response_model=ImportRowPage,
    responses=answers(404, 422),
    summary="Lire les résultats par enregistrement",
)
def list_import_rows(call: Calling, import_id: UUID, walk: Annotated[ImportWalk, Query()]) -> Response:
    """Ce qu'il est advenu de chaque enregistrement, dans l'ordre du fichier, avec tout ce qui y cloche."""
    return call.read(lambda reader: imports.list_rows(reader, import_id, walk))
