"""Organisations: `/v1/organisations/{siret}`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.schemas.fields import Siret
from app.schemas.organisations import OrganisationIn, OrganisationOut
from app.services import organisations
from app.web.commands import Calling
from app.web.routing import IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/organisations", tags=["organisations"], route_class=ExactRoute)


@router.get(
    "/{siret}", response_model=OrganisationOut, responses=answers(404, 422), summary="Lire un organisme"
)
def read_organisation(call: Calling, siret: Siret) -> Response:
    """Un organisme est un fait public : la réponse est la même pour tous."""
    return call.read(lambda reader: organisations.read_organisation(reader, siret))


@router.put(
    "/{siret}",
    response_model=OrganisationOut,
    responses=answers(403, 412, 413, 422, 428, created=OrganisationOut),
    openapi_extra=IF_MATCH,
    summary="Créer ou remplacer un organisme",
)
def put_organisation(call: Calling, siret: Siret, body: OrganisationIn) -> Response:
    """La plateforme décrit tout organisme, les autres le leur. `If-Match` est requis pour remplacer."""
    return call.put(lambda writer, version: organisations.put_organisation(writer, siret, body, version))
