"""What the examples tell of delegations, and of what a holder approves."""

from __future__ import annotations

from typing import Any

DELEGATION = "01936f2e-7c10-7a31-9c55-0242ac120019"

CONTRACT = "01936f2e-7c10-7a31-9c55-0242ac120003"

DELEGATIONS: dict[str, Any] = {
    "QueueItem.code": "missing_statement",
    "QueueItem.contract_id": CONTRACT,
    "QueueItem.contract_reference": "2024-18",
    "QueueItem.count": None,
    "QueueItem.declarant": "22222200200008",
    "QueueItem.due_on": "2025-04-15",
    "QueueItem.hours": None,
    "QueueItem.href": f"/v1/contracts/{CONTRACT}/statements",
    "QueueItem.id": f"contract.{CONTRACT}.missing_statement.2025-03.22222200200008",
    "QueueItem.label": "Relevé manquant",
    "QueueItem.month": "2025-03",
    "QueueItem.text": "Relevé de 03/2025 manquant depuis le 15/04/2025 (Charpentes d'exemple)",
    "WorkQueue.next": None,
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
