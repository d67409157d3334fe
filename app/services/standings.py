"""The contracts of a territory: their status, and the hours that the period requires, split over places."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.db.queries import figures as queries
from app.db.queries import standings as kept_queries
from app.rules.codes import Status, TargetKind
from app.rules.days import ONE_DAY, Span, add_months, month_end, month_start, months_of, overlap
from app.rules.hours import largest_remainder
from app.rules.parameters import parameter
from app.rules.reporting import MONTHS, belongs
from app.rules.status import Sums, compliance, expected
from app.rules.targets import required
from app.rules.terms import FOLLOWING
from app.rules.version import RULES_VERSION
from app.services import contract_facts, subtargets
from app.services.contract_facts import ClauseVersion
from app.services.target_basis import NOTHING_FOLLOWED, Followed, followed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.rules.status import Compliance, Known
    from app.rules.terms import Terms
    from app.services.contract_facts import ContractFacts
    from app.services.work import Reader

# Of a longer clause the course is not kept.
MOST_MONTHS = 600
MET = (Status.MET, Status.CLOSED_MET)


@dataclass(slots=True)
class Standings:
    """Contracts of one place: how many in each status, hours required (hundredths), splits assumed."""

    required: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    shares_assumed: int = 0


@dataclass(slots=True)
class StandingsByPlace:
    """Those of the territory as a whole, and by code of a level; None is where the level is unknown."""

    inside: Standings = field(default_factory=Standings)
    by_code: dict[str | None, Standings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Standing:
    """One contract: its status, and what the whole of it requires in the period (hundredths)."""

    status: Status
    required: int


@dataclass(frozen=True, slots=True)
class Course:
    """Hours expected at the end of each month from one on (hundredths), the last ones for good."""

    since: date
    hours: Sequence[int]

    def at_end_of(self, month: date) -> int:
        """Those expected at the end of a month."""
        back = _months_between(self.since, month)
        return self.hours[min(back, len(self.hours) - 1)] if back >= 0 else 0


@dataclass(frozen=True, slots=True)
class JudgedContract:
    """A contract as the rules read it; `versions` only if its clause was ever amended.

    `hours`: its sums before the month of the day, and in it; `recent`: secured hours by month, as many as a
    forecast may look at.
    """

    row: Any
    facts: ContractFacts
    versions: Sequence[Any]
    followed: Followed = NOTHING_FOLLOWED
    hours: Any = None
    recent: Mapping[date, int] = field(default_factory=dict)

    def facts_on(self, day: date, terms: Terms) -> ContractFacts:
        """The facts with what the terms' target followed by that day."""
        if self.followed is NOTHING_FOLLOWED:
            return self.facts
        return replace(self.facts, basis=self.followed.on(day, terms, self.facts.basis))

    def known(self, terms: Terms, until: date) -> Known:
        """What the rules read of it on a day, the one that it was fetched for."""
        within = belongs(month_start(until), until, terms.window)
        months = {
            month: hours for month, hours in self.recent.items() if within or month < month_start(until)
        }
        return self.facts_on(until, terms).known(until, _sums(self.hours, within=within), months)

    def terms_on(self, day: date) -> Terms | None:
        """The terms in force on a day; before the first, the first; None without clause."""
        row = self.row
        if row.terms is None:
            return None
        if self.versions:
            return contract_facts.terms_on(row.clause_id, self.versions, day)
        return contract_facts.terms_of(ClauseVersion(row.clause_id, row.clause_version, row.terms))


def standings_of(
    reader: Reader,
    asked: queries.Asked,
    parent: ColumnElement[bool],
    area: ColumnElement[bool],
    level: str,
) -> StandingsByPlace:
    """The contracts with a place in `area` whose execution touches the period, by code of a level.

    Statuses are those of the whole contract at the end of the period, or today if that comes first.
    """
    until = min(month_end(asked.last), asked.today)
    found = StandingsByPlace()
    standings = _standings(reader, asked, until, area)
    places = queries.places_of_contracts(reader.session, asked, until, parent=parent, area=area, level=level)
    for contract_id, rows in by_contract(places).items():
        if contract_id in standings:
            _spread(found, standings[contract_id], rows)
    return found


