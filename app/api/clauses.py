"""The clause of a contract: `/v1/contracts/{contract_id}/clause`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.clauses import AmendmentIn, ClauseIn, ClauseOut
from app.schemas.fields import Day
from app.services import clauses
from app.web.commands import Calling
from app.web.etags import expected_version
from app.web.routing import BOTH, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/contracts/{contract_id}/clause", tags=["clauses"], route_class=ExactRoute)


@router.get("", response_model=ClauseOut, responses=answers(404, 422), summary="Lire la clause")
def read_clause(call: Calling, contract_id: UUID, as_of: Annotated[Day | None, Query()] = None) -> Response:
    """La version en vigueur un jour donné, aujourd'hui par défaut, et la liste de toutes les versions."""
    return call.read(lambda reader: clauses.read_clause(reader, contract_id, as_of), contract_id=contract_id)


@router.put(
    "",
    response_model=ClauseOut,
    responses=answers(404, 409, 412, 413, 422, created=ClauseOut),
    openapi_extra=IF_MATCH,
    summary="Enregistrer la clause",
)
def record_clause(call: Calling, contract_id: UUID, body: ClauseIn) -> Response:
    """La première version ; les mêmes termes de nouveau ne changent rien, d'autres passent par un avenant."""
    return call.put(lambda writer, version: clauses.record_clause(writer, contract_id, body, version))


@router.post(
    "/versions",
    status_code=201,
    response_model=ClauseOut,
    responses=answers(400, 404, 409, 412, 413, 422, 428),
    openapi_extra=BOTH,
    summary="Modifier la clause par avenant",
)
def amend_clause(call: Calling, contract_id: UUID, body: AmendmentIn) -> Response:
    """Les termes envoyés changent à partir d'un jour ; les versions passées restent ce qu'elles étaient."""
    return call.create(
        lambda writer: clauses.amend_clause(writer, contract_id, body, expected_version(call.request)),
        body=body,
    )
