"""Mandates on a contract: `/v1/contracts/{contract_id}/mandates`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.lists import Walk
from app.schemas.mandates import MandateIn, MandateOut, MandatePage, MandatePatch
from app.services import mandates
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/contracts/{contract_id}/mandates", tags=["mandates"], route_class=ExactRoute)


@router.post(
    "",
    status_code=201,
    response_model=MandateOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Donner un mandat",
)
def give_mandate(call: Calling, contract_id: UUID, body: MandateIn) -> Response:
    """L'organisme voit le contrat dans ce rôle ; un facilitateur mandaté décide à la place de l'acheteur."""
    return call.create(lambda writer: mandates.give_mandate(writer, contract_id, body), body=body)


@router.get("", response_model=MandatePage, responses=answers(404, 422), summary="Lister les mandats")
def list_mandates(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Tous les mandats donnés sur le contrat, finis compris."""
    return call.read(lambda reader: mandates.list_mandates(reader, contract_id, walk))


@router.get("/{mandate_id}", response_model=MandateOut, responses=answers(404, 422), summary="Lire un mandat")
def read_mandate(call: Calling, contract_id: UUID, mandate_id: UUID) -> Response:
    """Qui suit le contrat, dans quel rôle, de quand à quand."""
    return call.read(lambda reader: mandates.read_mandate(reader, contract_id, mandate_id))


@router.patch(
    "/{mandate_id}",
    response_model=MandateOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Fixer la fin d'un mandat",
)
def change_mandate(call: Calling, contract_id: UUID, mandate_id: UUID, body: MandatePatch) -> Response:
    """Le dernier jour, inclus ; null laisse le mandat courir."""
    return call.change(
        lambda writer, version: mandates.change_mandate(writer, contract_id, mandate_id, body, version)
    )


@router.delete(
    "/{mandate_id}",
    status_code=204,
    response_model=None,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer un mandat",
)
def withdraw_mandate(call: Calling, contract_id: UUID, mandate_id: UUID) -> Response:
    """Le mandat cesse aussitôt : son dernier jour était hier. Ce qui fut décidé demeure."""
    return call.change(
        lambda writer, version: mandates.withdraw_mandate(writer, contract_id, mandate_id, version)
    )
