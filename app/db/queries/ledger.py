"""The ledger: what the counting of a person's month reads, the entries in force, and their sums.

Counting looks at one person's hours across contracts of several buyers. These queries are therefore not
narrowed to what the principal sees; what they return stays inside `app.services.ledger`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Date,
    Row,
    Select,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from app.db.queries.rows import add_rows, add_to_rows, columns_of
from app.db.tables import (
    Assessment,
    Contract,
    ContractPlace,
    Entry,
    Hire,
    Line,
    Mandate,
    ObligationMonth,
    Organisation,
    Participant,
    PersonMonth,
    Residence,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession

    PersonAndMonth = tuple[UUID, date]
    LineRow = Row[*tuple[Any, ...]]
    VersionRow = Row[UUID, date, dict[str, Any]]

PLACES = ("execution", "residence", "buyer_seat", "facilitator_seat")
STATES = ("pending", "held", "refused", "counted")
CHUNK = 200


def person_months_on(
    session: ReadSession, contract_id: UUID, participant_id: UUID | None = None
) -> set[PersonAndMonth]:
    """The (person, month) pairs with a line on the contract, all or those of one participant's person."""
    query = (
        select(Participant.person_id, Line.month)
        .join(Line, Line.participant_id == Participant.id)
        .where(Line.contract_id == contract_id)
        .distinct()
    )
    if participant_id is not None:
        person = select(Participant.person_id).where(Participant.id == participant_id).scalar_subquery()
        query = query.where(Participant.person_id == person)
    return {(person_id, month) for person_id, month in session.execute(query)}


def people_on(session: ReadSession, contract_id: UUID) -> set[UUID]:
    """The participants with a line on the contract."""
    return set(session.scalars(select(Line.participant_id).where(Line.contract_id == contract_id).distinct()))


# Every write on hours asks what follows, most of it on every line of it: building a statement costs more than
# running it, so each is built once.
_LINE = aliased(Line, name="line")
_COUNTED = (
    select(
        Participant.person_id,
        _LINE,
        Hire.clause_id,
        Hire.starts_on,
        Hire.ended_on,
        Hire.weekly_hours,
        Hire.modality,
        Hire.contract_type,
        Hire.workplace,
        Assessment.decision,
        Assessment.counts_from,
        Assessment.eligible_until,
        Assessment.suspended,
    )
    .join(_LINE, _LINE.participant_id == Participant.id)
    .join(Hire, (Hire.owner_id == _LINE.owner_id) & (Hire.id == _LINE.hire_id))
    .join(Assessment, Assessment.hire_id == Hire.id)
)
_OF_MONTHS = _COUNTED.where(
    tuple_(Participant.person_id, _LINE.month).in_(bindparam("pairs", expanding=True))
)
# PostgreSQL plans this one once per connection, the other at each call: nearly all its time.
_OF_MONTH = _COUNTED.where(
    Participant.person_id.in_(bindparam("persons", expanding=True)), _LINE.month == bindparam("month")
)


def lines_of(session: ReadSession, pairs: Sequence[PersonAndMonth]) -> list[LineRow]:
    """Every line of these people's months, on any contract, as `line`; those taken out are among them.

    With each its `person_id`, and what the rules read of its hire and of the hire's assessment, by the names
    of their columns.
    """
    found: list[LineRow] = []
    months = {month for _, month in pairs}
    for first in range(0, len(pairs), CHUNK):
        chunk = pairs[first : first + CHUNK]
        if len(months) == 1:
            asked = {"persons": [person for person, _ in chunk], "month": chunk[0][1]}
            found.extend(session.execute(_OF_MONTH, asked))
        else:
            found.extend(session.execute(_OF_MONTHS, {"pairs": chunk}))
    return found


_VERSION = columns_of(Version)
_CLAUSE_VERSIONS = (
    select(_VERSION.subject_id, _VERSION.effective_on, _VERSION.snapshot)
    .where(_VERSION.subject_id.in_(bindparam("clause_ids", expanding=True)))
    .order_by(_VERSION.subject_id, _VERSION.number)
)


def clause_versions(session: ReadSession, clause_ids: Iterable[UUID]) -> dict[UUID, list[VersionRow]]:
    """The versions of these clauses, oldest first: (subject_id, effective_on, snapshot)."""
    found: dict[UUID, list[VersionRow]] = {}
    for version in session.execute(_CLAUSE_VERSIONS, {"clause_ids": list(clause_ids)}):
        found.setdefault(version.subject_id, []).append(version)
    return found


def training_before(
    session: ReadSession,
    obligation_ids: Collection[UUID],
    person_id: UUID,
    month: date,
    *,
    without: Iterable[date],
) -> int:
    """Training hours counted for a person on these obligations in earlier months, without some of these."""
    query = (
        select(func.coalesce(func.sum(Entry.hours), 0))
        .join(Participant, Participant.id == Entry.participant_id)
        .where(
            Entry.obligation_id.in_(obligation_ids),
            Participant.person_id == person_id,
            Entry.month < month,
            Entry.month.not_in(list(without)),
            Entry.state == "counted",
            Entry.kind == "training",
        )
    )
    return int(session.scalar(query) or 0)


_REVERSAL = aliased(Entry)
_IN_FORCE = (
    select(Entry)
    .where(
        Entry.line_id.in_(bindparam("line_ids", expanding=True)),
        Entry.reverses_id.is_(None),
        ~exists().where(_REVERSAL.line_id == Entry.line_id, _REVERSAL.reverses_id == Entry.id),
    )
    .order_by(Entry.id)
)


