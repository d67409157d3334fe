"""Penalties of a contract: `/v1/contracts/{contract_id}/penalties`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.compliance import ComplianceQuery
from app.schemas.lists import Walk
from app.schemas.penalties import (
    CancellationIn,
    PenaltyDecisionIn,
    PenaltyDecisionOut,
    PenaltyDecisionPage,
    PenaltyFactIn,
    PenaltyFactOut,
    PenaltyFactPage,
    PenaltyStatementOut,
)
from app.services import penalties, penalty_decisions, penalty_facts
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1/contracts/{contract_id}/penalties", tags=["penalties"], route_class=ExactRoute)


@router.get(
    "",
    response_model=PenaltyStatementOut,
    responses=answers(404, 409, 422),
    summary="Calculer les pénalités d'un contrat",
)
def read_penalties(call: Calling, contract_id: UUID, asked: Annotated[ComplianceQuery, Query()]) -> Response:
    """Chaque pénalité, avec ses valeurs, son calcul et ce qui s'oppose à une décision. Rien n'est appliqué.

    Les mêmes `as_of` et `known_at` donnent pour toujours la même réponse.
    """
    return call.read(lambda reader: penalties.read_penalties(reader, contract_id, asked))


@router.post(
    "/facts",
    status_code=201,
    response_model=PenaltyFactOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Enregistrer un fait en vue de pénalités",
)
def record_penalty_fact(call: Calling, contract_id: UUID, body: PenaltyFactIn) -> Response:
    """Document attendu ou reçu, mise en demeure, manquement : par l'acheteur ou le réviseur."""
    return call.create(lambda writer: penalty_facts.record_fact(writer, contract_id, body), body=body)


@router.get(
    "/facts",
    response_model=PenaltyFactPage,
    responses=answers(404, 422),
    summary="Lister les faits",
)
def list_penalty_facts(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Tous les faits, annulés compris."""
    return call.read(lambda reader: penalty_facts.list_facts(reader, contract_id, walk))


@router.get(
    "/facts/{fact_id}", response_model=PenaltyFactOut, responses=answers(404, 422), summary="Lire un fait"
)
def read_penalty_fact(call: Calling, contract_id: UUID, fact_id: UUID) -> Response:
    """Ce qui s'est passé, quand, et qui l'a enregistré."""
    return call.read(lambda reader: penalty_facts.read_fact(reader, contract_id, fact_id))


@router.post(
    "/facts/{fact_id}/cancel",
    response_model=PenaltyFactOut,
    responses=answers(404, 413, 422),
    summary="Annuler un fait",
)
def cancel_penalty_fact(call: Calling, contract_id: UUID, fact_id: UUID, body: CancellationIn) -> Response:
    """Avec un motif ; le fait reste lisible mais ne compte plus. Annuler de nouveau ne change rien."""
    return call.do(lambda writer: penalty_facts.cancel_fact(writer, contract_id, fact_id, body))


@router.post(
    "/decisions",
    status_code=201,
    response_model=PenaltyDecisionOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Décider des pénalités",
)
def decide_penalties(call: Calling, contract_id: UUID, body: PenaltyDecisionIn) -> Response:
    """L'acheteur seul applique, réduit ou renonce ; jamais pendant une contestation."""
    return call.create(lambda writer: penalty_decisions.decide(writer, contract_id, body), body=body)


@router.get(
    "/decisions",
    response_model=PenaltyDecisionPage,
    responses=answers(404, 422),
    summary="Lister les décisions sur les pénalités",
)
def list_penalty_decisions(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Toutes les décisions, remplacées comprises."""
    return call.read(lambda reader: penalty_decisions.list_decisions(reader, contract_id, walk))


@router.get(
    "/decisions/{decision_id}",
    response_model=PenaltyDecisionOut,
    responses=answers(404, 422),
    summary="Lire une décision sur des pénalités",
)
def read_penalty_decision(call: Calling, contract_id: UUID, decision_id: UUID) -> Response:
    """Avec le calcul sur lequel elle fut prise, tel qu'il était."""
    return call.read(lambda reader: penalty_decisions.read_decision(reader, contract_id, decision_id))
