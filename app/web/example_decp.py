"""What the examples of the contract tell of publications: one that says more, and one of another lot."""

from __future__ import annotations

from typing import Any

CONFLICT = "01936f2e-7c10-7a31-9c55-0242ac120040"
REVIEW = "01936f2e-7c10-7a31-9c55-0242ac120041"
FOUND, DECIDED = "2025-04-10T08:00:00Z", "2025-04-11T09:30:00Z"
HOLDERS = ["SIRET 22222200200008"]

DECP: dict[str, Any] = {
    "PublicationConflictOut.id": CONFLICT,
    "PublicationConflictOut.field": "firm_amount",
    "PublicationConflictOut.ours": "28000.00",
    "PublicationConflictOut.theirs": "31000.00",
    "PublicationConflictOut.state": "open",
    "PublicationConflictOut.found_at": FOUND,
    "PublicationConflictOut.decided_at": None,
    "PublicationReviewOut.id": REVIEW,
    "PublicationReviewOut.reason": "other_content",
    "PublicationReviewOut.reference": "24-1065297",
    "PublicationReviewOut.source": "decp-2024-12.json",
    "PublicationReviewOut.published": {
        "object": "Construction d'une halle exemple - Lot 3 : couverture",
        "notified_on": "2024-12-12",
        "amount": "41000.00",
        "duration_months": 9,
        "holders": HOLDERS,
    },
    "PublicationReviewOut.registered": {
        "object": "Construction d'une halle exemple - Lot 2 : charpente",
        "notified_on": "2024-12-12",
        "amount": "27364.00",
        "duration_months": 9,
        "holders": HOLDERS,
    },
    "PublicationReviewOut.state": "open",
    "PublicationReviewOut.new_contract_id": None,
    "PublicationReviewOut.found_at": FOUND,
    "PublicationReviewOut.decided_at": None,
}

# A file of contracts as the service writes it.
DECP_FILE: dict[str, Any] = {
    "marches": {
        "marche": [
            {
                "id": "EX-2024-01",
                "acheteur": {
                    "id": "11111100100009",
                    "idContratSuivi": "01936f2e-7c10-7a31-9c55-0242ac120042",
                    "empreinteSuivi": "5f1c0a9be2d44377",
                },
                "nature": "Marché",
                "objet": "Construction d'une halle exemple, lot 2 : charpente",
                "codeCPV": "45210000",
                "procedure": "Procédure adaptée",
                "lieuExecution": {"code": "57280", "typeCode": "Code postal"},
                "dureeMois": 9,
                "dateNotification": "2024-12-12",
                "montant": 27364,
                "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "22222200200008"}}],
                "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
            }
        ],
        "contrat-concession": [],
    }
}
