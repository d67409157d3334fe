"""A subcontractor's statement waits for the holder, no longer than the clause says; by default not at all."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class ApprovalState(StrEnum):
    """Where a statement stands before the holder; `passed`: its time is over, the reviewer may go on."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    PASSED = "passed"


HELD_BACK = (ApprovalState.WAITING, ApprovalState.SENT_BACK)


def approval_state(kept: str | None, due_on: date | None, day: date) -> ApprovalState:
    """Return the state on a day of what was kept; `due_on` is the last day that the holder has.

    Sent back, it gives the subcontractor as long again: nobody's silence keeps hours from being reviewed.
    """
    state = ApprovalState(kept or ApprovalState.NOT_ASKED)
    return ApprovalState.PASSED if state in HELD_BACK and due_on is not None and due_on < day else state
