"""By how much territories differ from what is kept of them, once what moved since is looked at.

What is kept is the state of the hours at the last folding; what moved is told by the changes that are not
folded, whose entries say by how much. The folding adds the answer to what is kept, a reader to what it reads,
and the proof that both are right asks the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from app.db.queries import rollups as queries
from app.db.queries.rollups import PLATFORM, Viewer
from app.db.tables.rollups import NEVER
from app.services.areas import areas_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.queries.rollups import Posted
    from app.db.session import ReadSession

    Viewers = frozenset[Viewer]
    Hours = tuple[int, int, int, int]
    # A month worked, with its places.
    Worked = tuple[date, tuple[str, str, str, str]]
    Months = frozenset[Worked]
    Cell = tuple[str, str, date]
    Return = tuple[str, str, date, date]

# In the order of the places of `Posted`.
BASES = ("execution", "residence", "buyer", "facilitator")
ONE_DAY = timedelta(days=1)
NOBODY: Viewers = frozenset()


@dataclass(frozen=True, slots=True)
class Moves:
    """What to add to the areas.

    `hours`: by viewer and (basis, area, month), pending, held, refused and counted (hundredths).
    `returns`: by viewer and (basis, area, month, month before), people.
    `viewers`: of the contracts looked at, all who see them now.
    `moves_on`: of the same, the next day on which others do without any change.
    """

    hours: Mapping[Viewer, Mapping[Cell, Hours]]
    returns: Mapping[Viewer, Mapping[Return, int]]
    viewers: Mapping[UUID, Viewers]
    moves_on: Mapping[UUID, date | None]

    def __bool__(self) -> bool:
        """Whether there is anything to add."""
        return any(self.hours.values()) or any(self.returns.values())


@dataclass(frozen=True, slots=True)
class Stale:
    """What may have moved: by contract, the changes not folded; contracts that others see or never folded."""

    changes: Mapping[UUID, Collection[UUID]]
    contracts: Collection[UUID] = ()


def moves(
    session: ReadSession, today: date, stale: Stale, *, only: Viewer | None = None, anew: bool = False
) -> Moves:
    """By how much every viewer's areas moved, or those of one; `anew`: as if nothing were kept of these.

    Reads across tenants: called past the wall, its answer is narrowed to the viewer.
    """
    return _Comparison(session, today, stale, only, anew=anew).made()


class _Comparison:
    """The state that is kept beside the present one, of what may differ."""

    def __init__(
        self, session: ReadSession, today: date, stale: Stale, only: Viewer | None, *, anew: bool
    ) -> None:
        self._session, self._only = session, only
        folded = queries.folded(session, {*stale.changes, *stale.contracts})
        # Known and never folded: it waits for its turn, with all that it has by then.
        waiting = {found for found, day in folded.items() if day is None} - set(stale.contracts)
        contracts = {*stale.changes, *stale.contracts} - waiting
        held = {found for found in contracts if folded.get(found) is not None and not anew}
        self._before = _with_platform(queries.folded_viewers(session, held), held)
        self._after, self.moves_on = self._present(contracts, today)
        if only is not None:
            contracts = {
                found for found in contracts if only in self._before.get(found, NOBODY) | self._after[found]
            }
        self._changes = {found: stale.changes[found] for found in contracts & held & set(stale.changes)}
        self._whole = {found for found in contracts if self._before.get(found) != self._after[found]}
        self._areas: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[Months, int], dict[Return, int]] = {}

    def made(self) -> Moves:
        posted = queries.posted_by(self._session, self._changes)
        whole = list(queries.months_of_contracts(self._session, self._whole))
        worked = {row.contract_id for row in whole}
        kept = {found for found in self._after if found in self._before or found in worked}
        return Moves(
            hours=self._hours(posted, whole),
            returns=self._returns(posted, whole),
            viewers={found: self._after[found] for found in kept},
            moves_on={found: self.moves_on[found] for found in kept},
        )

    def _present(
        self, contracts: Collection[UUID], today: date
    ) -> tuple[dict[UUID, Viewers], dict[UUID, date | None]]:
        """Who sees each contract today, and the first day after it on which that may change."""
        viewers: dict[UUID, set[Viewer]] = {}
        days: dict[UUID, date | None] = dict.fromkeys(contracts)
        for contract_id, viewer, access in queries.accesses(self._session, contracts):
            if access.since <= today and (access.until is None or access.until >= today):
                viewers.setdefault(contract_id, set()).add(viewer)
            for day in (access.since, None if access.until is None else access.until + ONE_DAY):
                soonest = days[contract_id]
                if day is not None and day > today and (soonest is None or day < soonest):
                    days[contract_id] = day
        return _with_platform(viewers, contracts), days

    def _seen(self, viewers: Viewers) -> Viewers:
        return viewers if self._only is None else viewers & {self._only}

    def _hours(self, posted: Sequence[Posted], whole: Sequence[Posted]) -> dict[Viewer, dict[Cell, Hours]]:
        # People first, who are many at one place: their hours then go to every area and viewer together.
        together: dict[tuple[Viewers, str, str, date], list[int]] = defaultdict(lambda: [0, 0, 0, 0])

        def add(row: Posted, viewers: Viewers, sign: int) -> None:
            for basis, place in zip(BASES, row.places, strict=True):
                _add(together[viewers, basis, place, row.month], row.hours, sign)

        for row in posted:
            # Who stopped seeing the contract loses what it had before these changes.
            add(row, self._seen(self._before[row.contract_id]), 1)
        for row in whole:
            before, after = self._before.get(row.contract_id, NOBODY), self._after[row.contract_id]
            add(row, self._seen(after - before), 1)
            add(row, self._seen(before - after), -1)
        self._look_up({place for _, _, place, _ in together})
        found: dict[Viewer, dict[Cell, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0, 0]))
        for (viewers, basis, place, month), hours in together.items():
            for viewer in viewers:
                for area in self._areas[place]:
                    _add(found[viewer][basis, area, month], hours, 1)
        return {
            viewer: {cell: (sums[0], sums[1], sums[2], sums[3]) for cell, sums in cells.items() if any(sums)}
            for viewer, cells in found.items()
        }

    def _returns(self, posted: Sequence[Posted], whole: Sequence[Posted]) -> dict[Viewer, Counter[Return]]:
        """The people whose months differ: each of their months is counted under the one before it."""
        was = self._persons_before()
        moved = {row.participant_id for row in posted if row.counted}
        moved |= {row.participant_id for row in whole if row.counted} | was.keys()
        persons = {*queries.persons_of(self._session, moved).values(), *was.values()}
        now = queries.records_of(self._session, persons)
        before, after = self._months(posted, now, now | was)
        found: dict[Viewer, Counter[Return]] = defaultdict(Counter)
        for who in before.keys() | after.keys():
            if before.get(who) != after.get(who):
                found[who[0]].update(self._counted(before.get(who, frozenset()), -1))
                found[who[0]].update(self._counted(after.get(who, frozenset()), 1))
        return {
            viewer: Counter({cell: people for cell, people in cells.items() if people})
            for viewer, cells in found.items()
        }

    def _months(
        self, posted: Iterable[Posted], now: Mapping[UUID, UUID], was: Mapping[UUID, UUID]
    ) -> tuple[Mapping[tuple[Viewer, UUID], Months], Mapping[tuple[Viewer, UUID], Months]]:
        """By viewer and person, the months that counted when they were folded, and those that do now.

        `now` and `was`: by record, the person that it is and was then.
        """
        added: Counter[tuple[object, ...]] = Counter()
        for row in posted:
            added[row.key] += row.counted
        rows = [
            row for row in queries.months_of_people(self._session, was) if row.counted or row.key in added
        ]
        others = {row.contract_id for row in rows} - self._after.keys()
        held = {found for found, day in queries.folded(self._session, others).items() if day is not None}
        elsewhere = _with_platform(queries.folded_viewers(self._session, held), held)
        self._look_up({place for row in rows for place in row.places})
        before: dict[tuple[Viewer, UUID], set[Worked]] = defaultdict(set)
        after: dict[tuple[Viewer, UUID], set[Worked]] = defaultdict(set)
        for row in rows:
            stayed = elsewhere.get(row.contract_id, NOBODY)
            if row.counted - added.get(row.key, 0) > 0:
                for viewer in self._seen(self._before.get(row.contract_id, stayed)):
                    before[viewer, was[row.participant_id]].add((row.month, row.places))
            if row.counted > 0:
                for viewer in self._seen(self._after.get(row.contract_id, stayed)):
                    after[viewer, now[row.participant_id]].add((row.month, row.places))
        return (
            {who: frozenset(worked) for who, worked in before.items()},
            {who: frozenset(worked) for who, worked in after.items()},
        )

    def _persons_before(self) -> dict[UUID, UUID]:
        """Of the records that the changes moved, the person that each was before them all."""
        changes = {change for of_contract in self._changes.values() for change in of_contract}
        steps: dict[UUID, Counter[UUID]] = defaultdict(Counter)
        for record, before, after in queries.joined_by(self._session, changes):
            # On a walk from person to person, only where it began was left once more than it was entered.
            steps[record][before] += 1
            steps[record][after] -= 1
        left = {
            record: [person for person, times in found.items() if times > 0]
            for record, found in steps.items()
        }
        return {record: found[0] for record, found in left.items() if found}

    def _counted(self, months: Months, sign: int) -> dict[Return, int]:
        """Each month of a person in an area, under the one before; reckoned once for all who see them."""
        if (months, sign) not in self._known:
            active: dict[tuple[str, str], set[date]] = defaultdict(set)
            for month, places in months:
                for basis, place in zip(BASES, places, strict=True):
                    for area in self._areas[place]:
                        active[basis, area].add(month)
            self._known[months, sign] = {
                (basis, area, month, previous): sign
                for (basis, area), found in active.items()
                for previous, month in pairwise((NEVER, *sorted(found)))
            }
        return self._known[months, sign]

    def _look_up(self, places: Collection[str]) -> None:
        unknown = set(places) - self._areas.keys()
        territories = queries.territories_at(self._session, unknown - {""})
        self._areas |= {place: areas_of(territories.get(place)) for place in unknown}


def _add(sums: list[int], hours: Sequence[int], sign: int) -> None:
    for at, more in enumerate(hours):
        sums[at] += sign * more


def _with_platform(
    viewers: Mapping[UUID, Iterable[Viewer]], contracts: Iterable[UUID]
) -> dict[UUID, Viewers]:
    """The viewers of each contract, with the platform, which sees them all."""
    return {found: frozenset((*viewers.get(found, ()), PLATFORM)) for found in contracts}
