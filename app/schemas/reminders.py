"""What an organisation was reminded of by e-mail."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from app.principal import Role
from app.schemas.fields import Instant, Output
from app.schemas.lists import Page, Walk

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReminderSubject(StrEnum):
    """What a message is about."""

    STATEMENTS = "statements"
    PROOFS = "proofs"
    DOCUMENTS = "documents"


class ReminderState(StrEnum):
    """What became of a message."""

    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ReminderOut(Output):
    """One message: what it counted and to whom it went, never what it said."""

    id: UUID = Field(description="Fait aussi l'identifiant du message (`Message-ID`).")
    role: Role
    subject: ReminderSubject
    subject_label: str
    day: date = Field(description="Jour du rappel ; un par organisme, rôle et sujet.")
    state: ReminderState
    state_label: str
    problem: str | None = Field(
        description="Pourquoi le serveur ne l'a pas pris, en code ; null s'il l'a pris ou l'a refusé."
    )
    tries: int = Field(description="Essais de ce jour.")
    contracts: int = Field(description="Contrats où il reste à faire.")
    actions: int = Field(description="Ce qui reste à faire, en nombre.")
    contacts: list[UUID] = Field(description="Interlocuteurs à qui il fut adressé.")
    escalated: bool = Field(description="Adressé à la direction : nul autre n'était joignable.")
    created_at: Instant
    sent_at: Instant | None


class ReminderPage(Page[ReminderOut]):
    """Messages, the oldest first."""


class ReminderWalk(Walk):
    """What to list."""

    subject: ReminderSubject | None = Field(default=None, description="Ceux de ce sujet.")


REMINDER_LABELS: Mapping[str, Mapping[str, str]] = {
    "reminder_subjects": {
        ReminderSubject.STATEMENTS: "Relevés d'heures",
        ReminderSubject.PROOFS: "Justificatifs",
        ReminderSubject.DOCUMENTS: "Documents de la clause",
    },
    "reminder_states": {
        ReminderState.SENDING: "En cours d'envoi",
        ReminderState.SENT: "Remis au serveur de courriel",
        ReminderState.DEFERRED: "Remis à plus tard",
        ReminderState.REFUSED: "Refusé par le serveur de courriel",
        ReminderState.UNKNOWN: "Envoyé ou non, nul ne le sait",
    },
}
