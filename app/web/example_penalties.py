"""What the examples of the contract tell of penalties and disputes: 32 h short, a line contested."""

from __future__ import annotations

from typing import Any

FACT = "01936f2e-7c10-7a31-9c55-0242ac12000f"
DECISION = "01936f2e-7c10-7a31-9c55-0242ac120010"
DISPUTE = "01936f2e-7c10-7a31-9c55-0242ac120011"
BUYER, FIRM = "20003994900017", "22222200200008"

ARTICLE = "CCAP d'exemple, art. 8.2"
WHY = "Les dix heures retirées figurent sur la fiche de présence."
TERM = {
    "code": "missing_hours",
    "kind": "missing_hours",
    "amount": {"euros": "200.00", "parameter": None, "coefficient": None, "value_on": None},
    "label": "Heures d'insertion non réalisées",
    "days": "calendar",
    "notice": False,
    "observation_days": 0,
    "cap": None,
    "floor": None,
    "statements": False,
    "reference": ARTICLE,
    "assumed": False,
}
MISSING = {
    "code": "missing",
    "label": "Heures manquantes",
    "value": "32.00",
    "unit": "h",
    "on": None,
    "reference": "",
}

PENALTIES: dict[str, Any] = {
    "TermsOut.penalties": [TERM],
    "ConditionsOut.penalties": [TERM],
    **{f"PenaltyLineOut.{name}": TERM[name] for name in ("kind", "label", "reference")},
    "PenaltyLineOut.inputs": [MISSING],
    "PenaltyLineOut.limit": None,
    "PenaltyLineOut.blocks": [],
    **{f"PenaltyLineOut.{name}": "6400.00" for name in ("computed", "amount", "applicable", "remaining")},
    "PenaltyLineOut.decided": "0.00",
    "PenaltyLineOut.text": "46 h dues, 14 h comptées : 32 h manquantes",
    "PenaltyLineOut.formula": "32 h × 200 €/h = 6 400 €",
    "PenaltyStatementOut.as_of": "2025-09-30",
    **{f"PenaltyStatementOut.{name}": "6400.00" for name in ("total", "applicable", "remaining")},
    "PenaltyStatementOut.decided": "0.00",
    "PenaltyStatementOut.blocks": [],
    "PenaltyFactOut.id": FACT,
    "PenaltyFactOut.kind": "document_expected",
    "PenaltyFactOut.kind_label": "Document attendu",
    "PenaltyFactOut.on": "2025-01-15",
    "PenaltyFactOut.term": "late_document",
    "PenaltyFactOut.label": "Bilan trimestriel",
    "PenaltyFactOut.subject": None,
    "PenaltyFactOut.declarant": None,
    "PenaltyFactOut.month": None,
    "PenaltyFactOut.document": None,
    "PenaltyFactOut.recorded_by": BUYER,
    "PenaltyFactOut.cancelled_at": None,
    "PenaltyFactOut.cancel_reason": None,
    **{
        f"{model}.{name}": value
        for model in ("PenaltyDecisionItem", "PenaltyDecisionOut")
        for name, value in {
            "id": DECISION,
            "outcome": "reduce",
            "outcome_label": "Réduire",
            "as_of": "2025-09-30",
            "computed": "6400.00",
            "amount": "3200.00",
            "reason": "Difficultés de recrutement signalées à temps.",
            "replaces": None,
            "replaced_by": None,
            "decided_by": BUYER,
            "disputable_until": "2025-10-30",
        }.items()
    },
    "DecidedLine.key": "missing_hours",
    "DecidedLine.amount": "6400.00",
    "DisputeOut.id": DISPUTE,
    "DisputeOut.kind": "line",
    "DisputeOut.kind_label": "Ligne d'un relevé",
    "DisputeOut.state": "open",
    "DisputeOut.state_label": "Ouverte",
    "DisputeOut.statement_id": "01936f2e-7c10-7a31-9c55-0242ac120009",
    "DisputeOut.decision_id": None,
    "DisputeOut.opened_by": FIRM,
    "DisputeOut.text": WHY,
    "DisputeOut.outcome": None,
    "DisputeOut.outcome_label": None,
    "DisputeOut.answer": None,
    "DisputeOut.closed_at": None,
}
PARTS = {"fact_id": FACT, "decision_id": DECISION, "dispute_id": DISPUTE}
