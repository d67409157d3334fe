"""What the domain refuses between organisations: contacts, delegations, approvals (409s).

The rest stands in `app.refusals`, what to do about each in `app.web.advice`.
"""

from __future__ import annotations

from app.errors import DomainError, Text


class ContactEnded(DomainError):
    """A contact that was replaced or retired is not confirmed, corrected nor handed over any more."""

    status, code = 409, "contact_ended"
    title = Text("Cet interlocuteur est fini.", "This contact is over.")
