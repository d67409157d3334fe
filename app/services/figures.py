"""What a territory adds up to over months (domain §6): hours, people, contracts, hours required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.db.queries import figures as queries
from app.db.queries.territories import territory
from app.errors import FieldError, InvalidPayload, NotFound, Text
from app.rules.codes import Status
from app.rules.days import add_months, month_start
from app.rules.labels import LABELS
from app.schemas.figures import (
    Basis,
    ChildOut,
    FiguresOut,
    HoursOut,
    StatusCount,
    TerritoryChildrenOut,
    TerritoryComplianceOut,
    TerritoryRef,
)
from app.services.areas import CONTAINED
from app.services.residences import told_of
from app.services.sight import SEES_BALANCE, require_role
from app.services.standings import Standings, StandingsByPlace, standings_of
from app.services.territory_hours import Hours, hours_of, hours_with_children

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from app.db.tables import Territory
    from app.schemas.figures import ChildrenQuery, PeriodQuery
    from app.services.work import Reader

STATES = queries.STATES
DEFAULT_MONTHS = 12
FINEST = "commune"
STRADDLING = {"epci", "ept"}
BORDERED = {"region", "department"}
NOT_INSIDE = Text(
    "Ce niveau n'est pas contenu dans le territoire.", "This level is not inside the territory."
)
REVERSED = Text("Le premier mois suit le dernier.", "The first month is after the last.")


@dataclass(frozen=True, slots=True)
class Ground:
    """The territory asked, its area, and the part of it that a level divides."""

    found: Territory
    level: str

    @property
    def parent(self) -> ColumnElement[bool]:
        """Rows inside the territory."""
        return queries.inside(self.found.level, self.found.code)

    @property
    def straddled(self) -> bool:
        """Whether territories of the level may stand on both sides of the border."""
        return self.level in STRADDLING and self.found.level in BORDERED

    @property
    def children(self) -> ColumnElement[bool]:
        """Rows inside the territories of the level, whole."""
        if self.straddled:
            return queries.in_children(self.found.level, self.found.code, self.level)
        return self.parent

    @property
    def area(self) -> ColumnElement[bool]:
        """Rows inside the territory or one of those."""
        return self.parent | self.children if self.straddled else self.parent


def read_territory(reader: Reader, level: str, code: str, asked: PeriodQuery) -> TerritoryComplianceOut:
    """The figures of a territory over the contracts that the caller sees.

    NotFound for an unknown territory; Forbidden for roles that see no balance; InvalidPayload for months
    in the wrong order.
    """
    question, ground = question_of(reader, asked), ground_of(reader, level, code, FINEST)
    told = told_of(reader, question, ground)
    located = standings_of(reader, question, ground.parent, ground.area, ground.level)
    total, unlocated = hours_of(reader, question, ground)
    return TerritoryComplianceOut(
        **common(reader, question, ground),
        figures=_figures(question, total, located.inside) if told.whole else None,
        unlocated=_figures(question, unlocated, located.by_code.get(None)) if told.unlocated else None,
    )


def told_inside(reader: Reader, question: queries.Asked, ground: Ground) -> FiguresOut | None:
    """The figures of the ground's territory; None where too few people would be told of."""
    if not told_of(reader, question, ground).whole:
        return None
    located = standings_of(reader, question, ground.parent, ground.area, ground.level)
    return _figures(question, hours_of(reader, question, ground)[0], located.inside)


def list_children(reader: Reader, level: str, code: str, asked: ChildrenQuery) -> TerritoryChildrenOut:
    """The same for the territories of a level inside another; InvalidPayload for a level that is not."""
    if asked.level not in CONTAINED.get(level, ()):
        raise InvalidPayload(errors=[FieldError("/query/level", "level_not_inside", NOT_INSIDE)])
    question, ground = question_of(reader, asked), ground_of(reader, level, code, asked.level)
    told = told_of(reader, question, ground)
    located = standings_of(reader, question, ground.parent, ground.area, ground.level)
    total, unlocated, hours = hours_with_children(reader, question, ground)
    return TerritoryChildrenOut(
        **common(reader, question, ground),
        level=asked.level,
        sums=not ground.straddled,
        figures=_figures(question, total, located.inside) if told.whole else None,
        unlocated=_figures(question, unlocated, located.by_code.get(None)) if told.unlocated else None,
        items=[
            item
            for item in _children(reader, question, ground.level, hours, located)
            if told.tells(item.territory.code)
        ],
    )


def _children(
    reader: Reader, question: queries.Asked, level: str, hours: Mapping[str, Hours], located: StandingsByPlace
) -> list[ChildOut]:
    codes = {code for code in (*hours, *located.by_code) if code is not None}
    return [
        ChildOut(
            territory=named(found),
            figures=_figures(question, hours.get(found.code), located.by_code.get(found.code)),
        )
        for found in queries.named(reader.session, level, codes)
    ]


def question_of(reader: Reader, asked: PeriodQuery) -> queries.Asked:
    """Who asks what about which months, from here on planned for it.

    Forbidden, and InvalidPayload for months in the wrong order.
    """
    require_role(reader, *SEES_BALANCE)
    last = asked.last or month_start(reader.today)
    first = asked.first or add_months(last, 1 - DEFAULT_MONTHS)
    if first > last:
        raise InvalidPayload(errors=[FieldError("/query/from", "end_before_start", REVERSED)])
    reader.session.plan_for_values()
    return queries.Asked(reader.principal, reader.today, first, last, asked.basis.value)


def ground_of(reader: Reader, level: str, code: str, inner: str) -> Ground:
    """The territory asked, divided by a level; NotFound for an unknown one."""
    found = territory(reader.session, f"{level}/{code}")
    if found is None:
        raise NotFound
    return Ground(found, inner)


def common(reader: Reader, question: queries.Asked, ground: Ground) -> dict[str, Any]:
    """The fields of every answer about a territory and a period."""
    known = queries.settled(reader.session, question)
    return {
        "territory": named(ground.found),
        "territory_edition": ground.found.edition,
        "first": question.first,
        "last": question.last,
        "basis": Basis(question.basis),
        "known_at": None if known.provisional else known.sealed_at,
        "provisional": known.provisional,
    }


def named(found: Territory) -> TerritoryRef:
    """A territory as it is shown."""
    return TerritoryRef(place=found.place, level=found.level, code=found.code, name=found.name)


def _figures(question: queries.Asked, found: Hours | None, standings: Standings | None) -> FiguresOut:
    found = found or Hours()
    hours = {state: getattr(found, state) for state in STATES}
    standings = standings or Standings()
    return FiguresOut(
        hours=HoursOut(declared=sum(hours.values()), **hours),
        required=None if question.basis == Basis.RESIDENCE else standings.required,
        participants=found.participants,
        contracts=sum(standings.statuses.values()),
        statuses=_counted(standings),
        shares_assumed=standings.shares_assumed,
    )


def _counted(standings: Standings) -> list[StatusCount]:
    return [
        StatusCount(code=code, label=LABELS["statuses"][code], contracts=standings.statuses[code])
        for code in Status
        if standings.statuses[code]
    ]
