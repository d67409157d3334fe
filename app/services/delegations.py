"""Delegations: which structure declares a contractor's workers' hours, from when, until when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import delegations as queries
from app.db.queries import organisations as organisation_queries
from app.db.queries.lists import one, page_of
from app.db.tables import Delegation
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text
from app.principal import Role
from app.refusals.organisations import DelegationOver, DelegationOverlaps
from app.schemas.delegations import DelegationOut, DelegationPage
from app.services import grants
from app.services.hires import refuse_closed
from app.services.organisations import check_siret, known_organisation
from app.services.sight import held_contract, require_role, seen_contract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract
    from app.schemas.delegations import DelegationIn, DelegationPatch
    from app.schemas.lists import Walk
    from app.services.work import Reader, Writer

TO_ITSELF = Text("On ne délègue pas à soi-même.", "Nobody delegates to itself.")
AFTER_OWN_END = Text(
    "L'entreprise quitte le contrat avant ce jour.", "The firm leaves the contract before this day."
)


def give_delegation(writer: Writer, contract_id: UUID, request: DelegationIn) -> DelegationOut:
    """Have a structure declare one's workers' hours; it then sees the contract as a structure.

    It lasts no longer than the firm is on the contract. Forbidden for others than the firms of the contract;
    DelegationOverlaps, ContractClosed.
    """
    contract = held_contract(writer, contract_id)
    require_role(writer, Role.CONTRACTOR)
    refuse_closed(contract)
    check_siret(request.siret, "/siret")
    since = request.since or writer.today
    until = _own_days(writer, contract, request.until)
    grants.check_order(since, until)
    writer.record("delegation.given", contract_id=contract.id)
    delegate = known_organisation(writer, request.siret)
    if delegate.id == writer.principal.organisation_id:
        raise InvalidPayload(errors=[FieldError("/siret", "to_itself", TO_ITSELF)])
    delegation = Delegation(
        id=new_id(),
        owner_id=contract.owner_id,
        contract_id=contract.id,
        delegator_id=writer.principal.organisation_id,
        delegate_id=delegate.id,
        since=since,
        until=until,
        version=1,
        created_at=writer.now,
    )
    _check_alone(writer, delegation)
    writer.session.add(delegation)
    grants.open_access(
        writer,
        contract,
        delegate.id,
        Role.INSERTION_STRUCTURE,
        cause=(grants.DELEGATION, delegation.id),
        since=since,
        until=until,
    )
    _tell(writer, delegation, "delegation.given", "delegator", "delegate", "since", "until")
    return _shown(writer, [delegation])[0]


def list_delegations(reader: Reader, contract_id: UUID, walk: Walk) -> DelegationPage:
    """The delegations on a contract that the caller may see, ended ones included."""
    contract = seen_contract(reader, contract_id)
    query = queries.visible_delegations(reader.principal, reader.today)
    query = query.where(Delegation.contract_id == contract.id)
    found, following = page_of(reader.session, query, Delegation.id, walk.after, walk.limit)
    return DelegationPage(items=_shown(reader, found), next=following)


def read_delegation(reader: Reader, contract_id: UUID, delegation_id: UUID) -> DelegationOut:
    """One delegation that the caller may see."""
    contract = seen_contract(reader, contract_id)
    return _shown(reader, [_seen(reader, contract, delegation_id)])[0]


def change_delegation(
    writer: Writer, contract_id: UUID, delegation_id: UUID, request: DelegationPatch, version: int
) -> DelegationOut:
    """Set the last day of a delegation that has not ended, or leave it open again."""
    contract = held_contract(writer, contract_id)
    delegation = _current(writer, contract, delegation_id, version, also_by_delegate=False)
    if delegation.until is not None and delegation.until < writer.today:
        raise DelegationOver
    until = _own_days(writer, contract, request.until)
    grants.check_order(delegation.since, until)
    _set_end(writer, contract, delegation, until)
    return _shown(writer, [delegation])[0]


def withdraw_delegation(writer: Writer, contract_id: UUID, delegation_id: UUID, version: int) -> None:
    """End a delegation at once: its last day was yesterday. The structure may give it back likewise."""
    contract = held_contract(writer, contract_id)
    delegation = _current(writer, contract, delegation_id, version, also_by_delegate=True)
    yesterday = writer.today - timedelta(days=1)
    if delegation.until is None or delegation.until > yesterday:
        _set_end(writer, contract, delegation, yesterday)


def _seen(reader: Reader, contract: Contract, delegation_id: UUID) -> Delegation:
    query = queries.visible_delegations(reader.principal, reader.today)
    query = query.where(Delegation.contract_id == contract.id, Delegation.id == delegation_id)
    found = one(reader.session, query)
    if found is None:
        raise NotFound
    return found


def _current(
    writer: Writer, contract: Contract, delegation_id: UUID, version: int, *, also_by_delegate: bool
) -> Delegation:
    delegation = _seen(writer, contract, delegation_id)
    me = (writer.principal.role, writer.principal.organisation_id)
    parties = {(Role.CONTRACTOR, delegation.delegator_id)}
    if also_by_delegate:
        parties.add((Role.INSERTION_STRUCTURE, delegation.delegate_id))
    if me not in parties:
        raise Forbidden
    if version != delegation.version:
        raise StaleVersion
    return delegation


def _set_end(writer: Writer, contract: Contract, delegation: Delegation, until: date | None) -> None:
    if delegation.until == until:
        return
    delegation.until = until
    _check_alone(writer, delegation)
    delegation.version += 1
    event = "delegation.ended" if until is not None and until < writer.today else "delegation.updated"
    writer.record(event, contract_id=contract.id)
    cause = (grants.DELEGATION, delegation.id)
    grants.limit_access(writer, contract, cause=cause, since=delegation.since, until=until)
    _tell(writer, delegation, event, "until")


def _own_days(writer: Writer, contract: Contract, until: date | None) -> date | None:
    """The last day asked for, else one's own on the contract; InvalidPayload for a later one."""
    last = queries.last_day_on(writer.session, contract.id, writer.principal.organisation_id)
    if until is not None and last is not None and until > last:
        raise InvalidPayload(errors=[FieldError("/until", "after_own_end", AFTER_OWN_END)])
    return until or last


def _check_alone(writer: Writer, delegation: Delegation) -> None:
    if queries.overlapping(writer.session, delegation):
        raise DelegationOverlaps


def _tell(writer: Writer, delegation: Delegation, event: str, *fields: str) -> None:
    writer.touch("delegation", delegation.id, *fields)
    # The other side of the two; buyer and facilitator are told in any case.
    mine = writer.principal.organisation_id == delegation.delegator_id
    told = delegation.delegate_id if mine else delegation.delegator_id
    writer.announce(event, "delegation", delegation.id, declarant_id=told)


def _shown(reader: Reader, found: Sequence[Delegation]) -> list[DelegationOut]:
    ids = {id_ for row in found for id_ in (row.delegator_id, row.delegate_id)}
    named = organisation_queries.organisations_by_id(reader.session, ids)
    return [
        DelegationOut(
            id=row.id,
            version=row.version,
            contract_id=row.contract_id,
            delegator=named[row.delegator_id].identifier,
            delegate=named[row.delegate_id].identifier,
            since=row.since,
            until=row.until,
            created_at=row.created_at,
        )
        for row in found
    ]
