"""Figures by residence for those who may not read where a person lives: masked where few people stand.

A buyer or a firm reads hours hire by hire: the few hours of a commune would say whose they are (as
`services.entries` and sub-targets by residence hide it). A facilitator reads residences, and all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.queries import figures as queries
from app.principal import Role
from app.rules.masking import told_apart
from app.rules.parameters import parameter
from app.schemas.figures import Basis

if TYPE_CHECKING:
    from app.services.figures import Ground
    from app.services.work import Reader


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of a territory: itself, which of its children, and the part that lies in none.

    `children` None: all of them.
    """

    whole: bool = True
    unlocated: bool = True
    children: frozenset[str] | None = None

    def tells(self, code: str) -> bool:
        """Whether a child may be told apart."""
        return self.children is None or code in self.children


EVERYTHING, NOTHING = Told(), Told(whole=False, unlocated=False, children=frozenset())


def told_of(reader: Reader, question: queries.Asked, ground: Ground) -> Told:
    """What the caller may be told of a territory divided by the ground's level."""
    if question.basis != Basis.RESIDENCE or reader.principal.role is Role.FACILITATOR:
        return EVERYTHING
    fewest = int(parameter("fewest_people").at(reader.today).value)
    if not _whole_told(reader, question, ground, fewest):
        return NOTHING
    parts, unplaced = _people(reader, question, ground)
    told = told_apart(parts, unplaced, fewest)
    everybody = len(told) == len(parts)
    return Told(unlocated=everybody and not 0 < len(unplaced) < fewest, children=told)


def _whole_told(reader: Reader, question: queries.Asked, ground: Ground, fewest: int) -> bool:
    """The country is told with everybody in it; any other territory, when it and the rest hold enough."""
    found = ground.found
    if found.level == queries.COUNTRY:
        return True
    people: dict[str, set[object]] = {}
    rest: set[object] = set()
    for row in queries.people_inside(reader.session, question, queries.EVERYWHERE, found.level):
        (people.setdefault(row.code, set()) if row.code == found.code else rest).add(row.person)
    parts = {code: frozenset(persons) for code, persons in people.items()}
    return found.code in told_apart(parts, rest, fewest)


def _people(
    reader: Reader, question: queries.Asked, ground: Ground
) -> tuple[dict[str, frozenset[object]], set[object]]:
    """The people in each territory of the level, and those in none."""
    found: dict[str, set[object]] = {}
    unplaced: set[object] = set()
    for row in queries.people_inside(reader.session, question, ground.area, ground.level):
        (unplaced if row.code is None else found.setdefault(row.code, set())).add(row.person)
    return {code: frozenset(persons) for code, persons in found.items()}, unplaced
