"""The holder's answer on a statement of its subcontractor."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.errors import FieldProblem, Text
from app.rules.approvals import ApprovalState
from app.schemas.fields import Input, Instant, Output, Words

REASON_NEEDED = Text("Dites pourquoi le relevé est renvoyé.", "Say why the statement is sent back.")


class ApprovalIn(Input):
    """The holder approves the statement, or sends it back and says why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"decision": "sent_back", "reason": "Deux jours comptés sur un autre chantier."}]
        }
    )

    decision: Literal[ApprovalState.APPROVED, ApprovalState.SENT_BACK]
    reason: Words | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.decision is ApprovalState.SENT_BACK and self.reason is None:
            raise FieldProblem("reason_required", REASON_NEEDED)
        return self


class ApprovalOut(Output):
    """Where a statement stands before the holder; `version` is the statement's."""

    statement_id: UUID
    version: int
    state: ApprovalState
    state_label: str
    due_on: date | None = Field(description="Dernier jour du titulaire ; ensuite le réviseur peut examiner.")
    decided_by: str | None
    decided_at: Instant | None
    reason: str | None
