"""Being told of events: `/v1/webhooks`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.lists import Walk
from app.schemas.webhooks import (
    DeliveryOut,
    DeliveryPage,
    DeliveryWalk,
    ReplayIn,
    SecretRotationIn,
    WebhookCreated,
    WebhookIn,
    WebhookOut,
    WebhookPage,
    WebhookPatch,
)
from app.services import webhooks
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=ExactRoute)


@router.post(
    "",
    status_code=201,
    response_model=WebhookCreated,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Créer un webhook",
)
def create_webhook(call: Calling, body: WebhookIn) -> Response:
    """Reçoit ce que `/v1/events` dit à l'organisme dans ce rôle, tant qu'il peut le lire.

    Le secret (`whsec_…`) n'est montré que dans cette réponse. Il faut pouvoir
    faire des clés, et lire.
    """
    return call.create(lambda writer: webhooks.create(writer, body), body=body, again=webhooks.check_may_tell)


@router.get("", response_model=WebhookPage, responses=answers(422), summary="Lister les webhooks")
def list_webhooks(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Ceux de l'organisme dans le même rôle, sans leurs secrets."""
    return call.read(lambda reader: webhooks.list_all(reader, walk))


@router.get(
    "/{webhook_id}", response_model=WebhookOut, responses=answers(404, 422), summary="Lire un webhook"
)
def read_webhook(call: Calling, webhook_id: UUID) -> Response:
    """Où en sont les envois : position atteinte, échecs en cours, pause et sa raison."""
    return call.read(lambda reader: webhooks.read(reader, webhook_id))


@router.patch(
    "/{webhook_id}",
    response_model=WebhookOut,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Modifier un webhook, le mettre en pause ou le reprendre",
)
def change_webhook(call: Calling, webhook_id: UUID, body: WebhookPatch) -> Response:
    """Ce qui est absent reste. En pause, rien ne se perd : à la reprise, l'envoi repart d'où il en était."""
    return call.change(lambda writer, version: webhooks.change(writer, webhook_id, body, version))


@router.delete(
    "/{webhook_id}",
    status_code=204,
    response_model=None,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Supprimer un webhook",
)
def delete_webhook(call: Calling, webhook_id: UUID) -> Response:
    """Plus rien n'est envoyé ; le journal de ses envois disparaît avec lui."""
    return call.change(lambda writer, version: webhooks.remove(writer, webhook_id, version), status=204)


@router.post(
    "/{webhook_id}/secret/rotate",
    status_code=201,
    response_model=WebhookCreated,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Remplacer le secret d'un webhook",
)
def rotate_webhook_secret(call: Calling, webhook_id: UUID, body: SecretRotationIn) -> Response:
    """Pendant `overlap_hours`, chaque message porte deux signatures ; une seule suffit à le vérifier.

    Un secret divulgué se remplace avec `overlap_hours` à 0, même pendant un recouvrement.
    """
    return call.create(
        lambda writer: webhooks.rotate_secret(writer, webhook_id, body),
        body=body,
        again=webhooks.check_may_tell,
    )


@router.post(
    "/{webhook_id}/test",
    status_code=201,
    response_model=DeliveryOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Envoyer un message d'essai",
)
def test_webhook(call: Calling, webhook_id: UUID) -> Response:
    """Un message `webhook.test`, signé et envoyé comme les autres ; `Location` dit ce qu'il devient."""
    return call.create(lambda writer: webhooks.try_out(writer, webhook_id), body=None)


@router.post(
    "/{webhook_id}/replay",
    response_model=WebhookOut,
    responses=answers(404, 413, 422),
    summary="Renvoyer tout ce qui suit une position",
)
def replay_webhook(call: Calling, webhook_id: UUID, body: ReplayIn) -> Response:
    """Repart de `after`, dans l'ordre du fil, avec les mêmes `webhook-id` et les filtres d'aujourd'hui."""
    return call.do(lambda writer: webhooks.replay(writer, webhook_id, body))


@router.get(
    "/{webhook_id}/deliveries",
    response_model=DeliveryPage,
    responses=answers(404, 422),
    summary="Lire le journal des envois",
)
def list_deliveries(call: Calling, webhook_id: UUID, walk: Annotated[DeliveryWalk, Query()]) -> Response:
    """Chaque événement avec ses essais : statut reçu ou raison, durée, prochain essai. Gardé 30 jours."""
    return call.read(lambda reader: webhooks.list_deliveries(reader, webhook_id, walk))


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    response_model=DeliveryOut,
    responses=answers(404, 422),
    summary="Lire un envoi",
)
def read_delivery(call: Calling, webhook_id: UUID, delivery_id: UUID) -> Response:
    """Un événement pour un webhook, et tous ses essais."""
    return call.read(lambda reader: webhooks.read_delivery(reader, webhook_id, delivery_id))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    response_model=DeliveryOut,
    responses=answers(404, 413, 422),
    summary="Renvoyer un événement",
)
def replay_delivery(call: Calling, webhook_id: UUID, delivery_id: UUID) -> Response:
    """Le remet en file aussitôt, sous le même `webhook-id`, quel qu'ait été son sort."""
    return call.do(lambda writer: webhooks.replay_delivery(writer, webhook_id, delivery_id))
