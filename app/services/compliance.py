"""Where a contract stands (domain §6): figures, status, what is left to do, and the entries behind each.

The present is answered from the sums kept with every write; the past, from the ledger and the versions
recorded up to a settled position. Both go through the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.db.queries import compliance as queries
from app.db.queries.present_facts import present_facts
from app.errors import NotFound
from app.principal import Role
from app.rules import status as rules
from app.rules.codes import Status
from app.rules.hours import HUNDREDTHS, half_up, share_of
from app.rules.labels import LABELS
from app.rules.parameters import parameter
from app.rules.reporting import belongs, last_month
from app.rules.status import Sums, summed
from app.rules.targets import estimate
from app.schemas.compliance import (
    ComplianceOut,
    ComplianceStatus,
    ComplianceTarget,
    ComplianceWindow,
    HourFigures,
)
from app.services import contract_facts, members, subtargets
from app.services.contract_facts import ClauseVersion
from app.services.estimates import shown_inputs
from app.services.follow_up import FollowUp, follow_up, show_forecast, show_reporting
from app.services.next_actions import Situation, next_actions
from app.services.positions import position_known_at
from app.services.sight import SEES_BALANCE, require_role
from app.services.subtargets import Hires
from app.services.target_basis import basis_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.rules.pools import PoolPosition
    from app.rules.status import Compliance, Known
    from app.rules.targets import Basis
    from app.rules.terms import Terms
    from app.schemas.compliance import ComplianceQuery, PoolOfContract
    from app.schemas.follow_up import ActionOut
    from app.services.contract_facts import ContractFacts
    from app.services.members import Group
    from app.services.work import Reader

RATE_PLACES = 10_000
STATES = ("pending", "held", "refused", "counted")
FIGURES = (
    *("required", "required_at_end", "expected"),
    *("declared", "pending", "held", "refused", "counted", "secured", "balance"),
)


@dataclass(frozen=True, slots=True)
class Sight:
    """The contract as the caller sees it now: the row of `queries.position_of_contract`."""

    row: Any

    @property
    def has_clause(self) -> bool:
        """Whether a clause is recorded today."""
        return self.row.clause_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What is told of the present only: as who looks, on which day, with whose statements and hires."""

    role: Role
    day: date
    facilitated: bool
    followed: FollowUp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the rules judge: the facts and terms that hold at the two times, and the hours by month."""

    contract: ContractFacts
    terms: Terms | None
    months: Mapping[date, Sums]
    hires: Hires
    group: Group | None
    known_at: datetime | None
    provisional: bool
    present: Present | None = None


@dataclass(frozen=True, slots=True)
class AskedCase:
    """A case, the day asked for, and the position that an instant names with that instant."""

    sight: Sight
    as_of: date
    case: Case
    known: tuple[int, datetime] | None


def asked_case(reader: Reader, contract_id: UUID, asked: ComplianceQuery) -> AskedCase:
    """The case of a contract that is asked for, once the caller may see it."""
    as_of = asked.as_of or reader.today
    sight = seen(reader, contract_id)
    known = None
    if asked.known_at is not None:
        # Sight first: a stranger's question must not make the service settle. Then again, in the new view.
        known = position_known_at(reader, asked.known_at), asked.known_at
        sight = seen(reader, contract_id)
    return AskedCase(sight, as_of, case_on(reader, sight, as_of, known), known)


def case_on(reader: Reader, sight: Sight, as_of: date, known: tuple[int, datetime] | None = None) -> Case:
    """The case on a day, as it stands or as known at a position, the one that an instant names.

    NotFound when nothing was known of the contract then.
    """
    return _present(reader, sight, as_of) if known is None else _past(reader, sight, as_of, *known)


def judged(case: Case, terms: Terms, as_of: date) -> Compliance:
    """Where the case stands under these terms, which are those of the case."""
    return rules.compliance(terms, known_of(case, terms, as_of))


def known_of(case: Case, terms: Terms, as_of: date) -> Known:
    """What the rules read of the case under these terms, which are those of the case."""
    inside = {month: sums for month, sums in case.months.items() if belongs(month, as_of, terms.window)}
    secured = {month: sums.secured for month, sums in inside.items()}
    return replace(case.contract.known(as_of, summed(inside.values()), secured), hires=case.hires.counted)


def seen(reader: Reader, contract_id: UUID) -> Sight:
    """The contract with what its position depends on, if the caller may see its balance."""
    row = queries.position_of_contract(reader.session, reader.principal, reader.today, contract_id)
    if row is None:
        raise NotFound
    require_role(reader, *SEES_BALANCE)
    return Sight(row)


def terms_in_force(reader: Reader, sight: Sight, as_of: date, position: int | None = None) -> Terms | None:
    """The terms of the latest clause version in force on a day; before the first, the first.

    `position` None: as recorded now. None when no clause was recorded.
    """
    row = sight.row
    if not sight.has_clause:
        return None
    if position is None and (row.clause_version == 1 or row.effective_on <= as_of):
        return contract_facts.terms_of(ClauseVersion(row.clause_id, row.clause_version, row.terms))
    versions = queries.versions_known(reader.session, row.owner_id, row.clause_id, position)
    return contract_facts.terms_on(row.clause_id, versions, as_of)


def _present(reader: Reader, sight: Sight, as_of: date) -> Case:
    row = sight.row
    facts = contract_facts.read(dict(row._mapping))  # noqa: SLF001  # the public way to a row as a mapping
    terms = terms_in_force(reader, sight, as_of)
    basis = basis_on(reader.session, row.contract_id, terms, as_of, facts.basis)
    rows: Mapping[str, Sequence[Any]] = {}
    followed, day = None, min(as_of, reader.today)
    if terms is not None:
        rows = present_facts(reader.session, row, as_of, last_month(as_of, terms.window))
        followed = follow_up(rows, terms, day, reader.principal, row.owner_id)
    months = {
        item.first: _sums(item.pending, item.held, item.refused, item.counted)
        for item in rows.get("month", ())
    }
    hires = _hires(reader, sight, terms, as_of)
    holders = members.of_parties(reader, row.contract_id) if row.holders > 1 else ()
    provisional = row.provisional or hires.provisional
    return Case(
        contract=replace(facts, basis=basis),
        terms=terms,
        months=months,
        hires=hires,
        group=members.group_of(reader, row, holders, terms, as_of),
        known_at=None if provisional else row.sealed_at,
        provisional=provisional,
        present=Present(role=reader.principal.role, day=day, facilitated=row.facilitated, followed=followed),
    )


def _past(reader: Reader, sight: Sight, as_of: date, position: int, known_at: datetime) -> Case:
    row = sight.row
    versions = queries.versions_known(reader.session, row.owner_id, row.contract_id, position)
    if not versions:
        raise NotFound
    months: dict[date, dict[str, int]] = {}
    terms = terms_in_force(reader, sight, as_of, position)
    if terms is not None:
        for month, state, hours in queries.sums_known(
            reader.session, row.owner_id, row.obligation_id, position
        ):
            months.setdefault(month, {})[state] = hours
    facts = contract_facts.read(versions[-1].snapshot)
    basis = basis_on(reader.session, row.contract_id, terms, as_of, facts.basis, position)
    return Case(
        contract=replace(facts, basis=basis),
        terms=terms,
        months={month: _sums(**found) for month, found in months.items()},
        hires=_hires(reader, sight, terms, as_of, position),
        group=members.group_of(
            reader, row, members.of_version(versions[-1].snapshot), terms, as_of, position
        ),
        known_at=known_at,
        provisional=False,
    )


def _hires(
    reader: Reader, sight: Sight, terms: Terms | None, as_of: date, position: int | None = None
) -> Hires:
    if terms is None:
        return Hires()
    asked = subtargets.Asked(sight.row.obligation_id, sight.row.contract_id, terms)
    found = subtargets.counted_hires(reader, [asked], as_of, position)
    return found.get(sight.row.contract_id, Hires())


def own_lines_only(reader: Reader, sight: Sight) -> UUID | None:
    """The declarant whose lines alone the caller sees; None for who sees them all."""
    principal = reader.principal
    if principal.role is not Role.CONTRACTOR or sight.row.holder:
        return None
    return principal.organisation_id


def _sums(pending: int = 0, held: int = 0, refused: int = 0, counted: int = 0) -> Sums:
    declared = pending + held + refused + counted
    return Sums(declared=declared, pending=pending, held=held, refused=refused, counted=counted)


def shown(
    reader: Reader, contract_id: UUID, as_of: date, case: Case, pool: PoolOfContract | None
) -> ComplianceOut:
    """The position of a contract as it is served, with what its pool makes up for."""
    day, week = (parameter(code).at(as_of).value * HUNDREDTHS for code in ("day_hours", "weekly_hours"))
    common: dict[str, Any] = {
        "contract_id": contract_id,
        "as_of": as_of,
        "known_at": case.known_at,
        "provisional": case.provisional,
        "pool": pool,
        "hours_per_day": int(day),
        "hours_per_week": int(week),
    }
    if case.terms is None:
        return _without_clause(case, common)
    known = known_of(case, case.terms, as_of)
    found = rules.compliance(case.terms, known)
    hours: dict[str, Any] = figures_of(found)
    return ComplianceOut(
        **common,
        **hours,
        **_told_now(case, case.terms, known, found),
        status=ComplianceStatus(code=found.status, label=LABELS["statuses"][found.status]),
        target=_target(case.terms, as_of, case.contract.basis),
        window=ComplianceWindow(start=case.terms.window.first, end=case.terms.end),
        measured_on=found.measured_on,
        rate=shown_rate(found.rate),
        in_days=HourFigures(**_divided(hours, day)),
        in_weeks=HourFigures(**_divided(hours, week)),
        subtargets=subtargets.show(reader, found.subtargets, as_of, closed=known.closed),
        group=members.show(reader, case.group, found),
    )


def _told_now(case: Case, terms: Terms, known: Known, found: Compliance) -> dict[str, Any]:
    """Forecast, reporting and what is left to do, which are not told of the past."""
    now = case.present
    if now is None or now.followed is None:
        return dict.fromkeys(("forecast", "reporting", "next_actions"))
    planned = now.followed.planned_left
    ahead = rules.forecast_of(terms, known, planned)
    return {
        "forecast": show_forecast(ahead, found, planned),
        "reporting": show_reporting(now.followed, terms, now.day),
        "next_actions": _actions(case, terms=terms, position=found, followed=now.followed),
    }


def left_to_do(case: Case, as_of: date, *, balance: bool) -> list[ActionOut]:
    """What is left to do on a contract today; without `balance`, nothing that figures would tell."""
    if case.terms is None or case.present is None:
        return _actions(case) or []
    found = judged(case, case.terms, as_of) if balance else None
    return _actions(case, terms=case.terms, position=found, followed=case.present.followed) or []


def _actions(case: Case, **found: Any) -> list[ActionOut] | None:  # noqa: ANN401  # fields of a situation
    """What is left to do; nothing once the contract is closed."""
    now = case.present
    if now is None or case.contract.closed_on is not None:
        return None if now is None else []
    situation = Situation(
        role=now.role,
        day=now.day,
        facilitated=now.facilitated,
        clause_state=case.contract.clause_state,
        **found,
    )
    return next_actions(situation)


def _without_clause(case: Case, common: dict[str, Any]) -> ComplianceOut:
    code = Status(case.contract.clause_state)
    none: dict[str, Any] = dict.fromkeys(FIGURES)
    return ComplianceOut(
        **common,
        **none,
        status=ComplianceStatus(code=code, label=LABELS["statuses"][code]),
        target=None,
        window=None,
        measured_on=None,
        rate=None,
        in_days=HourFigures(**none),
        in_weeks=HourFigures(**none),
        forecast=None,
        reporting=None,
        subtargets=[],
        group=None,
        next_actions=_actions(case),
    )


def figures_of(found: Compliance | PoolPosition) -> dict[str, Any]:
    """The hours of a position, by name."""
    sums = {name: getattr(found.sums, name) for name in ("declared", *STATES)}
    rest = ("required", "required_at_end", "expected", "secured", "balance")
    return {**sums, **{name: getattr(found, name) for name in rest}}


def _divided(hours: Mapping[str, int | None], unit: Fraction) -> dict[str, Any]:
    parts, whole = HUNDREDTHS * unit.denominator, unit.numerator
    return {name: None if value is None else share_of(value, parts, whole) for name, value in hours.items()}


def shown_rate(rate: Fraction | None) -> str | None:
    """A rate with four decimals; None when nothing is due."""
    if rate is None:
        return None
    whole, rest = divmod(half_up(rate * RATE_PLACES), RATE_PLACES)
    return f"{whole}.{rest:04d}"


def _target(terms: Terms, as_of: date, basis: Basis) -> ComplianceTarget:
    found = estimate(terms.target, terms.rounding, as_of, basis)
    kind = terms.target.kind
    return ComplianceTarget(
        kind=kind,
        label=LABELS["targets"][kind],
        formula=found.formula,
        inputs=shown_inputs(found),
    )
