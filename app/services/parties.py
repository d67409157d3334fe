"""Holders and subcontractors: who owes the hours, who may work them, and what each sees."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from app.db.queries import contracts as queries
from app.db.queries import organisations as organisation_queries
from app.db.tables import ContractParty
from app.errors import FieldError, InvalidPayload, Text
from app.principal import Role
from app.refusals.contracts import AlreadyParty, ContractClosed
from app.rules.hours import largest_remainder
from app.schemas.parties import WHOLE, HolderOut, SubcontractList, SubcontractOut
from app.services import delegation_ends, grants, masking
from app.services.organisations import SIRET, check_siret, known_organisation
from app.services.sight import held_contract, require_role, seen_contract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import Viewer
    from app.db.tables import Contract, Organisation
    from app.schemas.parties import HolderIn, PartyIn, SubcontractIn
    from app.services.work import Reader, Writer

SAME_FIRM = Text("Cette entreprise figure déjà dans la liste.", "This firm is already in the list.")
ONE_LEAD = Text("Un groupement a un seul mandataire.", "A group has one lead.")
SHARES = Text(
    "Les parts sont données pour tous ou pour aucun, et leur somme est 1.",
    "Shares are given for all or for none, and sum to 1.",
)
BEFORE_NOTIFICATION = Text(
    "Cette date précède la notification du contrat.", "This day is before the contract's notification."
)


@dataclass(frozen=True, slots=True)
class HolderDraft:
    """A holder to write; `share` in ten-thousandths, None when nobody said."""

    organisation: Organisation
    share: int | None = None
    lead: bool = False
    since: date | None = None
    until: date | None = None


@lru_cache
def equal_shares(count: int) -> tuple[int, ...]:
    """Ten-thousandths that sum to the whole, as equal as they can be."""
    return largest_remainder(WHOLE, [Fraction(1, count)] * count) if count else ()


def check_shares(shares: Sequence[int | None], pointer: str) -> None:
    """InvalidPayload unless shares are given for none, or for all with the whole as their sum."""
    given = [share for share in shares if share is not None]
    if given and (len(given) < len(shares) or sum(given) != WHOLE):
        raise InvalidPayload(errors=[FieldError(pointer, "shares_do_not_sum", SHARES)])


def known_party(writer: Writer, party: PartyIn, pointer: str) -> Organisation:
    """The organisation of a firm named in a payload, created in the current change if it is new."""
    scheme, identifier = party.key
    if scheme == SIRET:
        check_siret(identifier, f"{pointer}/siret")
    return known_organisation(writer, identifier, scheme=scheme)


def holder_drafts(writer: Writer, holders: Sequence[HolderIn]) -> tuple[HolderDraft, ...]:
    """The holders of a payload, each an organisation; InvalidPayload for a list that makes no group."""
    found = []
    for index, holder in enumerate(holders):
        if any(holder.key == other.key for other in holders[:index]):
            raise InvalidPayload(errors=[FieldError(f"/holders/{index}", "duplicate", SAME_FIRM)])
        firm = known_party(writer, holder, f"/holders/{index}")
        found.append(HolderDraft(firm, holder.share, holder.lead, holder.since, holder.until))
    if sum(holder.lead for holder in holders) > 1:
        raise InvalidPayload(errors=[FieldError("/holders", "several_leads", ONE_LEAD)])
    check_shares([holder.share for holder in holders], "/holders")
    return tuple(found)


def check_since(contract: Contract, holders: Sequence[HolderIn]) -> None:
    """InvalidPayload for a holder since a day before the contract's notification."""
    first = contract.notified_on
    early = [
        FieldError(f"/holders/{index}/since", "before_notification", BEFORE_NOTIFICATION)
        for index, holder in enumerate(holders)
        if first is not None and holder.since is not None and holder.since < first
    ]
    if early:
        raise InvalidPayload(errors=early)


def add_holders(writer: Writer, contract: Contract, holders: Sequence[HolderDraft]) -> None:
    """Write the holders of a new contract, who hold it from its notification on; a single holder leads."""
    _add(writer, contract, holders, {}, contract.notified_on or writer.today)


def _add(
    writer: Writer,
    contract: Contract,
    holders: Sequence[HolderDraft],
    known: Mapping[UUID, date],
    first: date,
) -> None:
    """Write holders: since the day said, else the day `known` of them, else `first`."""
    for holder in holders:
        writer.session.add(
            ContractParty(
                owner_id=contract.owner_id,
                contract_id=contract.id,
                organisation_id=holder.organisation.id,
                kind=queries.HOLDER,
                lead=holder.lead or len(holders) == 1,
                share=holder.share,
                since=holder.since or known.get(holder.organisation.id, first),
                until=holder.until,
            )
        )


