"""Where organisations are told of events, and what was sent to them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Id, Items, Moment, RoleCode, Sealed, refers_to

Position = BigInteger().with_variant(Integer(), "sqlite")


class Webhook(Base):
    """An address of one organisation in one role, and how far into the feed it has been told.

    `lease` counts who serves it: what is noted under an earlier number is not kept. `quiet_until` lets an
    address that fails rest; `failing_since` is its first failure without a success after it.
    """

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_organisation", "organisation_id", "role", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    url: Mapped[str] = mapped_column(String(2048))
    label: Mapped[str] = mapped_column(String(200))
    # Types, or words before the dot as `hire.*`; none: all.
    event_types: Mapped[Items]
    # Why nothing is sent; null while it is.
    paused: Mapped[Code | None]
    secret: Mapped[Sealed]
    old_secret: Mapped[Sealed | None]
    old_secret_until: Mapped[Moment | None]
    told_to: Mapped[int] = mapped_column(Position)
    failures: Mapped[int]
    failing_since: Mapped[Moment | None]
    quiet_until: Mapped[Moment | None]
    lease: Mapped[int]
    locked_until: Mapped[Moment | None]
    served_at: Mapped[Moment]
    version: Mapped[int]
    created_at: Mapped[Moment]


class WebhookDelivery(Base):
    """One event for one webhook, with every attempt to send it: when, what came back, how long it took.

    `tries` counts since it was queued or replayed last; a test is no event of the feed and has no position.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_deliveries_due", "webhook_id", "state", "due_at", "position", "ordinal"),
        Index("ix_webhook_deliveries_ended", "ended_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(refers_to("webhooks.id"))
    event_id: Mapped[Code]
    event_type: Mapped[Code]
    position: Mapped[int | None] = mapped_column(Position)
    ordinal: Mapped[int | None]
    state: Mapped[Code]
    tries: Mapped[int]
    attempts: Mapped[Items]
    due_at: Mapped[Moment | None]
    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
