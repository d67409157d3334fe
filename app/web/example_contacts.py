"""What the examples tell of who answers for an organisation."""

from __future__ import annotations

from typing import Any

CONTACT = "01936f2e-7c10-7a31-9c55-0242ac120018"
REMINDER = "01936f2e-7c10-7a31-9c55-0242ac120029"

CONTACTS: dict[str, Any] = {
    "ContactOut.bounced_on": None,
    "ContactOut.confirmed_on": "2025-03-03",
    "ContactOut.email": "suivi@exemple.fr",
    "ContactOut.escalation": [],
    "ContactOut.function": "statements",
    "ContactOut.function_label": "Relevés d'heures",
    "ContactOut.id": CONTACT,
    "ContactOut.name": "Service d'exemple",
    "ContactOut.reminders": True,
    "ContactOut.replaced_by": None,
    "ContactOut.since": "2024-12-12",
    "ContactOut.siret": "22222200200008",
    "ContactOut.state": "reachable",
    "ContactOut.state_label": "Joignable",
    "ContactOut.until": None,
    "ReminderOut.actions": 2,
    "ReminderOut.contacts": [CONTACT],
    "ReminderOut.day": "2025-04-15",
    "ReminderOut.id": REMINDER,
    "ReminderOut.problem": None,
    "ReminderOut.role": "contractor",
    "ReminderOut.sent_at": "2025-04-15T08:00:00Z",
    "ReminderOut.state": "sent",
    "ReminderOut.state_label": "Remis au serveur de courriel",
    "ReminderOut.subject": "statements",
    "ReminderOut.subject_label": "Relevés d'heures",
}
