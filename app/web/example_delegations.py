"""What the examples tell of delegations, and of what a holder approves."""

from __future__ import annotations

from typing import Any

DELEGATION = "01936f2e-7c10-7a31-9c55-0242ac120019"

DELEGATIONS: dict[str, Any] = {
    "ApprovalOut.decided_at": None,
    "ApprovalOut.decided_by": None,
    "ApprovalOut.due_on": "2025-04-25",
    "ApprovalOut.reason": None,
    "ApprovalOut.state": "waiting",
    "ApprovalOut.state_label": "Attendue du titulaire",
    "ConditionsOut.holder_approval": None,
    "StatementOut.approval": "not_asked",
    "StatementOut.approval_due_on": None,
    "StatementOut.approval_label": "Pas demandée",
    "StatementSummary.approval": "not_asked",
    "StatementSummary.approval_due_on": None,
    "StatementSummary.approval_label": "Pas demandée",
    "TermsOut.holder_approval": None,
    "DelegationOut.delegate": "60000000400017",
    "DelegationOut.delegator": "22222200200008",
    "DelegationOut.id": DELEGATION,
    "DelegationOut.since": "2024-12-12",
    "DelegationOut.until": None,
}
