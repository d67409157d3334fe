"""What a contract's position is computed from: as it stands, or as it was known at a settled position."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from typing import cast as typed

from sqlalchemy import (
    BigInteger,
    Date,
    Row,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.db.queries.contracts import visible_contracts
from app.db.tables import (
    Assessment,
    Clause,
    Contract,
    ContractParty,
    Dispute,
    Entry,
    Hire,
    ObligationMonth,
    OpenChange,
    Organisation,
    Seal,
    Statement,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.principal import Principal

UNDECIDED = ("undecided", "needs_proof")
# Columns of a contract that its position depends on, named as in the snapshots of its versions.
CONTRACT_FACTS = (
    *("closed_on", "suspensions", "notified_on", "consultation", "firm_amount"),
    *("social_conditions", "waiver", "decp_social"),
)


_OWNER = bindparam("owner", type_=Uuid())
_CONTRACT = bindparam("contract", type_=Uuid())
_OBLIGATION = bindparam("obligation", type_=Uuid())
_VIEWER = bindparam("viewer", type_=Uuid())
_ROLE = bindparam("role", type_=String())
_TODAY = bindparam("today", type_=Date())
# Building a statement costs more than running it: those of the hot read are built once, for a principal whose
# values come with each execution.
_ANYBODY = SimpleNamespace(is_admin=False, organisation_id=_VIEWER, role=SimpleNamespace(value=_ROLE))
_PLATFORM = SimpleNamespace(is_admin=True)


def _position(viewer: object) -> Select[*tuple[Any, ...]]:
    holder = exists().where(
        ContractParty.owner_id == Contract.owner_id,
        ContractParty.contract_id == Contract.id,
        ContractParty.organisation_id == _VIEWER,
        ContractParty.kind == "holder",
        ContractParty.since <= _TODAY,
        func.coalesce(ContractParty.until, _TODAY) >= _TODAY,
    )
    return (
        visible_contracts(typed("Principal", viewer), typed("date", _TODAY))
        .with_only_columns(
            Contract.id.label("contract_id"),
            Contract.owner_id,
            *(getattr(Contract, name) for name in CONTRACT_FACTS),
            Clause.id.label("clause_id"),
            Clause.obligation_id,
            Clause.terms,
            Clause.effective_on,
            Clause.version.label("clause_version"),
            holder.label("holder"),
            exists().where(OpenChange.contract_id == Contract.id).label("provisional"),
            select(Seal.sealed_at)
            .order_by(Seal.position.desc())
            .limit(1)
            .scalar_subquery()
            .label("sealed_at"),
        )
        .join(
            Clause, (Clause.owner_id == Contract.owner_id) & (Clause.contract_id == Contract.id), isouter=True
        )
        .where(Contract.id == _CONTRACT)
    )


_POSITION, _POSITION_FOR_PLATFORM = _position(_ANYBODY), _position(_PLATFORM)


def position_of_contract(
    session: ReadSession, principal: Principal, today: date, contract_id: UUID
) -> Row[*tuple[Any, ...]] | None:
    """One row: the contract, its clause, whether the caller holds it, and how far changes are settled.

    Columns: `CONTRACT_FACTS`, contract_id, owner_id, clause_id, obligation_id, terms, effective_on,
    clause_version, holder, provisional, sealed_at. None when the caller does not see the contract.
    """
    query = _POSITION_FOR_PLATFORM if principal.is_admin else _POSITION
    values = {
        "viewer": principal.organisation_id,
        "role": principal.role.value,
        "today": today,
        "contract": contract_id,
    }
    # Plain rows: nothing here is an object of the session.
    return session.connection().execute(query, values).one_or_none()


def _part(what: str, **columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401  # columns of any type
    empty: dict[str, Any] = {
        **dict.fromkeys(("first", "last"), cast(null(), Date)),
        "declarant_id": cast(null(), Uuid),
        **dict.fromkeys(("identifier", "name"), literal("")),
        **dict.fromkeys(("pending", "held", "refused", "counted", "number"), cast(literal(0), BigInteger)),
    }
    shown = {**empty, **columns}
    return select(literal(what).label("what"), *(value.label(name) for name, value in shown.items()))


_SUMS = (
    _part(
        "month",
        first=ObligationMonth.month,
        **{
            name: cast(func.sum(getattr(ObligationMonth, name)), BigInteger)
            for name in ("pending", "held", "refused", "counted")
        },
    )
    .where(ObligationMonth.owner_id == _OWNER, ObligationMonth.obligation_id == _OBLIGATION)
    .group_by(ObligationMonth.month)
)
_SUBMITTED = _part("statement", first=Statement.month, declarant_id=Statement.declarant_id).where(
    Statement.owner_id == _OWNER, Statement.contract_id == _CONTRACT
)
_HOLDERS = (
    _part(
        "declarant",
        first=ContractParty.since,
        last=ContractParty.until,
        declarant_id=ContractParty.organisation_id,
        identifier=Organisation.identifier,
        name=func.coalesce(Organisation.name, ""),
    )
    .join(Organisation, Organisation.id == ContractParty.organisation_id)
    .where(
        ContractParty.owner_id == _OWNER,
        ContractParty.contract_id == _CONTRACT,
        ContractParty.kind == "holder",
    )
)
_EMPLOYERS = (
    _part(
        "declarant",
        first=Hire.starts_on,
        last=func.coalesce(Hire.ended_on, Hire.planned_end_on),
        declarant_id=Hire.declarant_id,
        identifier=Organisation.identifier,
        name=func.coalesce(Organisation.name, ""),
    )
    .join(Organisation, Organisation.id == Hire.declarant_id)
    .where(Hire.owner_id == _OWNER, Hire.contract_id == _CONTRACT)
)
_WAITING = (
    _part("assessment", declarant_id=Hire.declarant_id, number=func.count())
    .select_from(Assessment)
    .join(Hire, (Hire.owner_id == Assessment.owner_id) & (Hire.id == Assessment.hire_id))
    .where(
        Assessment.owner_id == _OWNER,
        Assessment.contract_id == _CONTRACT,
        func.coalesce(Assessment.decision, UNDECIDED[0]).in_(UNDECIDED),
    )
    .group_by(Hire.declarant_id)
)
_DISPUTES = (
    _part("dispute", declarant_id=Dispute.opened_by, number=func.count())
    .where(Dispute.owner_id == _OWNER, Dispute.contract_id == _CONTRACT, Dispute.state == "open")
    .group_by(Dispute.opened_by)
)
_PRESENT = union_all(_SUMS, _SUBMITTED, _HOLDERS, _EMPLOYERS, _WAITING, _DISPUTES)


def present_facts(
    session: ReadSession, owner_id: UUID, contract_id: UUID, obligation_id: UUID
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Everything that the present figures and what is left to do need, in one round trip.

    Rows are told apart by `what`: `month` (the sums of a month), `statement` (one submitted), `declarant`
    (who owes statements from `first` to `last`), `assessment` (`number` of them wait for a decision),
    `dispute` (`number` that a declarant opened are open).
    """
    values = {"owner": owner_id, "contract": contract_id, "obligation": obligation_id}
    return session.connection().execute(_PRESENT, values).all()


