"""What the examples tell of keys, memberships and the caller."""

from __future__ import annotations

from typing import Any

KEY = "01936f2e-7c10-7a31-9c55-0242ac120001"
MEMBERSHIP = "01936f2e-7c10-7a31-9c55-0242ac120017"
# The buyer of the other examples.
ACTING_FOR = "20003994900017"

ACCESS_NAMES: dict[str, Any] = {
    "client_id": None,
    "credential": "api_key",
    "ended_at": None,
    "issuer": "https://idp.example",
    "key_id": KEY,
    "last_used_at": "2025-04-15T08:00:00Z",
    "lineage_id": KEY,
    "manages_access": True,
    "membership_id": None,
    "memberships": [],
    "overlap_days": 7,
    "prefix": "csi_4f7a9c21",
    "subject": "4f7a9c21-0b1e-4a8e-9d0a-2f6c5f1f4f11",
    "valid_days": 365,
}
ACCESS: dict[str, Any] = {
    "ApiKeyCreated.id": KEY,
    "ApiKeyCreated.key": "csi_4f7a9c21_…_…",
    "ApiKeyCreated.label": "Logiciel de paie",
    "ApiKeyCreated.siret": ACTING_FOR,
    "ApiKeyIn.role": "buyer",
    "ApiKeyIn.siret": ACTING_FOR,
    "ApiKeyOut.id": KEY,
    "ApiKeyOut.label": "Logiciel de paie",
    "ApiKeyOut.siret": ACTING_FOR,
    "Me.name": "Communauté d'exemple",
    "Me.role": "buyer",
    "Me.siret": ACTING_FOR,
    "Me.memberships": [],
    "Me.warnings": [],
    "MembershipOut.id": MEMBERSHIP,
    "MembershipOut.kind": "person",
    "MembershipOut.label": "Chargée de suivi",
    "MembershipOut.manages_access": False,
    "MembershipOut.role": "buyer",
    "MembershipOut.siret": ACTING_FOR,
    "MembershipOut.until": None,
}
