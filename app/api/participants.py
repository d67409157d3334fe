"""People: `/v1/participants`. No name ever stands in an address."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.fields import Day
from app.schemas.participants import (
    ParticipantIn,
    ParticipantOut,
    ParticipantPatch,
    ParticipantSearch,
    ParticipantsFound,
    Purpose,
    ResidenceIn,
)
from app.services import participants
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=ExactRoute)


@router.post(
    "",
    status_code=201,
    response_model=ParticipantOut,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Enregistrer une personne",
)
def create_participant(call: Calling, body: ParticipantIn) -> Response:
    """Son identité est chiffrée champ par champ. La réponse ne dit jamais qu'elle est connue d'un autre."""
    return call.create(lambda writer: participants.create_participant(writer, body), body=body)


@router.post(
    "/search",
    response_model=ParticipantsFound,
    responses=answers(413, 422),
    summary="Retrouver une personne",
)
def search_participants(call: Calling, body: ParticipantSearch) -> Response:
    """Par son identité complète, jamais par un fragment, parmi les personnes que l'appelant peut voir."""
    return call.consult(lambda writer: participants.search_participants(writer, body))


@router.get(
    "/{participant_id}",
    response_model=ParticipantOut,
    responses=answers(404, 422),
    summary="Lire une personne",
)
def read_participant(
    call: Calling, participant_id: UUID, purpose: Annotated[Purpose | None, Query()] = None
) -> Response:
    """Le déclarant lit les siennes. D'autres disent pourquoi (`purpose`), et chaque lecture est tracée.

    Ce sont le facilitateur, et le prescripteur pour les personnes qu'il a orientées.
    """
    if purpose is None:
        return call.read(lambda reader: participants.read_participant(reader, participant_id))
    return call.consult(lambda writer: participants.consult_participant(writer, participant_id, purpose))


@router.patch(
    "/{participant_id}",
    response_model=ParticipantOut,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Rectifier une personne",
)
def rectify_participant(call: Calling, participant_id: UUID, body: ParticipantPatch) -> Response:
    """Réservé au déclarant. Les diagnostics qui attendent une décision sont refaits."""
    return call.change(
        lambda writer, version: participants.rectify_participant(writer, participant_id, body, version)
    )


@router.put(
    "/{participant_id}/residences/{since}",
    response_model=ParticipantOut,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Dire où vit une personne à partir d'un jour",
)
def put_residence(call: Calling, participant_id: UUID, since: Day, body: ResidenceIn) -> Response:
    """Les adresses précédentes restent ; le même jour remplace. `If-Match` porte sur la personne."""
    return call.change(
        lambda writer, version: participants.put_residence(writer, participant_id, since, body, version)
    )
