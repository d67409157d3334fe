"""Disputes: `/v1/contracts/{id}/disputes`, `/v1/disputes/{id}`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.disputes import DisputeAnswerIn, DisputeIn, DisputeOut, DisputePage
from app.schemas.lists import Walk
from app.services import disputes
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["disputes"], route_class=ExactRoute)


@router.post(
    "/contracts/{contract_id}/disputes",
    status_code=201,
    response_model=DisputeOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Contester une décision",
)
def open_dispute(call: Calling, contract_id: UUID, body: DisputeIn) -> Response:
    """Sur une ligne examinée, une éligibilité décidée ou des pénalités, par qui la décision concerne."""
    return call.create(lambda writer: disputes.open_dispute(writer, contract_id, body), body=body)


@router.get(
    "/contracts/{contract_id}/disputes",
    response_model=DisputePage,
    responses=answers(404, 422),
    summary="Lister les contestations d'un contrat",
)
def list_disputes(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Celles dont on voit l'objet, closes comprises."""
    return call.read(lambda reader: disputes.list_disputes(reader, contract_id, walk))


@router.get(
    "/disputes/{dispute_id}",
    response_model=DisputeOut,
    responses=answers(404, 422),
    summary="Lire une contestation",
)
def read_dispute(call: Calling, dispute_id: UUID) -> Response:
    """Le motif et la réponse ne sont lus que de ceux que la décision concerne."""
    return call.read(lambda reader: disputes.read_dispute(reader, dispute_id))


@router.post(
    "/disputes/{dispute_id}/answer",
    response_model=DisputeOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Répondre à une contestation",
)
def answer_dispute(call: Calling, dispute_id: UUID, body: DisputeAnswerIn) -> Response:
    """Par qui décide, avec ses motifs ; une nouvelle décision, s'il en faut une, se prend à part."""
    return call.change(lambda writer, version: disputes.answer(writer, dispute_id, body, version))


@router.post(
    "/disputes/{dispute_id}/withdraw",
    response_model=DisputeOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer une contestation",
)
def withdraw_dispute(call: Calling, dispute_id: UUID) -> Response:
    """Par qui l'a ouverte."""
    return call.change(lambda writer, version: disputes.withdraw(writer, dispute_id, version))
