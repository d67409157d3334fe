"""Held hours of a contract, and splits: proposed by one reviewer, answered by the other (domain §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import persons
from app.db.queries import splits as queries
from app.db.queries.lists import one, page_of
from app.db.tables import Line, Split, SplitAnswer
from app.errors import Forbidden, NotFound, StaleVersion, unknown_reference
from app.principal import Role
from app.refusals.people import SplitBeyondRoom, SplitOver, SplitStands
from app.rules.codes import Rule, SplitState
from app.rules.counting import standings
from app.schemas.splits import HeldLine, HeldPage, OtherClaim, SplitOut, SplitPage
from app.services import claims, jobs, ledger, sight
from app.services.agreed_splits import agreed_splits, same_claims
from app.services.claims import PersonMonth
from app.services.hires import refuse_closed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.tables import Contract
    from app.rules.splits import Room
    from app.schemas.lists import Walk
    from app.schemas.splits import SplitAnswerIn, SplitIn
    from app.services.claims import Claim
    from app.services.work import Reader, Writer

ANSWERED = 2


def list_held(reader: Reader, contract_id: UUID, walk: Walk) -> HeldPage:
    """The held lines of a contract and, of each claim before them, its month, hours and reviewer alone."""
    contract = _read(reader, contract_id)
    query = queries.held_lines(contract.id)
    found, following = page_of(reader.session, query, Line.id, walk.after, walk.limit)
    return HeldPage(items=[_held(reader, line) for line in found], next=following)


def list_splits(reader: Reader, contract_id: UUID, walk: Walk) -> SplitPage:
    """The splits that touch a contract, as its side sees them."""
    contract = _read(reader, contract_id)
    query = queries.splits_of_contract(contract.id)
    found, following = page_of(reader.session, query, Split.id, walk.after, walk.limit)
    return SplitPage(items=_shown(reader, contract.id, found), next=following)


def read_split(reader: Reader, contract_id: UUID, split_id: UUID) -> SplitOut:
    """One split, as the contract's side sees it."""
    contract = _read(reader, contract_id)
    return _shown(reader, contract.id, [_split_of(reader, contract, split_id)])[0]


def propose(writer: Writer, contract_id: UUID, request: SplitIn) -> SplitOut:
    """Propose to the reviewer of another claim how to share what is available to both.

    Raises NotReviewer, ContractClosed, SplitBeyondRoom, SplitStands, InvalidPayload.
    """
    contract = sight.held_contract(writer, contract_id)
    sight.require_reviewer(writer, contract)
    refuse_closed(contract)
    line = one(writer.session, queries.held_lines(contract.id).where(Line.id == request.line_id))
    if line is None:
        raise unknown_reference("/line_id")
    persons.hold_persons(writer.session, [line.participant_id])
    month = PersonMonth.of(writer.session, line)
    claim = next((c for c in claims.other_claims(writer, line, month) if c.id == request.claim), None)
    if claim is None:
        raise unknown_reference("/claim")
    _check_room(claim.room, request.hours, request.other_hours)
    _check_free(writer, month, line.id, claim.line.id, proposing=True)
    writer.record("split.proposed", contract_id=contract.id)
    split = _added(writer, line, claim, request)
    writer.touch("split", split.id, "hours", "other_hours", "reason")
    writer.announce("split.proposed", "split", split.id, declarant_id=line.declarant_id)
    tell_other_side(writer, "split.proposed", split, claim.line)
    writer.session.flush()
    return _shown(writer, contract.id, [split])[0]


def accept(
    writer: Writer, contract_id: UUID, split_id: UUID, request: SplitAnswerIn, version: int
) -> SplitOut:
    """Agree: this contract's line is counted again at once, the other one by its own change."""
    contract, split = _answering(writer, contract_id, split_id, version, proposer=False)
    line = queries.lines_by_id(writer.session, [split.other_line_id])[split.other_line_id]
    month = PersonMonth.of(writer.session, line)
    if not same_claims(split, month.rows):
        raise SplitOver
    standing = standings(month.lines, month.month)
    if not (standing[split.line_id].asked and standing[split.other_line_id].asked):
        raise SplitOver
    room = month.room(split.line_id, split.other_line_id)
    _check_room(room, split.hours, split.other_hours)
    _check_free(writer, month, split.line_id, split.other_line_id, proposing=False)
    _answer(writer, contract, split, SplitState.ACCEPTED, request)
    writer.session.flush()
    ledger.recount_months(writer, contract, [line.participant_id], split.month)
    # The agreement is told to reviewers, its hours to everybody on the contract.
    writer.announce("lines.recounted", "contract", contract.id)
    return _shown(writer, contract.id, [split])[0]


