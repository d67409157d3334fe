"""The law as served data: `/v1/rules`; and `/v1/assessments`, which keeps nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.rules import (
    EligiblePublicOut,
    LawOn,
    RulesOut,
    TrialIn,
    TrialOut,
)
from app.services import rules
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["rules"], route_class=ExactRoute)


@router.get("/rules", response_model=RulesOut, responses=answers(422), summary="Lire les règles")
def read_rules(call: Calling, asked: Annotated[LawOn, Query()]) -> Response:
    """Paramètres, publics, preuves, règles de décompte et profils, datés et sourcés."""
    return call.read(lambda reader: rules.read_rules(reader, asked))


@router.get(
    "/rules/publics/{code}",
    response_model=EligiblePublicOut,
    responses=answers(404, 422),
    summary="Lire un public éligible",
)
def read_public(call: Calling, code: str, asked: Annotated[LawOn, Query()]) -> Response:
    """Ce qu'un public demande, ses paramètres, les preuves qui le justifient et sa source."""
    return call.read(lambda reader: rules.read_public(reader, code, asked))


@router.post(
    "/assessments",
    response_model=TrialOut,
    responses=answers(413, 422),
    summary="Essayer un diagnostic d'éligibilité",
)
def try_assessment(call: Calling, body: TrialIn) -> Response:
    """Des faits entrent, les raisons sortent ; rien n'est conservé, aucune Idempotency-Key n'est requise."""
    return call.read(lambda reader: rules.try_assessment(reader, body))
