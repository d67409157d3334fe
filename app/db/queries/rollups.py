"""What areas hold, and what moved since: for `app.services.moves` and `app.services.folding` alone.

Whose rows these are is said by the viewer in each of them; they are read past the wall and narrowed there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.db.queries.figures import column_of
from app.db.queries.ledger import PLACES, STATES
from app.db.queries.rows import add_rows, columns_of
from app.db.tables import (
    Contract,
    ContractAccess,
    ContractStanding,
    Entry,
    FoldedContract,
    FoldedViewer,
    Participant,
    PersonLink,
    PersonMonth,
    Territory,
    TerritoryMonth,
    TerritoryReturn,
    UnfoldedChange,
)
from app.principal import SERVICE, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession

    Areas = Collection[str] | Select[str]

Item = TypeVar("Item")
# Any constant known to nobody else in the database will do.
FOLD_LOCK = 7_401_002
CHUNK = 500
# Those who see enough contracts to gain by it; a firm's hours are few, and it counts people its own way.
VIEWERS = (Role.BUYER.value, Role.FACILITATOR.value)


class Viewer(NamedTuple):
    """An organisation in a role, or the platform."""

    organisation_id: UUID
    role: str


class Held(NamedTuple):
    """Whose areas, by which of the places of an hour."""

    viewer: Viewer
    basis: str


PLATFORM = Viewer(SERVICE.organisation_id, Role.ADMIN.value)


class Posted(NamedTuple):
    """Hours of one record in a month at its places, on a contract (hundredths); places are "" if unknown."""

    contract_id: UUID
    participant_id: UUID
    month: date
    places: tuple[str, str, str, str]
    hours: tuple[int, int, int, int]

    @property
    def key(self) -> tuple[UUID, UUID, date, tuple[str, str, str, str]]:
        """What it is the hours of."""
        return self.contract_id, self.participant_id, self.month, self.places

    @property
    def counted(self) -> int:
        """The hours among these that make somebody a participant."""
        return self.hours[-1]


def try_fold_lock(session: ReadSession) -> bool:
    """True when nobody else folds until this transaction ends; SQLite's write lock already says so."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(FOLD_LOCK))))


def unfolded(session: ReadSession, limit: int | None = None) -> dict[UUID, set[UUID]]:
    """By contract, the changes of its figures that no area holds; all of them, or as many as asked."""
    return _by_contract(session, _NOTED.where(UnfoldedChange.figures).limit(limit))


def unjudged(session: ReadSession) -> dict[UUID, set[UUID]]:
    """By contract, the changes that its standing does not know."""
    return _by_contract(session, _NOTED)


_NOTED = select(UnfoldedChange.contract_id, UnfoldedChange.change_id)


