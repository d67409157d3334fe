"""Published figures: `/v1/releases`, `/v1/territories/{level}/{code}/indicators`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.lists import Walk
from app.schemas.releases import (
    CellPage,
    CellsQuery,
    PublishedOut,
    PublishedQuery,
    ReleaseIn,
    ReleaseOut,
    ReleasePage,
)
from app.schemas.territories import Code, Level
from app.services import releases
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["releases"], route_class=ExactRoute)


@router.post(
    "/releases",
    status_code=201,
    response_model=ReleaseOut,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Publier les chiffres d'une période",
)
def publish_release(call: Calling, body: ReleaseIn) -> Response:
    """Un trimestre clos, ou une année dont les quatre trimestres sont publiés. Jamais modifiée ensuite."""
    return call.create(lambda writer: releases.publish(writer, body), body=body)


@router.get(
    "/releases",
    response_model=ReleasePage,
    responses=answers(422),
    summary="Lister les publications",
)
def list_releases(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Dans l'ordre où elles ont paru ; lisibles par tous les rôles."""
    return call.read(lambda reader: releases.list_releases(reader, walk))


@router.get(
    "/releases/{release_id}",
    response_model=ReleaseOut,
    responses=answers(404, 422),
    summary="Lire une publication",
)
def read_release(call: Calling, release_id: UUID) -> Response:
    """Sa période, sa couverture, ses seuils et la définition de ses indicateurs."""
    return call.read(lambda reader: releases.read_release(reader, release_id))


@router.get(
    "/releases/{release_id}/cells",
    response_model=CellPage,
    responses=answers(404, 422),
    summary="Lire les chiffres publiés d'un niveau",
)
def list_release_cells(call: Calling, release_id: UUID, asked: Annotated[CellsQuery, Query()]) -> Response:
    """Un territoire absent est masqué ou n'a aucune heure comptée : rien ne distingue l'un de l'autre."""
    return call.read(lambda reader: releases.list_cells(reader, release_id, asked))


@router.get(
    "/territories/{level}/{code}/indicators",
    response_model=PublishedOut,
    responses=answers(404, 422),
    summary="Lire les chiffres publiés d'un territoire",
)
def read_territory_indicators(
    call: Calling, level: Level, code: Code, asked: Annotated[PublishedQuery, Query()]
) -> Response:
    """Tous contrats confondus, par trimestre et par année, tels qu'ils ont paru."""
    return call.read(lambda reader: releases.read_indicators(reader, level, code, asked))