def refuse(
    writer: Writer, contract_id: UUID, split_id: UUID, request: SplitAnswerIn, version: int
) -> SplitOut:
    """Decline: the earlier claim stands as before."""
    contract, split = _answering(writer, contract_id, split_id, version, proposer=False)
    _answer(writer, contract, split, SplitState.REFUSED, request)
    return _shown(writer, contract.id, [split])[0]


def withdraw(
    writer: Writer, contract_id: UUID, split_id: UUID, request: SplitAnswerIn, version: int
) -> SplitOut:
    """Take one's own proposal back before it is answered."""
    contract, split = _answering(writer, contract_id, split_id, version, proposer=True)
    _answer(writer, contract, split, SplitState.WITHDRAWN, request)
    return _shown(writer, contract.id, [split])[0]


def _read(reader: Reader, contract_id: UUID) -> Contract:
    contract = sight.seen_contract(reader, contract_id)
    sight.require_role(reader, Role.FACILITATOR)
    return contract


def _split_of(reader: Reader, contract: Contract, split_id: UUID) -> Split:
    found = one(reader.session, queries.splits_of_contract(contract.id).where(Split.id == split_id))
    if found is None:
        raise NotFound
    return found


def _held(reader: Reader, line: Line) -> HeldLine:
    month = PersonMonth.of(reader.session, line)
    return HeldLine(
        line_id=line.id,
        hire_id=line.hire_id,
        statement_id=line.statement_id,
        month=line.month,
        declared=line.worked + line.training,
        held=line.held,
        counted=line.counted,
        asked=standings(month.lines, month.month)[line.id].asked,
        others=[
            OtherClaim(
                claim=claim.id,
                month=claim.line.month,
                hours=claim.asked,
                reviewer=claims.reviewer_of(reader, claim.line.contract_id),
                rule=claim.rule,
                available=claim.room.both,
            )
            for claim in claims.other_claims(reader, line, month)
        ],
    )


def _check_room(room: Room, hours: int, other_hours: int) -> None:
    if hours > room.one or other_hours > room.other or hours + other_hours > room.both:
        raise SplitBeyondRoom


def _check_free(writer: Writer, month: PersonMonth, one_id: UUID, other_id: UUID, *, proposing: bool) -> None:
    """SplitStands while one of the lines is bound to a third one, or a proposal between the two waits."""
    lines = [(month.rows[one_id].participant_id, line) for line in month.rows.values()]
    bound = agreed_splits(writer.session, lines)
    pair = {one_id, other_id}
    if any(line_id in bound and bound[line_id].other not in pair for line_id in pair):
        raise SplitStands
    waiting = [
        split
        for split, answer in queries.splits_of_lines(writer.session, [one_id])
        if answer is None and {split.line_id, split.other_line_id} == pair and same_claims(split, month.rows)
    ]
    if proposing and waiting:
        raise SplitStands


def _added(writer: Writer, line: Line, claim: Claim, request: SplitIn) -> Split:
    split = Split(
        id=new_id(),
        month=line.month,
        rule=claim.rule,
        owner_id=line.owner_id,
        contract_id=line.contract_id,
        line_id=line.id,
        hours=request.hours,
        recorded_at=line.recorded_at,
        reviewer_id=writer.principal.organisation_id,
        reason=request.reason,
        other_owner_id=claim.line.owner_id,
        other_contract_id=claim.line.contract_id,
        other_line_id=claim.line.id,
        other_hours=request.other_hours,
        other_recorded_at=claim.line.recorded_at,
        proposed_at=writer.now,
        change_id=writer.change_id,
    )
    writer.session.add(split)
    return split


