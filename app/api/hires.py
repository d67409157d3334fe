"""People at work: `/v1/contracts/{id}/hires`, `/v1/hires/{id}`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.hires import HireEnd, HireIn, HireOut, HirePage, HirePatch
from app.schemas.lists import Walk
from app.services import hires
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["hires"], route_class=ExactRoute)


@router.post(
    "/contracts/{contract_id}/hires",
    status_code=201,
    response_model=HireOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Déclarer une mise à l'emploi",
)
def declare_hire(call: Calling, contract_id: UUID, body: HireIn) -> Response:
    """L'éligibilité est examinée aussitôt ; le déclarant en lit l'état, jamais les raisons.

    Ce que la clause n'accepte pas est enregistré avec un avertissement.
    """
    return call.create(lambda writer: hires.declare_hire(writer, contract_id, body), body=body)


@router.get(
    "/contracts/{contract_id}/hires",
    response_model=HirePage,
    responses=answers(404, 422),
    summary="Lister les mises à l'emploi d'un contrat",
)
def list_hires(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Chacun y voit ce qui est à lui de voir ; l'acheteur, sans identité."""
    return call.read(lambda reader: hires.list_hires(reader, contract_id, walk))


@router.get(
    "/hires",
    response_model=HirePage,
    responses=answers(422),
    summary="Lister les mises à l'emploi, tous contrats confondus",
)
def list_seen_hires(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Celles que l'appelant peut voir ; pour un prescripteur, celles des personnes qu'il a orientées."""
    return call.read(lambda reader: hires.list_seen_hires(reader, walk))


@router.get(
    "/hires/{hire_id}",
    response_model=HireOut,
    responses=answers(404, 422),
    summary="Lire une mise à l'emploi",
)
def read_hire(call: Calling, hire_id: UUID) -> Response:
    """Les champs que l'appelant n'a pas à connaître sont nuls."""
    return call.read(lambda reader: hires.read_hire(reader, hire_id))


@router.patch(
    "/hires/{hire_id}",
    response_model=HireOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Corriger une mise à l'emploi",
)
def amend_hire(call: Calling, hire_id: UUID, body: HirePatch) -> Response:
    """Réservé au déclarant. Changer le premier jour remet le diagnostic en attente de décision."""
    return call.change(lambda writer, version: hires.amend_hire(writer, hire_id, body, version))


@router.post(
    "/hires/{hire_id}/end",
    response_model=HireOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Dire la fin d'une mise à l'emploi",
)
def end_hire(call: Calling, hire_id: UUID, body: HireEnd) -> Response:
    """Les heures déclarées sont recomptées s'il y a lieu ; la situation à la sortie peut être dite ici."""
    return call.change(lambda writer, version: hires.end_hire(writer, hire_id, body, version))
