"""Contracts with a social clause and their hours, ready to be published beside the DECP (domain §6, §8).

Hours owed are in the contract, and public. Hours worked are told as published figures are: of a whole year,
frozen by its release, where no few people can be found behind them (`app.rules.contract_cells`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import day_of
from app.db.queries.releases import hours_of_contracts
from app.exchange.table_schema import ForeignKey, OpenColumn, table_schema
from app.exchange.tables.writing import Kind
from app.rules.codes import TargetKind
from app.schemas.compliance import ComplianceQuery
from app.schemas.exports import ContractsTaken
from app.services.exports import position_of
from app.services.extracts import Extract, Page, filters, taken, who
from app.services.masking import masked
from app.services.sight import SEES_BALANCE, require_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.exchange.tables.writing import Row
    from app.schemas.compliance import ComplianceOut
    from app.schemas.contracts import ContractOut
    from app.services.extracts import Cursor
    from app.services.work import Reader

SIRET = {"required": True, "pattern": "^[0-9]{14}$"}
HOURS = {"minimum": 0}
COLUMNS = (
    OpenColumn(
        "acheteur_id",
        "Acheteur",
        "SIRET de l'acheteur, comme dans les DECP.",
        "20000000800017",
        constraints=SIRET,
    ),
    OpenColumn(
        "id",
        "Identifiant du marché",
        "Numéro interne du marché chez l'acheteur, comme dans les DECP.",
        "24-1065297-2",
        constraints={"required": True, "minLength": 1, "maxLength": 64},
    ),
    OpenColumn(
        "id_suivi",
        "Identifiant de suivi",
        "Identifiant stable du marché dans le service ; l'identifiant des DECP n'est pas toujours unique.",
        "01936f2e-7c10-7a31-9c55-0242ac120003",
        constraints={
            "required": True,
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        },
    ),
    OpenColumn(
        "titulaires_id",
        "Titulaires",
        "Identifiants des titulaires, séparés par « | » ; un identifiant qui peut porter un nom est masqué.",
        "99900002900010",
    ),
    OpenColumn("date_notification", "Notification", "Jour de la notification.", "2024-12-12", Kind.DAY),
    OpenColumn(
        "clause_debut",
        "Début de la clause",
        "Premier jour où les heures comptent.",
        "2024-12-12",
        Kind.DAY,
        {"required": True},
    ),
    OpenColumn(
        "clause_fin",
        "Fin de la clause",
        "Dernier jour où les heures comptent.",
        "2025-09-11",
        Kind.DAY,
        {"required": True},
    ),
    OpenColumn(
        "heures_dues",
        "Heures dues",
        (
            "Heures d'insertion dues pour tout le marché, selon la clause en vigueur à la date de l'export ;"
            " vide si elles suivent les heures travaillées sur le marché."
        ),
        "46.00",
        Kind.HUNDREDTHS,
        HOURS,
    ),
    OpenColumn(
        "annee",
        "Année",
        "Année civile de l'exécution.",
        "2025",
        Kind.WHOLE,
        {"required": True, "minimum": 2000, "maximum": 2100},
    ),
    OpenColumn(
        "heures_comptees",
        "Heures comptées",
        (
            "Heures d'insertion comptées dans l'année, arrêtées à la publication de ses chiffres. Vide :"
            " année non publiée, trop peu de personnes pour les dire, ou aucune heure, sans que rien ne le"
            " distingue."
        ),
        "1234.50",
        Kind.HUNDREDTHS,
        HOURS,
    ),
    OpenColumn(
        "date_arrete",
        "Arrêté",
        "Jour auquel les heures comptées ont été arrêtées.",
        "2026-02-20",
        Kind.DAY,
    ),
)
DECP = ForeignKey(("acheteur_id", "id"), "decp", ("acheteur_id", "id"))
ABOUT: Mapping[str, Any] = {
    "name": "heures-insertion-marches",
    "title": "Heures d'insertion des marchés publics",
    "description": (
        "Une ligne par marché à clause sociale d'insertion et par année d'exécution. Se joint aux données"
        " essentielles de la commande publique (DECP) par l'acheteur et l'identifiant du marché."
    ),
    "version": "1.0.0",
    "created": "2026-11-26",
    "lastModified": "2026-11-26",
    "countryCode": "FR",
    "keywords": ["commande publique", "clause sociale", "insertion", "DECP"],
}


def schema() -> dict[str, Any]:
    """The Table Schema of the file."""
    return table_schema(ABOUT, COLUMNS, ("id_suivi", "annee"), (DECP,))


def open_data_extract(asked: ContractsTaken) -> Extract:
    """The contracts with a clause that the caller sees, year by year; Forbidden for roles without balance."""

    def read(reader: Reader, cursor: Cursor) -> Page:
        items, after = taken(reader, asked, UUID(cursor[0]) if cursor else None)
        engaged = [contract for contract in items if contract.clause_id is not None]
        told = hours_of_contracts(reader.session, [contract.id for contract in engaged])
        rows = [row for contract in engaged for row in _years(reader, contract, told.get(contract.id, {}))]
        return Page(rows, (str(after),) if after else None)

    def about(reader: Reader) -> dict[str, str]:
        return {**who(reader), **filters(asked), "Schéma": "/v1/exports/open-data/schema"}

    return Extract(
        "heures-insertion-marches",
        str(ABOUT["title"]),
        tuple(column.as_column() for column in COLUMNS),
        lambda reader: require_role(reader, *SEES_BALANCE),
        read,
        about,
    )


def public_hours(position: ComplianceOut) -> int | None:
    """The hours owed as anybody may read them; None where they would tell what people there worked."""
    if position.target is None or position.target.kind is TargetKind.SHARE_OF_HOURS:
        return None
    return position.required if position.required_at_end is None else position.required_at_end


def _years(reader: Reader, contract: ContractOut, told: Mapping[int, Any]) -> Iterator[Row]:
    """One row for each year of the execution that has begun, and each told before an amendment moved it."""
    position = position_of(reader, contract.id, ComplianceQuery())
    if position is None or position.window is None:
        return
    head = (
        *(contract.buyer.identifier, contract.reference, str(contract.id)),
        "|".join(masked(holder.scheme, holder.identifier) for holder in contract.holders) or None,
        *(contract.notified_on, position.window.start, position.window.end, public_hours(position)),
    )
    last = min(position.window.end.year, reader.today.year)
    for year in sorted({*range(position.window.start.year, last + 1), *told}):
        found = told.get(year)
        if found is None:
            yield (*head, year, None, None)
        else:
            yield (*head, year, found.hours, day_of(found.known_at or found.created_at))
