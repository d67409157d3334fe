"""The hours that the contracts of a territory still have to find (domain §6): by month, trade and place.

Each open contract is short of what it will owe at the end less what is counted or pending, and less what its
pool makes up for. What its running hires plan is provided; the rest is spread over the days left of its
window. Every part is then split over the places of the contract, so that what lies inside a territory sums
whatever the level.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.db.queries import figures as queries
from app.db.queries.needs import HiresOfContract, hires_of_contracts
from app.db.queries.territories import territory
from app.errors import FieldError, InvalidPayload, NotFound, Text
from app.principal import Role
from app.rules.codes import ClauseState
from app.rules.days import add_months, month_start
from app.rules.hours import largest_remainder
from app.rules.needs import need, shortfall, trade
from app.rules.reporting import belongs
from app.rules.status import compliance
from app.rules.trades import trade_label
from app.schemas.figures import Basis, TerritoryRef
from app.schemas.needs import (
    MonthNeed,
    NeedsFigures,
    PlaceNeeds,
    TerritoryNeedsOut,
    TradeNeed,
    TradeRef,
)
from app.services.areas import CONTAINED
from app.services.figures import FINEST, NOT_INSIDE, Ground
from app.services.pool_needs import made_up_by_pools
from app.services.sight import require_role
from app.services.standings import by_contract, contracts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Territory
    from app.rules.needs import Need
    from app.rules.terms import Terms
    from app.schemas.needs import NeedsQuery
    from app.services.standings import JudgedContract
    from app.services.work import Reader

SEES_NEEDS = (Role.ADMIN, Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR, Role.INSERTION_STRUCTURE)
UNCLEAR = (ClauseState.CLAUSE_MISSING, ClauseState.TO_CHECK)
MONTH_PAST = Text("Ce mois est passé : les besoins sont à venir.", "This month is past: needs are to come.")
# What is not a month: hours provided, without a day left.
PROVIDED, UNSCHEDULED = "provided", "unscheduled"


@dataclass(slots=True)
class Needs:
    """The needs of one place: hours (hundredths) by trade and month, and those of no month."""

    contracts: int = 0
    shares_assumed: int = 0
    apart: Counter[str] = field(default_factory=Counter)
    months: Counter[tuple[str | None, date]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Wanting:
    """A contract that is short of hours: what it needs, in which trade."""

    need: Need
    trade: str | None


@dataclass(slots=True)
class _Found:
    """The contracts that are short, by id, and those of which it cannot be told."""

    wanting: dict[UUID, _Wanting] = field(default_factory=dict)
    unknown_at_end: set[UUID] = field(default_factory=set)
    without_terms: set[UUID] = field(default_factory=set)


def read_needs(reader: Reader, level: str, code: str, asked: NeedsQuery) -> TerritoryNeedsOut:
    """The needs of a territory over months to come.

    Forbidden for roles that see no contract; NotFound for an unknown territory; InvalidPayload for a past
    month or a level that is not inside.
    """
    require_role(reader, *SEES_NEEDS)
    if asked.level is not None and asked.level not in CONTAINED.get(level, ()):
        raise InvalidPayload(errors=[FieldError("/query/level", "level_not_inside", NOT_INSIDE)])
    first = asked.first or month_start(reader.today)
    if first < month_start(reader.today):
        raise InvalidPayload(errors=[FieldError("/query/from", "month_past", MONTH_PAST)])
    place = territory(reader.session, f"{level}/{code}")
    if place is None:
        raise NotFound
    ground = Ground(place, asked.level or FINEST)
    last = add_months(first, asked.months - 1)
    question = queries.Asked(reader.principal, reader.today, first, last, Basis.EXECUTION.value)
    found = _found(reader, question, ground)
    places = _places(reader, question, ground)
    inside, by_code = Needs(), dict[str | None, Needs]()
    for contract_id in places.keys() & found.wanting.keys():
        _spread(inside, by_code, found.wanting[contract_id], places[contract_id])
    within = {contract_id for contract_id, rows in places.items() if any(row.inside for row in rows)}
    known = queries.settled(reader.session, question)
    return TerritoryNeedsOut(
        territory=_named(place),
        territory_edition=place.edition,
        first=first,
        last=last,
        known_at=None if known.provisional else known.sealed_at,
        provisional=known.provisional,
        figures=_figures(question, inside),
        unlocated=_figures(question, by_code.pop(None, Needs())),
        level=asked.level,
        sums=not ground.straddled,
        items=_items(reader, question, asked.level, by_code),
        unknown_at_end=len(found.unknown_at_end & within),
        without_terms=len(found.without_terms & within),
    )


def _found(reader: Reader, question: queries.Asked, ground: Ground) -> _Found:
    found = _Found()
    hires = hires_of_contracts(reader.session, question, reader.today, ground.area)
    short: dict[UUID, tuple[JudgedContract, Terms, int]] = {}
    for contract in contracts_of(reader, question, reader.today, ground.area):
        terms, contract_id = contract.terms_on(reader.today), contract.row.contract_id
        if contract.facts.closed_by(reader.today):
            continue
        if terms is None:
            if contract.facts.clause_state in UNCLEAR:
                found.without_terms.add(contract_id)
            continue
        position = compliance(terms, contract.known(terms, reader.today))
        if position.required_at_end is None:
            found.unknown_at_end.add(contract_id)
        if lacks := shortfall(position):
            short[contract_id] = (contract, terms, lacks)
    covered = made_up_by_pools(reader, short)
    for contract_id, (contract, terms, lacks) in short.items():
        if left := lacks - covered.get(contract_id, 0):
            own = hires.get(contract_id, HiresOfContract())
            found.wanting[contract_id] = _wanting(contract, terms, reader.today, left, own)
    return found


def _wanting(
    contract: JudgedContract, terms: Terms, day: date, short: int, hires: HiresOfContract
) -> _Wanting:
    within = belongs(month_start(day), day, terms.window)
    planned = hires.left_within if within else hires.left_before
    spread = need(terms, day, short, planned, contract.facts.suspensions)
    return _Wanting(spread, trade(hires.jobs, contract.row.cpv))


def _places(reader: Reader, question: queries.Asked, ground: Ground) -> dict[UUID, list[Any]]:
    return by_contract(
        queries.places_of_contracts(
            reader.session,
            question,
            reader.today,
            parent=ground.parent,
            area=ground.area,
            level=ground.level,
        )
    )


def _spread(inside: Needs, by_code: dict[str | None, Needs], wanting: _Wanting, rows: Sequence[Any]) -> None:
    """Split every part of what is needed over the places; count the contract once wherever it has one."""
    shares = [1 if row.share is None else row.share for row in rows]
    split = [Fraction(share, sum(shares)) for share in shares]
    targets = [
        [
            *([inside] if row.inside else ()),
            *([by_code.setdefault(row.code, Needs())] if row.touched else ()),
        ]
        for row in rows
    ]
    for kind, hours in ((PROVIDED, wanting.need.provided), (UNSCHEDULED, wanting.need.unscheduled)):
        for part, entered in zip(largest_remainder(hours, split), targets, strict=True):
            for target in entered:
                target.apart[kind] += part
    for month, hours in wanting.need.months:
        for part, entered in zip(largest_remainder(hours, split), targets, strict=True):
            for target in entered:
                target.months[wanting.trade, month] += part
    assumed = any(row.assumed for row in rows)
    for target in {id(item): item for entered in targets for item in entered}.values():
        target.contracts += 1
        target.shares_assumed += assumed


def _items(
    reader: Reader, question: queries.Asked, level: str | None, by_code: Mapping[str | None, Needs]
) -> list[PlaceNeeds]:
    if level is None:
        return []
    codes = [code for code in by_code if code is not None]
    return [
        PlaceNeeds(territory=_named(found), figures=_figures(question, by_code[found.code]))
        for found in queries.named(reader.session, level, codes)
    ]


def _named(found: Territory) -> TerritoryRef:
    return TerritoryRef(place=found.place, level=found.level, code=found.code, name=found.name)


def _figures(question: queries.Asked, found: Needs) -> NeedsFigures:
    earlier = sum(hours for (_, month), hours in found.months.items() if month < question.first)
    later = sum(hours for (_, month), hours in found.months.items() if month > question.last)
    asked = {
        (code, month): hours
        for (code, month), hours in found.months.items()
        if question.first <= month <= question.last and hours
    }
    return NeedsFigures(
        contracts=found.contracts,
        short=sum(found.apart.values()) + sum(found.months.values()),
        provided=found.apart[PROVIDED],
        earlier=earlier,
        to_find=sum(asked.values()),
        later=later,
        unscheduled=found.apart[UNSCHEDULED],
        shares_assumed=found.shares_assumed,
        months=_months((month, hours) for (_, month), hours in asked.items()),
        trades=_trades(asked),
    )


def _trades(asked: Mapping[tuple[str | None, date], int]) -> list[TradeNeed]:
    """By trade, those that need most first."""
    by_trade: dict[str | None, list[tuple[date, int]]] = {}
    for (code, month), hours in asked.items():
        by_trade.setdefault(code, []).append((month, hours))
    totals = {code: sum(hours for _, hours in parts) for code, parts in by_trade.items()}
    return [
        TradeNeed(trade=_trade(code), hours=totals[code], months=_months(by_trade[code]))
        for code in sorted(totals, key=lambda code: (-totals[code], code or ""))
    ]


def _trade(code: str | None) -> TradeRef:
    if code is None:
        return TradeRef(scheme=None, code=None, label=trade_label(None))
    return TradeRef(scheme="cpv" if code.isdigit() else "rome", code=code, label=trade_label(code))


def _months(parts: Iterable[tuple[date, int]]) -> list[MonthNeed]:
    totals: Counter[date] = Counter()
    for month, hours in parts:
        totals[month] += hours
    return [MonthNeed(month=month, hours=totals[month]) for month in sorted(totals)]
