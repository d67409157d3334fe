"""Telling webhooks of events: each is served by one worker at a time, at least once for every event.

A webhook follows the feed: whoever serves it queues what it has not been told of, then sends what is due, in
the order of the feed, outside of any transaction, and notes what came back. Killed in between, the next one
sends again under the same identifier. An address that fails rests, longer each time, and keeps nobody
waiting.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import webhooks as queries
from app.exchange.outgoing import NoAnswerError, RefusedAddressError, seconds_asked
from app.exchange.standard_webhooks import headers
from app.principal import Principal, Role
from app.schemas.event_types import TEST_TYPE, passes
from app.schemas.events import FeedWalk
from app.schemas.webhooks import AttemptProblem, DeliveryState, MessageData, PauseReason, WebhookMessage
from app.services import jobs, webhooks
from app.services.events import read_event, read_feed
from app.services.work import reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.db.session import WriteSession
    from app.db.tables import Webhook, WebhookDelivery
    from app.schemas.events import EventOut
    from app.services.jobs import Running
    from app.services.work import Means, Writer

FORGET_DELIVERIES = "forget_deliveries"
LEASE = timedelta(seconds=60)
PAGE, BATCH, FORGOTTEN_AT_ONCE = 200, 20, 1_000
# With one whole call more, well inside the lease.
BATCH_SECONDS = 10.0
# Between the attempts for one event, at least: two days in all.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400)
)
MOST_TRIES = len(PAUSES) + 1
# Pauses grow by up to so much, by chance: those who failed together do not come back together.
JITTER = 0.2
FIRST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(minutes=5)
LONGEST_ASKED = timedelta(days=1)
MOST_ATTEMPTS_SHOWN = 50
OK, GONE, ASKING_TO_WAIT = range(200, 300), 410, frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Taken:
    """A webhook under one's lease, as it was when taken."""

    id: UUID
    lease: int
    principal: Principal
    url: str
    event_types: list[str]
    told_to: int
    secrets: tuple[str, ...]

    @property
    def request_id(self) -> str:
        """What the audit trail names in place of a request."""
        return f"webhook-{self.id}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one attempt; without attempt, nothing was sent: the event is no longer to be read."""

    delivery_id: UUID
    attempt: dict[str, Any] | None
    delivered: bool = False
    gone: bool = False
    wait: timedelta = timedelta()

    @property
    def failed(self) -> bool:
        """Whether the address is at fault."""
        return self.attempt is not None and not self.delivered


