"""Who may act for an organisation by a token: `/v1/memberships`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.lists import Walk
from app.schemas.memberships import MembershipIn, MembershipOut, MembershipPage
from app.services import memberships
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1/memberships", tags=["access"], route_class=ExactRoute)


@router.get("", response_model=MembershipPage, responses=answers(422), summary="Lister les accès")
def list_memberships(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Les accès de l'organisme dans le même rôle (tous, pour la plateforme), sans dire à qui."""
    return call.read(lambda reader: memberships.list_memberships(reader, walk))


@router.post(
    "",
    status_code=201,
    response_model=MembershipOut,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Accorder un accès",
)
def grant_membership(call: Calling, body: MembershipIn) -> Response:
    """Un rôle pour un compte d'un fournisseur d'identité ; seule une empreinte du compte est gardée."""
    return call.create(lambda writer: memberships.grant_membership(writer, body), body=body)


@router.delete(
    "/{membership_id}",
    status_code=204,
    response_model=None,
    responses=answers(404, 413, 422),
    summary="Mettre fin à un accès",
)
def end_membership(call: Calling, membership_id: UUID) -> Response:
    """L'accès cesse dès la requête suivante ; y mettre fin de nouveau ne change rien."""
    return call.do(lambda writer: memberships.end_membership(writer, membership_id))