def versions_known(
    session: ReadSession, owner_id: UUID, subject_id: UUID, position: int | None
) -> list[Row[int, date, dict[str, Any]]]:
    """(number, effective_on, snapshot) of what was recorded up to a position (None: all), oldest first."""
    query = (
        select(Version.number, Version.effective_on, Version.snapshot)
        .where(Version.owner_id == owner_id, Version.subject_id == subject_id)
        .order_by(Version.number)
    )
    if position is not None:
        query = query.join(Seal, Seal.change_id == Version.change_id).where(Seal.position <= position)
    return list(session.execute(query))


def sums_known(
    session: ReadSession, owner_id: UUID, obligation_id: UUID, position: int
) -> list[Row[date, str, int]]:
    """(month, state, hours) of the ledger as known at a position."""
    query = (
        select(Entry.month, Entry.state, cast(func.sum(Entry.hours), BigInteger))
        .join(Seal, Seal.change_id == Entry.change_id)
        .where(Entry.owner_id == owner_id, Entry.obligation_id == obligation_id, Seal.position <= position)
        .group_by(Entry.month, Entry.state)
    )
    return list(session.execute(query))


def entries_in_view(
    owner_id: UUID,
    obligation_id: UUID,
    last_month: date,
    *,
    position: int | None,
    states: Sequence[str],
    declarant_id: UUID | None,
    hidden: Sequence[UUID] = (),
) -> Select[Entry]:
    """The entries that make a figure: those of the states and months that nothing in the view reverses.

    A reversal takes back a whole entry of the same month and state, so that leaving both out of the list
    leaves its sum as it is. `position` None is the ledger as it stands; `declarant_id` narrows to its lines,
    `hidden` leaves out those of some declarants.
    """
    reversal = aliased(Entry)
    reversed_later = exists().where(
        reversal.owner_id == Entry.owner_id,
        reversal.line_id == Entry.line_id,
        reversal.reverses_id == Entry.id,
    )
    query = select(Entry).where(
        Entry.owner_id == owner_id,
        Entry.obligation_id == obligation_id,
        Entry.month <= last_month,
        Entry.state.in_(states),
        Entry.reverses_id.is_(None),
    )
    if position is not None:
        known = select(Seal.change_id).where(Seal.position <= position)
        query = query.where(Entry.change_id.in_(known))
        reversed_later = reversed_later.where(reversal.change_id.in_(known))
    if declarant_id is not None:
        query = query.where(Entry.declarant_id == declarant_id)
    if hidden:
        query = query.where(Entry.declarant_id.not_in(hidden))
    return query.where(~reversed_later)


def fellow_holders(
    session: ReadSession, owner_id: UUID, contract_id: UUID, organisation_id: UUID
) -> list[UUID]:
    """The other members of the group that holds a contract."""
    query = select(ContractParty.organisation_id).where(
        ContractParty.owner_id == owner_id,
        ContractParty.contract_id == contract_id,
        ContractParty.kind == "holder",
        ContractParty.organisation_id != organisation_id,
    )
    return list(session.scalars(query))


def hours_of(session: ReadSession, entries: Select[Entry]) -> int:
    """The sum of a list of entries, whatever the page asked for."""
    total = session.scalar(entries.with_only_columns(func.coalesce(func.sum(Entry.hours), 0)))
    return int(total or 0)
