"""Work done after the answer: `/v1/jobs/{id}`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from app.schemas.jobs import JobOut
from app.services import cancelling, jobs
from app.web import progress
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=ExactRoute)


@router.get("/{job_id}", response_model=JobOut, responses=answers(404, 422), summary="Suivre un travail")
def read_job(call: Calling, job_id: UUID) -> Response:
    """État, avancement et comptes d'un travail demandé dans le même rôle (tous, pour la plateforme)."""
    return call.read(lambda reader: jobs.read_job(reader, job_id))


@router.post(
    "/{job_id}/cancel",
    response_model=JobOut,
    responses=answers(404, 409, 413, 422),
    summary="Annuler un travail",
)
def cancel_job(call: Calling, job_id: UUID) -> Response:
    """En attente : aussitôt. En cours : à la prochaine étape, `cancel_asked_at` le dit en attendant.

    Ce qui est fait reste fait : `done` en dit le nombre, les lignes d'un import en disent le détail.
    """
    return call.do(lambda writer: cancelling.cancel(writer, job_id))


@router.get(
    "/{job_id}/progress",
    response_class=StreamingResponse,
    responses={**progress.FOLLOWED, **answers(404, 422)},
    summary="Suivre un travail en direct",
)
def follow_job(call: Calling, job_id: UUID) -> Response:
    """Server-sent events : un événement `progress` à chaque avancée, dont `data` est le travail.

    Le flux finit avec le travail : fermez alors (`EventSource` se reconnecterait). Il est aussi coupé au
    bout de cinq minutes ; reconnectez-vous, le premier événement redit tout (`Last-Event-ID` est sans effet).
    """
    return progress.follow(call, lambda reader: jobs.read_job(reader, job_id))
