"""Contracts: `/v1/contracts`, their places and subcontracts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from app.schemas.contracts import (
    CloseIn,
    ContractIn,
    ContractOut,
    ContractPage,
    ContractPatch,
    ContractsWalk,
    StateCounts,
    StatesQuery,
)
from app.schemas.parties import SubcontractIn, SubcontractList, SubcontractOut
from app.schemas.places import PlaceChoice
from app.schemas.social_conditions import SocialConditionsIn, WaiverIn
from app.services import contracts, parties, social_conditions
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], route_class=ExactRoute)
Ordinal = Annotated[int, Path(ge=1, le=100, description="Rang du lieu dans le contrat.")]


@router.post(
    "",
    status_code=201,
    response_model=ContractOut,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Enregistrer un contrat",
)
def register_contract(call: Calling, body: ContractIn) -> Response:
    """Un acheteur enregistre les siens, la plateforme ceux de l'acheteur nommé."""
    return call.create(lambda writer: contracts.register_contract(writer, body), body=body)


@router.get("", response_model=ContractPage, responses=answers(403, 422, 503), summary="Lister les contrats")
def list_contracts(call: Calling, walk: Annotated[ContractsWalk, Query()]) -> Response:
    """Les contrats que vous voyez ; `updated_since` rend au moins une fois, sans oubli, ce qui a changé.

    `status` et `sort=risk` disent où en sont les contrats à cet instant, pour les rôles qui voient le solde.
    """
    return call.read(lambda reader: contracts.list_contracts(reader, walk))


@router.get(
    "/clause-states",
    response_model=StateCounts,
    responses=answers(422),
    summary="Compter les contrats par état de clause",
)
def count_contracts(call: Calling, asked: Annotated[StatesQuery, Query()]) -> Response:
    """Les contrats que vous voyez, selon qu'ils ont une clause ou pourquoi ils n'en ont pas."""
    return call.read(lambda reader: contracts.count_contracts(reader, asked))


@router.get(
    "/{contract_id}", response_model=ContractOut, responses=answers(404, 422), summary="Lire un contrat"
)
def read_contract(call: Calling, contract_id: UUID) -> Response:
    """Le contrat, ses titulaires, ses lieux, et s'il porte une clause ou pourquoi il n'en porte pas."""
    return call.read(lambda reader: contracts.read_contract(reader, contract_id), contract_id=contract_id)


@router.patch(
    "/{contract_id}",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Modifier un contrat",
)
def change_contract(call: Calling, contract_id: UUID, body: ContractPatch) -> Response:
    """Seuls les champs envoyés changent ; null efface ; une liste remplace toute la liste."""
    return call.change(lambda writer, version: contracts.change_contract(writer, contract_id, body, version))


@router.put(
    "/{contract_id}/waiver",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Motiver l'absence de condition sociale",
)
def put_waiver(call: Calling, contract_id: UUID, body: WaiverIn) -> Response:
    """Le motif est l'un de ceux de la loi ; `If-Match` porte sur le contrat, que la réponse rend."""
    return call.change(
        lambda writer, version: social_conditions.put_waiver(writer, contract_id, body, version)
    )


@router.delete(
    "/{contract_id}/waiver",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer l'absence motivée",
)
def remove_waiver(call: Calling, contract_id: UUID) -> Response:
    """Le contrat peut alors redevenir sans clause, à tort ou à vérifier : la réponse le dit."""
    return call.change(lambda writer, version: social_conditions.remove_waiver(writer, contract_id, version))


@router.put(
    "/{contract_id}/social-conditions",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Dire les conditions sociales d'un contrat",
)
def put_social_conditions(call: Calling, contract_id: UUID, body: SocialConditionsIn) -> Response:
    """Toutes, à la place des précédentes ; `If-Match` porte sur le contrat, que la réponse rend."""
    return call.change(
        lambda writer, version: social_conditions.put_social_conditions(writer, contract_id, body, version)
    )


@router.delete(
    "/{contract_id}/social-conditions",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer les conditions sociales d'un contrat",
)
def remove_social_conditions(call: Calling, contract_id: UUID) -> Response:
    """Toutes ; le contrat, que la réponse rend, peut alors devoir une clause ou une absence motivée."""
    return call.change(
        lambda writer, version: social_conditions.remove_social_conditions(writer, contract_id, version)
    )


@router.post(
    "/{contract_id}/close",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Clore un contrat",
)
def close_contract(call: Calling, contract_id: UUID, body: CloseIn) -> Response:
    """La clôture arrête la position du contrat ; il se lit ensuite sans plus changer."""
    return call.change(lambda writer, version: contracts.close_contract(writer, contract_id, body, version))


@router.put(
    "/{contract_id}/places/{ordinal}",
    response_model=ContractOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Résoudre un lieu d'exécution",
)
def resolve_place(call: Calling, contract_id: UUID, ordinal: Ordinal, body: PlaceChoice) -> Response:
    """Le territoire choisi, parmi les candidats ou non ; `If-Match` porte sur le contrat."""
    return call.change(
        lambda writer, version: contracts.resolve_place(writer, contract_id, ordinal, body, version)
    )


@router.post(
    "/{contract_id}/subcontracts",
    status_code=201,
    response_model=SubcontractOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Déclarer un sous-traitant",
)
def declare_subcontractor(call: Calling, contract_id: UUID, body: SubcontractIn) -> Response:
    """L'acheteur, qui accepte les sous-traitants, le déclare ; le sous-traitant voit alors le contrat."""
    return call.create(
        lambda writer: parties.declare_subcontractor(writer, contract_id, body),
        body=body,
    )


@router.get(
    "/{contract_id}/subcontracts",
    response_model=SubcontractList,
    responses=answers(404, 422),
    summary="Lister les sous-traitants",
)
def list_subcontractors(call: Calling, contract_id: UUID) -> Response:
    """Tous les sous-traitants déclarés, le plus ancien d'abord."""
    return call.read(lambda reader: parties.list_subcontractors(reader, contract_id), contract_id=contract_id)