def by_contract(places: Iterable[Any]) -> dict[UUID, list[Any]]:
    """The rows of `queries.places_of_contracts`, those of one contract together."""
    found: dict[UUID, list[Any]] = {}
    for row in places:
        found.setdefault(row.id, []).append(row)
    return found


def _spread(found: StandingsByPlace, standing: _Standing, rows: Sequence[Any]) -> None:
    """Count the contract once wherever it has a place; split what it requires over its places."""
    shares = [1 if row.share is None else row.share for row in rows]
    parts = largest_remainder(standing.required, [Fraction(share, sum(shares)) for share in shares])
    assumed = any(row.assumed for row in rows)
    entered: dict[int, Standings] = {}
    for row, part in zip(rows, parts, strict=True):
        targets = [found.inside] if row.inside else []
        if row.touched:
            targets.append(found.by_code.setdefault(row.code, Standings()))
        for target in targets:
            target.required += part
            entered[id(target)] = target
    for target in entered.values():
        target.statuses[standing.status] += 1
        target.shares_assumed += assumed


def contracts_of(
    reader: Reader, asked: queries.Asked, until: date, area: ColumnElement[bool]
) -> list[JudgedContract]:
    """The contracts with a place in the area, with all that their position on a day depends on.

    The same number of queries, however many contracts: two more where targets follow invoices or hours.
    """
    month = month_start(until)
    among = queries.contracts_inside(asked, until, area)
    hours = queries.secured_hours(reader.session, among, month)
    versions = queries.clause_versions(reader.session, among)
    rows = queries.contracts_to_judge(reader.session, among)
    events = _followed(reader, rows, versions)
    found = [
        JudgedContract(
            row,
            contract_facts.read(dict(row._mapping)),  # noqa: SLF001  # the public way to a row as a mapping
            versions.get(row.clause_id, ()),
            events.get(row.contract_id, NOTHING_FOLLOWED),
        )
        for row in rows
    ]
    horizon = add_months(month, -_months_back(found, until))
    recent = queries.secured_by_month(reader.session, among, until, horizon)
    return [
        replace(
            contract,
            hours=hours.get(contract.row.contract_id),
            recent=recent.get(contract.row.contract_id, {}),
        )
        for contract in found
    ]


def _months_back(contracts: Iterable[JudgedContract], until: date) -> int:
    """How many months before that of the day a forecast may look at.

    A statement is due in the month after its period, at the latest on its last day: the last due month lies
    at most one period and one month back. Suspensions, which leave whole months out, are the query's matter.
    """
    terms = (contract.terms_on(until) for contract in contracts)
    longest = max((MONTHS[item.reporting.every] for item in terms if item is not None), default=1)
    return longest + int(parameter("forecast_months").at(until).value)


def _standings(
    reader: Reader, asked: queries.Asked, until: date, area: ColumnElement[bool]
) -> dict[UUID, _Standing]:
    """From what is kept of today's standing where that holds; the rest is judged."""
    if until != asked.today:
        return _judged(reader, asked, until, area)
    kept, rest = kept_queries.standings_inside(reader.session, asked, area, RULES_VERSION)
    if len(rest) > len(kept):
        return _judged(reader, asked, until, area)
    period = Span(asked.first, month_end(asked.last))
    before = add_months(asked.first, -1)
    found: dict[UUID, _Standing] = {}
    for row in kept:
        if overlap(Span(row.first, row.last), period) is not None:
            course = Course(row.since, row.expected)
            required = course.at_end_of(asked.last) - course.at_end_of(before)
            found[row.contract_id] = _Standing(Status(row.status), required)
    if rest:
        found |= _judged(reader, replace(asked, among=frozenset(rest)), until, area)
    return found


