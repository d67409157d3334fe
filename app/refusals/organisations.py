"""Refusals between organisations: contacts and delegations."""

from __future__ import annotations

from app.errors import DomainError, Text


class ContactEnded(DomainError):
    """A contact that was replaced or retired is not confirmed, corrected nor handed over any more."""

    status, code = 409, "contact_ended"
    title = Text("Cet interlocuteur est fini.", "This contact is over.")


class DelegationOverlaps(DomainError):
    """A contractor delegates to one structure once at a time on a contract."""

    status, code = 409, "delegation_overlaps"
    title = Text(
        "Une délégation à cette structure court déjà à ces dates.",
        "A delegation to this structure already runs on these days.",
    )


class DelegationOver(DomainError):
    """A delegation that has ended stays ended."""

    status, code = 409, "delegation_over"
    title = Text("Cette délégation a pris fin.", "This delegation has ended.")


class DelegationEnded(DomainError):
    """Hours of a contractor's workers, declared by a structure to which it does not delegate any more."""

    status, code = 409, "delegation_ended"
    title = Text(
        "La délégation qui permettait de déclarer ces heures ne court pas aujourd'hui.",
        "The delegation that allowed to declare these hours does not run today.",
    )
