"""Files to take away: `/v1/exports`."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.exchange import documents
from app.exchange.tables import document_workbook
from app.schemas.compliance import ComplianceQuery
from app.schemas.consolidations import ConsolidationExport
from app.schemas.exports import (
    XLSX,
    AttestationQuery,
    BilanQuery,
    ContractsExport,
    ContractsTaken,
    DocumentForm,
    EntriesExport,
    PackageQuery,
    Separator,
    StatementsExport,
    TableAsked,
    TableForm,
    TerritoriesExport,
)
from app.schemas.territories import Code, Level
from app.services import (
    consolidation_exports,
    decp_exports,
    entry_exports,
    exports,
    hours_exports,
    open_contracting,
    open_data,
    reports,
    statement_exports,
    territory_exports,
)
from app.services.extracts import Extract, csv_of, workbook_of
from app.web.commands import Calling
from app.web.example_decp import DECP_FILE
from app.web.routing import ExactRoute, answers

TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le fichier.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
PDF = "application/pdf"
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le document.",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}
BILAN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le document.",
        "content": {
            PDF: {"schema": {"type": "string", "format": "binary"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
JSON = "application/json"
SHOWN = {
    "uri": "https://clauses.example/v1/exports/ocds",
    "version": "1.1",
    "publishedDate": "2025-04-15T08:00:00Z",
    "publisher": {"name": "Commune d'exemple (20000000800017)"},
    "releases": [],
}
PACKAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le paquet de publications (release package) OCDS 1.1.5.",
        "content": {
            JSON: {"schema": {"type": "object", "required": ["uri", "version", "releases"]}, "example": SHOWN}
        },
    }
}
RECORDS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le paquet de dossiers (record package) OCDS 1.1.5.",
        "content": {
            JSON: {
                "schema": {"type": "object", "required": ["uri", "version", "records"]},
                "example": {
                    **{name: value for name, value in SHOWN.items() if name != "releases"},
                    "records": [],
                },
            }
        },
    }
}
DECP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le fichier.",
        "content": {
            JSON: {"schema": {"type": "object", "required": ["marches"]}, "example": DECP_FILE},
        },
    }
}
OPEN_DATA: dict[int | str, dict[str, Any]] = {
    200: {"description": "Le fichier.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
TABLE_SCHEMA: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Le schéma.",
        "content": {
            JSON: {
                "schema": {"type": "object", "required": ["fields", "primaryKey"]},
                "example": open_data.schema(),
            }
        },
    }
}

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=ExactRoute)


def answer(call: Calling, request: Request, extract: Extract, asked: TableAsked) -> Response:
    """The table: CSV while it is read, a workbook once it is whole."""
    if asked.form is TableForm.CSV:
        return call.stream(
            lambda reading: csv_of(extract, reading, asked.separator), "text/csv", f"{extract.name}.csv"
        )
    most = request.app.state.settings.export_rows
    return call.file(lambda reader: workbook_of(extract, reader, most), XLSX, f"{extract.name}.xlsx")


@router.get(
    "/contracts",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(409, 422)},
    summary="Reprendre les contrats en fichier",
)
def export_contracts(call: Calling, request: Request, asked: Annotated[ContractsExport, Query()]) -> Response:
    """Les contrats que vous voyez, avec les heures que vous pouvez lire : CSV au fil de l'eau, ou XLSX.

    Mêmes critères et même vue que la liste ; le classeur porte une feuille de définitions.
    """
    return answer(call, request, exports.contracts_extract(asked), asked)


@router.get(
    "/statements",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(404, 409, 422)},
    summary="Reprendre les relevés en fichier",
)
def export_statements(
    call: Calling, request: Request, asked: Annotated[StatementsExport, Query()]
) -> Response:
    """Une ligne par mise à l'emploi et par mois, de tous les contrats que vous voyez ou d'un seul. Aucun nom.

    Un déclarant reprend ses relevés ; le titulaire, aussi ceux de ses sous-traitants.
    """
    return answer(call, request, statement_exports.statements_extract(asked), asked)


@router.get(
    "/hours",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(404, 409, 422)},
    summary="Reprendre ses heures dans la forme du modèle",
)
def export_hours(call: Calling, request: Request, asked: Annotated[StatementsExport, Query()]) -> Response:
    """Les heures que vous avez déclarées, comme le modèle d'import les veut : renvoyées, rien ne change."""
    return answer(call, request, hours_exports.hours_extract(asked), asked)


