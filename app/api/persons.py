"""One person known several times: `/v1/participants`, what a facilitator sees and says of two records."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.participants import Purpose
from app.schemas.persons import (
    DuplicatePage,
    DuplicateWalk,
    MergeIn,
    PersonLinkOut,
    PersonLinks,
    SeparationIn,
)
from app.services import persons
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=ExactRoute)


@router.get(
    "/duplicates",
    response_model=DuplicatePage,
    responses=answers(422),
    summary="Lister les doublons probables",
)
def list_duplicates(call: Calling, walk: Annotated[DuplicateWalk, Query()]) -> Response:
    """Fiches de même état civil, parmi celles que le facilitateur suit toutes deux. Rien n'est réuni seul."""
    return call.consult(lambda writer: persons.list_duplicates(writer, walk))


@router.get(
    "/{participant_id}/person-links",
    response_model=PersonLinks,
    responses=answers(404, 422),
    summary="Lire les réunions et séparations d'une fiche",
)
def list_person_links(call: Calling, participant_id: UUID, purpose: Annotated[Purpose, Query()]) -> Response:
    """Les décisions prises, défaites comprises, avec les autres fiches que le facilitateur suit aussi."""
    return call.consult(lambda writer: persons.list_person_links(writer, participant_id, purpose))


@router.post(
    "/{participant_id}/merge",
    status_code=201,
    response_model=PersonLinkOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Réunir deux fiches d'une même personne",
)
def merge_participants(call: Calling, participant_id: UUID, body: MergeIn) -> Response:
    """Fiches, relevés et écritures restent ; durées et plafonds se comptent pour une seule personne.

    Réservé à qui décide pour les deux fiches ; elles peuvent différer, d'une faute de saisie par exemple.
    """
    return call.create(lambda writer: persons.merge_participants(writer, participant_id, body), body=body)


@router.post(
    "/{participant_id}/separate",
    status_code=201,
    response_model=PersonLinkOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Dire que deux fiches sont deux personnes",
)
def separate_participants(call: Calling, participant_id: UUID, body: SeparationIn) -> Response:
    """Défait leur réunion, s'il y en a une ; les deux fiches ne sont plus proposées comme doublons."""
    return call.create(lambda writer: persons.separate_participants(writer, participant_id, body), body=body)
