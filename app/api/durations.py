"""How long a person counts: `/v1/hires/{id}/duration`, `/v1/hires/{id}/duration-decisions`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.api.assessments import PurposefulWalk
from app.schemas.durations import (
    DurationCancellationIn,
    DurationDecisionIn,
    DurationDecisionPage,
    DurationOut,
)
from app.schemas.participants import Purpose
from app.services import duration_decisions
from app.web.commands import Calling
from app.web.routing import BOTH, ExactRoute, answers

router = APIRouter(prefix="/v1/hires/{hire_id}", tags=["assessments"], route_class=ExactRoute)


@router.get(
    "/duration",
    response_model=DurationOut,
    responses=answers(404, 422),
    summary="Expliquer jusqu'à quand une personne compte",
)
def consult_duration(call: Calling, hire_id: UUID, purpose: Annotated[Purpose, Query()]) -> Response:
    """Début, terme de la clause, chaque suspension et prolongation, dernier jour. Chaque lecture est tracée.

    L'acheteur et l'entreprise lisent seulement « éligible jusqu'au », avec la mise à l'emploi.
    """
    return call.consult(lambda writer: duration_decisions.consult_duration(writer, hire_id, purpose))


@router.get(
    "/duration-decisions",
    response_model=DurationDecisionPage,
    responses=answers(404, 422),
    summary="Lister les décisions sur la durée",
)
def list_duration_decisions(
    call: Calling, hire_id: UUID, walk: Annotated[PurposefulWalk, Query()]
) -> Response:
    """Celles de la personne sur l'engagement, annulées comprises. Chaque lecture est tracée."""
    return call.consult(lambda writer: duration_decisions.list_decisions(writer, hire_id, walk, walk.purpose))


@router.post(
    "/duration-decisions",
    status_code=201,
    response_model=DurationOut,
    responses=answers(400, 404, 409, 412, 413, 422, 428),
    openapi_extra=BOTH,
    summary="Suspendre ou prolonger la durée",
)
def decide_duration(call: Calling, hire_id: UUID, body: DurationDecisionIn) -> Response:
    """Réservé au facilitateur mandaté. Les heures de la personne sont recomptées aussitôt.

    Un jour suspendu ne compte pas et repousse la fin d'un jour ; une prolongation s'ajoute à la fin.
    """
    return call.create(
        lambda writer: duration_decisions.decide(writer, hire_id, body, call.expected_version()), body=body
    )


@router.post(
    "/duration-decisions/{decision_id}/cancel",
    status_code=201,
    response_model=DurationOut,
    responses=answers(400, 404, 409, 412, 413, 422, 428),
    openapi_extra=BOTH,
    summary="Annuler une décision sur la durée",
)
def cancel_duration_decision(
    call: Calling, hire_id: UUID, decision_id: UUID, body: DurationCancellationIn
) -> Response:
    """Par une autre décision, motivée ; rien n'est effacé. Les heures sont recomptées aussitôt."""
    return call.create(
        lambda writer: duration_decisions.cancel(writer, hire_id, decision_id, body, call.expected_version()),
        body=body,
    )