@router.get(
    "/decp",
    response_class=StreamingResponse,
    responses={**DECP, **answers(422)},
    summary="Reprendre les contrats au format DECP",
)
def export_decp(call: Calling, asked: Annotated[ContractsTaken, Query()]) -> Response:
    """Les contrats que vous voyez, en JSON DECP 2022 ; renvoyés à l'import, rien ne change.

    Ce qu'un contrat n'a pas n'y est pas, et manque alors au format. `acheteur.idContratSuivi` dit de quel
    contrat il s'agit : modifié ailleurs, le fichier change ce contrat comme une publication. Un identifiant
    qui peut porter un nom est masqué, sauf à l'acheteur et à qui le porte.
    """
    extract = decp_exports.decp_extract(asked)
    return call.stream(lambda reading: decp_exports.written(extract, reading), JSON, f"{extract.name}.json")


@router.get(
    "/entries",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(404, 409, 422)},
    summary="Reprendre les écritures en fichier",
)
def export_entries(call: Calling, request: Request, asked: Annotated[EntriesExport, Query()]) -> Response:
    """Les écritures dont les heures des contrats sont la somme, avec la règle qui a décidé. Aucun nom.

    Avec `as_of` et `known_at`, le fichier est pour toujours le même.
    """
    return answer(call, request, entry_exports.entries_extract(asked), asked)


@router.get(
    "/territories/{level}/{code}",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(404, 409, 422)},
    summary="Reprendre les chiffres de territoires en fichier",
)
def export_territories(
    call: Calling, request: Request, level: Level, code: Code, asked: Annotated[TerritoriesExport, Query()]
) -> Response:
    """Heures, personnes et contrats par statut, du territoire et de ceux d'un niveau qu'il contient.

    Les chiffres sont ceux de « Suivre la réalisation dans les territoires contenus », masqués de même.
    """
    return answer(call, request, territory_exports.territories_extract(level, code, asked), asked)


@router.get(
    "/consolidations/{level}/{code}",
    response_class=StreamingResponse,
    responses={**TABLE, **answers(404, 409, 422)},
    summary="Reprendre la consolidation d'une année en fichier",
)
def export_consolidation(
    call: Calling, request: Request, level: Level, code: Code, asked: Annotated[ConsolidationExport, Query()]
) -> Response:
    """Une ligne par chiffre de « Consolider une année », avec ses définitions."""
    return answer(call, request, consolidation_exports.consolidation_extract(level, code, asked), asked)


@router.get(
    "/open-data",
    response_class=StreamingResponse,
    responses={**OPEN_DATA, **answers(422)},
    summary="Tirer les données ouvertes des marchés",
)
def export_open_data(call: Calling, asked: Annotated[ContractsTaken, Query()]) -> Response:
    """CSV à publier à côté des DECP, une ligne par marché à clause et par année, sans donnée de personne.

    Les heures comptées sont celles des années publiées (`/v1/releases`), là où assez de personnes ont
    travaillé. UTF-8, virgules ; le schéma est à l'adresse voisine.
    """
    extract = open_data.open_data_extract(asked)
    return call.stream(
        lambda reading: csv_of(extract, reading, Separator.COMMA), "text/csv", f"{extract.name}.csv"
    )


@router.get(
    "/open-data/schema",
    response_class=Response,
    responses={**TABLE_SCHEMA, **answers()},
    summary="Lire le schéma des données ouvertes",
)
def read_open_data_schema(call: Calling) -> Response:
    """Table Schema (Frictionless) : champs, contraintes, clé primaire, clé étrangère vers les DECP."""
    return call.file(
        lambda _: json.dumps(open_data.schema(), ensure_ascii=False, indent=2).encode(), JSON, "schema.json"
    )


