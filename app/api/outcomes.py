"""Outcomes after hires: `/v1/hires/{id}/outcomes`, and what they add up to."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.rules.codes import OutcomeMoment
from app.schemas.outcomes import (
    ContractOutcomes,
    HireOutcomes,
    OutcomeIn,
    OutcomeOut,
    OutcomesQuery,
    TerritoryOutcomes,
)
from app.schemas.territories import Code, Level
from app.services import hire_outcomes, outcome_figures
from app.web.commands import Calling
from app.web.routing import IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["outcomes"], route_class=ExactRoute)


@router.get(
    "/hires/{hire_id}/outcomes",
    response_model=HireOutcomes,
    responses=answers(404, 422),
    summary="Lire les sorties d'une mise à l'emploi",
)
def list_outcomes(call: Calling, hire_id: UUID) -> Response:
    """À la sortie, à 6 et à 12 mois : le jour de chaque moment, et ce qui en est dit. Pas pour l'acheteur."""
    return call.read(lambda reader: hire_outcomes.list_outcomes(reader, hire_id))


@router.put(
    "/hires/{hire_id}/outcomes/{moment}",
    response_model=OutcomeOut,
    responses=answers(404, 409, 412, 413, 422, 428, created=OutcomeOut),
    openapi_extra=IF_MATCH,
    summary="Dire la situation d'une personne après sa mise à l'emploi",
)
def put_outcome(call: Calling, hire_id: UUID, moment: OutcomeMoment, body: OutcomeIn) -> Response:
    """Le déclarant, le facilitateur qui décide, la structure ou le prescripteur ; corriger garde l'ancien.

    Sans `If-Match` la première fois ; ensuite, avec l'ETag de ce qui est corrigé.
    """
    return call.put(
        lambda writer, version: hire_outcomes.put_outcome(writer, hire_id, moment, body.situation, version)
    )


@router.get(
    "/contracts/{contract_id}/outcomes",
    response_model=ContractOutcomes,
    responses=answers(404, 422),
    summary="Compter les sorties d'un contrat",
)
def count_outcomes(call: Calling, contract_id: UUID) -> Response:
    """Par moment : classes, taux de réponse, sorties dynamiques, parmi les personnes que vous voyez."""
    return call.read(lambda reader: outcome_figures.contract_outcomes(reader, contract_id))


@router.get(
    "/territories/{level}/{code}/outcomes",
    response_model=TerritoryOutcomes,
    responses=answers(404, 422),
    summary="Compter les sorties dans un territoire",
)
def count_territory_outcomes(
    call: Calling, level: Level, code: Code, asked: Annotated[OutcomesQuery, Query()]
) -> Response:
    """Celles des mises à l'emploi finies dans la période, là où vous les voyez ; `level` les détaille."""
    return call.read(lambda reader: outcome_figures.territory_outcomes(reader, level, code, asked))
