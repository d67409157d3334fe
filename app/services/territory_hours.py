"""Hours and people of territories: from what is kept of them where that serves, else from every line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.queries import figures as lines
from app.db.queries import rollups as queries
from app.db.queries.ledger import STATES
from app.db.queries.rollups import PLATFORM, Held, Viewer
from app.services.areas import area_of, without
from app.services.moves import Stale, moves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Any

    from app.db.queries.rollups import Areas
    from app.services.figures import Ground
    from app.services.moves import Moves
    from app.services.work import Reader

# Where more changes and contracts than these wait to be folded, reading every line is quicker.
MOST_UNFOLDED = 200
NO_HOURS = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the period by state (hundredths), and the people with counted ones, each once."""

    pending: int = 0
    held: int = 0
    refused: int = 0
    counted: int = 0
    participants: int = 0


def hours_of(reader: Reader, asked: lines.Asked, ground: Ground) -> tuple[Hours, Hours]:
    """Of the territory, and of the part of it that lies in no territory of the ground's level."""
    return _whole(reader, asked, ground, kept_for(reader, asked))


def hours_with_children(
    reader: Reader, asked: lines.Asked, ground: Ground
) -> tuple[Hours, Hours, dict[str, Hours]]:
    """The same, and by code of the territories of the ground's level that have hours there, whole."""
    kept = kept_for(reader, asked)
    return *_whole(reader, asked, ground, kept), _by_child(reader, asked, ground, kept)


def _whole(reader: Reader, asked: lines.Asked, ground: Ground, kept: _Kept | None) -> tuple[Hours, Hours]:
    if kept is None:
        areas = (ground.parent, ground.parent & lines.unlocated(ground.level))
        rows = [lines.hours_inside(reader.session, asked, area)[0] for area in areas]
        return _read(rows[0]), _read(rows[1])
    whole = area_of(ground.found.level, ground.found.code)
    outside = without(whole, ground.level)
    found = kept.hours(reader, asked, (whole, outside), {whole, outside})
    return found.get(whole, Hours()), found.get(outside, Hours())


def _by_child(reader: Reader, asked: lines.Asked, ground: Ground, kept: _Kept | None) -> dict[str, Hours]:
    if kept is None:
        rows = lines.hours_inside(reader.session, asked, ground.children, ground.level)
        return _worked((row.code, _read(row)) for row in rows if row.code is not None)
    inside = queries.areas_inside(ground.parent, ground.level)
    moved = set(reader.session.scalars(inside)) if kept.moved else set()
    found = kept.hours(reader, asked, inside, moved)
    return _worked((area.partition("/")[2], hours) for area, hours in found.items())


def _worked(found: Iterable[tuple[str, Hours]]) -> dict[str, Hours]:
    """Without those whose hours were all taken back."""
    return {code: hours for code, hours in found if hours != Hours()}


def _read(row: Any) -> Hours:  # noqa: ANN401  # a row of several columns
    return Hours(row.pending, row.held, row.refused, row.counted, row.participants)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The areas of a viewer, and what to add to them."""

    viewer: Viewer
    moved: Moves

    def hours(
        self, reader: Reader, asked: lines.Asked, areas: Areas, moving: Collection[str]
    ) -> dict[str, Hours]:
        """By area that has hours; `moving`: the same areas, to be looked for among what moved."""
        held = Held(self.viewer, asked.basis)
        sums = queries.hours_of_areas(reader.session, held, areas, asked.first, asked.last)
        people = queries.people_of_areas(reader.session, held, areas, asked.first, asked.last)
        moved, moved_people = self._moved(asked, moving)
        return {
            area: Hours(
                **dict(zip(STATES, _added(sums.get(area, NO_HOURS), moved.get(area, NO_HOURS)), strict=True)),
                participants=people.get(area, 0) + moved_people.get(area, 0),
            )
            for area in sums.keys() | moved.keys()
        }

    def _moved(
        self, asked: lines.Asked, areas: Collection[str]
    ) -> tuple[Mapping[str, tuple[int, ...]], Mapping[str, int]]:
        hours: dict[str, tuple[int, ...]] = {}
        people: dict[str, int] = {}
        for (basis, area, month), added in self.moved.hours.get(self.viewer, {}).items():
            if basis == asked.basis and area in areas and asked.first <= month <= asked.last:
                hours[area] = tuple(_added(hours.get(area, NO_HOURS), added))
        returns = self.moved.returns.get(self.viewer, {})
        for (basis, area, month, previous), number in returns.items():
            if basis == asked.basis and area in areas and previous < asked.first <= month <= asked.last:
                people[area] = people.get(area, 0) + number
        return hours, people


def _added(hours: Iterable[int], more: Iterable[int]) -> Iterator[int]:
    return (one + other for one, other in zip(hours, more, strict=True))


def kept_for(reader: Reader, asked: lines.Asked) -> _Kept | None:
    """What is kept for who asks; None if nothing is, or if too much of it is out of date."""
    viewer = _viewer(asked)
    if viewer is None:
        return None
    with reader.session.across():
        most = MOST_UNFOLDED + 1
        stale = Stale(
            queries.unfolded(reader.session, most), queries.moving(reader.session, asked.today, most)
        )
        if sum(map(len, stale.changes.values())) + len(stale.contracts) > MOST_UNFOLDED:
            return None
        return _Kept(viewer, moves(reader.session, asked.today, stale, only=viewer))


def _viewer(asked: lines.Asked) -> Viewer | None:
    """Whose areas answer the question; those of one buyer among others are kept for nobody."""
    principal = asked.principal
    if asked.buyer is not None:
        return None
    if principal.is_admin:
        return PLATFORM
    viewer = Viewer(principal.organisation_id, principal.role.value)
    return viewer if viewer.role in queries.VIEWERS else None
