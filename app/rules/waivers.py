"""The grounds on which article L2112-2-1 lets a buyer leave out a social condition (domain §2, waiver)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.codes import WaiverFlaw, WaiverGround
from app.rules.days import ONE_DAY, add_months
from app.rules.parameters import parameter

LAW = "Code de la commande publique, art. L2112-2-1 ; texte de l'article non lu"
WORKS = "works"


@dataclass(frozen=True, slots=True)
class GroundText:
    """A ground as the law gives it; `assumed` until the article itself has been read."""

    ground: WaiverGround
    text_fr: str
    reference: str = LAW
    assumed: bool = True


GROUNDS = (
    GroundText(
        WaiverGround.IMMEDIATE_SOLUTION,
        "Le besoin peut être satisfait par une solution immédiatement disponible.",
    ),
    GroundText(
        WaiverGround.NO_LINK,
        "La condition n'aurait pas de lien suffisant avec l'objet du marché.",
    ),
    GroundText(
        WaiverGround.COMPETITION,
        "La condition restreindrait la concurrence ou rendrait l'exécution techniquement ou économiquement"
        " difficile.",
    ),
    GroundText(
        WaiverGround.SHORT_WORKS,
        "Le marché de travaux dure moins de six mois.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What a contract buys and how long it runs; None is unknown.

    `kind` is a code of what is bought; `first` and `last` are the days of the firm execution, both included;
    `months` is its length as agreed; `launched_on` selects the law.
    """

    kind: str | None = None
    months: int | None = None
    first: date | None = None
    last: date | None = None
    launched_on: date | None = None


def contradiction(ground: WaiverGround, execution: Execution) -> WaiverFlaw | None:
    """Return which fact speaks against the ground, if any; what is unknown contradicts nothing."""
    if ground is not WaiverGround.SHORT_WORKS:
        return None
    if execution.kind is not None and execution.kind != WORKS:
        return WaiverFlaw.NOT_WORKS
    series = parameter("short_works_months")
    limit = int(series.at(max(execution.launched_on or date.min, series.values[0].since)).value)
    if execution.months is not None and execution.months >= limit:
        return WaiverFlaw.NOT_SHORT
    if execution.first is not None and execution.last is not None:
        lasts = add_months(execution.first, limit) - ONE_DAY <= execution.last
        return WaiverFlaw.NOT_SHORT if lasts else None
    return None
