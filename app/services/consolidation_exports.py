"""The consolidation of a year as a table: one row per figure, whatever it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.tables.writing import Column, Kind
from app.schemas.labels import LABELS as SERVED
from app.services.consolidations import consolidate, question_of
from app.services.extracts import Extract, Page, who
from app.services.figures import FINEST, ground_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.exchange.tables.writing import Row
    from app.schemas.consolidations import ConsolidationExport, ConsolidationOut
    from app.services.work import Reader

COLUMNS = (
    Column("Indicateur", "Ce que la ligne compte ou détaille.", width=30),
    Column("Catégorie", "La part de l'indicateur ; vide pour l'ensemble.", width=44),
    Column("Heures", "Heures de l'année, comptées sauf mention contraire.", Kind.HUNDREDTHS),
    Column("Personnes", "Distinctes, ayant des heures comptées ; elles ne s'additionnent pas.", Kind.WHOLE),
    Column("Mises à l'emploi", "Ayant des heures comptées, ou finies pour les sorties.", Kind.WHOLE, 18),
    Column("Contrats", "Dont l'exécution touche l'année, ou ayant des heures comptées.", Kind.WHOLE, 12),
    Column("Taux", "Comptées ÷ attendues, ou taux des sorties.", Kind.RATE, 12),
    Column(
        "Équivalents temps plein", "Heures comptées ÷ heures annuelles d'un temps plein.", Kind.HUNDREDTHS
    ),
)
FIGURES = ("hours", "people", "hires", "contracts", "rate", "full_time")
HOURS = {
    "declared": "Heures déclarées",
    "pending": "Heures en attente",
    "held": "Heures retenues",
    "refused": "Heures refusées",
}


def consolidation_extract(level: str, code: str, asked: ConsolidationExport) -> Extract:
    """Every indicator of a year; refused as the figures of the territory are."""

    def found(reader: Reader) -> ConsolidationOut:
        return consolidate(reader, level, code, asked)

    def check(reader: Reader) -> None:
        question_of(reader, asked)
        ground_of(reader, level, code, FINEST)

    def about(reader: Reader) -> dict[str, str]:
        told = found(reader)
        known = f"{told.known_at:%d/%m/%Y %H:%M:%S} UTC" if told.known_at else "provisoire"
        return {
            **who(reader),
            "Territoire": f"{told.territory.name} ({told.territory.place})",
            "Édition": told.territory_edition,
            "Année": str(told.year),
            "Rattachement": SERVED["bases"][told.basis],
            "Acheteur": told.buyer or "tous ceux que l'organisme voit",
            "Connu au": known,
            "Couverture": "Les contrats que l'organisme voit dans ce rôle.",
            "Masquage": " ; ".join(f"{item.label} : {item.reason}" for item in told.withheld) or "Aucun.",
        }

    return Extract(
        "consolidation",
        f"Consolidation {asked.year}",
        COLUMNS,
        check,
        lambda reader, _: Page(list(_rows(found(reader))), None),
        about,
    )


def _rows(told: ConsolidationOut) -> Iterator[Row]:
    if told.figures is not None:
        figures, hours = told.figures, told.figures.hours
        yield _row("Heures attendues", hours=figures.required)
        yield _row(
            "Heures comptées",
            hours=hours.counted,
            people=figures.participants,
            hires=told.hires,
            rate=told.rate,
            full_time=told.full_time_equivalents,
        )
        for name, label in HOURS.items():
            yield _row(label, hours=getattr(hours, name))
        yield _row("Heures acquises", "Comptées + en attente", hours=told.secured)
        yield _row("Solde", "Comptées moins attendues", hours=told.balance)
        yield _row("Mises à l'emploi", "Commencées dans l'année", hires=told.hires_started)
        yield _row("Contrats", contracts=figures.contracts)
        for status in figures.statuses:
            yield _row("Contrats par statut", status.label, contracts=status.contracts)
    for breakdown in told.breakdowns:
        for item in breakdown.items:
            yield _row(
                breakdown.label,
                item.label,
                hours=item.hours,
                people=item.people,
                hires=item.hires,
                contracts=item.contracts,
            )
    for moment in told.outcomes:
        yield _row(moment.label, "Finies, moment venu", hires=moment.due)
        yield _row(moment.label, "Situation connue", hires=moment.known, rate=moment.response_rate)
        yield _row(moment.label, "Sorties dynamiques", rate=moment.dynamic_rate)
        for category in moment.categories or ():
            yield _row(moment.label, category.label, hires=category.hires)


def _row(indicator: str, category: str | None = None, **figures: int | str | None) -> Row:
    """The figures by their names in `FIGURES`; what is not named is empty."""
    full_time = figures.get("full_time")
    if full_time is not None:
        # Served as a text with two decimals: a table takes hundredths.
        figures["full_time"] = int(str(full_time).replace(".", ""))
    return (indicator, category, *(figures.get(name) for name in FIGURES))
