"""Tables to take away: the contracts that the caller sees, with the figures that it may read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.errors import Forbidden, NotFound
from app.exchange.tables.writing import Column, Kind
from app.schemas.compliance import ComplianceQuery
from app.schemas.labels import LABELS
from app.services import contract_positions
from app.services.extracts import Extract, Page, filters, taken, who_and_when

if TYPE_CHECKING:
    from app.schemas.compliance import ComplianceOut
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import ContractsExport
    from app.services.extracts import Cursor
    from app.services.work import Reader

HOURS, MONEY, DAY = Kind.HUNDREDTHS, Kind.HUNDREDTHS, Kind.DAY
CONTRACT_COLUMNS = (
    Column("Référence", "Identifiant du marché chez l'acheteur.", width=20),
    Column("Lot", "Numéro ou intitulé du lot."),
    Column("Objet", "Objet du marché ou du lot.", width=50),
    Column("SIRET de l'acheteur", "Identifiant de l'acheteur.", width=18),
    Column("Acheteur", "Nom de l'acheteur, s'il est connu.", width=30),
    Column("Titulaires", "Identifiant (et nom) de chaque titulaire, séparés par « | ».", width=40),
    Column("Nature", "Nature, comme publiée dans les DECP."),
    Column("Code CPV", "Vocabulaire commun des marchés publics, 8 chiffres."),
    Column("Montant ferme HT", "Montant ferme, euros hors taxes.", MONEY, summed=True),
    Column("Montant maximum HT", "Montant maximum, euros hors taxes.", MONEY, summed=True),
    Column("Notification", "Jour de la notification.", DAY, 12),
    Column("Démarrage", "Jour de l'ordre de service de démarrage.", DAY, 12),
    Column("Durée (mois)", "Durée en mois.", Kind.WHOLE, 10),
    Column("Fin ferme", "Dernier jour ferme de l'exécution.", DAY, 12),
    Column("Fin réelle", "Dernier jour réel de l'exécution.", DAY, 12),
    Column("Clôture", "Jour de la clôture du suivi.", DAY, 12),
    Column(
        "Lieux d'exécution", "Territoires « niveau/code », ou codes publiés, séparés par « | ».", width=24
    ),
    Column("Clause sociale", "Clause enregistrée, ou pourquoi il n'y en a pas.", width=24),
    Column("Suivi", "Statut de l'engagement ce jour-là.", width=20),
    Column("Heures dues", "Dues selon la version de la clause en vigueur ce jour.", HOURS, summed=True),
    Column(
        "Heures dues à la fin", "Dues à la fin ; vide tant que nul ne peut le savoir.", HOURS, summed=True
    ),
    Column("Heures attendues", "Dues au jour mesuré, au prorata ou par jalons.", HOURS, summed=True),
    Column("Heures déclarées", "En attente + retenues + refusées + comptées.", HOURS, summed=True),
    Column("Heures en attente", "Non encore décidées.", HOURS, summed=True),
    Column("Heures retenues", "Vraisemblance ou double compte à départager.", HOURS, summed=True),
    Column("Heures refusées", "Écartées par une règle ou par l'examen.", HOURS, summed=True),
    Column("Heures comptées", "Qui réalisent l'engagement.", HOURS, summed=True),
    Column("Solde d'heures", "Comptées moins dues.", HOURS, summed=True),
    Column("Taux", "Comptées ÷ dues ; vide si rien n'est dû.", Kind.RATE, 10),
    Column("Connu au", "Instant auquel ces heures étaient connues ; vide si provisoire.", Kind.INSTANT, 18),
    Column("Identifiant", "Identifiant du contrat dans l'API.", width=38),
)


def contracts_extract(asked: ContractsExport) -> Extract:
    """The contracts that the caller sees, one row each."""

    def read(reader: Reader, cursor: Cursor) -> Page:
        items, after = taken(reader, asked, UUID(cursor[0]) if cursor else None)
        return Page([_row(reader, contract, asked) for contract in items], (str(after),) if after else None)

    def about(reader: Reader) -> dict[str, str]:
        return {
            **who_and_when(reader, asked),
            **filters(asked),
            "Couverture": "Les contrats que l'organisme voit dans ce rôle, une ligne par contrat.",
            "Masquage": "Aucun : ces lignes ne disent rien des personnes.",
        }

    return Extract("contrats", "Contrats et clauses sociales", CONTRACT_COLUMNS, lambda _: None, read, about)


def _row(reader: Reader, contract: ContractOut, asked: ContractsExport) -> tuple[object, ...]:
    found = position_of(reader, contract.id, asked)
    return (
        *(contract.reference, contract.lot, contract.object),
        *(contract.buyer.identifier, contract.buyer.name),
        " | ".join(f"{holder.identifier} {holder.name or ''}".strip() for holder in contract.holders),
        *(contract.nature, contract.cpv, contract.firm_amount, contract.maximum_amount),
        *(contract.notified_on, contract.started_on, contract.duration_months),
        *(contract.firm_end_on, contract.ended_on, contract.closed_on),
        " | ".join(place.place or str(place.published_code) for place in contract.places),
        LABELS["clause_states"][contract.clause_state.state],
        *_figures(found),
        str(contract.id),
    )


def position_of(
    reader: Reader, contract_id: UUID, asked: ContractsExport | ComplianceQuery
) -> ComplianceOut | None:
    """Where the contract stands; None for who sees the contract but no balance, or before it was known."""
    try:
        return contract_positions.read_compliance(
            reader, contract_id, ComplianceQuery(as_of=asked.as_of, known_at=asked.known_at)
        )
    except (Forbidden, NotFound):
        return None


def _figures(found: ComplianceOut | None) -> tuple[object, ...]:
    if found is None:
        return (None,) * 12
    return (
        *(found.status.label, found.required, found.required_at_end, found.expected, found.declared),
        *(found.pending, found.held, found.refused, found.counted, found.balance),
        *(found.rate, found.known_at),
    )
