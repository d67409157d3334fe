"""Columns that imports confirmed: `/v1/import-mappings`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.schemas.imports import ImportMappings
from app.services import import_mappings
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/import-mappings", tags=["imports"], route_class=ExactRoute)


@router.get(
    "", response_model=ImportMappings, responses=answers(), summary="Lister les correspondances gardées"
)
def list_import_mappings(call: Calling) -> Response:
    """Colonnes dites à un import qui a servi : un tableau de mêmes titres est reconnu sans elles."""
    return call.read(import_mappings.list_mappings)


@router.delete(
    "/{mapping_id}",
    status_code=204,
    responses=answers(404, 413, 422),
    summary="Oublier une correspondance de colonnes",
)
def remove_import_mapping(call: Calling, mapping_id: UUID) -> Response:
    """Les colonnes seront de nouveau trouvées par leurs titres, ou dites."""
    return call.do(lambda writer: import_mappings.remove_mapping(writer, mapping_id), status=204)
