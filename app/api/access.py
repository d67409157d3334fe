"""Keys and the caller: `/v1/api-keys`, `/v1/me`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.access import ApiKeyCreated, ApiKeyIn, ApiKeyPage, Me, RotationIn
from app.schemas.lists import Walk
from app.services import access
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["access"], route_class=ExactRoute)


@router.get("/me", response_model=Me, responses=answers(), summary="Qui suis-je ?")
def read_me(call: Calling) -> Response:
    """L'organisme et le rôle au nom desquels la clé agit, et ce qu'elle permet."""
    return call.read(access.who_am_i)


@router.get("/api-keys", response_model=ApiKeyPage, responses=answers(422), summary="Lister les clés")
def list_api_keys(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Les clés de l'organisme dans le même rôle (toutes, pour la plateforme), sans leurs secrets."""
    return call.read(lambda reader: access.list_keys(reader, walk))


@router.post(
    "/api-keys",
    status_code=201,
    response_model=ApiKeyCreated,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Créer une clé",
)
def create_api_key(call: Calling, body: ApiKeyIn) -> Response:
    """La clé n'est montrée que dans cette réponse. La plateforme en crée pour tout organisme."""
    return call.create(
        lambda writer: access.create_key(writer, body),
        body=body,
        # Its secret is repeated to who might make it now: not to a narrower key of the organisation.
        again=lambda writer: access.may_make(writer, body),
    )


@router.post(
    "/api-keys/{key_id}/rotate",
    status_code=201,
    response_model=ApiKeyCreated,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Remplacer une clé",
)
def rotate_api_key(call: Calling, key_id: UUID, body: RotationIn) -> Response:
    """Une clé neuve de même rôle, portées et libellé ; l'ancienne vit encore `overlap_days` jours."""
    return call.create(
        lambda writer: access.rotate_key(writer, key_id, body),
        body=body,
        again=lambda writer: access.may_rotate(writer, key_id),
    )


@router.delete(
    "/api-keys/{key_id}",
    status_code=204,
    response_model=None,
    responses=answers(404, 413, 422),
    summary="Révoquer une clé",
)
def revoke_api_key(call: Calling, key_id: UUID) -> Response:
    """La clé cesse aussitôt d'ouvrir quoi que ce soit ; la révoquer de nouveau ne change rien."""
    return call.do(lambda writer: access.revoke_key(writer, key_id))
