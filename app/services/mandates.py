"""Mandates: who follows a contract in the buyer's place, from when, until when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import contracts as queries
from app.db.queries import organisations as organisation_queries
from app.db.queries.lists import one, page_of
from app.db.tables import Mandate
from app.errors import NotFound, StaleVersion
from app.principal import Role
from app.refusals.contracts import MandateOver, MandateOverlaps
from app.schemas.mandates import MandateOut, MandatePage
from app.services import grants, ledger
from app.services.organisations import check_siret, known_organisation
from app.services.sight import held_contract, require_role, seen_contract

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract, Organisation
    from app.schemas.lists import Walk
    from app.schemas.mandates import MandateIn, MandatePatch
    from app.services.work import Reader, Writer


def give_mandate(writer: Writer, contract_id: UUID, request: MandateIn) -> MandateOut:
    """Entrust an organisation with the contract; MandateOverlaps while another decides."""
    contract = _held(writer, contract_id)
    check_siret(request.siret, "/siret")
    since = request.since or writer.today
    grants.check_order(since, request.until)
    writer.record("mandate.given", contract_id=contract.id)
    organisation = known_organisation(writer, request.siret)
    mandate = Mandate(
        id=new_id(),
        owner_id=contract.owner_id,
        contract_id=contract.id,
        organisation_id=organisation.id,
        role=request.role,
        since=since,
        until=request.until,
        version=1,
        created_at=writer.now,
    )
    _check_alone(writer, mandate)
    writer.session.add(mandate)
    cause = (grants.MANDATE, mandate.id)
    role = Role(request.role)
    grants.open_access(writer, contract, organisation.id, role, cause=cause, since=since, until=request.until)
    _keep(writer, mandate, "mandate.given", "organisation_id", "role", "since", "until")
    ledger.recount_contract(writer, contract)
    return _shown(mandate, organisation)


def list_mandates(reader: Reader, contract_id: UUID, walk: Walk) -> MandatePage:
    """The mandates on a contract one sees, the earliest given first."""
    contract = seen_contract(reader, contract_id)
    query = queries.mandates_of(contract.id)
    found, following = page_of(reader.session, query, Mandate.id, walk.after, walk.limit)
    named = organisation_queries.organisations_by_id(reader.session, {row.organisation_id for row in found})
    return MandatePage(items=[_shown(row, named[row.organisation_id]) for row in found], next=following)


def read_mandate(reader: Reader, contract_id: UUID, mandate_id: UUID) -> MandateOut:
    """One mandate on a contract one sees."""
    contract = seen_contract(reader, contract_id)
    mandate = one(reader.session, queries.mandates_of(contract.id).where(Mandate.id == mandate_id))
    if mandate is None:
        raise NotFound
    named = organisation_queries.organisations_by_id(reader.session, {mandate.organisation_id})
    return _shown(mandate, named[mandate.organisation_id])


def change_mandate(
    writer: Writer, contract_id: UUID, mandate_id: UUID, request: MandatePatch, version: int
) -> MandateOut:
    """Set the last day of a running mandate, or leave it open again."""
    contract = _held(writer, contract_id)
    mandate = _current(writer, contract, mandate_id, version)
    if mandate.until is not None and mandate.until < writer.today:
        raise MandateOver
    grants.check_order(mandate.since, request.until)
    _set_end(writer, contract, mandate, request.until)
    named = organisation_queries.organisations_by_id(writer.session, {mandate.organisation_id})
    return _shown(mandate, named[mandate.organisation_id])


def withdraw_mandate(writer: Writer, contract_id: UUID, mandate_id: UUID, version: int) -> None:
    """End a mandate at once: its last day was yesterday. One that is over already stays as it is."""
    contract = _held(writer, contract_id)
    mandate = _current(writer, contract, mandate_id, version)
    yesterday = writer.today - timedelta(days=1)
    if mandate.until is None or mandate.until > yesterday:
        _set_end(writer, contract, mandate, yesterday)


def _held(writer: Writer, contract_id: UUID) -> Contract:
    contract = held_contract(writer, contract_id)
    require_role(writer, Role.BUYER, Role.ADMIN)
    return contract


def _current(writer: Writer, contract: Contract, mandate_id: UUID, version: int) -> Mandate:
    mandate = one(writer.session, queries.mandates_of(contract.id).where(Mandate.id == mandate_id))
    if mandate is None:
        raise NotFound
    if version != mandate.version:
        raise StaleVersion
    return mandate


def _set_end(writer: Writer, contract: Contract, mandate: Mandate, until: date | None) -> None:
    if mandate.until == until:
        return
    mandate.until = until
    _check_alone(writer, mandate)
    mandate.version += 1
    # An end still to come is told on its day.
    event = "mandate.ended" if until is not None and until < writer.today else "mandate.updated"
    writer.record(event, contract_id=contract.id)
    cause = (grants.MANDATE, mandate.id)
    grants.limit_access(writer, contract, cause=cause, since=mandate.since, until=until)
    _keep(writer, mandate, event, "until")
    ledger.recount_contract(writer, contract)


def _check_alone(writer: Writer, mandate: Mandate) -> None:
    """One facilitator decides at a time; several insertion structures may serve a contract at once."""
    query = queries.overlapping_mandates(mandate.contract_id, mandate.role, mandate.since, mandate.until)
    others = [row for row in writer.session.scalars(query) if row.id != mandate.id]
    if mandate.role != Role.FACILITATOR:
        others = [row for row in others if row.organisation_id == mandate.organisation_id]
    if others:
        raise MandateOverlaps


def _keep(writer: Writer, mandate: Mandate, event: str, *fields: str) -> None:
    writer.touch("mandate", mandate.id, *fields)
    writer.announce(event, "mandate", mandate.id)
    writer.keep_version(
        "mandate",
        mandate.id,
        owner_id=mandate.owner_id,
        number=mandate.version,
        effective_on=mandate.since,
        snapshot={
            "organisation_id": str(mandate.organisation_id),
            "role": mandate.role,
            "since": mandate.since.isoformat(),
            "until": mandate.until.isoformat() if mandate.until else None,
        },
    )


def _shown(mandate: Mandate, organisation: Organisation) -> MandateOut:
    return MandateOut(
        id=mandate.id,
        version=mandate.version,
        contract_id=mandate.contract_id,
        siret=organisation.identifier,
        name=organisation.name,
        role=Role(mandate.role),
        since=mandate.since,
        until=mandate.until,
        created_at=mandate.created_at,
    )
