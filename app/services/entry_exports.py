"""Entries of the ledger as a table: the lines that the figures of contracts are the sums of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries.lists import page_of
from app.db.tables import Entry
from app.exchange.tables.writing import Column, Kind
from app.principal import Role
from app.services import contracts
from app.services.entries import shown, states_of, view_of
from app.services.extracts import BATCH, Extract, by_contract, filters, who_and_when
from app.services.sight import SEES_BALANCE, require_role

if TYPE_CHECKING:
    from uuid import UUID

    from app.exchange.tables.writing import Row
    from app.schemas.compliance import EntryOut
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import EntriesExport
    from app.services.work import Reader

COLUMNS = (
    Column("Référence", "Identifiant du marché chez l'acheteur.", width=20),
    Column("SIRET de l'acheteur", "Identifiant de l'acheteur.", width=18),
    Column("Mois", "Mois travaillé, AAAA-MM.", width=10),
    Column("Heures", "Dans cet état, par cette règle.", Kind.HUNDREDTHS, summed=True),
    Column("Nature", "Travail ou formation."),
    Column("État", "En attente, retenue, refusée ou comptée."),
    Column("Règle", "Qui a décidé de l'état ; vide si aucune ne s'y est opposée.", width=28),
    Column("Valeur", "Valeur que la règle a employée, si l'organisme peut la lire.", width=24),
    Column("Texte", "Où cette valeur est écrite.", width=30),
    Column("Niveau de preuve", "Déclarée, justifiée par un document vu, acceptée.", width=20),
    Column("Lieu d'exécution", "Territoire « niveau/code » où l'heure compte.", width=20),
    Column("Résidence", "Du mois ; au facilitateur seul.", width=20),
    Column("Siège de l'acheteur", "Territoire « niveau/code ».", width=20),
    Column("Siège du facilitateur", "Territoire « niveau/code ».", width=20),
    Column("Mise à l'emploi", "Identifiant de la mise à l'emploi, sans le nom de personne.", width=38),
    Column("Écriture", "Identifiant de l'écriture dans l'API.", width=38),
    Column("Contrat", "Identifiant du contrat dans l'API.", width=38),
)


def entries_extract(asked: EntriesExport) -> Extract:
    """The entries of a figure; Forbidden for roles that see no balance, NotFound for an unseen contract."""

    def check(reader: Reader) -> None:
        require_role(reader, *SEES_BALANCE)
        if asked.contract is not None:
            contracts.read_contract(reader, asked.contract)

    def rows_of(reader: Reader, contract: ContractOut, after: UUID | None) -> tuple[list[Row], UUID | None]:
        query = view_of(reader, contract.id, asked.as_of, asked.known_at).entries(states_of(asked.figure))
        if query is None:
            return [], None
        found, following = page_of(reader.session, query, Entry.id, after, BATCH)
        return [_row(contract, shown(reader, entry)) for entry in found], following

    def about(reader: Reader) -> dict[str, str]:
        named = reader.principal.role is Role.FACILITATOR
        return {
            **who_and_when(reader, asked),
            **filters(asked),
            "Couverture": (
                "Les écritures que l'organisme lit dans ce rôle ; une entreprise, celles de son côté. Une"
                " écriture contrepassée et sa contrepassation, toutes deux connues, sont omises."
            ),
            "Masquage": "Aucun nom." if named else "Aucun nom ; la résidence est réservée au facilitateur.",
        }

    read = by_contract(asked, rows_of)
    return Extract("ecritures", "Écritures des heures", COLUMNS, check, read, about)


def _row(contract: ContractOut, entry: EntryOut) -> Row:
    places = entry.places
    return (
        *(contract.reference, contract.buyer.identifier, f"{entry.month:%Y-%m}", entry.hours),
        *(entry.kind_label, entry.state_label, entry.rule_label, entry.parameter, entry.reference),
        *(entry.proof_level_label, places.execution, places.residence, places.buyer, places.facilitator),
        *(str(entry.hire_id), str(entry.id), str(contract.id)),
    )