def _answering(
    writer: Writer, contract_id: UUID, split_id: UUID, version: int, *, proposer: bool
) -> tuple[Contract, Split]:
    """The contract held and the split that waits; the side that proposed withdraws, the other one answers."""
    contract = sight.held_contract(writer, contract_id)
    split = _split_of(writer, contract, split_id)
    sight.require_reviewer(writer, contract)
    if contract.id != (split.contract_id if proposer else split.other_contract_id):
        raise Forbidden
    # Two answers come from two contracts: the person is what both have to hold.
    rows = queries.lines_by_id(writer.session, [split.line_id, split.other_line_id])
    persons.hold_persons(writer.session, {line.participant_id for line in rows.values()})
    answered = queries.answers_to(writer.session, [split.id])
    if version != (ANSWERED if answered else 1):
        raise StaleVersion
    refuse_closed(contract)
    if answered:
        raise SplitOver
    return contract, split


def _answer(
    writer: Writer, contract: Contract, split: Split, state: SplitState, request: SplitAnswerIn
) -> None:
    event = f"split.{state}"
    writer.record(event, contract_id=contract.id)
    writer.session.add(
        SplitAnswer(
            split_id=split.id,
            state=state,
            reason=request.reason,
            reviewer_id=writer.principal.organisation_id,
            answered_on=writer.today,
            answered_at=writer.now,
            change_id=writer.change_id,
        )
    )
    writer.touch("split", split.id, "state", "reason")
    ids = (split.line_id, split.other_line_id)
    own, other = ids if state is SplitState.WITHDRAWN else ids[::-1]
    rows = queries.lines_by_id(writer.session, ids)
    writer.announce(event, "split", split.id, declarant_id=rows[own].declarant_id)
    tell_other_side(writer, event, split, rows[other])


def tell_other_side(writer: Writer, event: str, split: Split, line: Line) -> None:
    """Tell the side of this line by a change of its own contract."""
    if split.contract_id == split.other_contract_id:
        return
    payload = {
        "contract_id": str(line.contract_id),
        "split_id": str(split.id),
        "declarant_id": str(line.declarant_id),
        "event": event,
    }
    jobs.queue(writer, "tell_split", f"{split.id} {event}", payload)


def _shown(reader: Reader, contract_id: UUID, splits: Sequence[Split]) -> list[SplitOut]:
    ids = [line_id for split in splits for line_id in (split.line_id, split.other_line_id)]
    rows = queries.lines_by_id(reader.session, ids)
    answers = queries.answers_to(reader.session, [split.id for split in splits])
    return [_side(reader, contract_id, split, rows, answers.get(split.id)) for split in splits]


def _side(
    reader: Reader, contract_id: UUID, split: Split, rows: dict[UUID, Line], answer: SplitAnswer | None
) -> SplitOut:
    here = split.contract_id == contract_id
    state = SplitState.PROPOSED if answer is None else SplitState(answer.state)
    line_id, hours, other_hours, other_contract = (
        (split.line_id, split.hours, split.other_hours, split.other_contract_id)
        if here
        else (split.other_line_id, split.other_hours, split.hours, split.contract_id)
    )
    return SplitOut(
        id=split.id,
        contract_id=contract_id,
        line_id=line_id,
        hire_id=rows[line_id].hire_id,
        month=split.month,
        rule=Rule(split.rule),
        hours=hours,
        other_hours=other_hours,
        other_reviewer=claims.reviewer_of(reader, other_contract),
        proposed_here=here,
        state=state,
        in_force=_in_force(reader, split, state, rows),
        reason=split.reason,
        answer_reason=None if answer is None else answer.reason,
        proposed_at=split.proposed_at,
        answered_at=None if answer is None else answer.answered_at,
        version=1 if answer is None else ANSWERED,
    )


def _in_force(reader: Reader, split: Split, state: SplitState, rows: dict[UUID, Line]) -> bool:
    """The latest agreement between two claims of one person that are still the ones meant."""
    pair = [split.line_id, split.other_line_id]
    if state is not SplitState.ACCEPTED or not same_claims(split, rows):
        return False
    if not queries.of_one_person(reader.session, pair):
        return False
    latest = [item for item, _ in queries.accepted_splits(reader.session, pair)]
    return latest[-1].id == split.id