def course_of(contract: JudgedContract) -> Course | None:
    """What its clause expects month by month; None where that follows what happens, or lasts too long."""
    terms = [contract.terms_on(version.effective_on) for version in contract.versions]
    known = [item for item in (*terms, contract.terms_on(date.min)) if item is not None]
    if any(item.target.kind in FOLLOWING for item in known):
        return None
    since = month_start(min(item.window.first for item in known))
    last = max((*(item.effective_on for item in contract.versions), *(item.end for item in known)))
    if _months_between(since, last) >= MOST_MONTHS:
        return None
    return Course(since, [_expected(contract, month_end(month)) for month in months_of(since, last)])


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _judged(
    reader: Reader, asked: queries.Asked, until: date, area: ColumnElement[bool]
) -> dict[UUID, _Standing]:
    period = Span(asked.first, month_end(asked.last))
    touching = [
        contract
        for contract in contracts_of(reader, asked, until, area)
        if overlap(window_of(contract, until), period) is not None
    ]
    positions = positions_of(reader, touching, until)
    return {
        contract.row.contract_id: _Standing(
            _status(contract, positions.get(contract.row.contract_id)), _required(contract, period)
        )
        for contract in touching
    }


def positions_of(reader: Reader, contracts: Iterable[JudgedContract], until: date) -> dict[UUID, Compliance]:
    """The position on a day of those of the contracts that have a clause."""
    found: dict[UUID, Compliance] = {}
    to_confirm: dict[UUID, tuple[JudgedContract, Terms]] = {}
    for contract in contracts:
        terms, contract_id = contract.terms_on(until), contract.row.contract_id
        if terms is None:
            continue
        # As if every sub-target were reached: only those whose answer that decides are read hire by hire.
        found[contract_id] = compliance(replace(terms, subtargets=()), contract.known(terms, until))
        if terms.subtargets and found[contract_id].status in MET:
            to_confirm[contract_id] = (contract, terms)
    return found | _confirmed(reader, to_confirm, until)


def _confirmed(
    reader: Reader, to_confirm: dict[UUID, tuple[JudgedContract, Terms]], until: date
) -> dict[UUID, Compliance]:
    """The contracts that have their hours, judged again on what each hire counts for their sub-targets."""
    asked = [
        subtargets.Asked(contract.row.obligation_id, contract_id, terms)
        for contract_id, (contract, terms) in to_confirm.items()
    ]
    hires = subtargets.counted_hires(reader, asked, until)
    return {
        contract_id: compliance(
            terms, replace(contract.known(terms, until), hires=hires[contract_id].counted)
        )
        for contract_id, (contract, terms) in to_confirm.items()
    }


def _followed(
    reader: Reader, rows: Sequence[Any], versions: Mapping[UUID, Sequence[Any]]
) -> dict[UUID, Followed]:
    """What happened on the contracts whose target, in one version or another, follows it."""
    following: dict[UUID, set[TargetKind]] = {}
    for row in rows:
        stored = [version.snapshot["terms"] for version in versions.get(row.clause_id, ())]
        terms = [row.terms, *stored] if row.terms is not None else []
        kinds = FOLLOWING.intersection(item["target"]["kind"] for item in terms)
        if kinds:
            following[row.contract_id] = set(kinds)
    return followed(reader.session, following, set().union(*following.values()))


def _execution(row: Any) -> Span:  # noqa: ANN401  # a row of several columns
    """The days of a contract without clause; what is unknown is open."""
    first = row.started_on or row.notified_on or date.min
    return Span(first, row.ended_on or row.maximum_end_on or row.firm_end_on)


def _sums(hours: Any, *, within: bool) -> Sums:  # noqa: ANN401  # a row or None
    if hours is None:
        return Sums()
    counted = hours.counted_before + (hours.counted_within if within else 0)
    return Sums(counted=counted, pending=hours.pending_before + (hours.pending_within if within else 0))


def window_of(contract: JudgedContract, until: date) -> Span:
    """The days of its clause as in force on a day; those of its execution without one."""
    terms = contract.terms_on(until)
    return terms.window if terms else _execution(contract.row)


def _status(contract: JudgedContract, position: Compliance | None) -> Status:
    return Status(contract.facts.clause_state) if position is None else position.status


def _required(contract: JudgedContract, period: Span) -> int:
    """Expected at the end of the period minus expected the day before it, due months or not."""
    ends = (period.last or period.first, period.first - ONE_DAY)
    at_end, before = (_expected(contract, day) for day in ends)
    return at_end - before


def _expected(contract: JudgedContract, day: date) -> int:
    terms = contract.terms_on(day)
    if terms is None or day < terms.window.first:
        return 0
    facts = contract.facts_on(day, terms)
    return expected(terms, required(terms, facts.basis), min(day, terms.end), facts.suspensions)
