"""Figures of territories as a table: the territory asked, what its parts hold, what lies in none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.tables.writing import Column, Kind
from app.rules.codes import Status
from app.rules.labels import LABELS
from app.schemas.labels import LABELS as SERVED
from app.services import figures
from app.services.extracts import Extract, Page, who

if TYPE_CHECKING:
    from app.exchange.tables.writing import Row
    from app.schemas.exports import TerritoriesExport
    from app.schemas.figures import FiguresOut, TerritoryRef
    from app.services.extracts import Cursor
    from app.services.work import Reader

HOURS = Kind.HUNDREDTHS
# The first row is the total: what a person or a contract is part of twice is no sum of the rows.
COLUMNS = (
    Column(
        "Ligne", "« ensemble », « territoire », ou « non localisé » : dans aucun des territoires.", width=14
    ),
    Column("Niveau", "Niveau du territoire."),
    Column("Code", "Code officiel ; le niveau le précède, un code seul est ambigu.", width=12),
    Column("Territoire", "Nom dans l'édition indiquée.", width=32),
    Column("Heures déclarées", "En attente + retenues + refusées + comptées, faites dans la période.", HOURS),
    Column("Heures en attente", "Non encore décidées.", HOURS),
    Column("Heures retenues", "Vraisemblance ou double compte à départager.", HOURS),
    Column("Heures refusées", "Écartées par une règle ou par l'examen.", HOURS),
    Column("Heures comptées", "Qui réalisent les engagements.", HOURS),
    Column("Heures attendues", "À la fin moins à la veille du début ; vide par résidence.", HOURS),
    Column("Personnes", "Distinctes, ayant des heures comptées ; elles ne s'additionnent pas.", Kind.WHOLE),
    Column("Contrats", "Dont l'exécution touche la période ; ils ne s'additionnent pas.", Kind.WHOLE),
    *(
        Column(
            LABELS["statuses"][status], f"Contrats au statut « {LABELS['statuses'][status]} ».", Kind.WHOLE
        )
        for status in Status
    ),
    Column("Parts supposées", "Contrats partagés également entre leurs lieux, faute de mieux.", Kind.WHOLE),
)
STRADDLING = " Ces territoires débordent de celui qui est demandé : leurs chiffres sont entiers."


def territories_extract(level: str, code: str, asked: TerritoriesExport) -> Extract:
    """The figures of the territories of a level inside another; refused as those of the API are."""

    def check(reader: Reader) -> None:
        figures.list_children(reader, level, code, asked)

    def read(reader: Reader, _: Cursor) -> Page:
        found = figures.list_children(reader, level, code, asked)
        rows = [
            *_row("ensemble", found.territory, found.figures),
            *(row for item in found.items for row in _row("territoire", item.territory, item.figures)),
            *_row("non localisé", None, found.unlocated),
        ]
        return Page(rows, None)

    def about(reader: Reader) -> dict[str, str]:
        found = figures.list_children(reader, level, code, asked)
        known = f"{found.known_at:%d/%m/%Y %H:%M:%S} UTC" if found.known_at else "provisoire"
        return {
            **who(reader),
            "Territoire": f"{found.territory.name} ({found.territory.place})",
            "Édition": found.territory_edition,
            "Période": f"{found.first:%m/%Y} – {found.last:%m/%Y}",
            "Rattachement": SERVED["bases"][found.basis],
            "Connu au": known,
            "Couverture": (
                "Les contrats que l'organisme voit dans ce rôle. La ligne « ensemble » est le total ; les"
                " heures des territoires et du non localisé s'y additionnent."
                + ("" if found.sums else STRADDLING)
            ),
            "Masquage": (
                "Par résidence, un territoire où trop peu de personnes vivent est omis, sauf pour le"
                " facilitateur."
            ),
        }

    return Extract("territoires", "Chiffres des territoires", COLUMNS, check, read, about)


def _row(line: str, named: TerritoryRef | None, told: FiguresOut | None) -> list[Row]:
    """The row of a territory; none where nothing may be told of it."""
    if told is None:
        return []
    place = (SERVED["territory_levels"][named.level], named.code, named.name) if named else (None, None, None)
    statuses = {item.code: item.contracts for item in told.statuses}
    hours = told.hours
    return [
        (
            *(line, *place, hours.declared, hours.pending, hours.held, hours.refused, hours.counted),
            *(told.required, told.participants, told.contracts),
            *(statuses.get(status, 0) for status in Status),
            told.shares_assumed,
        )
    ]
