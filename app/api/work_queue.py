"""What waits for the caller: `/v1/work-queue`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.work_queue import QueueWalk, WorkQueue
from app.services import work_queue
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/work-queue", tags=["compliance"], route_class=ExactRoute)


@router.get("", response_model=WorkQueue, responses=answers(422), summary="Ce qui m'attend")
def read_work_queue(call: Calling, walk: Annotated[QueueWalk, Query()]) -> Response:
    """Relevés manquants, à corriger, à approuver ou à examiner, diagnostics, échéances, interlocuteurs.

    Sur tout ce que voit l'appelant, ce que son rôle peut faire. L'ordre est fixe, ce n'est pas celui des
    échéances ; une page peut être courte, `next` dit s'il faut poursuivre.
    """
    return call.read(lambda reader: work_queue.read_queue(reader, walk))
