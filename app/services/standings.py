"""The contracts of a territory: their status, and the hours that the period requires, split over places."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.db.queries import figures as queries
from app.rules.codes import Status
from app.rules.days import ONE_DAY, Span, month_end, month_start, overlap
from app.rules.hours import largest_remainder
from app.rules.reporting import belongs
from app.rules.status import Sums, compliance, expected
from app.rules.targets import required
from app.services import contract_facts, subtargets
from app.services.contract_facts import ClauseVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.rules.terms import Terms
    from app.services.contract_facts import ContractFacts
    from app.services.work import Reader

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
class _Contract:
    """A contract as the rules read it; `versions` only if its clause was ever amended."""

    row: Any
    facts: ContractFacts
    versions: Sequence[Any]

    def terms_on(self, day: date) -> Terms | None:
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
    standings = _judged(reader, asked, until, area)
    places = queries.places_of_contracts(reader.session, asked, until, parent=parent, area=area, level=level)
    for contract_id, rows in _by_contract(places).items():
        if contract_id in standings:
            _spread(found, standings[contract_id], rows)
    return found


def _by_contract(places: Iterable[Any]) -> dict[UUID, list[Any]]:
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


def _judged(
    reader: Reader, asked: queries.Asked, until: date, area: ColumnElement[bool]
) -> dict[UUID, _Standing]:
    month = month_start(until)
    hours = queries.secured_hours(reader.session, asked, until, area, month)
    versions = queries.clause_versions(reader.session, asked, until, area)
    period = Span(asked.first, month_end(asked.last))
    found: dict[UUID, _Standing] = {}
    to_confirm: dict[UUID, tuple[_Contract, Terms, Sums]] = {}
    for row in queries.contracts_to_judge(reader.session, asked, until, area):
        facts = contract_facts.read(dict(row._mapping))  # noqa: SLF001  # the public way to a row as a mapping
        contract = _Contract(row, facts, versions.get(row.clause_id, ()))
        terms = contract.terms_on(until)
        if overlap(terms.window if terms else _execution(row), period) is None:
            continue
        sums = _sums(hours.get(row.contract_id), terms, until)
        standing = _Standing(_status(contract, terms, sums, until), _required(contract, period))
        found[row.contract_id] = standing
        if terms is not None and terms.subtargets and standing.status in MET:
            to_confirm[row.contract_id] = (contract, terms, sums)
    return found | _confirmed(reader, found, to_confirm, until)


def _confirmed(
    reader: Reader,
    found: dict[UUID, _Standing],
    to_confirm: dict[UUID, tuple[_Contract, Terms, Sums]],
    until: date,
) -> dict[UUID, _Standing]:
    """The contracts that have their hours, judged again on what each hire counts for their sub-targets."""
    asked = [
        subtargets.Asked(contract.row.obligation_id, contract_id, terms)
        for contract_id, (contract, terms, _) in to_confirm.items()
    ]
    hires = subtargets.counted_hires(reader, asked, until)
    return {
        contract_id: replace(
            found[contract_id],
            status=compliance(
                terms, replace(contract.facts.known(until, sums), hires=hires[contract_id].counted)
            ).status,
        )
        for contract_id, (contract, terms, sums) in to_confirm.items()
    }


def _execution(row: Any) -> Span:  # noqa: ANN401  # a row of several columns
    """The days of a contract without clause; what is unknown is open."""
    first = row.started_on or row.notified_on or date.min
    return Span(first, row.ended_on or row.maximum_end_on or row.firm_end_on)


def _sums(hours: Any, terms: Terms | None, until: date) -> Sums:  # noqa: ANN401  # a row or None
    if hours is None or terms is None:
        return Sums()
    within = belongs(month_start(until), until, terms.window)
    counted = hours.counted_before + (hours.counted_within if within else 0)
    return Sums(counted=counted, pending=hours.pending_before + (hours.pending_within if within else 0))


def _status(contract: _Contract, terms: Terms | None, sums: Sums, until: date) -> Status:
    if terms is None:
        return Status(contract.facts.clause_state)
    # As if every sub-target were reached: only those whose answer that decides are read hire by hire.
    return compliance(replace(terms, subtargets=()), contract.facts.known(until, sums)).status


def _required(contract: _Contract, period: Span) -> int:
    """Expected at the end of the period minus expected the day before it, due months or not."""
    ends = (period.last or period.first, period.first - ONE_DAY)
    at_end, before = (_expected(contract, day) for day in ends)
    return at_end - before


def _expected(contract: _Contract, day: date) -> int:
    terms = contract.terms_on(day)
    if terms is None or day < terms.window.first:
        return 0
    due = required(terms, contract.facts.basis)
    return expected(terms, due, min(day, terms.end), contract.facts.suspensions)
