"""Pools: asked for by the holder, read by who has a contract in them, with one balance (domain §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import contracts as contract_queries
from app.db.queries import pools as queries
from app.db.queries.lists import one, page_of
from app.db.queries.organisations import organisations_by_id
from app.db.tables import Pool, PoolAnswer
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, Text, unknown_reference
from app.principal import Role
from app.rules.codes import PoolState
from app.rules.pools import FEWEST, pooled
from app.schemas.compliance import ComplianceWindow
from app.schemas.pools import (
    CONTRACTS_AT_MOST,
    PoolComplianceOut,
    PoolContractOut,
    PooledContractOut,
    PoolOut,
    PoolPage,
)
from app.services import jobs, pool_positions
from app.services.compliance import FIGURES, figures_of, shown_rate
from app.services.contract_positions import shown_status
from app.services.positions import position_known_at
from app.services.sight import require_role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract
    from app.schemas.compliance import ComplianceQuery
    from app.schemas.lists import Walk
    from app.schemas.pools import PoolIn
    from app.services.pool_positions import PooledCases
    from app.services.work import Reader, Writer

TELL_POOL = "tell_pool"
OPEN = (PoolState.ASKED, PoolState.AGREED)
TWICE = Text("Ce contrat est déjà nommé.", "This contract is named already.")
NOT_HELD = Text(
    "Il faut être seul titulaire de ce contrat, ou mandataire de son groupement.",
    "Be this contract's only holder, or the lead of its group.",
)
NO_CLAUSE = Text("Ce contrat n'a pas de clause.", "This contract has no clause.")
HOW_MANY = Text(
    f"De {FEWEST} à {CONTRACTS_AT_MOST} contrats font une globalisation, marchés subséquents compris.",
    f"A pool is made of {FEWEST} to {CONTRACTS_AT_MOST} contracts, follow-on contracts included.",
)
CLOSED = Text("Ce contrat est clos.", "This contract is closed.")
ELSEWHERE = Text(
    "Ce contrat est déjà demandé ou convenu dans une autre globalisation.",
    "This contract is asked for, or agreed, in another pool.",
)


def request_pool(writer: Writer, request: PoolIn) -> PoolOut:
    """Ask the buyers of one holder's contracts to pool them; each is told by a change of its own contract."""
    require_role(writer, Role.CONTRACTOR)
    seen = _asked_for(writer, request)
    writer.record("pool.requested")
    pool = Pool(
        id=new_id(),
        holder_id=writer.principal.organisation_id,
        reason=request.reason,
        requested_on=writer.today,
        requested_at=writer.now,
        change_id=writer.change_id,
    )
    writer.session.add(pool)
    writer.touch("pool", pool.id, "contracts", "reason")
    writer.announce("pool.requested", "pool", pool.id, own=True)
    for contract in seen.values():
        add_answer(writer, pool.id, contract, 1, PoolState.ASKED)
        tell_later(writer, pool.id, contract.id, "pool.requested")
    writer.session.flush()
    return shown(writer, [pool])[0]


def list_pools(reader: Reader, walk: Walk) -> PoolPage:
    """The pools that one sees, oldest first."""
    query = queries.visible_pools(reader.principal, reader.today)
    found, following = page_of(reader.session, query, Pool.id, walk.after, walk.limit)
    return PoolPage(items=shown(reader, found), next=following)


def read_pool(reader: Reader, pool_id: UUID) -> PoolOut:
    """One pool, as the caller sees it."""
    return shown(reader, [seen_pool(reader, pool_id)])[0]


def read_position(reader: Reader, pool_id: UUID, asked: ComplianceQuery) -> PoolComplianceOut:
    """Where a pool stands on a day, as known now or at an instant.

    NotFound when nothing was known of it then, Forbidden for who sees none of the contracts that stand in it
    on the day: its balance is what their buyers agreed to share with each other.
    """
    as_of = asked.as_of or reader.today
    seen_pool(reader, pool_id)
    known = None
    if asked.known_at is not None:
        known = position_known_at(reader, asked.known_at), asked.known_at
    if not queries.answers_of(reader.session, [pool_id], known[0] if known else None):
        raise NotFound
    pool = seen_pool(reader, pool_id)
    together = pool_positions.position_of(reader, pool.id, as_of, known)
    seen = _seen(reader, together.contracts if together else ())
    if together is not None and not seen:
        raise Forbidden
    common: dict[str, Any] = {"pool_id": pool.id, "as_of": as_of}
    if together is None:
        empty = dict.fromkeys((*FIGURES, "status", "window", "rate"))
        at = asked.known_at
        return PoolComplianceOut.model_validate(
            {
                **common,
                **empty,
                "known_at": at,
                "provisional": at is None,
                "running": False,
                "contracts_total": 0,
                "contracts": [],
            }
        )
    position = together.position
    return PoolComplianceOut(
        **common,
        **figures_of(position),
        known_at=None if together.provisional else together.cases[0].known_at,
        provisional=together.provisional,
        running=True,
        status=shown_status(position.status),
        window=ComplianceWindow(
            start=position.window.first, end=position.window.last or position.window.first
        ),
        rate=shown_rate(position.rate),
        contracts_total=len(together.contracts),
        contracts=[_part(together, contract_id) for contract_id in together.contracts if contract_id in seen],
    )


def seen_pool(reader: Reader, pool_id: UUID) -> Pool:
    """The pool, if the caller sees it; NotFound otherwise, whether or not it exists."""
    found = one(
        reader.session, queries.visible_pools(reader.principal, reader.today).where(Pool.id == pool_id)
    )
    if found is None:
        raise NotFound
    return found


