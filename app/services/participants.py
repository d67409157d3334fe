"""The people that declarants put to work: recorded, rectified, read with a purpose, never merged here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import hires, territories
from app.db.queries import participants as queries
from app.db.queries.lists import one
from app.db.queries.persons import held_records
from app.db.tables import Participant, ParticipantAccess, Residence
from app.errors import FieldError, InvalidPayload, NotFound, StaleVersion, Text, unknown_reference
from app.principal import Role
from app.rules.codes import Level, Sex
from app.schemas.participants import (
    ParticipantFound,
    ParticipantOut,
    ParticipantsFound,
    Purpose,
    ResidenceOut,
)
from app.services import hire_traits, identities, jobs, reassessments
from app.services.sight import require_role

if TYPE_CHECKING:
    from uuid import UUID

    from app.schemas.participants import ParticipantIn, ParticipantPatch, ParticipantSearch, ResidenceIn
    from app.services.work import Reader, Writer

PURPOSE_NEEDED = Text(
    "Indiquez le motif de cette lecture : elle est tracée.",
    "Say why you read this: the reading is kept on record.",
)
NOT_BORN = Text("Cette date est à venir.", "This date is still to come.")
# The only address known holds for a hire of any day, until another address begins.
ALWAYS = date(2000, 1, 1)
OWN_FIELDS = ("sex", "level", "informed_on")


def create_participant(writer: Writer, request: ParticipantIn) -> ParticipantOut:
    """Record a person. The answer is the same whether or not somebody else knows them already."""
    require_role(writer, *queries.DECLARANTS)
    writer.record("participant.created")
    participant = add_participant(writer, request)
    writer.announce(
        "participant.created", "participant", participant.id, declarant_id=participant.declarant_id
    )
    writer.session.flush()
    return shown(writer, participant)


def add_participant(writer: Writer, request: ParticipantIn, *, at: str = "") -> Participant:
    """Add a person to the current change; `at` is where the payload speaks of them."""
    _check_birth(writer, request.birth_date, at)
    if request.residence is not None:
        _check_place(writer, request.residence.place, f"{at}/residence/place")
    participant_id = new_id()
    participant = Participant(
        id=participant_id,
        person_id=participant_id,
        declarant_id=writer.principal.organisation_id,
        version=1,
        created_at=writer.now,
        **{name: getattr(request, name) for name in OWN_FIELDS},
    )
    person = identities.person_from(request)
    # Written before what hangs on it: the second wall asks whose record that is.
    writer.session.add(participant)
    writer.session.flush()
    writer.session.add(identities.sealed(writer.keyring, participant_id, person))
    writer.session.add(
        ParticipantAccess(
            participant_id=participant_id,
            organisation_id=writer.principal.organisation_id,
            role=writer.principal.role,
            cause=queries.DECLARANT,
            since=writer.today,
        )
    )
    if request.residence is not None:
        since = request.residence.since or ALWAYS
        writer.session.add(_residence(participant_id, since, request.residence))
    writer.touch("participant", participant_id, "identity", *OWN_FIELDS, "residences")
    return participant


def read_participant(reader: Reader, participant_id: UUID) -> ParticipantOut:
    """A person that the caller declared; others must say why, see `consult_participant`."""
    found = seen_participant(reader, participant_id)
    if reader.principal.role not in queries.DECLARANTS:
        raise purpose_needed("/query/purpose")
    return shown(reader, found)


def consult_participant(writer: Writer, participant_id: UUID, purpose: Purpose) -> ParticipantOut:
    """A person, for a stated purpose; the reading is part of the audit trail."""
    found = seen_participant(writer, participant_id)
    writer.record("identity.read")
    writer.touch("participant", found.id, "identity", purpose_field(purpose))
    return shown(writer, found)


def rectify_participant(
    writer: Writer, participant_id: UUID, request: ParticipantPatch, version: int
) -> ParticipantOut:
    """Correct what was recorded; assessments that no person decided are made again."""
    found = _own(writer, participant_id, version)
    sent: dict[str, Any] = {name: getattr(request, name) for name in request.model_fields_set}
    if "birth_date" in sent:
        _check_birth(writer, sent["birth_date"], "")
    changed = [*_rectify_identity(writer, found, sent), *_rectify_own(found, sent)]
    if changed:
        found.version += 1
        _note_update(writer, found, *changed)
    return shown(writer, found)


def put_residence(
    writer: Writer, participant_id: UUID, since: date, request: ResidenceIn, version: int
) -> ParticipantOut:
    """Say where the person lives from a day on; the same day again replaces what was said of it."""
    found = _own(writer, participant_id, version)
    _check_place(writer, request.place, "/place")
    known = {row.since: row for row in queries.residences_of(writer.session, found.id)}
    row = known.get(since)
    if row is None:
        writer.session.add(_residence(found.id, since, request))
    elif (row.place, row.qpv, row.qpv_edition) == (request.place, request.qpv, request.qpv_edition):
        return shown(writer, found)
    else:
        row.place, row.qpv, row.qpv_edition = request.place, request.qpv, request.qpv_edition
    found.version += 1
    _note_update(writer, found, "residences")
    _recount_where_hired(writer, found)
    return shown(writer, found)


def search_participants(writer: Writer, request: ParticipantSearch) -> ParticipantsFound:
    """The caller's records of a person given by their whole identity; a facilitator's search is audited."""
    require_role(writer, *queries.DECLARANTS, Role.FACILITATOR)
    sought = identities.matching_hashes(
        writer.keyring, request.birth_name, request.first_names, request.birth_date, request.birth_place
    )
    visible = queries.visible_participants(writer.principal, writer.today)
    found = list(writer.session.scalars(queries.with_matching_hash(visible, sought)))
    if writer.principal.role is Role.FACILITATOR:
        if request.purpose is None:
            raise purpose_needed("/purpose")
        writer.record("identity.searched")
        for participant in found:
            writer.touch("participant", participant.id, purpose_field(request.purpose))
    return ParticipantsFound(items=[ParticipantFound(id=participant.id) for participant in found])


def own_participant(writer: Writer, participant_id: UUID) -> Participant | None:
    """A person that the caller declared and nobody erased, with every record held until the commit."""
    declared = queries.declared_participants(writer.principal).where(Participant.id == participant_id)
    found = one(writer.session, declared)
    if found is not None:
        held_records(writer.session, found.id)
        writer.session.refresh(found)
    return None if found is None or found.erased_at is not None else found


def purpose_needed(pointer: str) -> InvalidPayload:
    """The refusal of a facilitator's reading without its reason."""
    return InvalidPayload(errors=[FieldError(pointer, "purpose_required", PURPOSE_NEEDED)])


