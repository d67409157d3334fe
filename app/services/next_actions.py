"""What is left to do on a contract: statements that are missing, people and hours that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.rules.days import Span, month_end, overlap
from app.rules.reporting import missing_statements
from app.rules.texts import french, french_day, french_month
from app.schemas.compliance import ActionCode, ActionOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from app.rules.terms import Terms


def next_actions(
    terms: Terms, rows: Sequence[Any], day: date, held: int, declarant_id: UUID | None
) -> list[ActionOut]:
    """What is left to do on a day; `rows` are those of `queries.compliance.present_facts`.

    `held` are the position's held hours (hundredths); `declarant_id` narrows to what one declarant sees.
    """
    found = [row for row in rows if declarant_id is None or row.declarant_id == declarant_id]
    actions = _missing(terms, found, day)
    waiting = sum(row.number for row in found if row.what == "assessment")
    if waiting:
        actions.append(_waiting(waiting))
    if held:
        actions.append(_held(held))
    disputed = sum(row.number for row in found if row.what == "dispute")
    if disputed:
        actions.append(_disputed(disputed))
    return actions


def _missing(terms: Terms, rows: Iterable[Any], day: date) -> list[ActionOut]:
    """One action per declarant and due month: a holder owes every month, others those of their hires."""
    spans: dict[UUID, list[Any]] = {}
    submitted: dict[UUID, set[date]] = {}
    for row in rows:
        if row.what == "declarant":
            spans.setdefault(row.declarant_id, []).append(row)
        elif row.what == "statement":
            submitted.setdefault(row.declarant_id, set()).add(row.first)
    actions = []
    for declarant_id, owed in spans.items():
        for due in missing_statements(terms, day, submitted.get(declarant_id, set())):
            month = Span(due.month, month_end(due.month))
            if any(overlap(Span(row.first, row.last), month) for row in owed):
                actions.append(_statement(owed[0], due.month, due.due_on))
    return sorted(actions, key=lambda action: (action.month, action.declarant))


def _statement(row: Any, month: date, due_on: date) -> ActionOut:  # noqa: ANN401  # a row of several columns
    who = row.name or row.identifier
    return ActionOut(
        code=ActionCode.MISSING_STATEMENT,
        text=f"Relevé de {french_month(month)} manquant depuis le {french_day(due_on)} ({who})",
        declarant=row.identifier,
        month=month,
        due_on=due_on,
        count=None,
        hours=None,
    )


def _waiting(count: int) -> ActionOut:
    text = "1 diagnostic en attente" if count == 1 else f"{count} diagnostics en attente"
    return ActionOut(
        code=ActionCode.ASSESSMENTS_WAITING,
        text=text,
        declarant=None,
        month=None,
        due_on=None,
        count=count,
        hours=None,
    )


def _held(hours: int) -> ActionOut:
    return ActionOut(
        code=ActionCode.HOURS_HELD,
        text=f"{french(hours)} h retenues",
        declarant=None,
        month=None,
        due_on=None,
        count=None,
        hours=hours,
    )


def _disputed(count: int) -> ActionOut:
    return ActionOut(
        code=ActionCode.DISPUTES_OPEN,
        text="1 contestation ouverte" if count == 1 else f"{count} contestations ouvertes",
        declarant=None,
        month=None,
        due_on=None,
        count=count,
        hours=None,
    )
