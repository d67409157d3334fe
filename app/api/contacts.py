"""Who answers for what: `/v1/organisations/{siret}/contacts`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.contacts import (
    BounceIn,
    ContactIn,
    ContactOut,
    ContactPage,
    ContactPatch,
    ContactWalk,
    HandOverIn,
)
from app.schemas.fields import Siret
from app.services import contacts
from app.web.commands import Calling
from app.web.routing import BOTH, IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(
    prefix="/v1/organisations/{siret}/contacts", tags=["organisations"], route_class=ExactRoute
)


@router.post(
    "",
    status_code=201,
    response_model=ContactOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Nommer un interlocuteur",
)
def name_contact(call: Calling, siret: Siret, body: ContactIn) -> Response:
    """Qui répond d'une fonction dans l'organisme de l'appelant ; nom et adresse sont chiffrés."""
    return call.create(lambda writer: contacts.name_contact(writer, siret, body), body=body)


@router.get("", response_model=ContactPage, responses=answers(404, 422), summary="Lister les interlocuteurs")
def list_contacts(call: Calling, siret: Siret, walk: Annotated[ContactWalk, Query()]) -> Response:
    """Tous les siens, finis compris ; ceux en fonction d'un organisme avec qui l'on partage un contrat."""
    return call.read(lambda reader: contacts.list_contacts(reader, siret, walk))


@router.get(
    "/{contact_id}", response_model=ContactOut, responses=answers(404, 422), summary="Lire un interlocuteur"
)
def read_contact(call: Calling, siret: Siret, contact_id: UUID) -> Response:
    """Sa fonction, s'il est joignable, et qui l'est à sa place."""
    return call.read(lambda reader: contacts.read_contact(reader, siret, contact_id))


@router.patch(
    "/{contact_id}",
    response_model=ContactOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Corriger un interlocuteur",
)
def change_contact(call: Calling, siret: Siret, contact_id: UUID, body: ContactPatch) -> Response:
    """Ce qui est corrigé est confirmé du même coup ; pour un changement de personne, voir la relève."""
    return call.change(
        lambda writer, version: contacts.change_contact(writer, siret, contact_id, body, version)
    )


@router.post(
    "/{contact_id}/confirm",
    response_model=ContactOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Confirmer un interlocuteur",
)
def confirm_contact(call: Calling, siret: Siret, contact_id: UUID) -> Response:
    """L'organisme dit que cette adresse répond toujours."""
    return call.change(lambda writer, version: contacts.confirm_contact(writer, siret, contact_id, version))


@router.post(
    "/{contact_id}/hand-over",
    status_code=201,
    response_model=ContactOut,
    responses=answers(400, 404, 409, 412, 413, 422, 428),
    openapi_extra=BOTH,
    summary="Passer la relève",
)
def hand_over_contact(call: Calling, siret: Siret, contact_id: UUID, body: HandOverIn) -> Response:
    """Quelqu'un d'autre répond de la même fonction à partir d'un jour ; la réponse est la relève."""
    return call.create(
        lambda writer: contacts.hand_over(writer, siret, contact_id, body, call.expected_version()), body=body
    )


@router.post(
    "/{contact_id}/bounce",
    response_model=ContactOut,
    responses=answers(404, 413, 422),
    summary="Signaler un message revenu",
)
def report_contact_bounce(call: Calling, siret: Siret, contact_id: UUID, body: BounceIn) -> Response:
    """L'adresse ne répond plus, jusqu'à ce que l'organisme la confirme ; le redire ne change rien."""
    return call.do(lambda writer: contacts.report_bounce(writer, siret, contact_id, body))


@router.delete(
    "/{contact_id}",
    status_code=204,
    response_model=None,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer un interlocuteur",
)
def retire_contact(
    call: Calling,
    siret: Siret,
    contact_id: UUID,
    *,
    erase: Annotated[bool, Query(description="Effacer aussitôt nom et adresse, même une fois fini.")] = False,
) -> Response:
    """Son dernier jour était hier ; nom et adresse sont effacés un an après, ou aussitôt."""
    return call.change(
        lambda writer, version: contacts.retire_contact(writer, siret, contact_id, version, erase=erase)
    )