def entries_in_force(session: ReadSession, line_ids: Sequence[UUID]) -> dict[UUID, list[Entry]]:
    """The entries of these lines that no later entry reverses."""
    found: dict[UUID, list[Entry]] = {line_id: [] for line_id in line_ids}
    for first in range(0, len(line_ids), CHUNK):
        chunk = list(line_ids[first : first + CHUNK])
        for entry in session.scalars(_IN_FORCE, {"line_ids": chunk}):
            found[entry.line_id].append(entry)
    return found


_PLACE = columns_of(ContractPlace)
_PLACES = (
    select(_PLACE.place)
    .where(_PLACE.contract_id == bindparam("contract_id"), _PLACE.place.is_not(None))
    .order_by(_PLACE.share.desc(), _PLACE.ordinal)
)


def places_of_contract(session: ReadSession, contract_id: UUID) -> list[str]:
    """The resolved places of execution, the largest share first."""
    return [place for place in session.scalars(_PLACES, {"contract_id": contract_id}) if place]


_ORGANISATION, _MANDATE = columns_of(Organisation), columns_of(Mandate)
_BUYER_SEAT = select(
    cast(null(), Date).label("since"), cast(null(), Date).label("until"), _ORGANISATION.seat
).where(_ORGANISATION.id == bindparam("owner_id"))
_MANDATED_SEATS = (
    select(_MANDATE.since, _MANDATE.until, _ORGANISATION.seat)
    .where(
        _ORGANISATION.id == _MANDATE.organisation_id,
        _MANDATE.contract_id == bindparam("contract_id"),
        _MANDATE.role == "facilitator",
    )
    .order_by(_MANDATE.since, _MANDATE.id)
)
_SEATS = union_all(_BUYER_SEAT, select(_MANDATED_SEATS.subquery()))


def seats_of(session: ReadSession, contract: Contract) -> list[Row[*tuple[Any, ...]]]:
    """(since, until, seat) of the facilitators mandated on a contract, oldest first, after the buyer's own.

    The buyer's row has no dates.
    """
    found = session.execute(_SEATS, {"owner_id": contract.owner_id, "contract_id": contract.id}).all()
    return sorted(found, key=lambda row: row.since or date.min)


_RESIDENCE = columns_of(Residence)
_RESIDENCES = (
    select(_RESIDENCE.participant_id, _RESIDENCE.since, _RESIDENCE.place)
    .where(_RESIDENCE.participant_id.in_(bindparam("participant_ids", expanding=True)))
    .order_by(_RESIDENCE.participant_id, _RESIDENCE.since)
)


def residences_of(
    session: ReadSession, participant_ids: Iterable[UUID]
) -> dict[UUID, list[Row[UUID, date, str | None]]]:
    """Where these people live and lived, oldest first: (participant_id, since, place)."""
    found: dict[UUID, list[Row[UUID, date, str | None]]] = {}
    for residence in session.execute(_RESIDENCES, {"participant_ids": list(participant_ids)}):
        found.setdefault(residence.participant_id, []).append(residence)
    return found


def add_entries(session: WriteSession, entries: Sequence[dict[str, Any]]) -> None:
    """Append to the ledger."""
    add_rows(session, Entry, entries)


def add_to_sums(
    session: WriteSession,
    table: type[ObligationMonth | PersonMonth],
    deltas: Sequence[dict[str, Any]],
) -> None:
    """Add these hours to the rows of a table of sums, making the rows that are missing."""
    add_to_rows(session, table, STATES, deltas)


def sums_of_entries(table: type[ObligationMonth | PersonMonth]) -> Select[*tuple[Any, ...]]:
    """The rows that a table of sums should hold, computed from the ledger alone."""
    keys = [column.name for column in table.__table__.primary_key]
    columns = [
        func.coalesce(getattr(Entry, key), "") if key in PLACES else getattr(Entry, key) for key in keys
    ]
    hours = [func.sum(case((Entry.state == state, Entry.hours), else_=0)).label(state) for state in STATES]
    return select(*columns, *hours).group_by(*columns)


def stored_sums(table: type[ObligationMonth | PersonMonth]) -> Select[*tuple[Any, ...]]:
    """The rows that a table of sums holds."""
    keys = [column.name for column in table.__table__.primary_key]
    return select(*(getattr(table, name) for name in (*keys, *STATES)))


def lines_against_entries() -> Select[*tuple[Any, ...]]:
    """Lines whose stored hours are not those of their entries, or do not sum to what they declare."""
    posted = (
        select(
            Entry.line_id,
            *(func.sum(case((Entry.state == state, Entry.hours), else_=0)).label(state) for state in STATES),
        )
        .group_by(Entry.line_id)
        .subquery()
    )
    differs = [getattr(Line, state) != func.coalesce(posted.c[state], 0) for state in STATES]
    total = Line.pending + Line.held + Line.refused + Line.counted
    wrong = total != Line.worked + Line.training
    for difference in differs:
        wrong = wrong | difference
    return select(Line.id).join(posted, posted.c.line_id == Line.id, isouter=True).where(wrong)


def contracts_of(session: ReadSession, ids: Iterable[UUID]) -> list[Contract]:
    """Contracts by id, whoever sees them: for work of the service itself."""
    return list(session.scalars(select(Contract).where(Contract.id.in_(list(ids)))))