def _by_contract(session: ReadSession, query: Select[UUID, UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for contract_id, change_id in session.execute(query):
        found.setdefault(contract_id, set()).add(change_id)
    return found


def outdated(session: ReadSession, today: date, rules_version: str, limit: int) -> list[UUID]:
    """The contracts whose standing is of another day, or of other rules; the oldest first."""
    query = (
        select(ContractStanding.contract_id)
        .where(or_(ContractStanding.judged_on != today, ContractStanding.rules_version != rules_version))
        .order_by(ContractStanding.judged_on)
        .limit(limit)
    )
    return list(session.scalars(query))


def anything_due(session: ReadSession, today: date, rules_version: str) -> bool:
    """Whether anything is to be folded or judged."""
    noted = session.scalar(select(UnfoldedChange.change_id).limit(1))
    return noted is not None or bool(moving(session, today, 1) or outdated(session, today, rules_version, 1))


def moving(session: ReadSession, today: date, limit: int | None = None) -> list[UUID]:
    """The contracts that other viewers see since a day up to today, or that were never folded."""
    query = select(FoldedContract.contract_id).where(FoldedContract.moves_on <= today).limit(limit)
    return list(session.scalars(query))


def last_folded(session: ReadSession) -> date | None:
    """The latest day on which a contract was folded."""
    return session.scalar(select(func.max(FoldedContract.folded_on)))


def folded(session: ReadSession, contract_ids: Iterable[UUID]) -> dict[UUID, date | None]:
    """By contract that is known here, the day on which it was folded."""
    found: dict[UUID, date | None] = {}
    for chunk in _chunks(contract_ids):
        query = select(FoldedContract.contract_id, FoldedContract.folded_on).where(
            FoldedContract.contract_id.in_(chunk)
        )
        found.update((row.contract_id, row.folded_on) for row in session.execute(query))
    return found


def folded_viewers(session: ReadSession, contract_ids: Iterable[UUID]) -> dict[UUID, set[Viewer]]:
    """By contract, in whose areas it is held, the platform's aside."""
    found: dict[UUID, set[Viewer]] = {}
    for chunk in _chunks(contract_ids):
        query = select(FoldedViewer.contract_id, FoldedViewer.organisation_id, FoldedViewer.role)
        for row in session.execute(query.where(FoldedViewer.contract_id.in_(chunk))):
            found.setdefault(row.contract_id, set()).add(Viewer(row.organisation_id, row.role))
    return found


def accesses(session: ReadSession, contract_ids: Iterable[UUID]) -> Iterator[tuple[UUID, Viewer, Any]]:
    """(contract, viewer, row with `since` and `until`) of the access to these contracts, past and to come."""
    for chunk in _chunks(contract_ids):
        query = select(
            ContractAccess.contract_id,
            ContractAccess.organisation_id,
            ContractAccess.role,
            ContractAccess.since,
            ContractAccess.until,
        ).where(ContractAccess.contract_id.in_(chunk), ContractAccess.role.in_(VIEWERS))
        for row in session.execute(query):
            yield row.contract_id, Viewer(row.organisation_id, row.role), row


def posted_by(session: ReadSession, changes: Mapping[UUID, Collection[UUID]]) -> list[Posted]:
    """What these changes posted on these contracts, together."""
    sums = [
        cast(func.sum(case((Entry.state == state, Entry.hours), else_=0)), BigInteger).label(state)
        for state in STATES
    ]
    places = [func.coalesce(getattr(Entry, place), "").label(place) for place in PLACES]
    keys = (Entry.contract_id, Entry.participant_id, Entry.month, *places)
    found: list[Posted] = []
    for chunk in _chunks({change for of_contract in changes.values() for change in of_contract}):
        query = select(*keys, *sums).where(Entry.change_id.in_(chunk)).group_by(*keys)
        found.extend(row for row in _posted(session, query) if row.contract_id in changes)
    return found


def months_of_contracts(session: ReadSession, contract_ids: Iterable[UUID]) -> Iterator[Posted]:
    """Everybody's hours on these contracts."""
    for chunk in _chunks(contract_ids):
        yield from _posted(session, _MONTHS.where(PersonMonth.contract_id.in_(chunk)))


def months_of_people(session: ReadSession, participant_ids: Iterable[UUID]) -> Iterator[Posted]:
    """The hours of these records on every contract."""
    for chunk in _chunks(participant_ids):
        yield from _posted(session, _MONTHS.where(PersonMonth.participant_id.in_(chunk)))


_MONTHS = select(
    PersonMonth.contract_id,
    PersonMonth.participant_id,
    PersonMonth.month,
    *(getattr(PersonMonth, place) for place in PLACES),
    *(getattr(PersonMonth, state) for state in STATES),
)


def _posted(session: ReadSession, query: Select[*tuple[Any, ...]]) -> Iterator[Posted]:
    for contract_id, participant_id, month, *rest in session.execute(query):
        places, hours = rest[: len(PLACES)], rest[len(PLACES) :]
        yield Posted(
            contract_id,
            participant_id,
            month,
            (places[0], places[1], places[2], places[3]),
            (hours[0], hours[1], hours[2], hours[3]),
        )


def persons_of(session: ReadSession, participant_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """By record, whose it is."""
    return _records(session, columns_of(Participant).id, participant_ids)


def records_of(session: ReadSession, person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """By record of these persons, whose it is."""
    return _records(session, columns_of(Participant).person_id, person_ids)


def _records(session: ReadSession, column: ColumnElement[UUID], values: Iterable[UUID]) -> dict[UUID, UUID]:
    found: dict[UUID, UUID] = {}
    for chunk in _chunks(values):
        query = select(Participant.id, Participant.person_id).where(column.in_(chunk))
        found.update((row.id, row.person_id) for row in session.execute(query))
    return found


def joined_by(session: ReadSession, change_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """(record, the person it was, the person it is since) of every record that these changes moved."""
    found: list[tuple[UUID, UUID, UUID]] = []
    for chunk in _chunks(change_ids):
        query = select(PersonLink.participant_id, PersonLink.from_person_id, PersonLink.to_person_id).where(
            PersonLink.change_id.in_(chunk)
        )
        found.extend((row[0], row[1], row[2]) for row in session.execute(query))
    return found


def territories_at(session: ReadSession, places: Iterable[str]) -> dict[str, Territory]:
    """The territories of these places, those that the loaded edition has."""
    found: dict[str, Territory] = {}
    for chunk in _chunks(places):
        rows = session.scalars(select(Territory).where(Territory.place.in_(chunk)))
        found.update((row.place, row) for row in rows)
    return found


def keep_folded(
    session: WriteSession,
    viewers: Mapping[UUID, Collection[Viewer]],
    moves_on: Mapping[UUID, date | None],
    today: date,
) -> None:
    """Note of these contracts in whose areas they are held now, and until when that stands."""
    for chunk in _chunks(viewers):
        session.execute(delete(FoldedViewer).where(FoldedViewer.contract_id.in_(chunk)))
    owners = owners_of(session, moves_on)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(FoldedContract)
    kept = {name: statement.excluded[name] for name in ("folded_on", "moves_on")}
    rows = [
        {"owner_id": owners[found], "contract_id": found, "folded_on": today, "moves_on": moves_on[found]}
        for found in sorted(moves_on)
    ]
    if rows:
        session.execute(statement.on_conflict_do_update(index_elements=["contract_id"], set_=kept), rows)
    held = [
        {"contract_id": found, "organisation_id": viewer.organisation_id, "role": viewer.role}
        for found in sorted(viewers)
        for viewer in sorted(viewers[found])
        if viewer != PLATFORM
    ]
    add_rows(session, FoldedViewer, held)


def owners_of(session: ReadSession, contract_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """By contract, whose it is."""
    found: dict[UUID, UUID] = {}
    for chunk in _chunks(contract_ids):
        query = select(Contract.id, Contract.owner_id).where(Contract.id.in_(chunk))
        found.update((row.id, row.owner_id) for row in session.execute(query))
    return found


def drop_unfolded(session: WriteSession, changes: Mapping[UUID, Collection[UUID]]) -> None:
    """Take these changes away: the areas hold them now, or will take their contracts whole."""
    for chunk in _chunks({change for of_contract in changes.values() for change in of_contract}):
        session.execute(delete(UnfoldedChange).where(UnfoldedChange.change_id.in_(chunk)))


def forget_all(session: WriteSession, since: date) -> None:
    """Empty everything kept; each contract is to be folded and judged anew, as if it were due since a day."""
    kept = (TerritoryMonth, TerritoryReturn, FoldedViewer, UnfoldedChange, FoldedContract, ContractStanding)
    for table in kept:
        session.execute(delete(table))
    worked = select(PersonMonth.owner_id, PersonMonth.contract_id, literal(since)).distinct()
    session.execute(insert(FoldedContract).from_select(["owner_id", "contract_id", "moves_on"], worked))
    due = {"status": "", "behind": 0, "judged_on": since, "rules_version": ""}
    bound = select(Contract.owner_id, Contract.id, *map(literal, due.values())).where(
        Contract.clause_id.is_not(None)
    )
    session.execute(insert(ContractStanding).from_select(["owner_id", "contract_id", *due], bound))


def keep_standings(
    session: WriteSession, contract_ids: Collection[UUID], rows: Sequence[dict[str, Any]]
) -> None:
    """Put these standings in the place of those of these contracts."""
    for chunk in _chunks(contract_ids):
        session.execute(delete(ContractStanding).where(ContractStanding.contract_id.in_(chunk)))
    add_rows(session, ContractStanding, rows)


def stored_areas(
    session: ReadSession, table: type[TerritoryMonth | TerritoryReturn], columns: Sequence[str]
) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Every row of a table: its key and its columns."""
    keys = [column.name for column in table.__table__.primary_key]
    query = select(*(getattr(table, name) for name in (*keys, *columns)))
    return {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in session.execute(query)}


def areas_inside(parent: ColumnElement[bool], level: str) -> Select[str]:
    """The areas of a level's territories that have ground in a territory."""
    column = column_of(level)
    return select(literal(f"{level}/") + column).where(parent, column.is_not(None)).distinct()


def hours_of_areas(
    session: ReadSession, held: Held, areas: Areas, first: date, last: date
) -> dict[str, tuple[int, ...]]:
    """By area, the hours of its months from first to last, in the order of `STATES` (hundredths)."""
    table = TerritoryMonth
    sums = [cast(func.sum(getattr(table, state)), BigInteger) for state in STATES]
    query = _of(table, held, areas).where(table.month.between(first, last))
    rows = session.execute(query.with_only_columns(table.area, *sums).group_by(table.area))
    return {area: tuple(hours) for area, *hours in rows}


def people_of_areas(
    session: ReadSession, held: Held, areas: Areas, first: date, last: date
) -> dict[str, int]:
    """By area, how many people had counted hours there in any of these months."""
    table = TerritoryReturn
    people = cast(func.sum(table.people), BigInteger).label("people")
    query = _of(table, held, areas).where(table.month.between(first, last), table.previous_month < first)
    rows = session.execute(query.with_only_columns(table.area, people).group_by(table.area))
    return {row.area: row.people for row in rows}


def _of(table: type[TerritoryMonth | TerritoryReturn], held: Held, areas: Areas) -> Select[Any]:
    return select(table).where(
        table.organisation_id == held.viewer.organisation_id,
        table.role == held.viewer.role,
        table.basis == held.basis,
        table.area.in_(areas),
    )


def worked_contracts(session: ReadSession) -> list[UUID]:
    """Every contract with hours."""
    return list(session.scalars(select(PersonMonth.contract_id).distinct()))


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    found = list(items)
    for first in range(0, len(found), CHUNK):
        yield found[first : first + CHUNK]
