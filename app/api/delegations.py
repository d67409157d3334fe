"""Delegations on a contract: `/v1/contracts/{contract_id}/delegations`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.delegations import DelegationIn, DelegationOut, DelegationPage, DelegationPatch
from app.schemas.lists import Walk
from app.services import delegations
from app.web.commands import Calling
from app.web.routing import IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(
    prefix="/v1/contracts/{contract_id}/delegations", tags=["delegations"], route_class=ExactRoute
)


@router.post(
    "",
    status_code=201,
    response_model=DelegationOut,
    responses=answers(400, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Déléguer la déclaration des heures",
)
def give_delegation(call: Calling, contract_id: UUID, body: DelegationIn) -> Response:
    """Une structure d'insertion déclare, pour l'entreprise qui délègue, les heures de ses salariés."""
    return call.create(lambda writer: delegations.give_delegation(writer, contract_id, body), body=body)


@router.get("", response_model=DelegationPage, responses=answers(404, 422), summary="Lister les délégations")
def list_delegations(call: Calling, contract_id: UUID, walk: Annotated[Walk, Query()]) -> Response:
    """Celles de l'appelant, finies comprises ; l'acheteur et le facilitateur les voient toutes."""
    return call.read(lambda reader: delegations.list_delegations(reader, contract_id, walk))


@router.get(
    "/{delegation_id}",
    response_model=DelegationOut,
    responses=answers(404, 422),
    summary="Lire une délégation",
)
def read_delegation(call: Calling, contract_id: UUID, delegation_id: UUID) -> Response:
    """Qui déclare pour qui, de quand à quand."""
    return call.read(lambda reader: delegations.read_delegation(reader, contract_id, delegation_id))


@router.patch(
    "/{delegation_id}",
    response_model=DelegationOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Fixer la fin d'une délégation",
)
def change_delegation(
    call: Calling, contract_id: UUID, delegation_id: UUID, body: DelegationPatch
) -> Response:
    """Le dernier jour, inclus ; null la laisse courir."""
    return call.change(
        lambda writer, version: delegations.change_delegation(
            writer, contract_id, delegation_id, body, version
        )
    )


@router.delete(
    "/{delegation_id}",
    status_code=204,
    response_model=None,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer une délégation",
)
def withdraw_delegation(call: Calling, contract_id: UUID, delegation_id: UUID) -> Response:
    """Elle cesse aussitôt, retirée par l'entreprise ou rendue par la structure ; les heures demeurent."""
    return call.change(
        lambda writer, version: delegations.withdraw_delegation(writer, contract_id, delegation_id, version)
    )
