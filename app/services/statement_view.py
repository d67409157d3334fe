"""A statement as its readers see it: where each hour stands, and by which rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import ledger
from app.db.queries import statements as queries
from app.rules.approvals import approval_state
from app.rules.codes import HourKind, ProofLevel, ReviewState, Rule, State, SupportingDocument
from app.rules.labels import LABELS
from app.schemas.labels import LABELS as SERVED
from app.schemas.proof_levels import SeenDocumentOut
from app.schemas.statements import LineOut, PostingOut, StatementOut, StatementSummary
from app.services.sight import value_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.db.tables import Entry, Line, Statement
    from app.rules.lines import Posting
    from app.services.ledger import Counted
    from app.services.work import Reader, Writer

REVIEWED = (ReviewState.ACCEPTED, ReviewState.PART)


def summary(reader: Reader, statement: Statement, declarant: str) -> StatementSummary:
    """The statement without its lines."""
    return StatementSummary(**_head(reader, statement, declarant))


def shown(reader: Reader, statement: Statement) -> StatementOut:
    """The statement with its lines as the ledger has them now."""
    lines = queries.lines_of_statement(reader.session, statement)
    narrowed = queries.is_narrowed(reader.session, reader.principal, statement)
    if narrowed:
        own = own_hire_ids(reader, statement)
        lines = [line for line in lines if line.hire_id in own]
    total = None if narrowed else queries.total_hours_of(reader.session, statement)
    return _whole(reader, statement, lines, [], total)


def shown_counted(
    writer: Writer, statement: Statement, lines: Iterable[Line], counted: Counted, total: int | None
) -> StatementOut:
    """The same after a write by who may read all of it: what was just counted is not read again."""
    in_order = sorted(lines, key=lambda line: (line.recorded_at, line.id))
    return _whole(writer, statement, in_order, counted, total)


def _whole(
    reader: Reader, statement: Statement, lines: Sequence[Line], counted: Counted, total: int | None
) -> StatementOut:
    said = {line.id: items for line, items in counted}
    said |= ledger.entries_in_force(reader.session, [line.id for line in lines if line.id not in said])
    seen_by = {UUID(item["seen_by"]) for line in lines for item in line.documents}
    names = queries.identifiers_of(reader.session, {statement.declarant_id, *seen_by})
    return StatementOut(
        **_head(reader, statement, names[statement.declarant_id]),
        total_hours_worked=total,
        lines=[_line(reader, line, said[line.id], names) for line in lines],
    )


def lines_told(reader: Reader, found: list[Statement]) -> dict[UUID, list[Line]]:
    """By statement: the lines that the caller may read, as `shown` has them."""
    lines: dict[UUID, list[Line]] = {statement.id: [] for statement in found}
    for line in queries.lines_of_statements(reader.session, list(lines)):
        lines[line.statement_id].append(line)
    for statement in found:
        if queries.is_narrowed(reader.session, reader.principal, statement):
            own = own_hire_ids(reader, statement)
            lines[statement.id] = [line for line in lines[statement.id] if line.hire_id in own]
    return lines


def own_hire_ids(reader: Reader, statement: Statement) -> set[UUID]:
    """The hires of the contract that the caller's organisation declared or employs."""
    me = reader.principal.organisation_id
    return set(queries.own_hires(reader.session, statement.contract_id, me))


def _head(reader: Reader, statement: Statement, declarant: str) -> dict[str, Any]:
    approval = approval_state(statement.approval, statement.approval_due_on, reader.today)
    return {
        "id": statement.id,
        "contract_id": statement.contract_id,
        "declarant": declarant,
        "month": statement.month,
        "nothing_to_declare": statement.nothing_to_declare,
        "approval": approval,
        "approval_label": SERVED["approval_states"][approval],
        "approval_due_on": statement.approval_due_on,
        "latest": statement.latest,
        "version": statement.version,
        "created_at": statement.created_at,
    }


def _line(reader: Reader, line: Line, entries: Sequence[Entry | Posting], names: dict[UUID, str]) -> LineOut:
    level = proof_of(line)
    return LineOut(
        id=line.id,
        hire_id=line.hire_id,
        worked=line.worked,
        training=line.training,
        overtime=line.overtime,
        periods=line.sub_periods,
        declared=line.worked + line.training,
        pending=line.pending,
        held=line.held,
        refused=line.refused,
        counted=line.counted,
        review=ReviewState(line.verdict or ReviewState.NOT_REVIEWED),
        accepted=line.accepted,
        review_reason=line.verdict_reason,
        proof_level=level,
        proof_level_label=LABELS["proof_levels"][level],
        documents=[_document(item, names) for item in line.documents],
        warnings=line.warnings,
        postings=[_posting(reader, entry, line.month) for entry in entries],
    )


def proof_of(line: Line) -> ProofLevel:
    """How far the hours of a line are proved."""
    if line.verdict in REVIEWED:
        return ProofLevel.ACCEPTED
    return ProofLevel.SUPPORTED if line.documents else ProofLevel.DECLARED


def _document(stored: dict[str, Any], names: dict[UUID, str]) -> SeenDocumentOut:
    return SeenDocumentOut(
        type=SupportingDocument(stored["type"]),
        label=LABELS["supporting_documents"][stored["type"]],
        seen_on=date.fromisoformat(stored["seen_on"]),
        seen_by=names[UUID(stored["seen_by"])],
    )


def _posting(reader: Reader, entry: Entry | Posting, month: date) -> PostingOut:
    parameter, reference = value_told(reader, entry, month)
    return PostingOut(
        state=State(entry.state),
        kind=HourKind(entry.kind),
        hours=entry.hours,
        rule=Rule(entry.rule) if entry.rule else None,
        parameter=parameter,
        reference=reference,
    )
