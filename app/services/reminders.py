"""Reminders by e-mail: to who owes something, what its queue of work says is due, at most once a period.

One message per organisation, role and subject. It is noted before it leaves, and again once the mail server
has answered: killed in between, nobody knows whether it left, and it is not sent again. A lost reminder comes
again with the next period, a repeated one would not be taken back: at most once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import PARIS, day_of, new_id
from app.db.queries import organisations
from app.db.queries import reminders as queries
from app.db.queries.lists import page_of
from app.db.tables import Reminder
from app.exchange.connector import ConnectorError
from app.exchange.mail import InDoubtError, Letter
from app.principal import Principal, Role
from app.rules.contacts import ContactFunction
from app.rules.days import add_months
from app.rules.parameters import parameter
from app.schemas.follow_up import ActionCode
from app.schemas.labels import LABELS
from app.schemas.reminders import ReminderOut, ReminderPage, ReminderState, ReminderSubject
from app.schemas.work_queue import QueueWalk
from app.services import connectors, contacts, jobs, work_queue
from app.services.next_actions import FIRMS
from app.services.reminder_texts import letter_text, subject_line
from app.services.work import reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.exchange.mail import Mailer, Receipt
    from app.schemas.reminders import ReminderWalk
    from app.schemas.work_queue import QueueItem
    from app.services.contacts import Recipient
    from app.services.jobs import Running
    from app.services.work import Means, Reader

REMIND = "remind"
# Nobody is written to at night.
FIRST_HOUR = 7
BATCH, PAGE, MOST_TRIES = 50, 200, 5
# A server that fails, or asks to come back, is left alone so long.
PAUSE = timedelta(hours=1)
STATEMENTS = (
    *(ActionCode.STATEMENT_DUE, ActionCode.MISSING_STATEMENT, ActionCode.STATEMENT_RETURNED),
    *(ActionCode.STATEMENT_SENT_BACK, ActionCode.STATEMENT_TO_APPROVE),
)
# Who is asked for, and by what of the queue; what waits for whom the queue itself says.
SUBJECTS: dict[ReminderSubject, tuple[ContactFunction, frozenset[ActionCode]]] = {
    ReminderSubject.STATEMENTS: (ContactFunction.STATEMENTS, frozenset(STATEMENTS)),
    ReminderSubject.PROOFS: (ContactFunction.ELIGIBILITY, frozenset({ActionCode.PROOFS_MISSING})),
    ReminderSubject.DOCUMENTS: (ContactFunction.FOLLOW_UP, frozenset({ActionCode.MISSING_DOCUMENT})),
}
# It left, or may have: enough for a period.
LEFT = frozenset({ReminderState.SENT, ReminderState.UNKNOWN, ReminderState.SENDING})


def plan_reminders(means: Means) -> bool:
    """Queue the day's reminders once for all workers, in the morning; if there is a mail server."""
    now = means.clock.now()
    if means.mailer is None or now.astimezone(PARIS).hour < FIRST_HOUR:
        return False
    day = day_of(now).isoformat()
    return jobs.plan(means, REMIND, day, {"day": day, "again": False})


def list_reminders(reader: Reader, walk: ReminderWalk) -> ReminderPage:
    """What one's organisation was reminded of, the oldest first."""
    query = queries.visible_reminders(reader.principal)
    if walk.subject is not None:
        query = query.where(Reminder.subject == walk.subject)
    rows, following = page_of(reader.session, query, Reminder.id, walk.after, walk.limit)
    return ReminderPage(items=[_shown(row) for row in rows], next=following)


@dataclass(slots=True)
class _Round:
    """One batch under way: what it sends by, what became of it, and why it stopped if it did."""

    running: Running
    mailer: Mailer
    day: date
    counts: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None
    done: int = 0
    total: int = 0


