"""The French labels of what stands between organisations: contacts, delegations, approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.rules.approvals import ApprovalState
from app.rules.contacts import ContactFunction, ContactState
from app.schemas.follow_up import ActionCode

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTACTS: Mapping[str, Mapping[str, str]] = {
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
ORGANISATION_CHANGES = {
    "contact.named": "Interlocuteur nommé",
    "contact.updated": "Interlocuteur corrigé",
    "contact.confirmed": "Interlocuteur confirmé",
    "contact.handed_over": "Relève d'un interlocuteur",
    "contact.bounced": "Message revenu d'un interlocuteur",
    "contact.retired": "Interlocuteur retiré",
    "statement.approved": "Relevé approuvé par le titulaire",
    "statement.sent_back": "Relevé renvoyé par le titulaire",
    "delegation.given": "Délégation donnée",
    "delegation.updated": "Fin d'une délégation fixée",
    "delegation.ended": "Délégation finie",
    "contact.erased": "Nom et adresse d'un interlocuteur effacés",
}
STATEMENT_ACTIONS: Mapping[str, str] = {
    ActionCode.STATEMENT_TO_APPROVE: "Relevé à approuver par le titulaire",
    ActionCode.STATEMENT_SENT_BACK: "Relevé renvoyé par le titulaire",
    ActionCode.STATEMENT_TO_REVIEW: "Relevé à examiner",
    ActionCode.CONTRACT_STARTING: "Exécution qui commence bientôt",
    ActionCode.CONTACT_UNREACHABLE: "Interlocuteur injoignable",
    ActionCode.CONTACT_TO_CONFIRM: "Interlocuteur à confirmer",
}
