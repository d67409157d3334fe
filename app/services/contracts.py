"""Contracts: registered, listed, read, changed, closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import new_id
from app.db.queries import changes, territories
from app.db.queries import contracts as queries
from app.db.queries import organisations as organisation_queries
from app.db.queries.lists import page_of
from app.db.tables import Contract, Organisation
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text, unknown_reference
from app.principal import Role
from app.refusals.contracts import ContractClosed, ContractExists
from app.schemas.contracts import NEEDED, UNORDERED, ContractPage, StateCounts
from app.schemas.labels import LABELS
from app.services import (
    clause_states,
    contract_views,
    grants,
    lapsed_splits,
    ledger,
    parties,
    places,
    waivers,
)
from app.services.clause_states import HAS_CLAUSE
from app.services.judging import list_by_standing
from app.services.organisations import check_siret, known_organisation
from app.services.sight import held_contract, require_role, seen_contract

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select

    from app.schemas.contracts import (
        CloseIn,
        ContractFields,
        ContractIn,
        ContractOut,
        ContractPatch,
        ContractsWalk,
        StatesQuery,
    )
    from app.schemas.places import PlaceChoice
    from app.schemas.social_conditions import SocialConditionsIn
    from app.services.parties import HolderDraft
    from app.services.places import PlaceDraft
    from app.services.work import Reader, Writer

IN_THE_FUTURE = Text("Cette date n'est pas encore venue.", "This date is still to come.")
# Fields whose stored form is the one sent.
PLAIN = (
    *("lot", "nature", "kind", "cpv", "procedure", "ccag", "firm_amount", "maximum_amount"),
    *("framework_reference", "notified_on", "started_on", "duration_months"),
    *("firm_end_on", "maximum_end_on", "ended_on"),
)
STRUCTURED = ("consultation", "social_conditions", "waiver", "suspensions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDraft:
    """A contract to write, whoever tells of it. Amounts in cents excluding tax.

    `decp_social` are the social considerations as published; `consultation`, `social_conditions`, `waiver`
    and `suspensions` are plain JSON as `stored` makes it.
    """

    buyer: Organisation
    reference: str
    object: str
    id: UUID = field(default_factory=new_id)
    lot: str | None = None
    nature: str | None = None
    kind: str | None = None
    cpv: str | None = None
    procedure: str | None = None
    ccag: str | None = None
    firm_amount: int | None = None
    maximum_amount: int | None = None
    framework_reference: str | None = None
    notified_on: date | None = None
    started_on: date | None = None
    duration_months: int | None = None
    firm_end_on: date | None = None
    maximum_end_on: date | None = None
    ended_on: date | None = None
    consultation: dict[str, Any] = field(default_factory=dict)
    social_conditions: list[dict[str, Any]] = field(default_factory=list)
    waiver: dict[str, Any] | None = None
    decp_social: tuple[str, ...] = ()
    suspensions: list[dict[str, Any]] = field(default_factory=list)
    holders: tuple[HolderDraft, ...] = ()
    places: tuple[PlaceDraft, ...] = ()


def register_contract(writer: Writer, request: ContractIn) -> ContractOut:
    """Register a contract: a buyer its own, the platform anybody's. ContractExists for the same lot again."""
    require_role(writer, Role.BUYER, Role.ADMIN)
    contract_id = new_id()
    writer.record("contract.registered", contract_id=contract_id)
    buyer = _buyer(writer, request.buyer)
    if queries.is_registered(writer.session, buyer.id, request.reference, request.lot):
        raise ContractExists
    draft = ContractDraft(
        id=contract_id,
        buyer=buyer,
        reference=request.reference,
        object=request.object,
        **{name: getattr(request, name) for name in PLAIN},
        **{name: stored(request, name) for name in STRUCTURED},
        holders=parties.holder_drafts(writer, request.holders),
        places=places.place_drafts(writer, request.places),
    )
    contract = add_contract(writer, draft)
    check_dates(contract)
    parties.check_since(contract, request.holders)
    waivers.check(writer, contract, "/waiver")
    return contract_views.show(writer.session, contract)


def add_contract(writer: Writer, draft: ContractDraft) -> Contract:
    """Add a contract to the change already recorded (under `draft.id`, for its events to be seen).

    The buyer sees it as buyer and, since its own staff may follow the clause, as facilitator; holders see it
    as contractors.
    """
    contract = Contract(
        id=draft.id,
        owner_id=draft.buyer.id,
        reference=draft.reference,
        object=draft.object,
        **{name: getattr(draft, name) for name in (*PLAIN, *STRUCTURED)},
        decp_social=list(draft.decp_social),
        closed_on=None,
        clause_id=None,
        version=1,
        created_at=writer.now,
    )
    writer.session.add(contract)
    parties.add_holders(writer, contract, draft.holders)
    places.add_places(writer, contract, draft.places)
    accesses = [(draft.buyer.id, Role.BUYER, grants.BUYER), (draft.buyer.id, Role.FACILITATOR, grants.BUYER)]
    accesses += [(holder.organisation.id, Role.CONTRACTOR, queries.HOLDER) for holder in draft.holders]
    for organisation_id, role, cause in accesses:
        grants.open_access(
            writer, contract, organisation_id, role, cause=(cause, contract.id), since=writer.today
        )
    # Before what tells of it: the second wall asks whether the buyer sees the contract.
    writer.session.flush()
    writer.touch("contract", contract.id, "reference", "holders", "places")
    writer.announce("contract.registered", "contract", contract.id)
    keep(writer, contract)
    clause_states.recheck_lots(writer, contract, contract.consultation)
    return contract


