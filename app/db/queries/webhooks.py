"""Addresses told of events, what waits for them, and whose turn it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update

from app.db.tables import Organisation, Seal, Webhook, WebhookDelivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

QUEUED = "queued"
# The feed moves on all the time, mostly by what is not for a given address: each looks so often at most.
LOOK_EVERY = timedelta(seconds=1)


def visible_webhooks(principal: Principal) -> Select[Webhook]:
    """Those of the organisation in this role: they are told what it may read, whoever made them."""
    return select(Webhook).where(
        Webhook.organisation_id == principal.organisation_id, Webhook.role == principal.role.value
    )


def hold_account(session: WriteSession, principal: Principal) -> None:
    """Let nobody else of the organisation pass here before the transaction ends; nobody who reads waits."""
    held = select(Organisation.id).where(Organisation.id == principal.organisation_id)
    session.execute(held.with_for_update(key_share=True))


def count_webhooks(session: ReadSession, principal: Principal) -> int:
    """How many the organisation has in this role."""
    return session.scalar(select(func.count()).select_from(visible_webhooks(principal).subquery())) or 0


def deliveries_of(webhook_id: UUID) -> Select[WebhookDelivery]:
    """What was queued for a webhook that the caller was seen to own."""
    return select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)


def _to_serve(now: datetime) -> ColumnElement[bool]:
    last = select(func.max(Seal.position)).scalar_subquery()
    due = exists().where(
        WebhookDelivery.webhook_id == Webhook.id,
        WebhookDelivery.state == QUEUED,
        WebhookDelivery.due_at <= now,
    )
    return and_(
        Webhook.paused.is_(None),
        or_(Webhook.locked_until.is_(None), Webhook.locked_until < now),
        or_(Webhook.quiet_until.is_(None), Webhook.quiet_until <= now),
        or_(and_(Webhook.told_to < last, Webhook.served_at <= now - LOOK_EVERY), due),
    )


def has_webhook_to_serve(session: ReadSession, now: datetime) -> bool:
    """True when somebody is to be told something; looking takes no lock."""
    return bool(session.scalar(select(exists().where(_to_serve(now)))))


def webhook_to_serve(session: WriteSession, now: datetime) -> Webhook | None:
    """The webhook that was served longest ago, held; also one whose worker has not been heard of in time."""
    query = select(Webhook).where(_to_serve(now)).order_by(Webhook.served_at, Webhook.id).limit(1)
    return session.scalar(query.with_for_update(skip_locked=True))


def leased_webhook(session: WriteSession, webhook_id: UUID, lease: int) -> Webhook | None:
    """The webhook, held, while this lease is the latest; None when it was deleted or taken over."""
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.lease == lease)
    return session.scalar(query.with_for_update())


def due_deliveries(
    session: ReadSession, webhook_id: UUID, now: datetime, limit: int
) -> Sequence[WebhookDelivery]:
    """What is to be sent now, in the order of the feed among what is due since the same instant."""
    query = (
        deliveries_of(webhook_id)
        .where(WebhookDelivery.state == QUEUED, WebhookDelivery.due_at <= now)
        .order_by(
            WebhookDelivery.due_at,
            WebhookDelivery.position,
            WebhookDelivery.ordinal,
        )
        .limit(limit)
    )
    return session.scalars(query).all()


def deliveries_by_event(
    session: WriteSession, webhook_id: UUID, event_ids: Sequence[str]
) -> dict[str, WebhookDelivery]:
    """What is kept of these events for a webhook."""
    query = deliveries_of(webhook_id).where(WebhookDelivery.event_id.in_(event_ids))
    return {row.event_id: row for row in session.scalars(query)}


def deliveries_by_id(session: WriteSession, ids: Sequence[UUID]) -> dict[UUID, WebhookDelivery]:
    """These deliveries, of those that are still there."""
    query = select(WebhookDelivery).where(WebhookDelivery.id.in_(ids))
    return {row.id: row for row in session.scalars(query)}


def queue_at_once(session: WriteSession, webhook_id: UUID, now: datetime) -> None:
    """Whatever waits for its next attempt waits no longer, and may be tried as often as at first."""
    waiting = WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == QUEUED
    session.execute(update(WebhookDelivery).where(*waiting).values(due_at=now, tries=0))


def forget_webhook(session: WriteSession, webhook_id: UUID) -> None:
    """The webhook goes with everything that was sent to it."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def forget_deliveries(session: WriteSession, before: datetime, limit: int) -> int:
    """Delete some of the deliveries that ended before an instant; returns how many."""
    ids = select(WebhookDelivery.id).where(WebhookDelivery.ended_at < before).limit(limit)
    gone = session.connection().execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
    return gone.rowcount
