"""Eligibility, for the facilitator: `/v1/hires/{id}/assessment`, `/v1/assessments/{id}/decision`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.schemas.assessments import (
    AssessmentOut,
    AssessmentPage,
    DecisionIn,
    FactsPatch,
    OwnProofsOut,
    ProofIn,
)
from app.schemas.lists import Walk
from app.schemas.participants import Purpose
from app.services import assessments
from app.web.commands import Calling
from app.web.routing import IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["assessments"], route_class=ExactRoute)


class PurposefulWalk(Walk):
    """A walk through a list that is read for a stated purpose."""

    purpose: Purpose = Field(description="Motif de la lecture, tracée.")


@router.get(
    "/hires/{hire_id}/assessment",
    response_model=AssessmentOut,
    responses=answers(404, 422),
    summary="Lire le diagnostic d'éligibilité d'une mise à l'emploi",
)
def consult_assessment(call: Calling, hire_id: UUID, purpose: Annotated[Purpose, Query()]) -> Response:
    """Chaque public avec ses raisons, paramètres, références et preuves. Chaque lecture est tracée."""
    return call.consult(lambda writer: assessments.consult_assessment(writer, hire_id, purpose))


@router.patch(
    "/hires/{hire_id}/assessment",
    response_model=AssessmentOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Enregistrer des faits établis par le facilitateur",
)
def record_facts(call: Calling, hire_id: UUID, body: FactsPatch) -> Response:
    """Ils priment sur les faits déclarés ; le diagnostic est refait."""
    return call.change(lambda writer, version: assessments.record_facts(writer, hire_id, body, version))


@router.post(
    "/hires/{hire_id}/assessment/proofs",
    response_model=AssessmentOut | OwnProofsOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Enregistrer une preuve vue",
)
def record_proof(call: Calling, hire_id: UUID, body: ProofIn) -> Response:
    """Le document n'est pas conservé ; le diagnostic est refait.

    Une structure d'insertion que la clause désigne (`proof_authorities`) le fait pour les personnes qu'elle a
    déclarées, avec l'`ETag` de la mise à l'emploi ; elle ne relit que ses propres preuves.
    """
    return call.change(lambda writer, version: assessments.record_proof(writer, hire_id, body, version))


@router.get(
    "/participants/{participant_id}/assessments",
    response_model=AssessmentPage,
    responses=answers(404, 422),
    summary="Lister les diagnostics d'une personne",
)
def list_assessments(
    call: Calling, participant_id: UUID, walk: Annotated[PurposefulWalk, Query()]
) -> Response:
    """Ceux des contrats que le facilitateur suit. Chaque lecture est tracée."""
    return call.consult(
        lambda writer: assessments.list_assessments(writer, participant_id, walk, walk.purpose)
    )


@router.put(
    "/assessments/{assessment_id}/decision",
    response_model=AssessmentOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Décider de l'éligibilité",
)
def decide_eligibility(call: Calling, assessment_id: UUID, body: DecisionIn) -> Response:
    """Approuver, refuser avec motif ou demander une preuve. Les heures de la personne sont recomptées.

    Confirmer une approbation automatique la fait tenir quoi que disent les règles ensuite.
    """
    return call.change(lambda writer, version: assessments.decide(writer, assessment_id, body, version))