def serve(means: Means, pause_after: timedelta, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Serve the webhook that was served longest ago; returns whether there was one to serve.

    `pause_after`: a webhook that has failed alone for so long is paused.
    """
    now = means.clock.now()
    with means.database.read() as session:
        if not queries.has_webhook_to_serve(session, now):
            return False
    with means.database.write() as session:
        taken = _taken(session, means, now)
    if taken is None:
        return False
    _queue_events(means, taken)
    _note(means, taken, _send_due(means, taken, stopping), pause_after)
    return True


def plan_forgetting(means: Means, days: int) -> bool:
    """Queue the day's forgetting of ended deliveries once for all workers."""
    return jobs.plan(means, FORGET_DELIVERIES, day_of(means.clock.now()).isoformat(), {"days": days})


def forget_ended(running: Running) -> dict[str, Any]:
    """Delete deliveries that ended longer ago than the log is kept."""
    before, gone = running.means.clock.now() - timedelta(days=running.payload["days"]), 0
    while True:
        running.breathe()
        with running.means.database.write() as session:
            now = queries.forget_deliveries(session, before, FORGOTTEN_AT_ONCE)
        gone += now
        if now < FORGOTTEN_AT_ONCE:
            return {"forgotten": gone}


def _taken(session: WriteSession, means: Means, now: datetime) -> Taken | None:
    webhook = queries.webhook_to_serve(session, now)
    if webhook is None:
        return None
    webhook.lease += 1
    webhook.locked_until, webhook.served_at = now + LEASE, now
    if webhook.old_secret_until is not None and webhook.old_secret_until <= now:
        webhook.old_secret, webhook.old_secret_until = None, None
    columns = ["secret", *(["old_secret"] if webhook.old_secret else [])]
    return Taken(
        id=webhook.id,
        lease=webhook.lease,
        principal=Principal(webhook.organisation_id, Role(webhook.role)),
        url=webhook.url,
        event_types=webhook.event_types,
        told_to=webhook.told_to,
        secrets=tuple(webhooks.opened(means.keyring, webhook, column) for column in columns),
    )


def _queue_events(means: Means, taken: Taken) -> None:
    """Queue what the next page of the feed tells, read as the webhook's organisation reads it."""
    with reading(means, taken.principal, taken.request_id) as reader:
        page = read_feed(reader, FeedWalk(after=taken.told_to, limit=PAGE))
    if page.next == taken.told_to:
        return
    wanted = [event for event in page.items if passes(event.type, taken.event_types)]
    with writing(means, taken.principal, taken.request_id) as writer:
        webhook = queries.leased_webhook(writer.session, taken.id, taken.lease)
        # Sent back to an earlier position meanwhile, it begins there.
        if webhook is None or webhook.told_to != taken.told_to:
            return
        known = queries.deliveries_by_event(writer.session, webhook.id, [event.id for event in wanted])
        for event in wanted:
            if event.id in known:
                webhooks.send_again(known[event.id], writer)
            else:
                writer.session.add(_new_delivery(webhook, event, writer))
        webhook.told_to = page.next


def _new_delivery(webhook: Webhook, event: EventOut, writer: Writer) -> WebhookDelivery:
    place = event.position, int(event.id.rpartition("-")[2])
    return webhooks.queued(webhook, event.id, event.type, writer, place=place)


def _send_due(means: Means, taken: Taken, stopping: Callable[[], bool]) -> list[Result]:
    """Send what is due, until one fails or the others have waited long enough."""
    with reading(means, taken.principal, taken.request_id) as reader:
        due = queries.due_deliveries(reader.session, taken.id, reader.now, BATCH)
    results: list[Result] = []
    end = time.monotonic() + BATCH_SECONDS
    for delivery in due:
        if stopping() or time.monotonic() >= end or (results and results[-1].failed):
            break
        message = _message(means, taken, delivery)
        results.append(
            Result(delivery.id, None) if message is None else _attempt(means, taken, delivery, message)
        )
    return results


def _message(means: Means, taken: Taken, delivery: WebhookDelivery) -> WebhookMessage | None:
    """The event as the feed tells it at this moment; None once the organisation may not read it."""
    if delivery.event_type == TEST_TYPE:
        return _tried(taken, delivery)
    with reading(means, taken.principal, taken.request_id) as reader:
        event = read_event(reader, delivery.position or 0, delivery.ordinal or 0)
    return WebhookMessage.of(event) if event else None


def _tried(taken: Taken, delivery: WebhookDelivery) -> WebhookMessage:
    data = MessageData(
        id=delivery.event_id,
        position=None,
        subject_type=webhooks.WEBHOOK,
        subject_id=taken.id,
        contract_id=None,
    )
    return WebhookMessage(type=TEST_TYPE, timestamp=delivery.created_at, data=data)


def _attempt(means: Means, taken: Taken, delivery: WebhookDelivery, message: WebhookMessage) -> Result:
    at, started = means.clock.now(), time.monotonic()
    body = message.model_dump_json()
    signed = headers(delivery.event_id, at, body, taken.secrets)
    status, problem, asked = None, None, None
    try:
        answer = means.outgoing.send("POST", taken.url, content=body.encode(), headers=signed)
    except (NoAnswerError, RefusedAddressError) as error:
        problem = AttemptProblem(error.reason)
    else:
        status = answer.status
        asked = answer.retry_after if status in ASKING_TO_WAIT else None
        problem = None if status in OK else AttemptProblem.UNEXPECTED_STATUS
    attempt = {
        "at": at.isoformat(),
        "status": status,
        "problem": problem,
        "milliseconds": round((time.monotonic() - started) * 1000),
    }
    wait = asked_to_wait(asked, at)
    return Result(delivery.id, attempt, delivered=problem is None, gone=status == GONE, wait=wait)


def asked_to_wait(retry_after: str | None, now: datetime) -> timedelta:
    """What `Retry-After` asks for, a day at most; nothing where it is neither seconds nor a date."""
    asked = seconds_asked(retry_after, now) or 0.0
    return min(timedelta(seconds=asked), LONGEST_ASKED)


def pause_before(tries: int) -> timedelta:
    """How long to wait after so many failed attempts for one event."""
    return PAUSES[tries - 1] * (1 + JITTER * SystemRandom().random())


def rest_after(failures: int) -> timedelta:
    """How long an address is left alone after so many failures in a row, whatever there is to tell it."""
    longer: int = 2 ** min(failures - 1, 16)
    return min(FIRST_REST * longer, LONGEST_REST)


def _note(means: Means, taken: Taken, results: Sequence[Result], pause_after: timedelta) -> None:
    with writing(means, taken.principal, taken.request_id) as writer:
        webhook = queries.leased_webhook(writer.session, taken.id, taken.lease)
        if webhook is None:
            return
        rows = queries.deliveries_by_id(writer.session, [result.delivery_id for result in results])
        for result in results:
            if result.delivery_id in rows:
                _note_delivery(rows[result.delivery_id], result, writer.now)
            _note_health(webhook, result, writer.now)
        webhook.locked_until = None
        failing = webhook.failing_since is not None and writer.now - webhook.failing_since >= pause_after
        if webhook.paused is None and (failing or any(result.gone for result in results)):
            reason = PauseReason.GONE if results[-1].gone else PauseReason.FAILURES
            _pause(writer, webhook, reason)


def _note_delivery(delivery: WebhookDelivery, result: Result, now: datetime) -> None:
    if result.attempt is not None:
        delivery.attempts = [*delivery.attempts, result.attempt][-MOST_ATTEMPTS_SHOWN:]
        delivery.tries += 1
    if result.failed and (result.gone or delivery.tries < MOST_TRIES):
        # What is gone waits for the resumption, however often it was tried.
        pause = pause_before(min(delivery.tries, len(PAUSES)))
        delivery.due_at = now + max(pause, result.wait)
        return
    ended = DeliveryState.DELIVERED if result.delivered else DeliveryState.UNDELIVERED
    delivery.state = ended if result.attempt is not None else DeliveryState.WITHHELD
    delivery.due_at, delivery.ended_at = None, now


def _note_health(webhook: Webhook, result: Result, now: datetime) -> None:
    if result.failed:
        webhook.failures += 1
        webhook.failing_since = webhook.failing_since or now
        webhook.quiet_until = now + max(rest_after(webhook.failures), result.wait)
    elif result.delivered:
        webhook.failures, webhook.failing_since, webhook.quiet_until = 0, None, None


def _pause(writer: Writer, webhook: Webhook, reason: PauseReason) -> None:
    webhook.paused = reason
    webhook.version += 1
    writer.record("webhook.paused")
    writer.touch(webhooks.WEBHOOK, webhook.id, "paused")
    writer.announce("webhook.paused", webhooks.WEBHOOK, webhook.id, own=True)
