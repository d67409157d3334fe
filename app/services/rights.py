"""The rights of a person: who answers for them, and what an opposition limits.

Whoever declared a record, or decides on a contract where the person was hired, answers for the whole person:
every record that facilitators joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import rights as queries
from app.db.queries.participants import DECLARANTS
from app.db.queries.persons import held_records
from app.db.tables import Opposition
from app.errors import FieldError, InvalidPayload, NotFound, NotReviewer, Text
from app.principal import Role
from app.refusals.people import AlreadyDecided, PersonOpposed
from app.schemas.labels import LABELS
from app.schemas.rights import OppositionDecision, OppositionGround, OppositionOut, Oppositions
from app.services import persons
from app.services.participants import purpose_field, seen_participant
from app.services.sight import require_role

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Hire, Participant
    from app.schemas.participants import Purpose
    from app.schemas.rights import OppositionIn
    from app.services.work import Writer

LIFTING = (OppositionGround.PERSON_WITHDREW, OppositionGround.OVERRIDING_REASON)
NOT_ITS_GROUND = Text(
    "Ce motif ne va pas avec cette décision : les deux derniers mettent fin à une opposition.",
    "This ground does not fit the decision: the last two end an opposition.",
)
NOT_YET = Text(
    "Une demande est reçue au plus tard aujourd'hui.", "A request is received today at the latest."
)
# What an opposition stops (DECISIONS 95); hours, durations and decisions that a clause rests on go on.
STOPS = (
    "La personne n'est plus proposée comme doublon et ne se retrouve plus par recherche.",
    "Sa situation à 6 et à 12 mois n'est plus demandée ni recueillie.",
    "Le prescripteur ne suit plus son parcours.",
)


def held_person(writer: Writer, participant_id: UUID) -> list[Participant]:
    """Every record of a person whom the caller answers for, held; NotReviewer for who only reads them.

    NotFound once they are erased.
    """
    found = _answered_for(writer, participant_id)
    if found.erased_at is not None:
        raise NotFound
    if writer.principal.role is Role.FACILITATOR and not persons.decided_contracts(writer, found.id):
        raise NotReviewer
    return held_records(writer.session, found.id)


def _answered_for(writer: Writer, participant_id: UUID) -> Participant:
    # A prescriber reads whom it referred; the person turns to who declared them or decides on them.
    require_role(writer, *DECLARANTS, Role.FACILITATOR)
    return seen_participant(writer, participant_id)


def record_opposition(writer: Writer, participant_id: UUID, request: OppositionIn) -> OppositionOut:
    """Record that the person objects, or no longer does; AlreadyDecided when that stands already.

    It holds for the whole person, from this change on.
    """
    records = held_person(writer, participant_id)
    if (request.ground in LIFTING) != (request.decision is OppositionDecision.LIFTED):
        raise InvalidPayload(errors=[FieldError("/ground", "not_its_ground", NOT_ITS_GROUND)])
    if request.received_on > writer.today:
        raise InvalidPayload(errors=[FieldError("/received_on", "future_day", NOT_YET)])
    # It is said of every record of the person, whoever holds it.
    with writer.session.across():
        known = {record.id: queries.oppositions_of(writer.session, record.id) for record in records}
    stands = _stands(known[participant_id])
    if stands == (request.decision is OppositionDecision.OPPOSED):
        raise AlreadyDecided
    action = "participant.opposition_lifted" if stands else "participant.opposed"
    writer.record(action)
    with writer.session.across():
        for record in records:
            writer.session.add(
                Opposition(
                    participant_id=record.id,
                    number=len(known[record.id]) + 1,
                    decision=request.decision,
                    ground=request.ground,
                    received_on=request.received_on,
                    recorded_by=writer.principal.organisation_id,
                    role=writer.principal.role,
                    recorded_at=writer.now,
                    change_id=writer.change_id,
                )
            )
            writer.touch("participant", record.id, "opposition")
            writer.announce(action, "participant", record.id, declarant_id=record.declarant_id)
        writer.session.flush()
    return shown(queries.oppositions_of(writer.session, participant_id))[-1]


def consult_oppositions(writer: Writer, participant_id: UUID, purpose: Purpose) -> Oppositions:
    """What the person asked, for whoever reads the person; the reading is audited."""
    found = _answered_for(writer, participant_id)
    writer.record("oppositions.read")
    writer.touch("participant", found.id, purpose_field(purpose))
    known = queries.oppositions_of(writer.session, found.id)
    return Oppositions(items=shown(known), stops=list(STOPS) if _stands(known) else [])


def refuse_opposed(writer: Writer, hire: Hire) -> None:
    """PersonOpposed for what an opposition stops."""
    if _stands(queries.oppositions_of(writer.session, hire.participant_id)):
        raise PersonOpposed


def _stands(known: list[Opposition]) -> bool:
    return bool(known) and known[-1].decision == OppositionDecision.OPPOSED


def shown(known: list[Opposition]) -> list[OppositionOut]:
    """Every opposition of one record, as told."""
    return [
        OppositionOut(
            participant_id=row.participant_id,
            number=row.number,
            decision=OppositionDecision(row.decision),
            decision_label=LABELS["opposition_decisions"][row.decision],
            ground=OppositionGround(row.ground),
            ground_label=LABELS["opposition_grounds"][row.ground],
            received_on=row.received_on,
            recorded_at=row.recorded_at,
            stands=row is known[-1] and _stands(known),
        )
        for row in known
    ]
