"""Estimates: `/v1/estimates`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.schemas.estimates import EstimateIn, EstimateOut
from app.services import estimates
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/estimates", tags=["estimates"], route_class=ExactRoute)


@router.post("", response_model=EstimateOut, responses=answers(413, 422), summary="Estimer des heures")
def estimate_hours(call: Calling, body: EstimateIn) -> Response:
    """Les heures d'un objectif et leur formule, par le calcul même qui les suivra. Rien n'est enregistré."""
    return call.read(lambda reader: estimates.estimate_hours(reader, body))