def purpose_field(purpose: Purpose) -> str:
    """How the audit trail names the purpose of a reading: a code, no value."""
    return f"purpose:{purpose}"


def seen_participant(reader: Reader, participant_id: UUID) -> Participant:
    """A record of somebody that the caller may read of; Forbidden by the role alone, else NotFound."""
    # The role alone decides here, so that it says nothing of who exists.
    require_role(reader, *queries.DECLARANTS, Role.FACILITATOR, Role.PRESCRIBER)
    visible = queries.visible_participants(reader.principal, reader.today)
    found = one(reader.session, visible.where(Participant.id == participant_id))
    if found is None:
        raise NotFound
    return found


def _own(writer: Writer, participant_id: UUID, version: int) -> Participant:
    seen_participant(writer, participant_id)
    require_role(writer, *queries.DECLARANTS)
    found = own_participant(writer, participant_id)
    if found is None:
        raise NotFound
    if found.version != version:
        raise StaleVersion
    return found


def _rectify_identity(writer: Writer, found: Participant, sent: dict[str, Any]) -> list[str]:
    identity = queries.identity_of(writer.session, found.id)
    if identity is None:
        raise NotFound
    before = identities.opened(writer.keyring, identity)
    after = identities.rectified(before, sent)
    if after == before:
        return []
    identities.reseal(writer.keyring, identity, after)
    return ["identity"]


def _rectify_own(found: Participant, sent: dict[str, Any]) -> list[str]:
    changed = [name for name in OWN_FIELDS if name in sent and sent[name] != getattr(found, name)]
    for name in changed:
        setattr(found, name, sent[name])
    return changed


def _note_update(writer: Writer, found: Participant, *changed: str) -> None:
    writer.record("participant.updated")
    writer.touch("participant", found.id, *changed)
    writer.announce("participant.updated", "participant", found.id, declarant_id=found.declarant_id)
    writer.session.flush()
    reassessments.renew_for_participant(writer, found)
    for contract_id in sorted(hire_traits.keep_of_participant(writer, found.id)):
        hire_traits.tell(writer, contract_id)


def _recount_where_hired(writer: Writer, found: Participant) -> None:
    # Hours count for the place where the person lived that month. Each contract is counted again in a
    # transaction of its own: none holds two contracts.
    contracts = {hire.contract_id for hire in hires.hires_of_participant(writer.session, found.id)}
    for contract_id in sorted(contracts):
        jobs.queue(writer, "recount", str(contract_id), {"contract_id": str(contract_id)})


def _check_birth(writer: Writer, birth_date: date, at: str) -> None:
    if birth_date > writer.today:
        raise InvalidPayload(errors=[FieldError(f"{at}/birth_date", "in_the_future", NOT_BORN)])


def _check_place(writer: Writer, place: str, pointer: str) -> None:
    if not territories.exists_place(writer.session, place):
        raise unknown_reference(pointer)


def _residence(participant_id: UUID, since: date, request: ResidenceIn) -> Residence:
    return Residence(
        participant_id=participant_id,
        since=since,
        place=request.place,
        qpv=request.qpv,
        qpv_edition=request.qpv_edition,
    )


def shown(reader: Reader, found: Participant) -> ParticipantOut:
    """One record with its identity; NotFound once erased. The caller keeps the trace of the reading."""
    person = identities.known_person(reader.session, reader.keyring, found.id)
    residences = queries.residences_of(reader.session, found.id)
    return ParticipantOut(
        id=found.id,
        **{name: getattr(person, name) for name in identities.FIELDS},
        sex=Sex(found.sex) if found.sex else None,
        level=Level(found.level) if found.level else None,
        informed_on=found.informed_on,
        residences=[
            ResidenceOut(since=row.since, place=row.place, qpv=row.qpv, qpv_edition=row.qpv_edition)
            for row in residences
        ],
        version=found.version,
    )
