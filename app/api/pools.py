"""Pools of contracts: `/v1/pools`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.compliance import ComplianceQuery
from app.schemas.lists import Walk
from app.schemas.pools import PoolAgreementIn, PoolComplianceOut, PoolIn, PoolOut, PoolPage, PoolRefusalIn
from app.services import pool_answers, pools
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/pools", tags=["contracts"], route_class=ExactRoute)


@router.post(
    "",
    status_code=201,
    response_model=PoolOut,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Demander une globalisation",
)
def request_pool(call: Calling, body: PoolIn) -> Response:
    """Par le titulaire, pour deux contrats ou plus ; chaque acheteur répond pour le sien."""
    return call.create(lambda writer: pools.request_pool(writer, body), body=body)


@router.get("", response_model=PoolPage, responses=answers(422), summary="Lister les globalisations")
def list_pools(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Celles que l'appelant a demandées, ou qui nomment un contrat qu'il voit."""
    return call.read(lambda reader: pools.list_pools(reader, walk))


@router.get(
    "/{pool_id}", response_model=PoolOut, responses=answers(404, 422), summary="Lire une globalisation"
)
def read_pool(call: Calling, pool_id: UUID) -> Response:
    """Des contrats que l'appelant ne voit pas, seul le nombre est dit."""
    return call.read(lambda reader: pools.read_pool(reader, pool_id))


@router.get(
    "/{pool_id}/compliance",
    response_model=PoolComplianceOut,
    responses=answers(404, 422),
    summary="Suivre une globalisation",
)
def read_pool_compliance(
    call: Calling, pool_id: UUID, asked: Annotated[ComplianceQuery, Query()]
) -> Response:
    """Les sommes des contrats, le solde et le statut communs ; une ligne par contrat que l'appelant voit.

    Réservé à qui voit un des contrats globalisés ce jour-là : leurs acheteurs sont convenus de ce solde.
    """
    return call.read(lambda reader: pools.read_position(reader, pool_id, asked))


@router.post(
    "/{pool_id}/contracts/{contract_id}/agree",
    response_model=PoolOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Convenir de la globalisation d'un contrat",
)
def agree_pool(call: Calling, pool_id: UUID, contract_id: UUID, body: PoolAgreementIn) -> Response:
    """Par l'acheteur du contrat, qui y participe dès qu'un autre contrat est convenu aussi."""
    return call.change(lambda writer, number: pool_answers.agree(writer, pool_id, contract_id, body, number))


@router.post(
    "/{pool_id}/contracts/{contract_id}/refuse",
    response_model=PoolOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Refuser la globalisation d'un contrat",
)
def refuse_pool(call: Calling, pool_id: UUID, contract_id: UUID, body: PoolRefusalIn) -> Response:
    """Les autres contrats peuvent rester globalisés."""
    return call.change(lambda writer, number: pool_answers.refuse(writer, pool_id, contract_id, body, number))


@router.post(
    "/{pool_id}/contracts/{contract_id}/leave",
    response_model=PoolOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Quitter une globalisation",
)
def leave_pool(call: Calling, pool_id: UUID, contract_id: UUID, body: PoolRefusalIn) -> Response:
    """L'acheteur met fin à son accord, ou le titulaire retire le contrat."""
    return call.change(lambda writer, number: pool_answers.leave(writer, pool_id, contract_id, body, number))
