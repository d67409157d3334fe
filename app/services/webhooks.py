"""The addresses at which an organisation is told of events: made, changed, paused, tried, replayed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import webhooks as queries
from app.db.queries.changes import last_seal
from app.db.queries.lists import one, page_of
from app.db.tables import Webhook, WebhookDelivery
from app.errors import (
    FieldError,
    Forbidden,
    InvalidPayload,
    NotFound,
    StaleVersion,
    Text,
)
from app.exchange.outgoing import RefusedAddressError
from app.exchange.standard_webhooks import new_secret
from app.principal import Scope
from app.refusals.webhooks import SecretOverlap, TooManyWebhooks, WebhookPaused
from app.schemas.event_types import TEST_TYPE
from app.schemas.webhooks import (
    AttemptOut,
    DeliveryOut,
    DeliveryPage,
    DeliveryState,
    PauseReason,
    WebhookCreated,
    WebhookOut,
    WebhookPage,
)
from app.services.access import check_manages

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from app.crypto import Keyring
    from app.schemas.lists import Walk
    from app.schemas.webhooks import DeliveryWalk, ReplayIn, SecretRotationIn, WebhookIn, WebhookPatch
    from app.services.work import Reader, Writer

WEBHOOK = "webhook"
MOST_WEBHOOKS = 20
REFUSED = {
    "not_an_address": Text("Adresse illisible, ou avec un identifiant.", "Unreadable, or with credentials."),
    "not_https": Text("Adresse https attendue.", "An https address is expected."),
    "not_public": Text("Adresse qui n'est pas publique.", "The address is not public."),
}


def create(writer: Writer, request: WebhookIn) -> WebhookCreated:
    """A new address and its secret, which is in this answer and nowhere else."""
    check_may_tell(writer)
    _check_address(writer, request.url)
    queries.hold_account(writer.session, writer.principal)
    if queries.count_webhooks(writer.session, writer.principal) >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    last = last_seal(writer.session)
    webhook = Webhook(
        id=new_id(),
        organisation_id=writer.principal.organisation_id,
        role=writer.principal.role,
        url=request.url,
        label=request.label,
        event_types=request.event_types,
        told_to=request.after if request.after is not None else last.position if last else 0,
        failures=0,
        lease=0,
        served_at=writer.now,
        version=1,
        created_at=writer.now,
    )
    secret = new_secret()
    webhook.secret = _sealed(writer.keyring, webhook, "secret", secret)
    writer.session.add(webhook)
    _record(writer, webhook, "webhook.created", "url", "label", "event_types", "secret")
    return WebhookCreated(**_shown(writer, webhook), secret=secret)


def list_all(reader: Reader, walk: Walk) -> WebhookPage:
    """Those of the organisation in this role, oldest first."""
    found, following = page_of(
        reader.session, queries.visible_webhooks(reader.principal), Webhook.id, walk.after, walk.limit
    )
    return WebhookPage(items=[WebhookOut(**_shown(reader, item)) for item in found], next=following)


def read(reader: Reader, webhook_id: UUID) -> WebhookOut:
    """One of them; NotFound for another organisation's or another role's."""
    return WebhookOut(**_shown(reader, _seen(reader, webhook_id)))


def change(writer: Writer, webhook_id: UUID, request: WebhookPatch, version: int) -> WebhookOut:
    """Change what the request names. Resumed, or moved, it is told at once what waited for it."""
    webhook = _held(writer, webhook_id, version)
    told = request.model_dump(exclude_none=True)
    if request.url is not None:
        _check_address(writer, request.url)
    paused = told.pop("paused", None)
    changed = [name for name, value in told.items() if getattr(webhook, name) != value]
    for name in changed:
        setattr(webhook, name, told[name])
    if paused is not None and paused != (webhook.paused is not None):
        changed.append("paused")
        webhook.paused = PauseReason.ASKED if paused else None
        if not paused:
            _begin_again(writer, webhook)
    if "url" in changed:
        # Neither what the former address asked for nor what it answers from now on concerns this one.
        _begin_again(writer, webhook)
        webhook.lease, webhook.locked_until = webhook.lease + 1, None
    if changed:
        webhook.version += 1
        _record(writer, webhook, "webhook.updated", *changed)
    return WebhookOut(**_shown(writer, webhook))


def remove(writer: Writer, webhook_id: UUID, version: int) -> None:
    """Nothing is sent any more; what was sent is forgotten."""
    webhook = _held(writer, webhook_id, version)
    _record(writer, webhook, "webhook.deleted")
    queries.forget_webhook(writer.session, webhook.id)


def rotate_secret(writer: Writer, webhook_id: UUID, request: SecretRotationIn) -> WebhookCreated:
    """A new secret; the old one signs beside it for the overlap.

    SecretOverlap while an earlier overlap runs, unless none is asked for: a secret that leaked ends at once.
    """
    webhook = _held(writer, webhook_id)
    overlap = timedelta(hours=request.overlap_hours)
    if overlap and webhook.old_secret_until is not None and webhook.old_secret_until > writer.now:
        raise SecretOverlap
    webhook.old_secret, webhook.old_secret_until = None, None
    if overlap:
        old = opened(writer.keyring, webhook, "secret")
        webhook.old_secret = _sealed(writer.keyring, webhook, "old_secret", old)
        webhook.old_secret_until = writer.now + overlap
    secret = new_secret()
    webhook.secret = _sealed(writer.keyring, webhook, "secret", secret)
    webhook.version += 1
    _record(writer, webhook, "webhook.secret_rotated", "secret", "old_secret_until")
    return WebhookCreated(**_shown(writer, webhook), secret=secret)


def try_out(writer: Writer, webhook_id: UUID) -> DeliveryOut:
    """Queue a message that tells of nothing, to be sent like any other."""
    webhook = _held(writer, webhook_id)
    if webhook.paused is not None:
        raise WebhookPaused
    delivery_id = new_id()
    delivery = queued(webhook, f"test-{delivery_id}", TEST_TYPE, writer, delivery_id=delivery_id)
    writer.session.add(delivery)
    _record(writer, webhook, "webhook.tested")
    return _delivery(delivery)


def replay(writer: Writer, webhook_id: UUID, request: ReplayIn) -> WebhookOut:
    """Go back to a position of the feed: what follows is sent again, under the same identifiers."""
    webhook = _held(writer, webhook_id)
    if request.after < webhook.told_to:
        webhook.told_to = request.after
        webhook.version += 1
        _record(writer, webhook, "webhook.replayed", "position")
    return WebhookOut(**_shown(writer, webhook))


def list_deliveries(reader: Reader, webhook_id: UUID, walk: DeliveryWalk) -> DeliveryPage:
    """What was queued, with its attempts; what ended goes after the retention of the log."""
    _seen(reader, webhook_id)
    query = queries.deliveries_of(webhook_id)
    if walk.state is not None:
        query = query.where(WebhookDelivery.state == walk.state)
    found, following = page_of(reader.session, query, WebhookDelivery.id, walk.after, walk.limit)
    return DeliveryPage(items=[_delivery(item) for item in found], next=following)


def read_delivery(reader: Reader, webhook_id: UUID, delivery_id: UUID) -> DeliveryOut:
    """One of them."""
    return _delivery(_delivery_of(reader, _seen(reader, webhook_id), delivery_id))


def replay_delivery(writer: Writer, webhook_id: UUID, delivery_id: UUID) -> DeliveryOut:
    """Send one event again now, under the same identifier, whatever became of it before."""
    webhook = _held(writer, webhook_id)
    delivery = _delivery_of(writer, webhook, delivery_id)
    send_again(delivery, writer)
    _record(writer, webhook, "webhook.replayed", "deliveries")
    return _delivery(delivery)


def queued(
    webhook: Webhook,
    event_id: str,
    event_type: str,
    writer: Writer,
    *,
    place: tuple[int | None, int | None] = (None, None),
    delivery_id: UUID | None = None,
) -> WebhookDelivery:
    """A new delivery, due now; `place`: position and rank of its event in the feed."""
    return WebhookDelivery(
        id=delivery_id or new_id(),
        webhook_id=webhook.id,
        event_id=event_id,
        event_type=event_type,
        position=place[0],
        ordinal=place[1],
        state=DeliveryState.QUEUED,
        tries=0,
        attempts=[],
        due_at=writer.now,
        created_at=writer.now,
    )


def send_again(delivery: WebhookDelivery, writer: Writer) -> None:
    """Queue a known delivery again, as if for the first time."""
    delivery.state, delivery.tries = DeliveryState.QUEUED, 0
    delivery.due_at, delivery.ended_at = writer.now, None


def opened(keyring: Keyring, webhook: Webhook, column: str) -> str:
    """A secret of a webhook, in clear."""
    return keyring.decrypt(getattr(webhook, column), table="webhooks", column=column, row=webhook.id).decode()


def _sealed(keyring: Keyring, webhook: Webhook, column: str, secret: str) -> bytes:
    return keyring.encrypt(secret.encode(), table="webhooks", column=column, row=webhook.id)


def check_may_tell(writer: Writer) -> None:
    """A webhook goes on telling after whoever made it: only who may open the role to others makes one."""
    check_manages(writer)
    if Scope.READ not in writer.principal.scopes:
        raise Forbidden


def _check_address(writer: Writer, url: str) -> None:
    try:
        writer.means.outgoing.check(url)
    except RefusedAddressError as refused:
        error = FieldError("/url", refused.reason, REFUSED[refused.reason])
        raise InvalidPayload(errors=[error]) from None


def _begin_again(writer: Writer, webhook: Webhook) -> None:
    webhook.failures, webhook.failing_since, webhook.quiet_until = 0, None, None
    queries.queue_at_once(writer.session, webhook.id, writer.now)


def _seen(reader: Reader, webhook_id: UUID) -> Webhook:
    query = queries.visible_webhooks(reader.principal).where(Webhook.id == webhook_id)
    webhook = one(reader.session, query)
    if webhook is None:
        raise NotFound
    return webhook


def _held(writer: Writer, webhook_id: UUID, version: int | None = None) -> Webhook:
    query = queries.visible_webhooks(writer.principal).where(Webhook.id == webhook_id)
    webhook = one(writer.session, query.with_for_update())
    if webhook is None:
        raise NotFound
    check_may_tell(writer)
    if version is not None and version != webhook.version:
        raise StaleVersion
    return webhook


def _delivery_of(reader: Reader, webhook: Webhook, delivery_id: UUID) -> WebhookDelivery:
    delivery = one(reader.session, queries.deliveries_of(webhook.id).where(WebhookDelivery.id == delivery_id))
    if delivery is None:
        raise NotFound
    return delivery


def _record(writer: Writer, webhook: Webhook, action: str, *fields: str) -> None:
    writer.record(action)
    writer.touch(WEBHOOK, webhook.id, *fields)


def _shown(reader: Reader, webhook: Webhook) -> dict[str, Any]:
    until = webhook.old_secret_until
    return {
        "id": webhook.id,
        "url": webhook.url,
        "label": webhook.label,
        "event_types": webhook.event_types,
        "paused": webhook.paused is not None,
        "paused_reason": webhook.paused,
        "position": webhook.told_to,
        "failing_since": webhook.failing_since,
        "next_attempt_at": webhook.quiet_until,
        "secret_overlap_until": until if until is not None and until > reader.now else None,
        "version": webhook.version,
        "created_at": webhook.created_at,
    }


def _delivery(delivery: WebhookDelivery) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.id,
        webhook_id=delivery.webhook_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        position=delivery.position,
        state=DeliveryState(delivery.state),
        attempts=[AttemptOut(**attempt) for attempt in delivery.attempts],
        next_attempt_at=delivery.due_at if delivery.state == DeliveryState.QUEUED else None,
        created_at=delivery.created_at,
        ended_at=delivery.ended_at,
    )
