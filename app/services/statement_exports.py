"""Statements as a table: a row per line of hours, or one that says that there was nothing to declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import statements as queries
from app.db.queries.lists import page_of
from app.db.tables import Statement
from app.exchange.tables.writing import Column, Kind
from app.rules.approvals import approval_state
from app.rules.codes import ReviewState
from app.rules.labels import LABELS
from app.schemas.labels import LABELS as SERVED
from app.services import contracts
from app.services.extracts import BATCH, Extract, by_contract, filters, who
from app.services.statement_view import lines_told, proof_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Line
    from app.exchange.tables.writing import Row
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import StatementsExport
    from app.services.work import Reader

HOURS = Kind.HUNDREDTHS
COLUMNS = (
    Column("Référence", "Identifiant du marché chez l'acheteur.", width=20),
    Column("SIRET de l'acheteur", "Identifiant de l'acheteur.", width=18),
    Column("Mois", "Mois du relevé, AAAA-MM.", width=10),
    Column("Déclarant", "Identifiant de l'entreprise ou de la structure qui déclare.", width=18),
    Column("Réponse du titulaire", "Au relevé de ce qui est déclaré sous lui.", width=20),
    Column("Envois", "Numéro du dernier envoi ; au-delà de 1, le relevé a été corrigé.", Kind.WHOLE, 10),
    Column("Envoyé le", "Instant du premier envoi.", Kind.INSTANT, 18),
    Column("Rien à déclarer", "« oui » quand le relevé ne porte aucune heure.", width=12),
    Column("Mise à l'emploi", "Identifiant de la mise à l'emploi, sans le nom de personne.", width=38),
    Column("Heures travaillées", "Heures supplémentaires comprises.", HOURS, summed=True),
    Column("Heures de formation", "En plus des heures travaillées.", HOURS, summed=True),
    Column("Heures supplémentaires", "Part des heures travaillées.", HOURS, summed=True),
    Column("Heures déclarées", "Travaillées + formation.", HOURS, summed=True),
    Column("Heures en attente", "Non encore décidées.", HOURS, summed=True),
    Column("Heures retenues", "Vraisemblance ou double compte à départager.", HOURS, summed=True),
    Column("Heures refusées", "Écartées par une règle ou par l'examen.", HOURS, summed=True),
    Column("Heures comptées", "Qui réalisent l'engagement.", HOURS, summed=True),
    Column("Examen", "Ce que le facilitateur a répondu de la ligne.", width=20),
    Column("Heures acceptées", "À l'examen, si l'acceptation est partielle.", HOURS, summed=True),
    Column("Niveau de preuve", "Déclarée, justifiée par un document vu, acceptée.", width=20),
    Column("Relevé", "Identifiant du relevé dans l'API.", width=38),
    Column("Contrat", "Identifiant du contrat dans l'API.", width=38),
)


def statements_extract(asked: StatementsExport) -> Extract:
    """The lines of the statements that the caller reads; NotFound for a contract that it does not see."""

    def check(reader: Reader) -> None:
        if asked.contract is not None:
            contracts.read_contract(reader, asked.contract)

    def rows_of(reader: Reader, contract: ContractOut, after: UUID | None) -> tuple[list[Row], UUID | None]:
        query = queries.visible_statements(reader.principal, reader.today)
        query = queries.of_months(query.where(Statement.contract_id == contract.id), asked.first, asked.last)
        found, following = page_of(reader.session, query, Statement.id, after, BATCH)
        return _rows(reader, contract, found), following

    def about(reader: Reader) -> dict[str, str]:
        return {
            **who(reader),
            **filters(asked),
            "Couverture": (
                "Les relevés que l'organisme lit dans ce rôle, tels qu'ils sont ce jour : une ligne par mise"
                " à l'emploi, ou une seule si rien n'est à déclarer."
            ),
            "Masquage": "Aucun nom : les personnes ne sont désignées que par leur mise à l'emploi.",
        }

    return Extract("releves", "Relevés d'heures", COLUMNS, check, by_contract(asked, rows_of), about)


def _rows(reader: Reader, contract: ContractOut, found: list[Statement]) -> list[Row]:
    lines = lines_told(reader, found)
    names = queries.identifiers_of(reader.session, {statement.declarant_id for statement in found})
    rows: list[Row] = []
    for statement in found:
        approval = approval_state(statement.approval, statement.approval_due_on, reader.today)
        head = (
            *(contract.reference, contract.buyer.identifier, f"{statement.month:%Y-%m}"),
            *(names[statement.declarant_id], SERVED["approval_states"][approval]),
            *(statement.latest, statement.created_at, "oui" if statement.nothing_to_declare else None),
        )
        tail = (str(statement.id), str(contract.id))
        told = [_line(line) for line in lines[statement.id]]
        if statement.nothing_to_declare:
            told = [(None,) * len(_LINE)]
        rows += [(*head, *line, *tail) for line in told]
    return rows


_LINE = COLUMNS[8:20]


def _line(line: Line) -> Row:
    return (
        *(str(line.hire_id), line.worked, line.training, line.overtime, line.worked + line.training),
        *(line.pending, line.held, line.refused, line.counted),
        *(LABELS["reviews"][line.verdict or ReviewState.NOT_REVIEWED], line.accepted),
        LABELS["proof_levels"][proof_of(line)],
    )
