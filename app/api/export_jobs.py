"""Exports made by a job: `POST /v1/exports`, `/v1/exports/{id}`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.schemas.export_jobs import ExportIn, ExportOut
from app.schemas.exports import XLSX
from app.services import export_jobs
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le fichier.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=ExactRoute)


@router.post(
    "",
    status_code=202,
    response_model=ExportOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Demander un export long",
)
def request_export(call: Calling, request: Request, body: ExportIn) -> Response:
    """Le même fichier que l'export du même nom, sans limite de lignes, fait par un travail (`job`).

    Il s'annule comme un import, reprend là où il en était, et se garde quelques jours pour qui l'a demandé.
    """
    days = request.app.state.settings.export_days
    return call.create(lambda writer: export_jobs.queue_export(writer, body, days), body=body, status=202)


@router.get(
    "/{export_id}", response_model=ExportOut, responses=answers(404, 422), summary="Suivre un export long"
)
def read_export(call: Calling, export_id: UUID) -> Response:
    """Où il en est, et jusqu'à quand le fichier est gardé ; à qui l'a demandé seul."""
    return call.read(lambda reader: export_jobs.read_export(reader, export_id))


@router.get(
    "/{export_id}/file",
    response_class=StreamingResponse,
    responses={**FILE, **answers(404, 409, 422)},
    summary="Prendre le fichier d'un export long",
)
def read_export_file(call: Calling, export_id: UUID) -> Response:
    """Le fichier, une fois le travail fini et tant qu'il est gardé ; à qui l'a demandé seul."""
    return call.give(lambda reading: export_jobs.file_of(reading, export_id))
