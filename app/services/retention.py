"""The end of the retention: identities go two years after the last contact, then what remains is coarsened.

Daily work of the service. `due` says beforehand what would be done, by ids and reasons.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import PARIS, day_of
from app.db.queries import retention as queries
from app.db.queries.persons import held_records
from app.db.queries.rights import record_of
from app.errors import Forbidden
from app.rules.days import add_months
from app.rules.parameters import parameter
from app.rules.retention import (
    IDENTITY,
    TRACES,
    HireContact,
    Retention,
    RetentionReason,
    months_kept,
    retention,
)
from app.schemas.labels import LABELS
from app.schemas.rights import ErasureGround, RetentionCandidate, RetentionOut
from app.services import contacts, erasures, jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from app.db.session import ReadSession
    from app.services.jobs import Running
    from app.services.work import Means, Reader, Writer

RETENTION = "retention"
BATCH = 200
# An answer of the API; the command lists all.
MOST_SHOWN = 200


def plan_retention(means: Means) -> bool:
    """Queue the day's retention once for all workers."""
    return jobs.plan(means, RETENTION, day_of(means.clock.now()).isoformat(), {})


def keep_no_longer(running: Running) -> dict[str, Any]:
    """Erase the identities whose retention is over, each person in a transaction of its own; then coarsen.

    Last, contacts that have been over for long enough are forgotten.
    """
    today = day_of(running.means.clock.now())
    erased = coarsened = 0
    for person_id, found in _judged(running.means, today):
        if found.is_over(today):
            running.breathe()
            erased += _erase(running, person_id, today)
    before = _midnight(add_months(today, -months_kept(TRACES, today)))
    while ids := _erased_before(running.means, before):
        for participant_id in ids:
            running.breathe()
            coarsened += _coarsen(running, participant_id)
    return {"erased": erased, "coarsened": coarsened, "contacts": contacts.forget_former(running)}


def due(means: Means) -> Iterator[RetentionCandidate]:
    """What the daily job would erase today, and who is kept only because a contract was never closed."""
    today = day_of(means.clock.now())
    for person_id, found in _judged(means, today):
        if found.is_over(today) or found.reason is RetentionReason.CONTRACT_OPEN:
            with means.database.read() as session:
                records = queries.records_of(session, [person_id])
            yield _candidate([record.id for record in records], found)


def read_retention(reader: Reader) -> RetentionOut:
    """The same for the platform, as far as it fits one answer: ids and reasons."""
    if not reader.principal.is_admin:
        raise Forbidden
    items = [found for found, _ in zip(due(reader.means), range(MOST_SHOWN), strict=False)]
    value = parameter(IDENTITY).at(reader.today)
    return RetentionOut(on=reader.today, months=int(value.value), reference=value.reference, items=items)


def _candidate(ids: list[UUID], found: Retention) -> RetentionCandidate:
    return RetentionCandidate(
        participant_ids=ids,
        last_contact=found.last_contact,
        due_on=found.due_on,
        reason=found.reason,
        reason_label=LABELS["retention_reasons"][found.reason],
    )


def _judged(means: Means, today: date) -> Iterator[tuple[UUID, Retention]]:
    """Everybody recorded long enough ago, with what their retention says."""
    after, before = None, _midnight(add_months(today, -months_kept(IDENTITY, today)))
    while True:
        with means.database.read() as session:
            ids = queries.persons_recorded_before(session, before, after, BATCH)
            judged = _retentions(session, ids, today)
        yield from judged.items()
        if len(ids) < BATCH:
            return
        after = ids[-1]


def _retentions(session: ReadSession, person_ids: Collection[UUID], today: date) -> dict[UUID, Retention]:
    contacts: dict[UUID, list[HireContact]] = defaultdict(list)
    for row in queries.contacts_of(session, person_ids):
        told_on = None if row.told_at is None else day_of(row.told_at)
        contacts[row.person_id].append(HireContact(row.closed_on, row.ended_on, told_on))
    recorded: dict[UUID, date] = {}
    for record in queries.records_of(session, person_ids):
        day = day_of(record.created_at)
        recorded[record.person_id] = max(day, recorded.get(record.person_id, day))
    return {
        person_id: retention(day, tuple(contacts[person_id]), today) for person_id, day in recorded.items()
    }


def _erase(running: Running, person_id: UUID, today: date) -> bool:
    with running.writing() as writer:
        records = held_records(writer.session, person_id)
        # Judged again now that nobody can join, rectify or hire them meanwhile.
        found = _retentions(writer.session, [person_id], today).get(person_id)
        if found is None or not found.is_over(today):
            return False
        erasures.erase(writer, records, ErasureGround.RETENTION)
        return True


def _erased_before(means: Means, before: datetime) -> list[UUID]:
    with means.database.read() as session:
        return queries.erased_before(session, before, BATCH)


def _coarsen(running: Running, participant_id: UUID) -> bool:
    with running.writing() as writer:
        held_records(writer.session, participant_id)
        return _coarsened(writer, participant_id)


def _coarsened(writer: Writer, participant_id: UUID) -> bool:
    record = record_of(writer.session, participant_id)
    if record is None or record.coarsened_at is not None:
        return False
    writer.record("participant.coarsened")
    writer.touch("participant", record.id, "traits", "job", "end_reason")
    record.coarsened_at = writer.now
    queries.coarsen_rows(writer.session, participant_id)
    return True


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.max, PARIS)