def keep(writer: Writer, contract: Contract) -> None:
    """Keep the contract's present version.

    Its facts carry their own dates, so every version holds from the beginning and corrects the one before.
    What its clause state rests on is all in them and in the other lots: the state is judged here, once.
    """
    clause_states.judge(writer, contract)
    writer.keep_version(
        "contract",
        contract.id,
        owner_id=contract.owner_id,
        number=contract.version,
        effective_on=contract.notified_on or contract.created_at.date(),
        snapshot=contract_views.snapshot(writer.session, contract),
    )


def read_contract(reader: Reader, contract_id: UUID) -> ContractOut:
    """One contract that the caller sees."""
    return contract_views.show(reader.session, seen_contract(reader, contract_id))


def _fitting(reader: Reader, walk: ContractsWalk) -> Select[Contract]:
    query = queries.filtered(
        queries.visible_contracts(reader.principal, reader.today),
        buyer=walk.buyer,
        holder=walk.holder,
        reference=walk.reference,
        place=walk.place,
        facilitator=(walk.facilitator, reader.today) if walk.facilitator else None,
        changed_after=walk.updated_since,
    )
    if walk.clause_state is not None:
        state = None if walk.clause_state == HAS_CLAUSE else walk.clause_state
        query = queries.in_clause_state(query, state)
    return query


def found_contracts(reader: Reader, walk: ContractsWalk) -> tuple[list[Contract], UUID | None]:
    """The contracts one sees that fit every criterion, oldest registration first, and where they go on."""
    return page_of(reader.session, _fitting(reader, walk), Contract.id, walk.after, walk.limit)


def list_contracts(reader: Reader, walk: ContractsWalk) -> ContractPage:
    """A page of those contracts; by where they stand, if that is asked for."""
    standings = None
    if walk.status is not None or walk.sort is not None:
        listed = list_by_standing(reader, _fitting(reader, walk), walk)
        found, standings, following = listed.contracts, listed.standings, listed.following
    else:
        found, following = found_contracts(reader, walk)
    last = changes.last_seal(reader.session)
    return ContractPage(
        items=contract_views.show_all(reader.session, found),
        next=following,
        position=last.position if last else 0,
        standings=standings,
    )


def count_contracts(reader: Reader, asked: StatesQuery) -> StateCounts:
    """How many of the contracts one sees are in each clause state."""
    query = queries.filtered(
        queries.visible_contracts(reader.principal, reader.today),
        buyer=asked.buyer,
        holder=asked.holder,
        place=asked.place,
    )
    found = queries.count_by_clause_state(reader.session, query)
    return StateCounts.model_validate(
        {
            "items": [
                {"code": code, "label": label, "contracts": found[code]}
                for code, label in LABELS["clause_states"].items()
                if code in found
            ]
        }
    )


def change_contract(writer: Writer, contract_id: UUID, request: ContractPatch, version: int) -> ContractOut:
    """Change the fields sent; nothing is recorded when they all say what is known."""
    contract = open_contract(writer, contract_id, version)
    consultation = contract.consultation
    changed = _apply(contract, request)
    check_dates(contract)
    if waivers.RESTS_ON.intersection(changed):
        waivers.check(writer, contract, "/waiver")
    sent = request.model_fields_set
    moved = places.changed_places(writer, contract, request.places) if "places" in sent else None
    changed += _changed_holders(writer, contract, request)
    if moved is not None:
        changed.append("places")
    if changed:
        writer.record("contract.updated", contract_id=contract.id)
    if "holders" in changed:
        parties.replace_holders(writer, contract, parties.holder_drafts(writer, request.holders))
    if moved is not None:
        places.replace_places(writer, contract, moved)
    if changed:
        bump(writer, contract, "contract.updated", *changed)
    if "consultation" in changed:
        clause_states.recheck_lots(writer, contract, consultation, contract.consultation)
    if moved is not None:
        ledger.recount_contract(writer, contract)
    return contract_views.show(writer.session, contract)


def _changed_holders(writer: Writer, contract: Contract, request: ContractPatch) -> list[str]:
    if "holders" not in request.model_fields_set:
        return []
    parties.check_since(contract, request.holders)
    return [] if parties.are_holders(writer, contract, request.holders) else ["holders"]


