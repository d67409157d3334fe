"""Work done after the answer: `/v1/jobs/{id}`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.schemas.jobs import JobOut
from app.services import jobs
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=ExactRoute)


@router.get("/{job_id}", response_model=JobOut, responses=answers(404, 422), summary="Suivre un travail")
def read_job(call: Calling, job_id: UUID) -> Response:
    """État, avancement et comptes d'un travail demandé dans le même rôle (tous, pour la plateforme)."""
    return call.read(lambda reader: jobs.read_job(reader, job_id))
