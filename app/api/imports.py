"""Files handed over: `/v1/imports`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.schemas.exports import MEDIA, XLSX
from app.schemas.imports import (
    FormAsked,
    ImportAsked,
    ImportOut,
    ImportRowPage,
    ImportWalk,
    TemplateAsked,
)
from app.services import hire_imports, hour_imports, import_copies, imports, invoice_imports
from app.services.imports import Handed
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers
from app.web.uploading import create_from_file

TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le tableau.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
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
            # Named, and binary: without either, generated clients cannot send a file.
            "application/json": {
                "schema": {"type": "object", "title": "DecpFile", "additionalProperties": True},
                "example": JSON_EXAMPLE,
            },
            "text/csv": {"schema": {"type": "string", "format": "binary"}, "example": CSV_EXAMPLE},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
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
    """Marchés, factures : la plateforme pour tous, un acheteur les siens. Heures, emplois : qui les déclare.

    Réimporter le même contenu ne change rien, ni un fichier repris par un export des heures ou des contrats.
    """
    content_type = request.headers.get("content-type", "")
    return await create_from_file(
        call,
        request,
        check=lambda principal: imports.check_import(principal, asked, content_type),
        use_case=lambda writer, upload: imports.queue_import(writer, asked, Handed(content_type, upload)),
    )


@router.get(
    "/templates/hours",
    response_class=Response,
    responses={**TABLE, **answers(422)},
    summary="Prendre le modèle d'un fichier d'heures",
)
def read_hours_template(call: Calling, asked: Annotated[TemplateAsked, Query()]) -> Response:
    """CSV ou XLSX à remplir, avec vos mises à l'emploi en cours ; une feuille explique chaque colonne."""
    return call.file(
        lambda reader: hour_imports.template(reader, asked), MEDIA[asked.form], f"heures.{asked.form}"
    )


@router.get(
    "/templates/hires",
    response_class=Response,
    responses={**TABLE, **answers(422)},
    summary="Prendre le modèle d'un fichier de mises à l'emploi",
)
def read_hires_template(call: Calling, asked: Annotated[FormAsked, Query()]) -> Response:
    """CSV ou XLSX à remplir ; une feuille explique chaque colonne et liste les codes."""
    name = f"mises-a-l-emploi.{asked.form}"
    return call.file(lambda reader: hire_imports.template(reader, asked), MEDIA[asked.form], name)


@router.get(
    "/templates/invoices",
    response_class=Response,
    responses={**TABLE, **answers(422)},
    summary="Prendre le modèle d'un fichier de factures",
)
def read_invoices_template(call: Calling, asked: Annotated[FormAsked, Query()]) -> Response:
    """CSV ou XLSX à remplir ; une feuille explique chaque colonne."""
    name = f"factures.{asked.form}"
    return call.file(lambda reader: invoice_imports.template(reader, asked), MEDIA[asked.form], name)


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


@router.get(
    "/{import_id}/file",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(403, 404, 422)},
    summary="Reprendre un tableau avec ses problèmes",
)
def read_import_file(call: Calling, import_id: UUID) -> Response:
    """Le tableau remis, avec une colonne « Problème » de plus : à corriger et à renvoyer.

    Pour qui l'a remis, tant qu'une ligne est à corriger et que le fichier est gardé (7 jours par défaut).
    """
    return call.give(lambda opened: import_copies.give_back(opened, import_id))
