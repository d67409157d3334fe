"""The French labels of what stands between organisations: contacts and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.rules.approvals import ApprovalState
from app.rules.contacts import ContactFunction, ContactState

if TYPE_CHECKING:
    from collections.abc import Mapping

ORGANISATION_LABELS: Mapping[str, Mapping[str, str]] = {
    "contact_functions": {
        ContactFunction.STATEMENTS: "Relevés d'heures",
        ContactFunction.ELIGIBILITY: "Éligibilité et parcours des personnes",
        ContactFunction.FOLLOW_UP: "Suivi du contrat",
        ContactFunction.PENALTIES: "Pénalités et contestations",
        ContactFunction.RECRUITMENT: "Offres et recherche de candidats",
        ContactFunction.PERSONAL_DATA: "Données personnelles et droits",
        ContactFunction.MANAGEMENT: "Direction, jointe à défaut des autres",
    },
    "approval_states": {
        ApprovalState.NOT_ASKED: "Pas demandée",
        ApprovalState.WAITING: "Attendue du titulaire",
        ApprovalState.APPROVED: "Approuvé par le titulaire",
        ApprovalState.SENT_BACK: "Renvoyé par le titulaire",
        ApprovalState.PASSED: "Délai passé : le réviseur peut examiner",
    },
    "contact_states": {
        ContactState.ANNOUNCED: "Annoncé, pas encore en fonction",
        ContactState.REACHABLE: "Joignable",
        ContactState.TO_CONFIRM: "À confirmer : pas confirmé depuis longtemps",
        ContactState.UNREACHABLE: "Injoignable : un message est revenu",
        ContactState.ENDED: "Fini : remplacé ou retiré",
    },
}
