"""Refusals about what published contracts leave to be decided."""

from __future__ import annotations

from app.errors import DomainError, Text


class PublicationContradicts(DomainError):
    """What is published cannot be taken while something else on the contract rests on the present value."""

    status, code = 409, "decp_contradicts"
    title = Text(
        "Ce qui est publié contredit ce qui est enregistré d'autre sur ce contrat.",
        "What is published contradicts what else is recorded of this contract.",
    )


class PublicationDecided(DomainError):
    """What was decided once stays decided; another publication asks anew."""

    status, code = 409, "decp_decided"
    title = Text("Cela est déjà décidé.", "This is decided already.")
