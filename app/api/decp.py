"""What publications leave to be decided: `/v1/imports/conflicts`, `/v1/imports/reviews`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.decp import (
    PublicationConflictDecisionIn,
    PublicationConflictOut,
    PublicationConflictPage,
    PublicationConflictWalk,
    PublicationReviewDecisionIn,
    PublicationReviewOut,
    PublicationReviewPage,
    PublicationReviewWalk,
)
from app.services import decp_decisions
from app.web.commands import Calling
from app.web.routing import IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=ExactRoute)


@router.get(
    "/conflicts",
    response_model=PublicationConflictPage,
    responses=answers(422),
    summary="Lister les écarts entre publications et contrats",
)
def list_decp_conflicts(call: Calling, walk: Annotated[PublicationConflictWalk, Query()]) -> Response:
    """Champs qu'une publication dit autrement alors qu'une personne les avait changés ; ils sont gardés."""
    return call.read(lambda reader: decp_decisions.list_conflicts(reader, walk))


@router.post(
    "/conflicts/{conflict_id}/decision",
    response_model=PublicationConflictOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Trancher un écart",
)
def decide_decp_conflict(call: Calling, conflict_id: UUID, body: PublicationConflictDecisionIn) -> Response:
    """Reprendre la valeur publiée, ou garder celle du contrat jusqu'à ce qu'une publication change encore."""
    return call.change(
        lambda writer, version: decp_decisions.decide_conflict(writer, conflict_id, body, version)
    )


@router.get(
    "/reviews",
    response_model=PublicationReviewPage,
    responses=answers(422),
    summary="Lister les enregistrements à examiner",
)
def list_decp_reviews(call: Calling, walk: Annotated[PublicationReviewWalk, Query()]) -> Response:
    """Enregistrements publiés sous l'identité d'un contrat inscrit, et qui semblent en décrire un autre."""
    return call.read(lambda reader: decp_decisions.list_reviews(reader, walk))


@router.post(
    "/reviews/{review_id}/decision",
    response_model=PublicationReviewOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Dire si un enregistrement est un autre contrat",
)
def decide_decp_review(call: Calling, review_id: UUID, body: PublicationReviewDecisionIn) -> Response:
    """`same` : il vaut nouvelle publication du contrat ; `distinct` : son contrat est inscrit à part."""
    return call.change(lambda writer, version: decp_decisions.decide_review(writer, review_id, body, version))
