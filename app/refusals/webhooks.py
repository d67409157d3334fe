"""Refusals about webhooks."""

from __future__ import annotations

from app.errors import DomainError, Text


class WebhookPaused(DomainError):
    """Nothing is sent to a webhook that is paused."""

    status, code = 409, "webhook_paused"
    title = Text("Ce webhook est en pause.", "This webhook is paused.")


class TooManyWebhooks(DomainError):
    """An organisation in one role has so many webhooks at most."""

    status, code = 409, "too_many_webhooks"
    title = Text("Le nombre de webhooks est atteint.", "The number of webhooks is reached.")


class SecretOverlap(DomainError):
    """Two secrets of a webhook sign: the one that is replaced, and its successor."""

    status, code = 409, "secret_overlap"
    title = Text("Deux secrets de ce webhook signent déjà.", "Two secrets of this webhook sign already.")
