"""Held hours and their splits: `/v1/contracts/{id}/held-hours`, `/v1/contracts/{id}/splits`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.lists import Walk
from app.schemas.splits import HeldPage, SplitAnswerIn, SplitIn, SplitOut, SplitPage
from app.services import splits
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/contracts/{contract_id}", tags=["statements"], route_class=ExactRoute)


@router.get(
    "/held-hours",
    response_model=HeldPage,
    responses=answers(404, 422),
    summary="Lister les heures retenues",
)
def list_held_hours(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """De chaque autre déclaration : son mois, ses heures et l'organisme qui l'examine, rien de plus."""
    return call.read(lambda reader: splits.list_held(reader, contract_id, walk))


@router.get(
    "/splits",
    response_model=SplitPage,
    responses=answers(404, 422),
    summary="Lister les partages d'heures retenues",
)
def list_splits(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Proposés d'ici ou à répondre ici, tels que ce côté les voit."""
    return call.read(lambda reader: splits.list_splits(reader, contract_id, walk))


@router.post(
    "/splits",
    status_code=201,
    response_model=SplitOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Proposer un partage",
)
def propose_split(call: Calling, contract_id: UUID, body: SplitIn) -> Response:
    """À l'organisme qui examine l'autre déclaration. Jusqu'à sa réponse, la première déclaration demeure."""
    return call.create(lambda writer: splits.propose(writer, contract_id, body), body=body)


@router.get(
    "/splits/{split_id}", response_model=SplitOut, responses=answers(404, 422), summary="Lire un partage"
)
def read_split(call: Calling, contract_id: UUID, split_id: UUID) -> Response:
    """Chaque côté le lit par son propre contrat."""
    return call.read(lambda reader: splits.read_split(reader, contract_id, split_id))


@router.post(
    "/splits/{split_id}/accept",
    response_model=SplitOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Accepter un partage",
)
def accept_split(call: Calling, contract_id: UUID, split_id: UUID, body: SplitAnswerIn) -> Response:
    """Les heures d'ici sont recomptées aussitôt, celles de l'autre contrat peu après.

    Un partage est un plafond : jamais plus que convenu pour chacun, jamais plus que la limite pour les deux.
    """
    return call.change(lambda writer, version: splits.accept(writer, contract_id, split_id, body, version))


@router.post(
    "/splits/{split_id}/refuse",
    response_model=SplitOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Refuser un partage",
)
def refuse_split(call: Calling, contract_id: UUID, split_id: UUID, body: SplitAnswerIn) -> Response:
    """La première déclaration demeure."""
    return call.change(lambda writer, version: splits.refuse(writer, contract_id, split_id, body, version))


@router.post(
    "/splits/{split_id}/withdraw",
    response_model=SplitOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer une proposition de partage",
)
def withdraw_split(call: Calling, contract_id: UUID, split_id: UUID, body: SplitAnswerIn) -> Response:
    """Par l'organisme qui l'a faite, tant que l'autre n'a pas répondu."""
    return call.change(lambda writer, version: splits.withdraw(writer, contract_id, split_id, body, version))
