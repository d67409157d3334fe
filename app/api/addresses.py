"""Looking addresses up: `/v1/addresses`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.schemas.addresses import AddressFound, AddressSearch
from app.services import addresses
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/addresses", tags=["territories"], route_class=ExactRoute)


@router.post(
    "/search", response_model=AddressFound, responses=answers(409, 413, 422), summary="Chercher une adresse"
)
def search_addresses(call: Calling, body: AddressSearch) -> Response:
    """Communes possibles et quartiers prioritaires, proposés : qui suit la personne vérifie et enregistre.

    L'adresse d'une personne ne part que vers le géocodeur propre à la plateforme, s'il y en a un. Rien n'en
    est gardé.
    """
    _, known = call.look(lambda reader: addresses.known(reader, body))
    told = addresses.ask(call.means, body, call.request_id) if known is None else known
    return call.read(lambda reader: addresses.found(reader, body, told))
