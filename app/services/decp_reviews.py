"""Publications that may be of another contract than the one under their identity: kept until decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from app.clock import new_id
from app.db.queries import decp as queries
from app.db.tables import DecpReview
from app.exchange.decp.records import DecpContract
from app.services import decp_registering, decp_returns, decp_said, decp_updates

if TYPE_CHECKING:
    from app.db.tables import Contract
    from app.services.work import Writer

OPEN, SAME, DISTINCT = "open", "same", "distinct"
# The reason of a review of a record that claimed a contract which it does not describe.
RETURNED = "returned_otherwise"
_RECORDS = TypeAdapter(DecpContract)


def ask(writer: Writer, contract: Contract, record: DecpContract, reason: str, source: str | None) -> None:
    """Have somebody decide what a record is to a contract; once per record, whatever was decided."""
    fingerprint = bytes.fromhex(record.fingerprint)
    if queries.review_of(writer.session, contract.id, fingerprint) is not None:
        return
    writer.record("decp_review.opened", contract_id=contract.id)
    review = DecpReview(
        id=new_id(),
        owner_id=contract.owner_id,
        contract_id=contract.id,
        reason=reason,
        fingerprint=fingerprint,
        record=kept(record),
        source=source,
        state=OPEN,
        version=1,
        found_at=writer.now,
    )
    writer.session.add(review)
    writer.touch("decp_review", review.id, "state")


def kept(record: DecpContract) -> dict[str, Any]:
    """A record in the plain JSON that is kept until it is decided on."""
    found: dict[str, Any] = _RECORDS.dump_python(record, mode="json")
    return found


def record_of(review: DecpReview) -> DecpContract:
    """The record under review, as it was read."""
    return _RECORDS.validate_python(review.record)


def decide(writer: Writer, review: DecpReview, contract: Contract, state: str) -> None:
    """Take the record for a publication of the contract (`SAME`), or register one of its own (`DISTINCT`)."""
    record = record_of(review)
    if state == DISTINCT:
        rank = queries.ranks_taken(writer.session, **decp_registering.identity_of(record))
        made, _ = decp_registering.register(writer, record, review.source, rank)
        review.new_contract_id = made.id
    else:
        writer.record("decp_review.decided", contract_id=contract.id)
        if review.reason == RETURNED:
            decp_returns.follow(writer, contract, record, review.source)
        else:
            _follow(writer, review, contract, record)
    review.state, review.decided_at = state, writer.now
    review.version += 1
    writer.touch("decp_review", review.id, "state")


def _follow(writer: Writer, review: DecpReview, contract: Contract, record: DecpContract) -> None:
    row = queries.record_of(writer.session, contract.id)
    if row is None:
        decp_updates.stand_behind(writer, contract, record, review.source)
    elif row.said and _is_older(decp_said.stand_said(row.said), decp_said.stand_of(record)):
        # Known from now on, and no more: what was said later stays.
        row.said = {**row.said, "known": [*row.said["known"], record.fingerprint]}
        writer.touch("decp_record", row.id, "said")
    else:
        decp_updates.follow(writer, contract, row, record, review.source)


def _is_older(known: decp_said.Stand, found: decp_said.Stand) -> bool:
    return bool(known.published_on and found.published_on and found.published_on < known.published_on)
