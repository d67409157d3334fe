"""Reference territories: `/v1/territories`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.territories import Code, Level, TerritoryDetail, TerritoryList, TerritorySearch
from app.services import territories
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/territories", tags=["territories"], route_class=ExactRoute)


@router.get("", response_model=TerritoryList, responses=answers(422), summary="Chercher un territoire")
def search_territories(call: Calling, search: Annotated[TerritorySearch, Query()]) -> Response:
    """Par nom, code postal, code ou niveau. Un code postal couvre souvent plusieurs communes."""
    return call.read(lambda reader: territories.search_territories(reader, search))


@router.get(
    "/{level}/{code}",
    response_model=TerritoryDetail,
    responses=answers(404, 422),
    summary="Lire un territoire",
)
def read_territory(call: Calling, level: Level, code: Code) -> Response:
    """Un code seul est ambigu (la région 44 et le département 44 existent) : le niveau le précède."""
    return call.read(lambda reader: territories.read_territory(reader, level, code))


@router.get(
    "/{level}/{code}/children",
    response_model=TerritoryList,
    responses=answers(404, 422),
    summary="Lister les territoires contenus",
)
def list_territory_children(
    call: Calling, level: Level, code: Code, of: Annotated[Level, Query(alias="level")]
) -> Response:
    """Les territoires d'un niveau contenus dans un autre."""
    return call.read(lambda reader: territories.list_children(reader, level, code, of))
