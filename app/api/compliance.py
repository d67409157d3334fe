"""Compliance of a contract: `/v1/contracts/{id}/compliance`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.compliance import ComplianceOut, ComplianceQuery, EntriesQuery, EntryPage
from app.schemas.proof_levels import ProofLevelsOut
from app.services import contract_positions, entries, proof_levels
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/contracts", tags=["compliance"], route_class=ExactRoute)


@router.get(
    "/{contract_id}/compliance",
    response_model=ComplianceOut,
    responses=answers(404, 422),
    summary="Suivre la réalisation d'un contrat",
)
def read_compliance(call: Calling, contract_id: UUID, asked: Annotated[ComplianceQuery, Query()]) -> Response:
    """Heures dues, attendues, déclarées, comptées… et statut, un jour donné, tels que connus à un instant.

    Les mêmes `as_of` et `known_at` donnent pour toujours la même réponse. Sans `known_at`, la réponse dit le
    sien, ou qu'elle est provisoire, et ajoute ce qui reste à faire.
    """
    return call.read(
        lambda reader: contract_positions.read_compliance(reader, contract_id, asked), contract_id=contract_id
    )


@router.get(
    "/{contract_id}/compliance/entries",
    response_model=EntryPage,
    responses=answers(404, 422),
    summary="Expliquer un chiffre",
)
def list_compliance_entries(
    call: Calling, contract_id: UUID, asked: Annotated[EntriesQuery, Query()]
) -> Response:
    """Les écritures dont la somme est le chiffre demandé, chacune avec la règle qui a décidé.

    Une écriture contrepassée et sa contrepassation, toutes deux connues à l'instant demandé, sont omises.
    """
    return call.read(lambda reader: entries.list_entries(reader, contract_id, asked), contract_id=contract_id)


@router.get(
    "/{contract_id}/compliance/proof-levels",
    response_model=ProofLevelsOut,
    responses=answers(404, 422),
    summary="Lire les heures par niveau de preuve",
)
def read_proof_levels(
    call: Calling, contract_id: UUID, asked: Annotated[ComplianceQuery, Query()]
) -> Response:
    """Déclarées, justifiées par un document vu, acceptées ; les niveaux ont la somme de la position.

    Une entreprise lit ce qu'elle lit des écritures.
    """
    return call.read(
        lambda reader: proof_levels.read_proof_levels(reader, contract_id, asked), contract_id=contract_id
    )
