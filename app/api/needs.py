"""Needs of a territory: `/v1/territories/{level}/{code}/needs`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.needs import NeedsQuery, TerritoryNeedsOut
from app.schemas.territories import Code, Level
from app.services import needs
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/territories", tags=["compliance"], route_class=ExactRoute)


@router.get(
    "/{level}/{code}/needs",
    response_model=TerritoryNeedsOut,
    responses=answers(404, 422),
    summary="Prévoir les heures à trouver dans un territoire",
)
def read_territory_needs(
    call: Calling, level: Level, code: Code, asked: Annotated[NeedsQuery, Query()]
) -> Response:
    """Heures encore à trouver par mois, métier et lieu, parmi les contrats que l'appelant voit.

    Ce qui manque à chaque contrat non clos, moins ce que prévoient ses mises à l'emploi en cours, est réparti
    sur les jours restants de sa période d'exécution, puis entre ses lieux. Tout se somme aux soldes.
    """
    return call.read(lambda reader: needs.read_needs(reader, level, code, asked))
