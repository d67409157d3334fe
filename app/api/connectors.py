"""Connectors: `/v1/connectors`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.schemas.connectors import ConnectorList
from app.services import connectors
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], route_class=ExactRoute)


@router.get("", response_model=ConnectorList, responses=answers(), summary="Lister les connecteurs")
def list_connectors(call: Calling) -> Response:
    """Services extérieurs : allumés ou non, dernier succès, dernier échec. Réservé à la plateforme."""
    return call.read(connectors.list_connectors)
