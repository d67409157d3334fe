"""What the examples tell of delegations."""

from __future__ import annotations

from typing import Any

DELEGATION = "01936f2e-7c10-7a31-9c55-0242ac120019"

DELEGATIONS: dict[str, Any] = {
    "DelegationOut.delegate": "60000000400017",
    "DelegationOut.delegator": "22222200200008",
    "DelegationOut.id": DELEGATION,
    "DelegationOut.since": "2024-12-12",
    "DelegationOut.until": None,
}
