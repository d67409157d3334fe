"""The buyer's decisions on computed penalties: to apply, reduce or waive them; nobody else takes any."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import day_of, new_id
from app.db.queries import penalties as queries
from app.db.queries.lists import one, page_of
from app.db.queries.statements import identifiers_of
from app.db.tables import PenaltyDecision
from app.errors import FieldError, InvalidPayload, NotFound, Text, unknown_reference
from app.principal import Role
from app.refusals.penalties import (
    DecisionReplaced,
    DisputeOpen,
    NothingToDecide,
    PenaltiesChanged,
    PenaltyBlocked,
)
from app.rules.parameters import parameter
from app.schemas.labels import LABELS
from app.schemas.penalties import (
    DecidedLine,
    PenaltyDecisionItem,
    PenaltyDecisionOut,
    PenaltyDecisionPage,
    PenaltyOutcome,
    PenaltyStatementOut,
)
from app.services import penalties, sight
from app.services.penalty_facts import tell_holders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.db.tables import Contract
    from app.schemas.lists import Walk
    from app.schemas.penalties import PenaltyDecisionIn
    from app.services.penalties import Document
    from app.services.work import Reader, Writer

REASON_NEEDED = Text("Réduire ou renoncer se motive.", "Reducing or waiving needs its reason.")
AMOUNT_NEEDED = Text("Une réduction dit le montant retenu.", "A reduction says the amount kept.")
AMOUNT_TOO_MUCH = Text("Un montant ne se donne que pour réduire.", "An amount is given for a reduction only.")
NOT_REDUCED = Text(
    "Le montant retenu est inférieur au montant calculé.", "The amount kept is below the computed one."
)
FUTURE = Text("Ce jour n'est pas encore venu.", "This day has not come yet.")


def decide(writer: Writer, contract_id: UUID, request: PenaltyDecisionIn) -> PenaltyDecisionOut:
    """Record the buyer's decision, with the statement it was taken on.

    Raises DisputeOpen, PenaltyBlocked, PenaltiesChanged, NothingToDecide, DecisionReplaced, ValueNotKnown,
    InvalidPayload; Forbidden for anybody but the buyer.
    """
    contract = sight.held_contract(writer, contract_id)
    sight.require_role(writer, Role.BUYER)
    as_of = request.as_of or writer.today
    if as_of > writer.today:
        raise InvalidPayload(errors=[FieldError("/as_of", "future_day", FUTURE)])
    _check_shape(request)
    _check_replaced(writer, contract, request.replaces)
    found = penalties.seen(writer, contract_id)
    statement = penalties.computed(writer, found, as_of, without=request.replaces)
    if statement["blocks"]:
        raise DisputeOpen
    lines = _chosen(statement, request.lines)
    total = sum(line["amount"] for line in lines)
    if total == 0:
        raise NothingToDecide
    if total != request.computed:
        raise PenaltiesChanged
    decision = _added(writer, contract, request, as_of, statement, lines)
    writer.touch("penalty_decision", decision.id, "outcome", "amount")
    tell_holders(writer, contract, "penalty.decided", "penalty_decision", decision.id)
    writer.session.flush()
    return _whole(writer, decision, [])


def list_decisions(reader: Reader, contract_id: UUID, walk: Walk) -> PenaltyDecisionPage:
    """The decisions on a contract's penalties, the earliest first."""
    row = penalties.seen(reader, contract_id).row
    query = queries.decisions_of(row.owner_id, row.contract_id)
    every = reader.session.scalars(query).all()
    found, following = page_of(reader.session, query, PenaltyDecision.id, walk.after, walk.limit)
    items = [PenaltyDecisionItem(**_shown(reader, item, every)) for item in found]
    return PenaltyDecisionPage(items=items, next=following)


def read_decision(reader: Reader, contract_id: UUID, decision_id: UUID) -> PenaltyDecisionOut:
    """One decision, with the statement that it was taken on."""
    row = penalties.seen(reader, contract_id).row
    every = reader.session.scalars(queries.decisions_of(row.owner_id, row.contract_id)).all()
    found = next((item for item in every if item.id == decision_id), None)
    if found is None:
        raise NotFound
    return _whole(reader, found, every)


