"""The consolidation of a year: `/v1/territories/{level}/{code}/consolidation`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.consolidations import ConsolidationOut, ConsolidationQuery
from app.schemas.territories import Code, Level
from app.services import consolidations
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/territories", tags=["compliance"], route_class=ExactRoute)


@router.get(
    "/{level}/{code}/consolidation",
    response_model=ConsolidationOut,
    responses=answers(404, 422),
    summary="Consolider une année",
)
def read_consolidation(
    call: Calling, level: Level, code: Code, asked: Annotated[ConsolidationQuery, Query()]
) -> Response:
    """Tous les indicateurs d'une année, parmi les contrats que l'appelant voit, ou ceux d'un seul acheteur.

    `country/FR` les prend tous. Un acheteur lit ce qu'il lit des mises à l'emploi ; âges, diplômes, publics,
    quartiers et prescripteurs sont au facilitateur (`withheld` le dit) et, pour tous, dans les publications.
    """
    return call.read(lambda reader: consolidations.consolidate(reader, level, code, asked))
