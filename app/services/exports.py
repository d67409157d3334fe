"""Tables to take away: the contracts that the caller sees, with the figures that it may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries.organisations import organisations_by_id
from app.errors import Forbidden, NotFound
from app.exchange.tables.writing import Column, Kind, Table, csv_lines, workbook
from app.refusals.exports import ExportTooLarge
from app.schemas.compliance import ComplianceQuery
from app.schemas.contracts import ContractsWalk
from app.schemas.exports import Separator
from app.schemas.labels import LABELS
from app.services import contract_positions, contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from uuid import UUID

    from app.schemas.compliance import ComplianceOut
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import AttestationQuery, ContractsExport, ContractsTaken, PackageQuery
    from app.services.work import Reader

    Reading = Callable[[], AbstractContextManager[Reader]]

BATCH = 100
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


def contracts_csv(reading: Reading, asked: ContractsExport) -> Iterator[str]:
    """The contracts one sees, batch by batch: no session stays open while the caller reads slowly."""
    return csv_lines(
        CONTRACT_COLUMNS, _rows_by_batch(reading, asked), comma=asked.separator is Separator.COMMA
    )


def contracts_workbook(reader: Reader, asked: ContractsExport, most: int) -> bytes:
    """The same as a workbook; ExportTooLarge beyond `most` contracts."""
    found = list(all_taken(reader, asked, most))
    about = {
        **who_and_when(reader, asked),
        "Couverture": f"{len(found)} contrat(s), parmi ceux que l'organisme voit dans ce rôle",
        "Masquage": "Aucun : ces lignes ne disent rien des personnes.",
    }
    table = Table("Contrats et clauses sociales", CONTRACT_COLUMNS, about)
    return workbook(table, (_row(reader, contract, asked) for contract in found))


def who_and_when(reader: Reader, asked: PackageQuery | ComplianceQuery | AttestationQuery) -> dict[str, str]:
    """Who asked, for which day, as known when: what every file has to say of itself."""
    own = reader.principal.organisation_id
    organisation = organisations_by_id(reader.session, {own}).get(own)
    name = f"{organisation.name or ''} ({organisation.identifier})".strip() if organisation else "Plateforme"
    return {
        "Demandé par": name,
        "Rôle": LABELS["roles"][reader.principal.role],
        "Établi le": f"{reader.today:%d/%m/%Y}",
        "Situation au": f"{asked.as_of or reader.today:%d/%m/%Y}",
        "Connu au": f"{asked.known_at or reader.now:%d/%m/%Y %H:%M:%S} UTC",
    }


def taken(reader: Reader, asked: ContractsTaken, after: UUID | None) -> tuple[list[ContractOut], UUID | None]:
    """The next contracts of the list, read as the list itself is; and where it goes on."""
    fields = ("buyer", "holder", "reference", "clause_state", "place")
    walk = ContractsWalk.model_validate(
        {**{name: getattr(asked, name) for name in fields}, "after": after, "limit": BATCH}
    )
    page = contracts.list_contracts(reader, walk)
    return page.items, page.next


def all_taken(reader: Reader, asked: ContractsTaken, most: int) -> Iterator[ContractOut]:
    """All contracts of the list; ExportTooLarge beyond `most`."""
    after, number = None, 0
    while True:
        items, after = taken(reader, asked, after)
        number += len(items)
        if number > most:
            raise ExportTooLarge
        yield from items
        if after is None:
            return


def _rows_by_batch(reading: Reading, asked: ContractsExport) -> Iterator[tuple[object, ...]]:
    after: UUID | None = None
    while True:
        with reading() as reader:
            items, after = taken(reader, asked, after)
            rows = [_row(reader, contract, asked) for contract in items]
        yield from rows
        if after is None:
            return


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
