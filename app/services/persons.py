"""One person known by several records: proposed to facilitators, joined and parted by their decisions alone.

A person is the records that standing merges connect, and bears the id of the oldest of them. Records, hires,
lines and entries stay as they are; what a decision changes is who is the same person for counting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import participants
from app.db.queries import persons as queries
from app.db.queries.lists import one, page_of
from app.db.queries.statements import identifiers_of
from app.db.tables import Participant, PersonLink
from app.errors import FieldError, InvalidPayload, NotFound, NotReviewer, Text, unknown_reference
from app.principal import Role
from app.refusals.people import AlreadyDecided, JoinedThroughOthers
from app.schemas.persons import (
    DuplicateOut,
    DuplicatePage,
    MergeReason,
    PersonDecision,
    PersonLinkOut,
    PersonLinks,
    SeparationReason,
)
from app.services import person_recounts
from app.services.participants import purpose_field
from app.services.sight import held_contract, require_reviewer, require_role, reviewer_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from app.db.queries.persons import Pair
    from app.db.tables import Contract
    from app.schemas.participants import Purpose
    from app.schemas.persons import DuplicateWalk, MergeIn, SeparationIn
    from app.services.work import Writer

SAME_RECORD = Text(
    "Nommez une autre fiche que celle de l'adresse.", "Name another record than the address does."
)
REASONS: Mapping[str, Callable[[str], MergeReason | SeparationReason]] = {
    PersonDecision.MERGED: MergeReason,
    PersonDecision.SEPARATED: SeparationReason,
}


def list_duplicates(writer: Writer, walk: DuplicateWalk) -> DuplicatePage:
    """The records that seem to be of one person, among those the facilitator sees; the reading is audited."""
    require_role(writer, Role.FACILITATOR)
    query = queries.with_duplicates(writer.principal, writer.today)
    found, following = page_of(writer.session, query, Participant.id, walk.after, walk.limit)
    others: dict[UUID, list[UUID]] = {record.id: [] for record in found}
    for record_id, other_id in queries.duplicates_of(writer.session, writer.principal, writer.today, others):
        others[record_id].append(other_id)
    writer.record("duplicates.read")
    for record_id in sorted({*others, *(other for listed in others.values() for other in listed)}):
        writer.touch("participant", record_id, purpose_field(walk.purpose))
    items = [DuplicateOut(participant_id=record_id, others=listed) for record_id, listed in others.items()]
    return DuplicatePage(items=items, next=following)


def list_person_links(writer: Writer, participant_id: UUID, purpose: Purpose) -> PersonLinks:
    """The decisions on a record and another that the facilitator sees too; the reading is audited."""
    record = _seen(writer, participant_id)
    rows = queries.decisions_on(writer.session, writer.principal, writer.today, record.id)
    writer.record("person_links.read")
    writer.touch("participant", record.id, purpose_field(purpose))
    return PersonLinks(items=links_shown(writer, rows))


def merge_participants(writer: Writer, participant_id: UUID, request: MergeIn) -> PersonLinkOut:
    """Say that two records are one person.

    NotFound and InvalidPayload for records not seen, NotReviewer where somebody else decides on one of them,
    AlreadyDecided when they are one person already. Hours are counted again on one contract here, by jobs on
    the others.
    """
    contract, first, second = _held_pair(writer, participant_id, request.participant_id)
    if first.person_id == second.person_id:
        raise AlreadyDecided
    stays, goes = sorted((first.person_id, second.person_id))
    records = queries.held_records(writer.session, first.id, second.id)
    moved = [record for record in records if record.person_id == goes]
    _move(writer, moved, stays)
    _count_again(writer, contract, "participants.merged", [records])
    links = [_link(writer, record.id, goes, stays) for record in moved]
    return _decided(writer, (first.id, second.id), links, PersonDecision.MERGED, request.reason)


def separate_participants(writer: Writer, participant_id: UUID, request: SeparationIn) -> PersonLinkOut:
    """Say that two records are two people; a merge of the two is undone.

    The same refusals; JoinedThroughOthers when no decision joined these two records themselves.
    """
    contract, first, second = _held_pair(writer, participant_id, request.participant_id)
    records = queries.held_records(writer.session, first.id, second.id)
    if first.person_id != second.person_id:
        return _say_apart(writer, first, second, request.reason)
    merges = queries.standing_merges(writer.session, [record.id for record in records])
    undoes = merges.pop((first.id, second.id), None)
    if undoes is None:
        raise JoinedThroughOthers
    whole = first.person_id
    side = _connected(second.id, merges)
    # Whichever side the oldest record is on keeps the person; the other becomes that of its own oldest.
    moved = [record for record in records if (record.id in side) != (whole in side)]
    own = min(record.id for record in moved)
    _move(writer, moved, own)
    rest = [record for record in records if record not in moved]
    _count_again(writer, contract, "participants.separated", [rest, moved])
    links = [_link(writer, record.id, whole, own, undoes) for record in moved]
    return _decided(writer, (first.id, second.id), links, PersonDecision.SEPARATED, request.reason)


def _say_apart(
    writer: Writer, first: Participant, second: Participant, reason: SeparationReason
) -> PersonLinkOut:
    """Keep that two records never joined are of two people: they are not proposed again."""
    if queries.is_parted(writer.session, (first.id, second.id)):
        raise AlreadyDecided
    writer.record("participants.separated")
    link = _link(writer, second.id, second.person_id, second.person_id)
    return _decided(writer, (first.id, second.id), [link], PersonDecision.SEPARATED, reason)


def _seen(writer: Writer, participant_id: UUID) -> Participant:
    # The role alone decides here, so that it says nothing of who exists.
    require_role(writer, Role.FACILITATOR)
    found = _visible(writer, participant_id)
    if found is None:
        raise NotFound
    return found


def _visible(writer: Writer, participant_id: UUID) -> Participant | None:
    visible = participants.visible_participants(writer.principal, writer.today)
    return one(writer.session, visible.where(Participant.id == participant_id))


def _held_pair(
    writer: Writer, participant_id: UUID, other_id: UUID
) -> tuple[Contract, Participant, Participant]:
    """A contract where the caller decides, then both records with their persons, held; the older first."""
    named = _seen(writer, participant_id)
    other = _visible(writer, other_id)
    if other is None:
        raise unknown_reference("/participant_id")
    if other.id == named.id:
        raise InvalidPayload(errors=[FieldError("/participant_id", "same_record", SAME_RECORD)])
    contract = held_contract(writer, _where_decided(writer, named, other).id)
    require_reviewer(writer, contract)
    queries.held_records(writer.session, named.id, other.id)
    first, second = sorted((named, other), key=lambda record: record.id)
    return contract, first, second


def _where_decided(writer: Writer, named: Participant, other: Participant) -> Contract:
    """The contract to count at once: one that both work on if there is any, and open rather than closed."""
    of_named, of_other = (decided_contracts(writer, record.id) for record in (named, other))
    if not of_named or not of_other:
        raise NotReviewer
    both = {contract.id for contract in of_other}
    return min(
        of_named,
        key=lambda contract: (contract.id not in both, contract.closed_on is not None, contract.id),
    )


def decided_contracts(writer: Writer, participant_id: UUID) -> list[Contract]:
    """The contracts on which this record was hired and the caller decides today."""
    query = queries.seen_with_hires_of(writer.principal, writer.today, participant_id)
    return [
        contract
        for contract in writer.session.scalars(query)
        if reviewer_id(writer.session, contract, writer.today) == writer.principal.organisation_id
    ]


def _connected(start: UUID, pairs: Iterable[Pair]) -> set[UUID]:
    """The records that these pairs connect to one."""
    reached: set[UUID] = set()
    ahead = {start}
    while ahead:
        reached |= ahead
        ahead = {
            other
            for first, second in pairs
            for here, other in ((first, second), (second, first))
            if here in reached and other not in reached
        }
    return reached


def _move(writer: Writer, records: Sequence[Participant], person_id: UUID) -> None:
    # The version stays: whoever declared a record does not learn that it is known elsewhere.
    with writer.session.across():
        for record in records:
            record.person_id = person_id
        for contract_id in queries.worked_on(writer.session, [record.id for record in records]):
            writer.move_figures(contract_id)


def _count_again(
    writer: Writer, contract: Contract, action: str, persons: Sequence[Sequence[Participant]]
) -> None:
    """Count these persons, given by their records; the change is filed where figures move, else nowhere."""
    writer.intend(action)
    for records in persons:
        person_recounts.recount(writer, contract, records[0].id)
    if writer.change is not None:
        person_recounts.tell(writer, contract)
    writer.begin(action)
    person_recounts.queue_elsewhere(
        writer, contract, [[record.id for record in records] for records in persons]
    )


def _link(
    writer: Writer, participant_id: UUID, before: UUID, after: UUID, undoes: UUID | None = None
) -> PersonLink:
    return PersonLink(
        change_id=writer.change_id,
        participant_id=participant_id,
        from_person_id=before,
        to_person_id=after,
        undoes_id=undoes,
        decided_by=writer.principal.organisation_id,
        decided_at=writer.now,
    )


def _decided(
    writer: Writer,
    pair: Pair,
    links: Sequence[PersonLink],
    decision: PersonDecision,
    reason: MergeReason | SeparationReason,
) -> PersonLinkOut:
    """Keep the decision and tell it: only of the two records named, for the facilitator may see no others."""
    for link in links:
        (link.first_id, link.second_id), link.decision, link.reason = pair, decision, reason
    writer.session.add_all(links)
    for record_id in pair:
        writer.touch("participant", record_id, "person")
    writer.announce(f"participants.{decision}", "participant", pair[0], own=True)
    writer.session.flush()
    return links_shown(writer, links[:1])[0]


def links_shown(writer: Writer, rows: Sequence[PersonLink]) -> list[PersonLinkOut]:
    """Decisions on two records, one row of each, as told."""
    undone = queries.undone(writer.session, [row.change_id for row in rows])
    names = identifiers_of(writer.session, {row.decided_by for row in rows})
    return [
        PersonLinkOut(
            id=row.change_id,
            decision=PersonDecision(row.decision),
            participant_ids=[row.first_id, row.second_id],
            reason=REASONS[row.decision](row.reason),
            decided_by=names[row.decided_by],
            decided_at=row.decided_at,
            stands=row.change_id not in undone,
        )
        for row in rows
    ]