def remind(running: Running) -> dict[str, Any]:
    """Write to one batch of organisations, and queue the next and what the server puts off.

    Result: how many messages were `sent`, `deferred`, `refused` or are `unknown`, how many found nobody to
    be written to (`unaddressed`), and by which code the batch `stopped`, if it did.
    """
    means, payload = running.means, running.payload
    day = day_of(means.clock.now())
    if means.mailer is None or payload["day"] != day.isoformat():
        return _told(Counter(), None)
    after = (UUID(payload["after"][0]), str(payload["after"][1])) if "after" in payload else None
    _tidy(running, day)
    with means.database.read() as session:
        if payload["again"]:
            seats = queries.deferred_seats(session, day, MOST_TRIES)
        else:
            seats = queries.seats(session, [role.value for role in FIRMS], day, after, BATCH)
    now = _Round(running, means.mailer, day, total=len(seats))
    for organisation_id, role in seats:
        running.breathe()
        _remind(now, Principal(organisation_id, Role(role)))
        if now.stopped:
            break
        after, now.done = (organisation_id, role), now.done + 1
        _hold(now)
    _go_on(now, after, whole=len(seats) < BATCH)
    return _told(now.counts, now.stopped)


def _told(counts: Counter[str], stopped: str | None) -> dict[str, Any]:
    names = ("sent", "deferred", "refused", "unknown", "unaddressed")
    return {**{name: counts[name] for name in names}, "stopped": stopped}


def _tidy(running: Running, day: date) -> None:
    with running.means.database.write() as session:
        queries.give_up_doubtful(session)
        queries.forget_reminders(session, add_months(day, -int(parameter("log_months").at(day).value)))


def _go_on(now: _Round, after: tuple[UUID, str] | None, *, whole: bool) -> None:
    """Queue what is left of the day: the next batch, or the messages that were put off."""
    running, again = now.running, now.running.payload["again"]
    place = {"after": [str(after[0]), after[1]]} if after and not again else {}
    with running.writing() as writer:
        connectors.note(writer, now.mailer)
        if not again and (now.stopped or not whole):
            pause = PAUSE if now.stopped else timedelta()
            payload = {**running.payload, **place}
            jobs.queue(writer, REMIND, f"{now.day} next", payload, writer.now + pause)
        elif queries.deferred_seats(writer.session, now.day, MOST_TRIES):
            payload = {"day": running.payload["day"], "again": True}
            jobs.queue(writer, REMIND, f"{now.day} again", payload, writer.now + PAUSE)


def _remind(now: _Round, principal: Principal) -> None:
    """Write to one organisation in one role about everything that is due, until the server fails."""
    with reading(now.running.means, principal, now.running.request_id) as reader:
        subjects = _due_subjects(reader)
    waiting = _waiting(now, principal) if subjects else []
    for subject in subjects:
        function, codes = SUBJECTS[subject]
        items = [item for item in waiting if item.code in codes]
        if not items or now.stopped:
            continue
        with reading(now.running.means, principal, now.running.request_id) as reader:
            found = contacts.for_role(reader, principal.organisation_id, function)
            recipients = [recipient for recipient in found if recipient.reminders]
            if not recipients:
                now.counts["unaddressed"] += 1
                continue
            text = _text(reader, now, function, items, recipients)
        row_id = _begin(now, principal, subject, items, recipients)
        if row_id is not None:
            to = tuple(recipient.email for recipient in recipients)
            _send(now, recipients, Letter(str(row_id), to, subject_line(subject, items), text))


def _due_subjects(reader: Reader) -> list[ReminderSubject]:
    """What the last period did not remind of; what was put off today may be tried again."""
    period = timedelta(days=int(parameter("reminder_days").at(reader.today).value))
    known: dict[str, list[Reminder]] = {}
    for row in queries.reminders_after(reader.session, reader.principal, reader.today - period):
        known.setdefault(row.subject, []).append(row)
    return [
        subject for subject in SUBJECTS if all(_may_follow(row, reader) for row in known.get(subject, []))
    ]


def _may_follow(row: Reminder, reader: Reader) -> bool:
    if row.state in LEFT:
        return False
    return row.day < reader.today or (row.state == ReminderState.DEFERRED and row.tries < MOST_TRIES)