def add_answer(
    writer: Writer,
    pool_id: UUID,
    contract: Contract,
    number: int,
    state: PoolState,
    said: tuple[date, str | None] | None = None,
) -> None:
    """Keep where a contract of a pool stands from a day on (today if nothing is said), and why."""
    on, reason = said or (writer.today, None)
    writer.session.add(
        PoolAnswer(
            owner_id=contract.owner_id,
            pool_id=pool_id,
            contract_id=contract.id,
            number=number,
            state=state,
            holds_on=on,
            reason=reason,
            answered_role=writer.principal.role,
            answered_at=writer.now,
            change_id=writer.change_id,
        )
    )


def tell_later(writer: Writer, pool_id: UUID, contract_id: UUID, event: str) -> None:
    """Have a contract told what became of its pool, and counted again, by a change of its own."""
    payload = {"pool_id": str(pool_id), "contract_id": str(contract_id), "event": event}
    jobs.queue(writer, TELL_POOL, f"{pool_id}/{contract_id} {event}", payload)


def shown(reader: Reader, pools: Sequence[Pool]) -> list[PoolOut]:
    """Pools already seen, each with the contracts of it that the caller sees."""
    answers = queries.answers_of(reader.session, [pool.id for pool in pools])
    holders = organisations_by_id(reader.session, {pool.holder_id for pool in pools})
    found = []
    for pool in pools:
        rows = [row for row in answers if row.pool_id == pool.id]
        latest = {row.contract_id: row for row in rows}
        seen = _seen(reader, list(latest))
        inside = pooled({key: PoolState(row.state) for key, row in latest.items()})
        found.append(
            PoolOut(
                id=pool.id,
                version=len(rows),
                holder=holders[pool.holder_id].identifier,
                holder_name=holders[pool.holder_id].name,
                requested_on=pool.requested_on,
                reason=pool.reason,
                running=bool(inside),
                contracts_total=len(latest),
                agreed_total=sum(row.state == PoolState.AGREED for row in latest.values()),
                contracts=[_contract(seen[key], row) for key, row in latest.items() if key in seen],
            )
        )
    return found


def _asked_for(writer: Writer, request: PoolIn) -> dict[UUID, Contract]:
    """The contracts named, each fit for a pool, and those follow-on contracts of theirs that are."""
    where = (writer.session, writer.principal, writer.today)
    named = request.contracts
    following: list[UUID] = []
    if request.follow_on:
        frameworks = queries.contracts_seen(*where, named).values()
        following = queries.follow_on_contracts(*where, list(frameworks))
    held = queries.contracts_held(*where, {*named, *following})
    for index, contract_id in enumerate(named):
        contract, pointer = held.get(contract_id), f"/contracts/{index}"
        if contract is None:
            raise unknown_reference(pointer)
        wrong = _wrong(writer, contract, pointer, named[:index])
        # A framework without clause names its follow-on contracts; there is nothing of its own to pool.
        if wrong is not None and not (request.follow_on and wrong.code == "no_clause_to_pool"):
            raise InvalidPayload(errors=[wrong])
    fit = {key: contract for key, contract in held.items() if _wrong(writer, contract, "", ()) is None}
    if not FEWEST <= len(fit) <= CONTRACTS_AT_MOST:
        raise InvalidPayload(errors=[FieldError("/contracts", "contracts_to_pool", HOW_MANY)])
    return fit


def _wrong(writer: Writer, contract: Contract, pointer: str, before: Sequence[UUID]) -> FieldError | None:
    wrong = None
    if contract.id in before:
        wrong = FieldError(pointer, "twice_in_pool", TWICE)
    elif not _holds(writer, contract):
        wrong = FieldError(pointer, "not_your_contract", NOT_HELD)
    elif contract.clause_id is None:
        wrong = FieldError(pointer, "no_clause_to_pool", NO_CLAUSE)
    elif contract.closed_on is not None:
        wrong = FieldError(pointer, "closed_contract", CLOSED)
    elif stands_elsewhere(writer, contract, OPEN):
        wrong = FieldError(pointer, "in_another_pool", ELSEWHERE)
    return wrong


def stands_elsewhere(
    reader: Reader, contract: Contract, states: Sequence[PoolState], besides: UUID | None = None
) -> bool:
    """Whether a contract stands so in a pool other than this one."""
    pool_ids = [item for item in queries.pools_of(reader.session, [contract.id]) if item != besides]
    latest = {
        row.pool_id: PoolState(row.state)
        for row in queries.answers_of(reader.session, pool_ids)
        if row.contract_id == contract.id
    }
    return any(state in states for state in latest.values())


def _holds(writer: Writer, contract: Contract) -> bool:
    """Whether the caller is the only holder of a contract today, or the lead of its group."""
    holders = [
        party
        for party in contract_queries.parties_of(writer.session, [contract.id], contract_queries.HOLDER)
        if party.since <= writer.today and (party.until is None or party.until >= writer.today)
    ]
    own = [party for party in holders if party.organisation_id == writer.principal.organisation_id]
    return bool(own) and (len(holders) == 1 or own[0].lead)


def _seen(reader: Reader, contract_ids: Sequence[UUID]) -> dict[UUID, Contract]:
    return queries.contracts_seen(reader.session, reader.principal, reader.today, contract_ids)


def _contract(contract: Contract, row: PoolAnswer) -> PoolContractOut:
    return PoolContractOut(
        contract_id=contract.id,
        reference=contract.reference,
        lot=contract.lot,
        state=PoolState(row.state),
        on=row.holds_on,
        reason=row.reason,
        answered_at=row.answered_at,
    )


def _part(together: PooledCases, contract_id: UUID) -> PooledContractOut:
    part = together.position.parts[together.contracts.index(contract_id)]
    return PooledContractOut(
        **figures_of(part),
        contract_id=contract_id,
        status=shown_status(part.status),
        covered=together.covered(contract_id),
    )
