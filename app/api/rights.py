"""What a person may ask of their data: `/v1/participants/{id}/…`, by whoever answers for them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from app.schemas.participants import Purpose
from app.schemas.person_files import PersonFile
from app.schemas.rights import (
    ErasureIn,
    ErasureOut,
    OppositionIn,
    OppositionOut,
    Oppositions,
    RetentionOut,
)
from app.services import erasures, person_files, retention, rights
from app.services.person_file_page import page_of_file
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["participants"], route_class=ExactRoute)


@router.post(
    "/participants/{participant_id}/oppositions",
    status_code=201,
    response_model=OppositionOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Enregistrer une opposition, ou sa fin",
)
def record_opposition(call: Calling, participant_id: UUID, body: OppositionIn) -> Response:
    """Elle vaut pour toute la personne, fiches réunies comprises, et dit ce qu'elle arrête.

    Réservé à qui a déclaré la personne et au facilitateur qui décide sur l'un de ses contrats.
    """
    return call.create(lambda writer: rights.record_opposition(writer, participant_id, body), body=body)


@router.get(
    "/participants/{participant_id}/oppositions",
    response_model=Oppositions,
    responses=answers(404, 422),
    summary="Lire les oppositions d'une personne",
)
def list_oppositions(call: Calling, participant_id: UUID, purpose: Annotated[Purpose, Query()]) -> Response:
    """Dans leur ordre, et ce que la dernière arrête ; la lecture est tracée avec son motif."""
    return call.consult(lambda writer: rights.consult_oppositions(writer, participant_id, purpose))


@router.get(
    "/participants/{participant_id}/export",
    response_model=PersonFile,
    responses=answers(404, 422),
    summary="Remettre à une personne ses données (JSON)",
)
def export_participant(call: Calling, participant_id: UUID, purpose: Annotated[Purpose, Query()]) -> Response:
    """Tout ce qui est tenu d'elle et que l'appelant peut lire, avec sources, finalités et durées ; tracé."""
    return call.consult(lambda writer: person_files.export(writer, participant_id, purpose))


@router.get(
    "/participants/{participant_id}/export.html",
    response_class=HTMLResponse,
    responses=answers(404, 422),
    summary="Remettre à une personne ses données (page)",
)
def export_participant_page(
    call: Calling, participant_id: UUID, purpose: Annotated[Purpose, Query()]
) -> Response:
    """La même chose, à lire ou à imprimer : une page qui ne charge rien d'ailleurs ; tracé."""
    return call.consult(lambda writer: page_of_file(person_files.export(writer, participant_id, purpose)))


@router.post(
    "/participants/{participant_id}/erase",
    status_code=201,
    response_model=ErasureOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Effacer une personne",
)
def erase_participant(call: Calling, participant_id: UUID, body: ErasureIn) -> Response:
    """Identité, faits, preuves, raisons et textes disparaissent ; les heures et les sommes restent.

    Définitif, pour toutes les fiches de la personne ; refusé tant qu'elle travaille sur un contrat ouvert.
    """
    return call.create(lambda writer: erasures.erase_participant(writer, participant_id, body), body=body)


@router.get(
    "/retention",
    response_model=RetentionOut,
    responses=answers(),
    summary="Lire ce que la conservation effacerait aujourd'hui",
)
def read_retention(call: Calling) -> Response:
    """Pour la plateforme : identifiants et raisons, aucun nom. Les 200 premières personnes."""
    return call.read(retention.read_retention)
