"""What integrators read of webhooks: a guide, and one entry of the document for each type of event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.schemas.event_types import EVENT_TYPES, TEST_TYPE
from app.schemas.labels import LABELS
from app.schemas.webhooks import WebhookMessage
from app.web.examples import Examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

GUIDE = """\
Être prévenu des événements de `/v1/events`, selon la spécification Standard Webhooks 1.0.

- **Message** : `type`, `timestamp`, `data` (des identifiants seulement). L'état présent se lit à l'adresse
  de l'objet.
- **Vérifier** : `webhook-signature` porte `v1,` et le HMAC-SHA256 en base64 de
  `webhook-id.webhook-timestamp.corps` ; plusieurs signatures sont séparées par une espace, une seule
  suffit. Les bibliothèques Standard Webhooks le font avec le secret `whsec_…`. Refusez un instant éloigné
  de plus de cinq minutes, et lisez le corps tel quel avant de l'analyser.
- **Au moins une fois** : un événement peut arriver plusieurs fois, toujours sous le même `webhook-id`.
  Retenez ceux qui sont traités. L'envoi suit le fil ; après un échec, l'ordre d'arrivée n'est pas promis.
  `data.position` le rétablit, et `GET /v1/events?after=` comble tout doute.
- **Répondre** : un statut 2xx en moins de 10 secondes (5 sans un octet), sans redirection, 64 Kio au plus ;
  traitez ensuite.
- **Échecs** : douze essais en deux jours (5 s, 30 s, 2 min, 10 min, 30 min, 1, 2, 4, 6, 12 et 24 h,
  allongés d'un hasard) ; `Retry-After` d'un 429 ou 503 est suivi, un jour au plus. Ensuite l'envoi est
  `undelivered` et se rejoue. Un 410 met aussitôt en pause ; des jours d'échecs seuls aussi, et l'événement
  `webhook.paused` le dit dans le fil.
- **Droits** : rien n'est envoyé que l'organisme, dans ce rôle, ne puisse lire à l'instant de l'envoi.
"""
ACCEPTED: dict[int | str, dict[str, Any]] = {
    204: {"description": "Reçu (tout statut 2xx). Autre chose est un échec, et l'envoi sera repris."},
    410: {"description": "Plus personne ici : le webhook est mis en pause."},
}
SENT = (
    ("webhook-id", "Identifiant de l'événement, le même à chaque essai.", "482-1"),
    ("webhook-timestamp", "Instant de l'essai, en secondes depuis 1970.", "1744704001"),
    ("webhook-signature", "Une signature, deux pendant le recouvrement des secrets.", "v1,K5oZfzN95Z9…="),
)
TEST_LABEL = "Message d'essai, demandé par POST /v1/webhooks/{id}/test"


def install(app: FastAPI) -> None:
    """Declare every message that may be sent."""
    for name in (*EVENT_TYPES, TEST_TYPE):
        app.webhooks.add_api_route(
            name,
            _receiver(name),
            methods=["POST"],
            status_code=204,
            responses=ACCEPTED,
            tags=["webhooks"],
            name=f"receive_{name.replace('.', '_')}",
            summary=LABELS["changes"].get(name, TEST_LABEL),
        )


def complete(document: dict[str, Any]) -> None:
    """Give each entry its headers and its example, and take away what no receiver has to answer."""
    examples = Examples(document["components"]["schemas"])
    headers = [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": meaning,
            "schema": {"type": "string"},
            "example": shown,
        }
        for name, meaning, shown in SENT
    ]
    for name, entry in document.get("webhooks", {}).items():
        operation = entry["post"]
        operation["responses"].pop("422", None)
        operation["parameters"] = headers
        content = operation["requestBody"]["content"]["application/json"]
        content["example"] = _example(examples.of(content["schema"]), name)


def _receiver(name: str) -> Callable[[WebhookMessage], None]:
    def receive(body: WebhookMessage) -> None:
        """Never called: it stands for the receiver."""
        del body

    receive.__doc__ = f"`data.subject_type` : `{EVENT_TYPES.get(name, 'webhook')}`."
    return receive


def _example(message: dict[str, Any], name: str) -> dict[str, Any]:
    tried = {"id": "test-01936f2e-7c10-7a31-9c55-0242ac120021", "position": None, "contract_id": None}
    about = {"subject_type": EVENT_TYPES.get(name, "webhook"), **(tried if name == TEST_TYPE else {})}
    return {**message, "type": name, "data": {**message["data"], **about}}
