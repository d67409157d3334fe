"""What buyers and the holder say of one contract of a pool; the contract is counted again at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import pools as queries
from app.db.queries.assessments import approved_persons
from app.errors import FieldError, InvalidPayload, NotFound, StaleVersion, Text
from app.principal import Role
from app.refusals.contracts import PoolAnswered, PoolStands
from app.rules.codes import PoolState
from app.services import durations, ledger, pools
from app.services.hires import refuse_closed
from app.services.sight import held_contract, needed_clause, require_role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.db.tables import Contract, Pool, PoolAnswer
    from app.schemas.pools import PoolAgreementIn, PoolOut, PoolRefusalIn
    from app.services.jobs import Running
    from app.services.work import Writer

BUYERS = (Role.BUYER, Role.ADMIN)
NOT_YET = Text("Cette date est à venir.", "This day is still to come.")
TOO_EARLY = Text(
    "Cette date précède la demande, ou la réponse précédente.",
    "This day is before the request, or the answer before it.",
)


def agree(
    writer: Writer, pool_id: UUID, contract_id: UUID, request: PoolAgreementIn, version: int
) -> PoolOut:
    """The buyer agrees for its contract, which is pooled once another contract of the pool agreed too."""
    pool, contract, rows = _answering(writer, pool_id, contract_id, version, BUYERS)
    _expect(rows[-1], PoolState.ASKED)
    if pools.stands_elsewhere(writer, contract, [PoolState.AGREED], besides=pool.id):
        raise PoolStands
    return _answer(writer, pool, contract, rows, (PoolState.AGREED, request.on, request.reason))


def refuse(writer: Writer, pool_id: UUID, contract_id: UUID, request: PoolRefusalIn, version: int) -> PoolOut:
    """The buyer refuses for its contract; the others may still be pooled."""
    pool, contract, rows = _answering(writer, pool_id, contract_id, version, BUYERS)
    _expect(rows[-1], PoolState.ASKED)
    return _answer(writer, pool, contract, rows, (PoolState.REFUSED, request.on, request.reason))


def leave(writer: Writer, pool_id: UUID, contract_id: UUID, request: PoolRefusalIn, version: int) -> PoolOut:
    """The buyer ends its agreement, or the holder withdraws the contract, answered or not."""
    pool, contract, rows = _answering(writer, pool_id, contract_id, version, (*BUYERS, Role.CONTRACTOR))
    withdrawn = writer.principal.role is Role.CONTRACTOR
    _expect(rows[-1], PoolState.AGREED, *((PoolState.ASKED,) if withdrawn else ()))
    return _answer(writer, pool, contract, rows, (PoolState.LEFT, request.on, request.reason))


def tell_pool(running: Running) -> dict[str, Any]:
    """Tell a contract what became of its pool, and count it again, as a change of its own."""
    contract_id, pool_id = (UUID(running.payload[name]) for name in ("contract_id", "pool_id"))
    with running.writing() as writer:
        contract = held_contract(writer, contract_id)
        writer.record(running.payload["event"], contract_id=contract_id)
        writer.touch("pool", pool_id, "state")
        writer.announce(running.payload["event"], "pool", pool_id)
        _recount(writer, contract)
    return {}


def _answering(
    writer: Writer, pool_id: UUID, contract_id: UUID, version: int, roles: Sequence[Role]
) -> tuple[Pool, Contract, list[PoolAnswer]]:
    """The pool seen, the contract held, and what was said of it; a contract outside the pool is not found."""
    pool = pools.seen_pool(writer, pool_id)
    contract = held_contract(writer, contract_id)
    rows = queries.answers_of(writer.session, [pool.id])
    own = [row for row in rows if row.contract_id == contract.id]
    if not own:
        raise NotFound
    require_role(writer, *roles)
    if version != len(rows):
        raise StaleVersion
    refuse_closed(contract)
    return pool, contract, own


def _expect(last: PoolAnswer, *states: PoolState) -> None:
    if last.state not in states:
        raise PoolAnswered


def _answer(
    writer: Writer,
    pool: Pool,
    contract: Contract,
    rows: list[PoolAnswer],
    said: tuple[PoolState, date | None, str | None],
) -> PoolOut:
    state, day, reason = said
    on = day or writer.today
    if on > writer.today:
        raise InvalidPayload(errors=[FieldError("/on", "in_the_future", NOT_YET)])
    if on < rows[-1].holds_on:
        raise InvalidPayload(errors=[FieldError("/on", "before_last_answer", TOO_EARLY)])
    event = f"pool.{state}"
    writer.record(event, contract_id=contract.id)
    pools.add_answer(writer, pool.id, contract, rows[-1].number + 1, state, (on, reason))
    writer.touch("pool", pool.id, "state", "reason")
    writer.announce(event, "pool", pool.id)
    writer.session.flush()
    _recount(writer, contract)
    latest = {row.contract_id: row.state for row in queries.answers_of(writer.session, [pool.id])}
    for other, stands in sorted(latest.items()):
        if other != contract.id and stands in pools.OPEN:
            pools.tell_later(writer, pool.id, other, event)
    return pools.shown(writer, [pool])[0]


def _recount(writer: Writer, contract: Contract) -> None:
    clause = needed_clause(writer.session, contract)
    for person_id in approved_persons(writer.session, clause.obligation_id):
        durations.renew_durations(writer, clause, person_id)
    ledger.recount_contract(writer, contract)
