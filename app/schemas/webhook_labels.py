"""The French labels of what webhooks say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.webhooks import AttemptProblem, DeliveryState, PauseReason

if TYPE_CHECKING:
    from collections.abc import Mapping

WEBHOOK_LABELS: Mapping[str, Mapping[str, str]] = {
    "webhook_pauses": {
        PauseReason.ASKED: "Demandée",
        PauseReason.FAILURES: "Trop d'échecs de suite",
        PauseReason.GONE: "Le récepteur répond qu'il n'existe plus (410)",
    },
    "delivery_states": {
        DeliveryState.QUEUED: "À envoyer",
        DeliveryState.DELIVERED: "Reçu",
        DeliveryState.UNDELIVERED: "Abandonné après le dernier essai",
        DeliveryState.WITHHELD: "Retenu : l'organisme ne peut plus le lire",
    },
    "attempt_problems": {
        AttemptProblem.NOT_AN_ADDRESS: "Adresse illisible",
        AttemptProblem.NOT_HTTPS: "Adresse sans https",
        AttemptProblem.NOT_PUBLIC: "Adresse qui n'est pas publique",
        AttemptProblem.UNKNOWN_NAME: "Nom inconnu",
        AttemptProblem.CONNECTION: "Connexion refusée, coupée ou réponse fausse",
        AttemptProblem.TIMEOUT: "Pas de réponse à temps",
        AttemptProblem.TOO_LARGE: "Réponse trop longue",
        AttemptProblem.UNEXPECTED_STATUS: "Réponse autre qu'un succès",
    },
}
