"""Deciding what publications leave open: by the buyer or the platform, with its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import decp as queries
from app.db.queries.contracts import visible_contracts
from app.db.queries.lists import one, page_of
from app.db.tables import Contract, DecpConflict, DecpReview
from app.errors import NotFound, StaleVersion
from app.principal import Role
from app.refusals.contracts import ContractClosed
from app.refusals.decp import PublicationDecided
from app.schemas.decp import (
    PublicationConflictOut,
    PublicationConflictPage,
    PublicationConflictState,
    PublicationReviewOut,
    PublicationReviewPage,
    PublicationReviewReason,
    PublicationReviewSide,
    PublicationReviewState,
)
from app.schemas.fields import decimal_text
from app.services import decp_reviews, decp_said, decp_updates
from app.services.masking import masked
from app.services.sight import held_contract, require_role

if TYPE_CHECKING:
    from app.schemas.decp import (
        PublicationConflictDecisionIn,
        PublicationConflictWalk,
        PublicationReviewDecisionIn,
        PublicationReviewWalk,
    )
    from app.services.work import Reader, Writer

TAKE = "take"


def list_conflicts(reader: Reader, walk: PublicationConflictWalk) -> PublicationConflictPage:
    """What is or was to be decided about fields of one's contracts."""
    require_role(reader, Role.BUYER, Role.ADMIN)
    query = queries.visible_conflicts(reader.principal)
    if walk.state is not None:
        query = query.where(DecpConflict.state == walk.state)
    if walk.contract is not None:
        query = query.where(DecpConflict.contract_id == walk.contract)
    found, following = page_of(reader.session, query, DecpConflict.id, walk.after, walk.limit)
    return PublicationConflictPage(items=[_conflict_shown(reader, item) for item in found], next=following)


def decide_conflict(
    writer: Writer, conflict_id: UUID, request: PublicationConflictDecisionIn, version: int
) -> PublicationConflictOut:
    """Take the published value or keep the contract's; kept until a publication says yet another one.

    PublicationContradicts where what people decided rests on the value as it is: it then stays open.
    """
    conflict = one(
        writer.session, queries.visible_conflicts(writer.principal).where(DecpConflict.id == conflict_id)
    )
    if conflict is None:
        raise NotFound
    require_role(writer, Role.BUYER, Role.ADMIN)
    contract = held_contract(writer, conflict.contract_id)
    # Somebody else, or an import, may have decided while this one waited.
    writer.session.refresh(conflict)
    _check_open(conflict, version)
    if request.decision == TAKE and contract.closed_on is not None:
        raise ContractClosed
    writer.record("decp_conflict.decided", contract_id=contract.id)
    taken = request.decision == TAKE
    decp_updates.settle(writer, conflict, decp_updates.TAKEN if taken else decp_updates.KEPT)
    if taken:
        decp_updates.take(writer, contract, conflict.field, conflict.theirs["value"])
    return _conflict_shown(writer, conflict)


def list_reviews(reader: Reader, walk: PublicationReviewWalk) -> PublicationReviewPage:
    """Records that were or are to be told from the contracts of their identity."""
    require_role(reader, Role.BUYER, Role.ADMIN)
    query = queries.visible_reviews(reader.principal)
    if walk.state is not None:
        query = query.where(DecpReview.state == walk.state)
    if walk.contract is not None:
        query = query.where(DecpReview.contract_id == walk.contract)
    found, following = page_of(reader.session, query, DecpReview.id, walk.after, walk.limit)
    return PublicationReviewPage(items=[_review_shown(reader, item) for item in found], next=following)


def decide_review(
    writer: Writer, review_id: UUID, request: PublicationReviewDecisionIn, version: int
) -> PublicationReviewOut:
    """Say whether the record is the contract's or another contract's, which is then registered."""
    review = one(writer.session, queries.visible_reviews(writer.principal).where(DecpReview.id == review_id))
    if review is None:
        raise NotFound
    require_role(writer, Role.BUYER, Role.ADMIN)
    contract = held_contract(writer, review.contract_id)
    writer.session.refresh(review)
    _check_open(review, version)
    decp_reviews.decide(writer, review, contract, request.decision)
    return _review_shown(writer, review)


def _check_open(item: DecpConflict | DecpReview, version: int) -> None:
    if item.state != decp_updates.OPEN:
        raise PublicationDecided
    if version != item.version:
        raise StaleVersion


def _conflict_shown(reader: Reader, conflict: DecpConflict) -> PublicationConflictOut:
    shows_all = _is_own(reader, conflict.owner_id)
    return PublicationConflictOut(
        id=conflict.id,
        contract_id=conflict.contract_id,
        field=conflict.field,
        ours=_text(conflict.field, conflict.ours["value"], shows_all=shows_all),
        theirs=_text(conflict.field, conflict.theirs["value"], shows_all=shows_all),
        state=PublicationConflictState(conflict.state),
        found_at=conflict.found_at,
        decided_at=conflict.decided_at,
        version=conflict.version,
    )


def _review_shown(reader: Reader, review: DecpReview) -> PublicationReviewOut:
    query = visible_contracts(reader.principal, reader.today).where(Contract.id == review.contract_id)
    contract = one(reader.session, query)
    if contract is None:
        raise NotFound
    shows_all = _is_own(reader, review.owner_id)
    record = decp_reviews.record_of(review)
    return PublicationReviewOut(
        id=review.id,
        contract_id=review.contract_id,
        reason=PublicationReviewReason(review.reason),
        reference=contract.reference,
        source=review.source,
        published=_side(decp_said.fields_of(record), shows_all=shows_all),
        registered=_side(decp_updates.present(reader.session, contract), shows_all=shows_all),
        state=PublicationReviewState(review.state),
        new_contract_id=review.new_contract_id,
        found_at=review.found_at,
        decided_at=review.decided_at,
        version=review.version,
    )


def _side(fields: dict[str, Any], *, shows_all: bool) -> PublicationReviewSide:
    amount = fields.get("firm_amount") or fields.get("maximum_amount")
    return PublicationReviewSide(
        object=fields.get("object", ""),
        notified_on=fields.get("notified_on"),
        amount=None if amount is None else decimal_text(amount),
        duration_months=fields.get("duration_months"),
        holders=[_firm(pair, shows_all=shows_all) for pair in fields.get("holders", [])],
    )


def _text(field: str, value: Any, *, shows_all: bool) -> str | None:  # noqa: ANN401 - plain JSON
    if value is None:
        return None
    if field in {"firm_amount", "maximum_amount"}:
        return decimal_text(value)
    if field == "holders":
        return ", ".join(_firm(pair, shows_all=shows_all) for pair in value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value if item is not None)
    return str(value)


def _firm(pair: list[str], *, shows_all: bool) -> str:
    scheme, identifier = pair
    return f"{scheme} {identifier if shows_all else masked(scheme, identifier)}"


def _is_own(reader: Reader, owner_id: UUID) -> bool:
    return reader.principal.organisation_id == owner_id