def disputable_until(decided_at: datetime) -> date:
    """The last day on which a decision can be disputed: so many days after its own."""
    day = day_of(decided_at)
    return day + timedelta(days=int(parameter("dispute_days").at(day).value))


def _check_shape(request: PenaltyDecisionIn) -> None:
    errors = []
    if request.outcome is not PenaltyOutcome.APPLY and request.reason is None:
        errors.append(FieldError("/reason", "reason_required", REASON_NEEDED))
    reducing = request.outcome is PenaltyOutcome.REDUCE
    if reducing and request.amount is None:
        errors.append(FieldError("/amount", "missing", AMOUNT_NEEDED))
    elif reducing and request.amount is not None and request.amount >= request.computed:
        errors.append(FieldError("/amount", "not_reduced", NOT_REDUCED))
    elif not reducing and request.amount is not None:
        errors.append(FieldError("/amount", "not_for_this_kind", AMOUNT_TOO_MUCH))
    if errors:
        raise InvalidPayload(errors=errors)


def _check_replaced(writer: Writer, contract: Contract, replaces: UUID | None) -> None:
    if replaces is None:
        return
    query = queries.decisions_of(contract.owner_id, contract.id)
    if one(writer.session, query.where(PenaltyDecision.id == replaces)) is None:
        raise unknown_reference("/replaces")
    if one(writer.session, query.where(PenaltyDecision.replaces_id == replaces)) is not None:
        raise DecisionReplaced


def _chosen(statement: Document, keys: Sequence[str] | None) -> list[dict[str, Any]]:
    """What the decision covers: the penalties named, each of them decidable, else all that remain."""
    lines = {line["key"]: line for line in statement["lines"]}
    if keys is None:
        chosen = [line for line in lines.values() if line["remaining"]]
    else:
        for index, key in enumerate(keys):
            if key not in lines:
                raise unknown_reference(f"/lines/{index}")
        chosen = [line for key, line in lines.items() if key in keys]
        if any(line["blocks"] for line in chosen):
            raise PenaltyBlocked
    return [{"key": line["key"], "amount": line["remaining"]} for line in chosen]


def _added(
    writer: Writer,
    contract: Contract,
    request: PenaltyDecisionIn,
    as_of: date,
    statement: Document,
    lines: list[dict[str, Any]],
) -> PenaltyDecision:
    kept = {PenaltyOutcome.APPLY: request.computed, PenaltyOutcome.WAIVE: 0}
    decision = PenaltyDecision(
        owner_id=contract.owner_id,
        id=new_id(),
        contract_id=contract.id,
        outcome=request.outcome,
        as_of=as_of,
        computed=request.computed,
        amount=kept.get(request.outcome, request.amount),
        lines=lines,
        reason=request.reason,
        replaces_id=request.replaces,
        statement=statement,
        decided_by=writer.principal.organisation_id,
        decided_at=writer.now,
        change_id=writer.record("penalty.decided", contract_id=contract.id),
    )
    writer.session.add(decision)
    return decision


def _shown(reader: Reader, decision: PenaltyDecision, every: Sequence[PenaltyDecision]) -> dict[str, Any]:
    outcome = PenaltyOutcome(decision.outcome)
    named = identifiers_of(reader.session, [decision.decided_by])
    return {
        "id": decision.id,
        "contract_id": decision.contract_id,
        "outcome": outcome,
        "outcome_label": LABELS["penalty_outcomes"][outcome],
        "as_of": decision.as_of,
        "computed": decision.computed,
        "amount": decision.amount,
        "lines": [DecidedLine(**line) for line in decision.lines],
        "reason": decision.reason,
        "replaces": decision.replaces_id,
        "replaced_by": next((item.id for item in every if item.replaces_id == decision.id), None),
        "decided_by": named[decision.decided_by],
        "decided_at": decision.decided_at,
        "disputable_until": disputable_until(decision.decided_at),
    }


def _whole(reader: Reader, decision: PenaltyDecision, every: Sequence[PenaltyDecision]) -> PenaltyDecisionOut:
    statement = PenaltyStatementOut.model_validate(decision.statement)
    return PenaltyDecisionOut(**_shown(reader, decision, every), statement=statement)
