"""Figures of a territory: `/v1/territories/{level}/{code}/compliance`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.figures import ChildrenQuery, PeriodQuery, TerritoryChildrenOut, TerritoryComplianceOut
from app.schemas.territories import Code, Level
from app.services import figures
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/territories", tags=["compliance"], route_class=ExactRoute)


@router.get(
    "/{level}/{code}/compliance",
    response_model=TerritoryComplianceOut,
    responses=answers(404, 422),
    summary="Suivre la réalisation dans un territoire",
)
def read_territory_compliance(
    call: Calling, level: Level, code: Code, asked: Annotated[PeriodQuery, Query()]
) -> Response:
    """Heures, personnes distinctes et contrats du territoire, parmi les contrats que l'appelant voit.

    Le rattachement se fait au lieu d'exécution, à la résidence du mois, au siège de l'acheteur ou à celui du
    facilitateur (à défaut de mandat, l'acheteur).
    """
    return call.read(lambda reader: figures.read_territory(reader, level, code, asked))


@router.get(
    "/{level}/{code}/compliance/children",
    response_model=TerritoryChildrenOut,
    responses=answers(404, 422),
    summary="Suivre la réalisation dans les territoires contenus",
)
def list_compliance_of_children(
    call: Calling, level: Level, code: Code, asked: Annotated[ChildrenQuery, Query()]
) -> Response:
    """Les mêmes chiffres par territoire d'un niveau ; `unlocated` porte ce qu'aucun d'eux ne contient.

    Les EPCI et les EPT débordent des départements et des régions : leurs chiffres sont entiers et ne
    s'y additionnent pas (`sums` est alors faux).
    """
    return call.read(lambda reader: figures.list_children(reader, level, code, asked))
