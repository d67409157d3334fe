"""The hours that one declared, in the shape of the template: sent back, they change nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.db.queries import statements as queries
from app.db.queries.lists import page_of
from app.db.tables import Statement
from app.exchange.hours_table import TEMPLATE
from app.services import contracts
from app.services.extracts import BATCH, Extract, by_contract, filters, who
from app.services.sight import require_role
from app.services.statement_view import lines_told
from app.services.statements import DECLARANTS

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Line
    from app.exchange.tables.writing import Row
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import StatementsExport
    from app.services.work import Reader


def hours_extract(asked: StatementsExport) -> Extract:
    """The lines of the caller's own statements; Forbidden for who declares none, NotFound as for those."""

    def check(reader: Reader) -> None:
        require_role(reader, *DECLARANTS)
        if asked.contract is not None:
            contracts.read_contract(reader, asked.contract)

    def rows_of(reader: Reader, contract: ContractOut, after: UUID | None) -> tuple[list[Row], UUID | None]:
        query = queries.of_months(
            queries.visible_statements(reader.principal, reader.today).where(
                Statement.contract_id == contract.id,
                Statement.declarant_id == reader.principal.organisation_id,
            ),
            asked.first,
            asked.last,
        )
        found, following = page_of(reader.session, query, Statement.id, after, BATCH)
        return _rows(reader, contract, found), following

    def about(reader: Reader) -> dict[str, str]:
        return {
            **who(reader),
            **filters(asked),
            "Couverture": "Les heures que l'organisme a déclarées lui-même, telles qu'elles sont ce jour.",
            "Renvoyer le fichier": (
                "POST /v1/imports?kind=hours : le même contenu ne change rien, un mois déclaré autrement se"
                " corrige sur son relevé."
            ),
        }

    return Extract("heures", "Heures déclarées", TEMPLATE, check, by_contract(asked, rows_of), about)


def _rows(reader: Reader, contract: ContractOut, found: list[Statement]) -> list[Row]:
    lines = lines_told(reader, found)
    hires = queries.hires_by_id(reader.session, {line.hire_id for told in lines.values() for line in told})
    rows: list[Row] = []
    for statement in found:
        month = f"{statement.month:%Y-%m}"
        if statement.nothing_to_declare:
            rows.append((contract.reference, None, None, month, None, None, None, None, None, "oui"))
        for line in lines[statement.id]:
            hire = (str(line.hire_id), hires[line.hire_id].starts_on)
            rows += [(contract.reference, *hire, month, *part, None) for part in _parts(line)]
    return rows


def _parts(line: Line) -> list[Row]:
    """Worked, training and overtime hours, first and last day: of the line, or of each of its sub-periods."""
    if not line.sub_periods:
        return [(line.worked, line.training, line.overtime, None, None)]
    return [
        (
            *(item["worked"], item["training"], line.overtime if number == 0 else 0),
            *(date.fromisoformat(item[name]) for name in ("first", "last")),
        )
        for number, item in enumerate(line.sub_periods)
    ]
