"""Refusals about what published contracts leave to be decided."""

from __future__ import annotations

from app.errors import DomainError, Text


class PublicationDecided(DomainError):
    """What was decided once stays decided; another publication asks anew."""

    status, code = 409, "decp_decided"
    title = Text("Cela est déjà décidé.", "This is decided already.")
