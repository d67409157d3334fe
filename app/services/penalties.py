"""The penalties of a contract on a day: computed, explained, and set against what was decided (domain §7)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.db.queries import penalties as queries
from app.errors import Forbidden
from app.principal import Role
from app.refusals.penalties import ValueNotKnown
from app.rules.errors import NoValueYetError
from app.rules.penalties import PenaltyStatement, penalties
from app.rules.version import RULES_VERSION
from app.schemas.penalties import PenaltyStatementOut
from app.services import compliance
from app.services.penalty_situations import situation_on
from app.services.positions import position_known_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.db.tables import PenaltyDecision
    from app.rules.penalties import Block, PenaltyLine
    from app.schemas.compliance import ComplianceQuery
    from app.services.compliance import Case, Sight
    from app.services.work import Reader

Document = dict[str, Any]


def read_penalties(reader: Reader, contract_id: UUID, asked: ComplianceQuery) -> PenaltyStatementOut:
    """The computed statement of a day, as known now or at an instant.

    NotFound and Forbidden as for the position; Forbidden too for a subcontractor. ValueNotKnown.
    """
    as_of = asked.as_of or reader.today
    sight = seen(reader, contract_id)
    known = None
    if asked.known_at is not None:
        known = position_known_at(reader, asked.known_at), asked.known_at
        sight = seen(reader, contract_id)
    return PenaltyStatementOut.model_validate(computed(reader, sight, as_of, known))


def seen(reader: Reader, contract_id: UUID) -> Sight:
    """The contract, for those whom its penalties concern: buyer, holders, facilitator, platform."""
    sight = compliance.seen(reader, contract_id)
    if reader.principal.role is Role.CONTRACTOR and not sight.row.holder:
        raise Forbidden
    return sight


def computed(
    reader: Reader,
    sight: Sight,
    as_of: date,
    known: tuple[int, datetime] | None = None,
    without: UUID | None = None,
) -> Document:
    """The statement in plain JSON types, amounts in cents: what is shown, and what a decision keeps.

    `without` leaves a decision out of account, for the one that replaces it.
    """
    position = known[0] if known else None
    case = compliance.case_on(reader, sight, as_of, known)
    statement = PenaltyStatement((), ())
    if case.terms is not None:
        situation = situation_on(reader, sight, case, case.terms, as_of, position)
        try:
            statement = penalties(case.terms.penalties, situation)
        except NoValueYetError:
            raise ValueNotKnown from None
    query = queries.decisions_of(sight.row.owner_id, sight.row.contract_id, position)
    decided = decided_amounts(reader.session.scalars(query).all(), without)
    return _document(sight, as_of, case, statement, decided)


def decided_amounts(decisions: Sequence[PenaltyDecision], without: UUID | None = None) -> Counter[str]:
    """Cents by penalty that decisions in force cover, a replaced one being in force no longer."""
    replaced = {item.replaces_id for item in decisions} | {without}
    found: Counter[str] = Counter()
    for item in decisions:
        if item.id not in replaced:
            found.update({line["key"]: line["amount"] for line in item.lines})
    return found


def _document(
    sight: Sight, as_of: date, case: Case, statement: PenaltyStatement, decided: Mapping[str, int]
) -> Document:
    lines = [_line(line, decided.get(line.key, 0)) for line in statement.lines]
    return {
        "contract_id": str(sight.row.contract_id),
        "as_of": as_of.isoformat(),
        "known_at": case.known_at.isoformat() if case.known_at else None,
        "provisional": case.provisional,
        "rules_version": RULES_VERSION,
        "lines": lines,
        "total": statement.total,
        "applicable": statement.applicable,
        "decided": sum(line["decided"] for line in lines),
        "remaining": 0 if statement.blocks else sum(line["remaining"] for line in lines),
        "blocks": _blocks(statement.blocks),
    }


def _line(line: PenaltyLine, decided: int) -> Document:
    return {
        "key": line.key,
        "term": line.term.code,
        "kind": str(line.term.kind),
        "label": line.term.label,
        "text": line.text,
        "formula": line.formula,
        "inputs": [
            {
                "code": item.code,
                "label": item.label_fr,
                "value": item.value,
                "unit": item.unit,
                "on": item.on.isoformat() if item.on else None,
                "reference": item.reference,
            }
            for item in line.inputs
        ],
        "computed": line.computed,
        "limit": None if line.limit is None else str(line.limit),
        "amount": line.amount,
        "applicable": line.applicable,
        "decided": decided,
        "remaining": max(0, line.applicable - decided),
        "blocks": _blocks(line.blocks),
        "reference": line.term.reference,
        "assumed": line.term.assumed,
    }


def _blocks(blocks: Iterable[Block]) -> list[Document]:
    return [{"code": str(block.code), "text": block.text} for block in blocks]
