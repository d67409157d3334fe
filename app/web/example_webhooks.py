"""What the examples tell of webhooks, their deliveries and messages."""

from __future__ import annotations

from typing import Any

WEBHOOK = "01936f2e-7c10-7a31-9c55-0242ac120020"
DELIVERY = "01936f2e-7c10-7a31-9c55-0242ac120021"
URL = "https://metier.exemple.fr/clauses"

WEBHOOK_NAMES: dict[str, Any] = {
    "event_id": "482-1",
    "event_type": "hire.declared",
    "event_types": ["hire.declared", "statement.*"],
    "failing_since": None,
    "milliseconds": 87,
    "next_attempt_at": None,
    "overlap_hours": 24,
    "paused": False,
    "paused_reason": None,
    "secret": "whsec_…",
    "secret_overlap_until": None,
    "url": URL,
    "webhook_id": WEBHOOK,
}
WEBHOOKS: dict[str, Any] = {
    **{f"{model}.id": WEBHOOK for model in ("WebhookOut", "WebhookCreated")},
    **{f"{model}.label": "Logiciel de suivi" for model in ("WebhookOut", "WebhookCreated", "WebhookPatch")},
    **{f"{model}.position": 482 for model in ("WebhookOut", "WebhookCreated", "DeliveryOut", "MessageData")},
    "WebhookPatch.paused": True,
    "AttemptOut.at": "2025-04-15T08:00:01Z",
    "AttemptOut.problem": None,
    "AttemptOut.status": 204,
    "DeliveryOut.ended_at": "2025-04-15T08:00:01Z",
    "DeliveryOut.id": DELIVERY,
    "DeliveryOut.state": "delivered",
    "MessageData.id": "482-1",
}