@router.get(
    "/contracts/{contract_id}/bilan",
    response_class=Response,
    responses={**BILAN, **answers(404, 409, 422)},
    summary="Tirer le bilan d'un contrat",
)
def export_bilan(call: Calling, contract_id: UUID, asked: Annotated[BilanQuery, Query()]) -> Response:
    """PDF accessible ou XLSX : quantités, trajectoire ; à l'acheteur et au facilitateur, les effectifs."""
    if asked.form is DocumentForm.XLSX:
        return call.file(
            lambda reader: document_workbook.workbook_of(reports.bilan(reader, contract_id, asked)),
            XLSX,
            "bilan.xlsx",
        )
    return call.file(
        lambda reader: documents.pdf(reports.bilan(reader, contract_id, asked), reader.now), PDF, "bilan.pdf"
    )


@router.get(
    "/contracts/{contract_id}/attestation",
    response_class=Response,
    responses={**DOCUMENT, **answers(404, 409, 422)},
    summary="Attester les heures acceptées",
)
def export_attestation(
    call: Calling, contract_id: UUID, asked: Annotated[AttestationQuery, Query()]
) -> Response:
    """PDF accessible : heures comptées mois par mois ; à une entreprise, celles de son côté. Aucun nom."""
    return call.file(
        lambda reader: documents.pdf(reports.attestation(reader, contract_id, asked), reader.now),
        PDF,
        "attestation.pdf",
    )


@router.get(
    "/ocds",
    response_class=Response,
    responses={**PACKAGE, **answers(409, 422)},
    summary="Reprendre les contrats au format OCDS",
)
def export_ocds(call: Calling, request: Request, asked: Annotated[PackageQuery, Query()]) -> Response:
    """Les contrats que vous voyez, mêmes critères que la liste, une publication par contrat.

    Voir « Reprendre un contrat au format OCDS » pour ce qu'une publication contient.
    """
    settings, uri = request.app.state.settings, str(request.url)
    return call.file(
        lambda reader: open_contracting.several(
            reader, asked, uri, settings.ocid_prefix, settings.export_rows
        ),
        JSON,
        "contrats-ocds.json",
    )


@router.get(
    "/ocds/records",
    response_class=Response,
    responses={**RECORDS, **answers(409, 422)},
    summary="Reprendre les dossiers au format OCDS",
)
def export_ocds_records(call: Calling, request: Request, asked: Annotated[PackageQuery, Query()]) -> Response:
    """Les mêmes contrats en paquet de dossiers (record package) : la publication et ce qui en est compilé."""
    settings, uri = request.app.state.settings, str(request.url)
    return call.file(
        lambda reader: open_contracting.records(
            reader, asked, uri, settings.ocid_prefix, settings.export_rows
        ),
        JSON,
        "dossiers-ocds.json",
    )


@router.get(
    "/contracts/{contract_id}/ocds",
    response_class=Response,
    responses={**PACKAGE, **answers(404, 422)},
    summary="Reprendre un contrat au format OCDS",
)
def export_contract_ocds(
    call: Calling, request: Request, contract_id: UUID, asked: Annotated[ComplianceQuery, Query()]
) -> Response:
    """OCDS 1.1.5 : parties, marché, clause (sustainability), heures dues et comptées (metrics), échéance.

    Aucune donnée de personne : les heures comptées sont celles des années publiées où assez de personnes ont
    travaillé, comme dans les données ouvertes ; un identifiant qui peut porter un nom est masqué. Qui n'a pas
    le droit de lire la réalisation reprend le marché seul.
    """
    prefix, uri = request.app.state.settings.ocid_prefix, str(request.url)
    return call.file(
        lambda reader: open_contracting.one(reader, contract_id, asked, uri, prefix),
        JSON,
        "contrat-ocds.json",
    )
