"""Statements of hours: `/v1/contracts/{id}/statements`, `/v1/statements/{id}`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.approvals import ApprovalIn, ApprovalOut
from app.schemas.fields import Month
from app.schemas.lists import Walk
from app.schemas.statements import (
    CorrectionIn,
    Draft,
    ReviewIn,
    StatementIn,
    StatementOut,
    StatementPage,
    StatementVersions,
)
from app.services import holder_approvals, reviews, statements
from app.web.commands import Calling
from app.web.routing import BOTH, IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["statements"], route_class=ExactRoute)


@router.post(
    "/contracts/{contract_id}/statements",
    status_code=201,
    response_model=StatementOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Envoyer le relevé d'un mois",
)
def submit_statement(call: Calling, contract_id: UUID, body: StatementIn) -> Response:
    """Une ligne par mise à l'emploi, ou « rien à déclarer » ; enregistré entier ou refusé entier."""
    return call.create(lambda writer: statements.submit(writer, contract_id, body), body=body)


@router.get(
    "/contracts/{contract_id}/statements",
    response_model=StatementPage,
    responses=answers(404, 422),
    summary="Lister les relevés d'un contrat",
)
def list_statements(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Un déclarant lit les siens ; le titulaire, aussi ceux de ses sous-traitants."""
    return call.read(lambda reader: statements.list_statements(reader, contract_id, walk))


@router.get(
    "/contracts/{contract_id}/statements/draft",
    response_model=Draft,
    responses=answers(404, 422),
    summary="Préparer le relevé d'un mois",
)
def read_statement_draft(call: Calling, contract_id: UUID, month: Annotated[Month, Query()]) -> Response:
    """Les heures du mois précédent pour les personnes encore en poste ; rien n'est enregistré."""
    return call.read(lambda reader: statements.draft(reader, contract_id, month))


@router.get(
    "/statements/{statement_id}",
    response_model=StatementOut,
    responses=answers(404, 422),
    summary="Lire un relevé",
)
def read_statement(call: Calling, statement_id: UUID) -> Response:
    """Chaque ligne dit où en est chacune de ses heures, et par quelle règle."""
    return call.read(lambda reader: statements.read_statement(reader, statement_id))


@router.get(
    "/statements/{statement_id}/versions",
    response_model=StatementVersions,
    responses=answers(404, 422),
    summary="Lister les versions d'un relevé",
)
def list_statement_versions(call: Calling, statement_id: UUID) -> Response:
    """Chaque envoi, tel qu'il a été reçu."""
    return call.read(lambda reader: statements.list_versions(reader, statement_id))


@router.post(
    "/statements/{statement_id}/versions",
    status_code=201,
    response_model=StatementOut,
    responses=answers(400, 404, 409, 412, 413, 422, 428),
    openapi_extra=BOTH,
    summary="Corriger un relevé",
)
def correct_statement(call: Calling, statement_id: UUID, body: CorrectionIn) -> Response:
    """Le mois entier, de nouveau, avec un motif. Les lignes inchangées gardent leur examen."""
    return call.create(
        lambda writer: statements.correct(writer, statement_id, body, call.expected_version()), body=body
    )


@router.get(
    "/statements/{statement_id}/approval",
    response_model=ApprovalOut,
    responses=answers(404, 422),
    summary="Lire la réponse du titulaire",
)
def read_statement_approval(call: Calling, statement_id: UUID) -> Response:
    """Où en est un relevé déclaré sous un titulaire : attendu, approuvé, renvoyé, délai passé."""
    return call.read(lambda reader: holder_approvals.read_approval(reader, statement_id))


@router.post(
    "/statements/{statement_id}/approval",
    response_model=ApprovalOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Approuver le relevé d'un sous-traitant",
)
def approve_statement(call: Calling, statement_id: UUID, body: ApprovalIn) -> Response:
    """Le titulaire approuve, ou renvoie avec un motif ; le réviseur examine ensuite, ou passé le délai."""
    return call.change(lambda writer, version: holder_approvals.decide(writer, statement_id, body, version))


@router.post(
    "/statements/{statement_id}/review",
    response_model=StatementOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Examiner un relevé",
)
def review_statement(call: Calling, statement_id: UUID, body: ReviewIn) -> Response:
    """Réservé au facilitateur mandaté : accepter, accepter en partie avec un motif, renvoyer."""
    return call.change(lambda writer, version: reviews.review(writer, statement_id, body, version))
