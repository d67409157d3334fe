"""The file of the right of access: everything held of a person that the caller may read, as one answer.

Who declared the person gives what they declared; the facilitator who decides gives the reasons too. Neither
learns here what other organisations hold: the file says that it is not complete, and to whom to turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import durations, hires, participants, persons
from app.db.queries import rights as queries
from app.db.queries.hires import contract_of_hire
from app.db.queries.organisations import organisations_by_id
from app.db.tables import Hire, Participant
from app.principal import Role
from app.schemas.labels import LABELS
from app.schemas.participants import Purpose
from app.schemas.person_files import (
    FileHire,
    FileMonth,
    FileProcessing,
    FileReading,
    FileRecord,
    PersonFile,
)
from app.services import assessments, disputes, duration_decisions, hire_views, outcomes, rights
from app.services import persons as joined
from app.services.participants import purpose_field, shown
from app.services.privacy import ASK, RIGHTS
from app.services.register import everything

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.tables import Line as LineRow
    from app.db.tables import Organisation, Statement
    from app.schemas.persons import PersonLinkOut
    from app.services.work import Writer

PURPOSE = "purpose:"
ELSEWHERE = (
    "D'autres organismes tiennent aussi des données de cette personne, sur des marchés que celui-ci ne suit "
    "pas : la personne s'adresse à ceux qui l'ont déclarée."
)
REASONS = (
    "Les faits, preuves et raisons de l'éligibilité ne sont lus que par le facilitateur du marché : c'est "
    "lui qui les remet à la personne."
)


def export(writer: Writer, participant_id: UUID, purpose: Purpose) -> PersonFile:
    """The file of a person for whom the caller answers; NotFound once erased. The export is audited."""
    held = rights.held_person(writer, participant_id)
    records = _visible_records(writer, held)
    found = _visible_hires(writer, [record.id for record in records])
    # Whether others hold something, not what.
    with writer.session.across():
        known = {hire.id for hire in queries.hires_of(writer.session, [record.id for record in held])}
    complete = len(records) == len(held) and len(found) == len(known)
    reviews = writer.principal.role is Role.FACILITATOR
    filed = PersonFile(
        made_on=writer.today,
        complete=complete and reviews,
        left_out=[*([] if complete else [ELSEWHERE]), *([] if reviews else [REASONS])],
        records=_records(writer, records),
        hires=_hires(writer, found),
        links=_links(writer, records) if reviews else [],
        readings=_readings(writer, records),
        processing=[
            FileProcessing(
                data=item.label,
                purpose=item.purpose,
                basis=item.basis,
                recipients=list(item.recipients),
                retention=item.retention,
                source=item.source,
            )
            for item in everything()
        ],
        rights=[*RIGHTS, ASK],
    )
    writer.record("participant.exported")
    for record in records:
        writer.touch("participant", record.id, "identity", purpose_field(purpose))
    return filed


def _visible_records(writer: Writer, held: Sequence[Participant]) -> list[Participant]:
    visible = participants.visible_participants(writer.principal, writer.today)
    seen = visible.where(Participant.id.in_([record.id for record in held])).order_by(Participant.id)
    return [record for record in writer.session.scalars(seen) if record.erased_at is None]


def _visible_hires(writer: Writer, participant_ids: list[UUID]) -> list[Hire]:
    visible = hires.visible_hires(writer.principal, writer.today)
    query = visible.where(Hire.participant_id.in_(participant_ids)).order_by(Hire.id)
    return list(writer.session.scalars(query))


def _records(writer: Writer, records: Sequence[Participant]) -> list[FileRecord]:
    named = organisations_by_id(writer.session, {record.declarant_id for record in records})
    return [
        FileRecord(
            declared_by=_name(named[record.declarant_id]),
            recorded_at=record.created_at,
            person=shown(writer, record),
            oppositions=rights.shown(queries.oppositions_of(writer.session, record.id)),
        )
        for record in records
    ]


def _hires(writer: Writer, found: Sequence[Hire]) -> list[FileHire]:
    lines = queries.statements_with(writer.session, [hire.participant_id for hire in found])
    named = organisations_by_id(
        writer.session, {id_ for hire in found for id_ in (hire.owner_id, hire.employer_id)}
    )
    return [
        _hire(writer, hire, named, [(line, sent) for line, sent in lines if line.hire_id == hire.id])
        for hire in found
    ]


def _hire(
    writer: Writer,
    hire: Hire,
    named: dict[UUID, Organisation],
    lines: Sequence[tuple[LineRow, Statement]],
) -> FileHire:
    contract = contract_of_hire(writer.session, hire)
    reviews = writer.principal.role is Role.FACILITATOR
    decisions = durations.decisions_taken_on(writer.session, hire.id) if reviews else []
    told = outcomes.told_of(writer, hire)
    return FileHire(
        contract=f"{contract.reference} : {contract.object}",
        buyer=_name(named[hire.owner_id]),
        employer_name=_name(named[hire.employer_id]),
        hire=hire_views.shown(writer, hire),
        outcomes=[version for versions in told.values() for version in versions],
        months=[_month(line) for line, _ in lines],
        assessment=assessments.shown(writer, hire, assessments.assessment_of(writer, hire))
        if reviews
        else None,
        durations=duration_decisions.items(writer, decisions, decisions),
        disputes=disputes.readable(writer, queries.disputes_of(writer.session, [hire.id])),
    )


def _month(line: LineRow) -> FileMonth:
    return FileMonth(
        month=line.month,
        worked=line.worked,
        training=line.training,
        overtime=line.overtime,
        pending=line.pending,
        held=line.held,
        refused=line.refused,
        counted=line.counted,
        reason=line.verdict_reason,
    )


def _links(writer: Writer, records: Sequence[Participant]) -> list[PersonLinkOut]:
    rows = {
        row.change_id: row
        for record in records
        for row in persons.decisions_on(writer.session, writer.principal, writer.today, record.id)
    }
    return joined.links_shown(writer, list(rows.values()))


def _readings(writer: Writer, records: Sequence[Participant]) -> list[FileReading]:
    ids = [record.id for record in records]
    found = []
    for at, action, fields in queries.readings_of(writer.session, writer.principal, ids):
        told = next((name.removeprefix(PURPOSE) for name in fields if name.startswith(PURPOSE)), None)
        found.append(
            FileReading(
                at=at,
                action=action,
                action_label=LABELS["changes"][action],
                purpose=told,
                purpose_label=LABELS["purposes"][Purpose(told)] if told else None,
            )
        )
    return found


def _name(organisation: Organisation) -> str:
    return f"{organisation.name or 'Organisme'} ({organisation.identifier})"