def are_holders(writer: Writer, contract: Contract, holders: Sequence[HolderIn]) -> bool:
    """True when these are the holders of the contract already, with the same shares, days and lead."""
    rows = queries.parties_of(writer.session, [contract.id], queries.HOLDER)
    known = organisation_queries.organisations_by_id(writer.session, {row.organisation_id for row in rows})
    named = [(known[row.organisation_id], row) for row in rows]
    since = {(firm.scheme, firm.identifier): row.since for firm, row in named}
    before = {
        ((firm.scheme, firm.identifier), row.share, row.lead, row.since, row.until) for firm, row in named
    }
    after = [
        (
            holder.key,
            holder.share,
            holder.lead or len(holders) == 1,
            holder.since or since.get(holder.key),
            holder.until,
        )
        for holder in holders
    ]
    return len(after) == len(rows) and before == set(after)


def replace_holders(writer: Writer, contract: Contract, holders: Sequence[HolderDraft]) -> None:
    """Put these holders in place of others; who leaves stops seeing the contract, with whom it delegated to.

    Who stays holds it since the day it did; who joins, since the day said, else from today on: nobody owes
    the months before it came.
    """
    rows = queries.parties_of(writer.session, [contract.id], queries.HOLDER)
    known = {row.organisation_id: row.since for row in rows}
    for row in rows:
        writer.session.delete(row)
    writer.session.flush()
    _add(writer, contract, holders, known, max(writer.today, contract.notified_on or writer.today))
    ids = {holder.organisation.id for holder in holders}
    grants.share_with(writer, contract, ids, Role.CONTRACTOR, cause=queries.HOLDER)
    delegation_ends.end_with(writer, contract, known.keys() - ids)


def show_holders(
    viewer: Viewer | None, parties: Sequence[ContractParty], organisations: Mapping[UUID, Organisation]
) -> list[HolderOut]:
    """The holders of one contract as they are shown: shares always sum to the whole."""
    assumed = equal_shares(len(parties))
    return [
        HolderOut(
            scheme=organisations[party.organisation_id].scheme,
            identifier=masking.shown(viewer, party.owner_id, organisations[party.organisation_id]),
            name=organisations[party.organisation_id].name,
            share=assumed[index] if party.share is None else party.share,
            share_assumed=party.share is None and len(parties) > 1,
            lead=party.lead,
            since=party.since,
            until=party.until,
        )
        for index, party in enumerate(parties)
    ]


def declare_subcontractor(writer: Writer, contract_id: UUID, request: SubcontractIn) -> SubcontractOut:
    """Record a subcontractor that the buyer accepted; it then sees the contract as a contractor."""
    contract = held_contract(writer, contract_id)
    require_role(writer, Role.BUYER, Role.ADMIN)
    if contract.closed_on is not None:
        raise ContractClosed
    writer.record("contract.updated", contract_id=contract.id)
    firm = known_party(writer, request, "")
    parties = queries.parties_of(writer.session, [contract.id], queries.SUBCONTRACTOR)
    if any(party.organisation_id == firm.id for party in parties):
        raise AlreadyParty
    party = add_subcontractor(writer, contract, firm, request.since or writer.today, request.until)
    writer.touch("contract", contract.id, "subcontracts")
    writer.announce("contract.updated", "contract", contract.id)
    return _shown(writer, party, firm)


def add_subcontractor(
    writer: Writer, contract: Contract, firm: Organisation, since: date, until: date | None
) -> ContractParty:
    """Write a subcontractor who is none yet, and let it see the contract."""
    party = ContractParty(
        owner_id=contract.owner_id,
        contract_id=contract.id,
        organisation_id=firm.id,
        kind=queries.SUBCONTRACTOR,
        lead=False,
        share=None,
        since=since,
        until=until,
    )
    writer.session.add(party)
    cause = (queries.SUBCONTRACTOR, firm.id)
    grants.open_access(writer, contract, firm.id, Role.CONTRACTOR, cause=cause, since=since, until=until)
    return party


def list_subcontractors(reader: Reader, contract_id: UUID) -> SubcontractList:
    """Every subcontractor of a contract one sees."""
    contract = seen_contract(reader, contract_id)
    parties = queries.parties_of(reader.session, [contract.id], queries.SUBCONTRACTOR)
    firms = organisation_queries.organisations_by_id(
        reader.session, {party.organisation_id for party in parties}
    )
    return SubcontractList(items=[_shown(reader, party, firms[party.organisation_id]) for party in parties])


def _shown(reader: Reader, party: ContractParty, firm: Organisation) -> SubcontractOut:
    return SubcontractOut(
        scheme=firm.scheme,
        identifier=masking.shown(reader.session.viewer, party.owner_id, firm),
        name=firm.name,
        since=party.since,
        until=party.until,
    )
