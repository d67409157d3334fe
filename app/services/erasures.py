"""Erasing a person: whatever identifies them or says why they were eligible goes, every sum stays.

The same for a request of the person, the end of the retention, and a list replayed after a restore. It is one
change of its own and can be proved by its row in `erasures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import rights as queries
from app.db.queries.persons import held_records
from app.db.tables import Erasure
from app.principal import SERVICE
from app.refusals.people import PersonAtWork
from app.rules.codes import Decision
from app.schemas.labels import LABELS
from app.schemas.rights import ErasureGround, ErasureOut
from app.services import eligibility, import_copies, rights, told_answers
from app.services.work import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from app.db.tables import Participant
    from app.schemas.rights import ErasureIn
    from app.services.work import Means, Writer

REPLAY = "replay-erasures"
BATCH = 500
WAITING = (None, Decision.UNDECIDED, Decision.NEEDS_PROOF)
FIELDS = ("identity", "level", "informed_on", "residences", "assessments", "texts")


def erase_participant(writer: Writer, participant_id: UUID, request: ErasureIn) -> ErasureOut:
    """Erase a whole person, every record of theirs.

    NotFound, Forbidden, NotReviewer; PersonAtWork while a hire runs or waits for a decision on an open
    contract: without their identity nobody could check the hours any more.
    """
    records = rights.held_person(writer, participant_id)
    ground = ErasureGround(request.ground)
    # Who answers for a person answers for the records of other organisations too.
    with writer.session.across():
        _refuse_at_work(writer, [record.id for record in records])
        erase(writer, records, ground)
    return ErasureOut(
        participant_id=participant_id,
        ground=ground,
        ground_label=LABELS["erasure_grounds"][ground],
        erased_at=writer.now,
    )


def erase(writer: Writer, records: Sequence[Participant], ground: ErasureGround) -> None:
    """Erase these records, all of one person and held, as the change of this transaction."""
    standing = [record for record in records if record.erased_at is None]
    ids = [record.id for record in standing]
    hires = queries.hires_of(writer.session, ids)
    writer.record("participant.erased")
    # First, while what tells of the person can still be named.
    _empty_answers(writer, standing)
    for assessment in queries.assessments_of(writer.session, ids):
        eligibility.forget(writer, assessment)
    for decision in queries.durations_of(writer.session, ids):
        decision.reason = writer.keyring.encrypt(
            b"", table="duration_decisions", column="reason", row=decision.id
        )
        decision.reference = None
    for dispute in queries.disputes_of(writer.session, [hire.id for hire in hires]):
        for column in ("text", "answer"):
            if getattr(dispute, column) is not None:
                empty = writer.keyring.encrypt(b"", table="disputes", column=column, row=dispute.id)
                setattr(dispute, column, empty)
        dispute.version += 1
    for record in standing:
        record.sex = record.level = record.informed_on = None
        record.erased_at = writer.now
        record.version += 1
        writer.session.add(
            Erasure(participant_id=record.id, ground=ground, erased_at=writer.now, change_id=writer.change_id)
        )
        writer.touch("participant", record.id, *FIELDS)
        writer.announce("participant.erased", "participant", record.id, declarant_id=record.declarant_id)
    # A table of people that is kept to be corrected may name this one: it goes whole.
    import_copies.forget_of(writer, ids)
    queries.forget_rows(writer.session, ids, [hire.id for hire in hires])


def listed(means: Means) -> Iterator[tuple[UUID, str]]:
    """(participant_id, ground) of every erasure: what is kept outside the database, with its backups."""
    after = None
    while True:
        with means.database.read() as session:
            found = queries.erasures_after(session, after, BATCH)
        yield from ((row.participant_id, row.ground) for row in found)
        if len(found) < BATCH:
            return
        after = found[-1].participant_id


def replay(means: Means, erased: Iterable[tuple[UUID, ErasureGround]]) -> tuple[int, int, int]:
    """Erase again what a restored backup brought back; returns (erased now, erased already, unknown)."""
    now = already = unknown = 0
    for participant_id, ground in erased:
        with writing(means, SERVICE, REPLAY) as writer:
            record = queries.record_of(writer.session, participant_id)
            if record is None:
                unknown += 1
                continue
            held_records(writer.session, record.id)
            writer.session.refresh(record)
            if record.erased_at is not None:
                already += 1
                continue
            # The record alone: the list names every record of a person that was erased.
            erase(writer, [record], ground)
            now += 1
    return now, already, unknown


def _refuse_at_work(writer: Writer, participant_ids: list[UUID]) -> None:
    still_open = queries.open_contracts(writer.session, participant_ids)
    hires = queries.hires_of(writer.session, participant_ids)
    running = any(
        hire.contract_id in still_open and (hire.ended_on is None or hire.ended_on > writer.today)
        for hire in hires
    )
    waiting = any(
        assessment.contract_id in still_open and assessment.decision in WAITING
        for assessment in queries.assessments_of(writer.session, participant_ids)
    )
    if running or waiting:
        raise PersonAtWork


def _empty_answers(writer: Writer, records: Sequence[Participant]) -> None:
    named = {str(found) for found in queries.written_of(writer.session, [record.id for record in records])}
    told_answers.empty(writer, queries.answers_near(writer.session, records), named)