def _hold(now: _Round) -> None:
    """Keep the job, which may look at many contracts without a word to anybody."""
    with now.running.writing() as writer:
        now.running.progress(writer.session, now.done, now.total)


def _waiting(now: _Round, principal: Principal) -> list[QueueItem]:
    """The whole queue of an organisation in a role."""
    running = now.running
    items: list[QueueItem] = []
    after: str | None = None
    while True:
        running.breathe()
        with reading(running.means, principal, running.request_id) as reader:
            page = work_queue.read_queue(reader, QueueWalk(after=after, limit=PAGE))
        items += page.items
        after = page.next
        if after is None:
            return items
        _hold(now)


def _text(
    reader: Reader,
    now: _Round,
    function: ContactFunction,
    items: Sequence[QueueItem],
    recipients: Sequence[Recipient],
) -> str:
    organisation = organisations.organisations_by_id(reader.session, {reader.principal.organisation_id})
    return letter_text(
        organisation[reader.principal.organisation_id],
        reader.principal.role,
        function,
        items,
        escalated=recipients[0].escalated,
        home=now.mailer.home,
        days=int(parameter("reminder_days").at(now.day).value),
    )


def _begin(
    now: _Round,
    principal: Principal,
    subject: ReminderSubject,
    items: Sequence[QueueItem],
    recipients: Sequence[Recipient],
) -> UUID | None:
    """Note a message before it leaves; None where another worker has it."""
    of = (principal.organisation_id, principal.role.value, subject.value, now.day)
    with now.running.writing() as writer:
        row = queries.held_reminder(writer.session, *of)
        if row is None:
            names = ("organisation_id", "role", "subject", "day")
            row = Reminder(**dict(zip(names, of, strict=True)), id=new_id(), tries=0, created_at=writer.now)
            writer.session.add(row)
        elif row.state != ReminderState.DEFERRED:
            return None
        row.state, row.problem, row.tries = ReminderState.SENDING, None, row.tries + 1
        row.contracts, row.actions = len({item.contract_id for item in items}), len(items)
        row.contacts = [str(recipient.contact_id) for recipient in recipients]
        row.escalated = recipients[0].escalated
        now.running.progress(writer.session, now.done, now.total)
        return row.id


def _send(now: _Round, recipients: Sequence[Recipient], letter: Letter) -> None:
    row_id = UUID(letter.name)
    try:
        receipt = now.mailer.send(letter)
    except ConnectorError as error:
        now.stopped = error.reason
        in_doubt = isinstance(error, InDoubtError)
        _note(now, row_id, ReminderState.UNKNOWN if in_doubt else ReminderState.DEFERRED, error.reason)
        return
    _note(now, row_id, ReminderState(receipt.fate.value), None)
    _strike(now, recipients, receipt)


def _note(now: _Round, row_id: UUID, state: ReminderState, problem: str | None) -> None:
    now.counts[state] += 1
    with now.running.writing() as writer:
        row = queries.reminder(writer.session, row_id)
        row.state, row.problem = state, problem
        row.sent_at = writer.now if state is ReminderState.SENT else None


def _strike(now: _Round, recipients: Sequence[Recipient], receipt: Receipt) -> None:
    """Who has no such mailbox is not written to again, until the organisation says so."""
    for recipient in recipients:
        if recipient.email in receipt.dead:
            with now.running.writing() as writer:
                contacts.mark_bounced(writer, recipient.contact_id, writer.today)


def _shown(row: Reminder) -> ReminderOut:
    return ReminderOut(
        id=row.id,
        role=Role(row.role),
        subject=ReminderSubject(row.subject),
        subject_label=LABELS["reminder_subjects"][row.subject],
        day=row.day,
        state=ReminderState(row.state),
        state_label=LABELS["reminder_states"][row.state],
        problem=row.problem,
        tries=row.tries,
        contracts=row.contracts,
        actions=row.actions,
        contacts=[UUID(contact_id) for contact_id in row.contacts],
        escalated=row.escalated,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )
