"""The French labels of what publications leave to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.decp import PublicationConflictState, PublicationReviewReason, PublicationReviewState

if TYPE_CHECKING:
    from collections.abc import Mapping

DECP_LABELS: Mapping[str, Mapping[str, str]] = {
    "conflict_states": {
        PublicationConflictState.OPEN: "À décider",
        PublicationConflictState.TAKEN: "Valeur publiée reprise",
        PublicationConflictState.KEPT: "Valeur du contrat gardée",
        PublicationConflictState.SETTLED: "Sans objet : les deux disent la même chose",
    },
    "review_states": {
        PublicationReviewState.OPEN: "À examiner",
        PublicationReviewState.SAME: "Même contrat",
        PublicationReviewState.DISTINCT: "Contrat distinct",
    },
    "review_reasons": {
        PublicationReviewReason.OTHER_CONTENT: "Même identité, autre contenu",
        PublicationReviewReason.RETURNED_OTHERWISE: "Identifiant de suivi d'un autre contrat",
        PublicationReviewReason.REGISTERED_OTHERWISE: "Numéro déjà enregistré autrement que par un import",
    },
}
