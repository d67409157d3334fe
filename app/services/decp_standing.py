"""Contracts as they stand, in the terms of DECP: what publications said of them under what holds now.

Whatever the service holds of a contract is said as it is, whoever entered it last; what only the published
record tells (amendments, subcontracts, offers received…) is taken from it. An amendment decides what an
amount, a duration or the holders are: where a person has since put another value, it is the amendment's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import contracts as contract_queries
from app.db.queries import decp as queries
from app.db.queries import organisations
from app.exchange.decp.identifiers import SIRET
from app.exchange.decp.reading import read_again
from app.exchange.decp.records import FRAMEWORK, DecpContract, Identifier
from app.exchange.decp.vocabulary import NO_SOCIAL, SOCIAL
from app.rules.codes import ConsultationKind
from app.services import decp_said, masking
from app.services.social_conditions import considered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.db.session import ReadSession
    from app.db.tables import Contract, ContractParty, ContractPlace, DecpRecord, Organisation
    from app.exchange.decp.records import Modification

    Change = Callable[[Identifier], Identifier]

# What DECP calls the levels at which a territory may be a place of execution; others have no name there.
_LEVELS = {
    "commune": "Code commune",
    "department": "Code département",
    "region": "Code région",
    "country": "Code pays",
}
# What only a published record tells, or the contract itself where it is told below.
_UNTOLD = (
    *("nature", "cpv", "procedure", "ccag", "framework_id", "place_code", "place_type", "duration_months"),
    *("notified_on", "started_on", "published_on", "amount", "offers_received", "innovative", "advance"),
    *("subcontracting_declared", "group_kind"),
)
_UNLISTED = (
    *("techniques", "modalities", "holders", "subcontract_acts", "subcontract_modifications"),
    *("modifications", "social_considerations", "environmental_considerations"),
)
_WITHOUT_OBJECT = "Sans objet"


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of one contract beside its own row."""

    buyer: Organisation
    holders: list[Identifier]
    places: list[ContractPlace]
    row: DecpRecord | None


def standing(session: ReadSession, contracts: Sequence[Contract]) -> list[DecpContract]:
    """Contracts that are already seen, every identifier as it is; in a few readings, however many."""
    ids = [contract.id for contract in contracts]
    parties = contract_queries.parties_of(session, ids, contract_queries.HOLDER)
    places = contract_queries.places_of(session, ids)
    rows = queries.records_of(session, ids)
    named = {contract.owner_id for contract in contracts} | {party.organisation_id for party in parties}
    firms = organisations.organisations_by_id(session, named)
    return [
        _stands(
            contract,
            _Known(
                buyer=firms[contract.owner_id],
                holders=_identifiers([row for row in parties if row.contract_id == contract.id], firms),
                places=[row for row in places if row.contract_id == contract.id],
                row=rows.get(contract.id),
            ),
        )
        for contract in contracts
    ]


def told(session: ReadSession, contracts: Sequence[Contract]) -> list[DecpContract]:
    """The same as the caller may read it: what may hold a name is told to the buyer, and to who bears it."""
    found = standing(session, contracts)
    viewer = session.viewer
    if viewer is None:
        return found
    own = organisations.organisation_by_id(session, UUID(viewer.organisation))
    return [
        record
        if viewer.organisation == str(contract.owner_id)
        else with_firms(record, lambda firm: firm if _is(firm, own) else masked(firm))
        for contract, record in zip(contracts, found, strict=True)
    ]


def masked(firm: Identifier) -> Identifier:
    """A firm as everybody may read of it."""
    value = masking.masked(firm.scheme, firm.value)
    return replace(firm, value=value, valid=firm.valid and value == firm.value)


def with_firms(record: DecpContract, change: Change) -> DecpContract:
    """The record with each holder and subcontractor changed."""
    return replace(
        record,
        holders=tuple(change(firm) for firm in record.holders),
        subcontract_acts=tuple(
            replace(act, subcontractor=act.subcontractor and change(act.subcontractor))
            for act in record.subcontract_acts
        ),
        modifications=tuple(
            replace(found, holders=tuple(change(firm) for firm in found.holders))
            for found in record.modifications
        ),
    )


def _is(firm: Identifier, organisation: Organisation | None) -> bool:
    return organisation is not None and (firm.scheme, firm.value) == (
        organisation.scheme,
        organisation.identifier,
    )


