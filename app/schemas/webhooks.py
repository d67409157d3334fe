"""Webhooks: where an organisation is told of events, what was sent, and what a message holds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from app.errors import FieldProblem, Text
from app.schemas.event_types import is_filter
from app.schemas.events import LAST_POSITION, EventOut
from app.schemas.fields import Input, Instant, Name, Output, Whole, YesNo
from app.schemas.lists import Page, Walk

OVERLAP_HOURS, LONGEST_OVERLAP_HOURS = 24, 168
MOST_FILTERS = 50
NOT_A_FILTER = Text(
    "Type d'événement inconnu : nommez-en un (« hire.declared ») ou tous ceux d'un mot (« hire.* »).",
    "Unknown type of event: name one (“hire.declared”) or all of one word (“hire.*”).",
)


class PauseReason(StrEnum):
    """Why nothing is sent to a webhook."""

    ASKED = "asked"
    FAILURES = "failures"
    GONE = "gone"


class DeliveryState(StrEnum):
    """Where the sending of one event stands."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    WITHHELD = "withheld"


class AttemptProblem(StrEnum):
    """What went wrong with one attempt."""

    NOT_AN_ADDRESS = "not_an_address"
    NOT_HTTPS = "not_https"
    NOT_PUBLIC = "not_public"
    UNKNOWN_NAME = "unknown_name"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    UNEXPECTED_STATUS = "unexpected_status"


def _filter(value: object) -> object:
    if not isinstance(value, str) or not is_filter(value):
        raise FieldProblem("unknown_event_type", NOT_A_FILTER)
    return value


EventFilter = Annotated[str, BeforeValidator(_filter), StringConstraints(max_length=64)]
Filters = Annotated[
    list[EventFilter],
    Field(
        max_length=MOST_FILTERS,
        description="Types d'événement voulus, ou « mot.* » ; vide : tous ceux que le rôle peut lire.",
        examples=[["hire.declared", "statement.*"]],
    ),
]
Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2048),
    Field(
        description="Adresse https publique qui reçoit un POST par événement ; sans redirection.",
        examples=["https://metier.exemple.fr/clauses"],
    ),
]


class WebhookIn(Input):
    """An address to tell of events."""

    url: Url
    label: Name = Field(
        description="À quoi elle sert ; jamais le nom d'une personne.", examples=["Logiciel de suivi"]
    )
    event_types: Filters = Field(default_factory=list)
    after: Whole | None = Field(
        default=None,
        ge=0,
        le=LAST_POSITION,
        description="Position du fil après laquelle commencer ; absente : à partir de maintenant.",
    )


class WebhookPatch(Input):
    """What to change; what is left out stays."""

    url: Url | None = None
    label: Name | None = None
    event_types: Filters | None = None
    paused: YesNo | None = Field(
        default=None,
        description="`true` : plus rien n'est envoyé ; `false` : reprend là où l'envoi s'était arrêté.",
        examples=[True],
    )


class WebhookOut(Output):
    """An address that is told of events, without its secret."""

    id: UUID
    url: str
    label: str
    event_types: list[str]
    paused: bool
    paused_reason: PauseReason | None
    position: int = Field(description="Position du fil jusqu'où les événements ont été mis en file.")
    failing_since: Instant | None = Field(description="Premier échec depuis le dernier succès.")
    next_attempt_at: Instant | None = Field(
        description="Après un échec, rien n'est envoyé avant cet instant, quel que soit l'événement."
    )
    secret_overlap_until: Instant | None = Field(
        description="Jusque-là, l'ancien secret signe aussi chaque message."
    )
    version: int
    created_at: Instant


class WebhookCreated(WebhookOut):
    """The address with its secret, which is shown this once."""

    secret: str = Field(
        description="Vérifie les signatures ; à garder comme un mot de passe, montré cette seule fois."
    )

    @property
    def location(self) -> str:
        """Where the webhook is managed."""
        return f"/v1/webhooks/{self.id}"


class WebhookPage(Page[WebhookOut]):
    """Webhooks of the organisation in the caller's role."""


class SecretRotationIn(Input):
    """A new secret beside the old one."""

    overlap_hours: Whole = Field(
        default=OVERLAP_HOURS,
        ge=0,
        le=LONGEST_OVERLAP_HOURS,
        description="Heures pendant lesquelles l'ancien secret signe encore ; 0 : fini aussitôt.",
    )


class ReplayIn(Input):
    """From where in the feed to send again."""

    after: Whole = Field(
        ge=0,
        le=LAST_POSITION,
        description="Tout ce qui suit cette position du fil est envoyé de nouveau, dans l'ordre.",
        examples=[480],
    )


class AttemptOut(Output):
    """One attempt: a status came back, or a reason why none did."""

    at: Instant
    status: int | None
    problem: AttemptProblem | None
    milliseconds: int


class DeliveryOut(Output):
    """One event for one webhook, and every attempt to send it, oldest first."""

    id: UUID
    webhook_id: UUID
    event_id: str = Field(description="L'identifiant de l'événement dans le fil : `webhook-id` du message.")
    event_type: str
    position: int | None = Field(description="Nulle pour un essai.")
    state: DeliveryState
    attempts: list[AttemptOut]
    next_attempt_at: Instant | None
    created_at: Instant
    ended_at: Instant | None

    @property
    def location(self) -> str:
        """Where its state is read."""
        return f"/v1/webhooks/{self.webhook_id}/deliveries/{self.id}"


class DeliveryWalk(Walk):
    """Which deliveries."""

    state: DeliveryState | None = None


class DeliveryPage(Page[DeliveryOut]):
    """Deliveries of one webhook, in the order in which they were first queued."""


class MessageData(Output):
    """Ids only: what the object is now is read at its own address, with one's own key."""

    id: str = Field(description="Le même que `webhook-id` et que l'identifiant dans `/v1/events`.")
    position: int | None = Field(description="Position dans `/v1/events` ; nulle pour un essai.")
    subject_type: str
    subject_id: UUID
    contract_id: UUID | None


class WebhookMessage(Output):
    """What is sent: the event of the feed, in the form of the Standard Webhooks specification."""

    type: str
    timestamp: Instant = Field(description="Quand l'événement a pris sa position dans le fil.")
    data: MessageData

    @classmethod
    def of(cls, event: EventOut) -> WebhookMessage:
        """The message that tells of an event of the feed."""
        told = event.model_dump(include=set(MessageData.model_fields))
        return cls(type=event.type, timestamp=event.at, data=MessageData(**told))
