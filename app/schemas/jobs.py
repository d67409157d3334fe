"""Work done after the answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from app.schemas.fields import Instant, Output


class JobState(StrEnum):
    """Where a job stands; one that is taken up again waits once more."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        """Whether nothing more happens to the job."""
        return self not in {JobState.WAITING, JobState.RUNNING}


class JobProblem(Output):
    """Why a job failed."""

    type: str = Field(description="Adresse qui explique le code.")
    code: str


class JobOut(Output):
    """Where a job stands."""

    id: UUID
    kind: str
    state: JobState
    attempts: int = Field(
        description="Essais commencés ; un travail interrompu est repris là où il en était."
    )
    done: int = Field(description="Étapes faites.")
    total: int = Field(description="Étapes à faire ; 0 tant que le nombre n'est pas connu.")
    result: dict[str, Any] = Field(description="Comptes du travail terminé.")
    problem: JobProblem | None
    created_at: Instant
    finished_at: Instant | None
    cancel_asked_at: Instant | None = Field(
        description="Annulation demandée : le travail s'arrête à la prochaine étape ; le fait reste fait."
    )