def _identifiers(parties: list[ContractParty], firms: dict[UUID, Organisation]) -> list[Identifier]:
    found = [firms[party.organisation_id] for party in parties]
    return [_identifier(firm.scheme, firm.identifier) for firm in found]


def _identifier(scheme: str, value: str) -> Identifier:
    return Identifier(scheme, value, valid=True, personal=masking.is_personal(scheme, value))


def _stands(contract: Contract, known: _Known) -> DecpContract:
    concession = contract.consultation.get("kind") == ConsultationKind.CONCESSION
    text = known.row.raw.get("text") if known.row else None
    base = read_again(text, concession=concession) if isinstance(text, str) else None
    place_code, place_type = _place(known.places)
    found = replace(
        base or _unpublished(concession=concession),
        external_id=contract.reference,
        buyer=_identifier(SIRET, known.buyer.identifier),
        nature=contract.nature,
        object=contract.object,
        cpv=contract.cpv,
        procedure=contract.procedure,
        ccag=contract.ccag,
        framework_id=contract.framework_reference,
        place_code=place_code,
        place_type=place_type,
        notified_on=contract.notified_on,
        started_on=contract.started_on,
        claimed_id=str(contract.id),
    )
    found = replace(found, social_considerations=_social(contract, concession=found.concession))
    if not found.concession:
        found = _with_amount(contract, found)
    found = _amended(found, "duration_months", contract.duration_months, decp_said.duration_of)
    return _amended(found, "holders", tuple(known.holders), decp_said.holders_of)


def _unpublished(*, concession: bool) -> DecpContract:
    untold: dict[str, Any] = {**dict.fromkeys(_UNTOLD), **dict.fromkeys(_UNLISTED, ())}
    return DecpContract(
        source_index=0,
        external_id="",
        buyer=_identifier(SIRET, ""),
        object="",
        concession=concession,
        suspected_test=False,
        fingerprint="",
        raw_json="",
        **untold,
    )


def _place(places: list[ContractPlace]) -> tuple[str | None, str | None]:
    """The first that DECP has words for: a record tells one place."""
    for row in places:
        if row.published_code:
            return row.published_code, row.published_type
        level, _, code = (row.place or "").partition("/")
        if level in _LEVELS:
            return code, _LEVELS[level]
    return None, None


def _social(contract: Contract, *, concession: bool) -> tuple[str, ...]:
    found = considered(
        contract.decp_social,
        (item["kind"] for item in contract.social_conditions),
        has_clause=contract.clause_id is not None,
    )
    if found - set(contract.decp_social):
        # What the service knows of speaks against a publication that there is nothing.
        found.discard(NO_SOCIAL)
    if concession and "Marché réservé" in found - set(contract.decp_social):
        found = {*(found - {"Marché réservé"}), "Concession réservée"}
    return tuple(label for label in dict.fromkeys((*contract.decp_social, *SOCIAL)) if label in found)


def _with_amount(contract: Contract, record: DecpContract) -> DecpContract:
    """The one amount that a record tells: of a framework agreement its maximum, else the firm one."""
    firm, maximum = contract.firm_amount, contract.maximum_amount
    if firm is None and maximum is not None and not record.is_framework:
        # A maximum alone is a framework agreement's.
        others = tuple(found for found in record.techniques if found != _WITHOUT_OBJECT)
        record = replace(record, techniques=(FRAMEWORK, *others))
    first, second = (maximum, firm) if record.is_framework else (firm, maximum)
    return _amended(record, "amount", second if first is None else first, decp_said.amount_of)


def _amended(
    record: DecpContract,
    name: str,
    present: Any,  # noqa: ANN401 - a field read by name
    read: Callable[[DecpContract], Any],
) -> DecpContract:
    """The record, saying the present value of a field: at first, or by the amendment that decided it last."""
    if _same(read(record), present):
        return record
    nothing: Any = () if name == "holders" else None
    deciding = [item for item in decp_said.in_order(record.modifications) if getattr(item, name)]
    if deciding and present:
        last = deciding[-1]
        moved = replace(
            record,
            modifications=tuple(
                replace(item, **{name: present}) if item is last else item for item in record.modifications
            ),
        )
        if _same(read(moved), present):
            return moved
    without: tuple[Modification, ...] = tuple(
        replace(item, **{name: nothing}) for item in record.modifications
    )
    return replace(record, modifications=without, **{name: present})


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - the values of a field
    if isinstance(one, tuple):
        return decp_said.keys_of(one) == decp_said.keys_of(other)
    return bool(one == other)