def resolve_place(
    writer: Writer, contract_id: UUID, ordinal: int, request: PlaceChoice, version: int
) -> ContractOut:
    """Say which territory a place of execution is, among its candidates or not; hours follow it there."""
    contract = open_contract(writer, contract_id, version)
    found = [row for row in queries.places_of(writer.session, [contract.id]) if row.ordinal == ordinal]
    if not found:
        raise NotFound
    if not territories.exists_place(writer.session, request.place):
        raise unknown_reference("/place")
    if found[0].place != request.place:
        found[0].place = request.place
        writer.record("contract.place_resolved", contract_id=contract.id)
        bump(writer, contract, "contract.place_resolved", "places")
        ledger.recount_contract(writer, contract)
    return contract_views.show(writer.session, contract)


def close_contract(writer: Writer, contract_id: UUID, request: CloseIn, version: int) -> ContractOut:
    """Close a contract: its position is final, its clause is no longer amended."""
    contract = open_contract(writer, contract_id, version)
    closed_on = request.closed_on or writer.today
    if closed_on > writer.today:
        raise InvalidPayload(errors=[FieldError("/closed_on", "in_the_future", IN_THE_FUTURE)])
    contract.closed_on = closed_on
    contract.ended_on = request.ended_on or contract.ended_on
    check_dates(contract)
    writer.record("contract.closed", contract_id=contract.id)
    bump(writer, contract, "contract.closed", "closed_on", "ended_on")
    ledger.recount_contract(writer, contract)
    lapsed_splits.lapse_of_contract(writer, contract)
    return contract_views.show(writer.session, contract)


def open_contract(writer: Writer, contract_id: UUID, version: int) -> Contract:
    """The contract held for its buyer or the platform to change, at the version that they read."""
    contract = held_contract(writer, contract_id)
    require_role(writer, Role.BUYER, Role.ADMIN)
    if version != contract.version:
        raise StaleVersion
    if contract.closed_on is not None:
        raise ContractClosed
    return contract


def bump(writer: Writer, contract: Contract, event: str, *fields: str) -> None:
    """Make what the open change did to the contract its next version, and tell of it."""
    contract.version += 1
    writer.touch("contract", contract.id, *fields)
    writer.announce(event, "contract", contract.id)
    keep(writer, contract)


def recheck(writer: Writer, contract: Contract) -> bool:
    """Judge a contract's clause state again and tell of it if it changed; whether it did."""
    if not clause_states.judge_kept(writer, [contract]):
        return False
    writer.record("contract.rechecked", contract_id=contract.id)
    bump(writer, contract, "contract.updated", "clause_state")
    return True


def stored(request: ContractFields | SocialConditionsIn, name: str) -> Any:  # noqa: ANN401  # plain JSON
    """A structured field of a payload in the plain JSON that is stored: days as text, amounts in cents."""
    found = getattr(request, name)
    if isinstance(found, list):
        return [_plain(dict(item)) for item in found]
    if found is None:
        return {} if name == "consultation" else None
    return waivers.stored(found) if name == "waiver" else _plain(dict(found))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _buyer(writer: Writer, siret: str | None) -> Organisation:
    principal = writer.principal
    if principal.is_admin:
        if siret is None:
            raise InvalidPayload(errors=[FieldError("/buyer", "missing", NEEDED)])
        check_siret(siret, "/buyer")
        buyer = known_organisation(writer, siret)
        writer.session.flush()
    else:
        own = organisation_queries.organisation_by_id(writer.session, principal.organisation_id)
        if own is None or siret not in {None, own.identifier}:
            raise Forbidden
        buyer = own
    # Held, so that two registrations of one lot go one after the other.
    held = organisation_queries.locked_organisation(writer.session, buyer.identifier, scheme=buyer.scheme)
    return held or buyer


def _apply(contract: Contract, request: ContractPatch) -> list[str]:
    changed = []
    for name in sorted(request.model_fields_set - {"holders", "places"}):
        value = stored(request, name) if name in STRUCTURED else getattr(request, name)
        if value != getattr(contract, name):
            setattr(contract, name, value)
            changed.append(name)
    return changed


def check_dates(contract: Contract) -> None:
    """InvalidPayload where a day of the contract comes before another that it follows."""
    start = contract.started_on or contract.notified_on
    follows = (
        ("firm_end_on", start, contract.firm_end_on),
        ("maximum_end_on", contract.firm_end_on or start, contract.maximum_end_on),
        ("ended_on", start, contract.ended_on),
        ("closed_on", contract.notified_on, contract.closed_on),
    )
    errors = [
        FieldError(f"/{name}", "end_before_start", UNORDERED)
        for name, before, after in follows
        if before is not None and after is not None and after < before
    ]
    if errors:
        raise InvalidPayload(errors=errors)
