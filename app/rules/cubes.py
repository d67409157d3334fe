"""The fixed cubes that are published (domain §6): a quarter or a year, territories, one indicator at a time.

Quarters tell the activity down to the department; years tell every indicator down to the commune. One set of
territories is shown under an indicator with all its categories, or not at all. Outcomes are a cube over
people of their own: those whose hire ended in the year.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app.rules.codes import Indicator
from app.rules.contract_cells import UNKNOWN, Table
from app.rules.secrecy import WHOLE, Mass, columns, grounds, hidden_grounds, shown_grounds, territories_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from app.rules.secrecy import Ground, Path, Share, Thresholds

TerritoryLevel = Literal["country", "region", "department", "epci", "ept", "commune"]
LEVELS: tuple[TerritoryLevel, ...] = ("country", "region", "department", "epci", "ept", "commune")
QUARTER_DEPTH, YEAR_DEPTH = 3, 6
YEAR = 0


@dataclass(frozen=True, slots=True)
class IndicatorText:
    """What an indicator counts, in French."""

    unit_fr: str
    definition_fr: str


# By these categories of the hours themselves.
OF_HOURS = (
    *(Indicator.SEX, Indicator.AGE_BAND, Indicator.LEVEL),
    *(Indicator.MODALITY, Indicator.CONTRACT_TYPE),
)
_BY = (
    "Personnes distinctes et heures comptées de l'année selon {}. Les catégories trop petites pour être"
    " montrées à part le sont ensemble, de la même façon partout."
)
INDICATORS = {
    Indicator.ACTIVITY: IndicatorText(
        "personnes, heures, contrats",
        "Heures comptées dans la période, personnes distinctes et contrats qui en ont, au lieu d'exécution.",
    ),
    **{
        code: IndicatorText("personnes, heures", _BY.format(what))
        for code, what in {
            Indicator.SEX: "le sexe",
            Indicator.AGE_BAND: "la tranche d'âge au début de la mise à l'emploi",
            Indicator.LEVEL: "le niveau de diplôme",
            Indicator.MODALITY: "la modalité de mise à l'emploi",
            Indicator.CONTRACT_TYPE: "le type de contrat de travail",
        }.items()
    },
    Indicator.OUTCOME: IndicatorText(
        "personnes, mises à l'emploi",
        "Personnes distinctes dont une mise à l'emploi approuvée a fini dans l'année, et ces mises à"
        " l'emploi, selon la situation dite à la sortie. Les classes trop petites pour être montrées"
        " à part le sont ensemble, de la même façon partout.",
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    """Categories told together; of outcomes the `hours` are hires, as in `Share`."""

    codes: tuple[str, ...]
    people: int
    hours: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One territory under one indicator; None and no columns where it is hidden.

    Hours in hundredths; of outcomes they are hires, as in `Share`.
    """

    indicator: Indicator
    level: str
    code: str
    people: int | None = None
    hours: int | None = None
    contracts: int | None = None
    columns: tuple[Column, ...] = ()

    @property
    def hidden(self) -> bool:
        """Whether nothing is told of it."""
        return self.people is None


@dataclass(frozen=True, slots=True)
class Cubes:
    """The cells of a release, and the grounds down to the department that stay hidden in its year.

    `tables`: what is behind the cells, for whoever looks at what else may be told beside them.
    """

    cells: list[Cell]
    withheld: list[Path]
    tables: list[Table] = field(default_factory=list)


def cubes(
    shares: Sequence[Share],
    thresholds: Thresholds,
    *,
    yearly: bool,
    barred: Collection[Path] = (),
    ended: Sequence[Share] = (),
) -> Cubes:
    """Every cell of a period. `barred`: grounds that stay hidden (`app.rules.secrecy.shown_grounds`).

    `ended`: of a year, the hires that ended in it, one share each.
    """
    root = grounds(shares, YEAR_DEPTH if yearly else QUARTER_DEPTH)
    shown = shown_grounds(root, thresholds, barred=barred)
    cells = _cells(Indicator.ACTIVITY, root, shown, [(WHOLE,)])
    tables = [Table(shares, shown)]
    if yearly:
        for indicator in OF_HOURS:
            told, table = _by_category(indicator, shares, thresholds, shown)
            cells += told
            tables.append(table)
        # Of outcomes no hours are told: they take nothing away from those of a contract.
        cells += _by_category(Indicator.OUTCOME, ended, thresholds, shown)[0]
    hidden = [path for path in hidden_grounds(root, shown) if len(path) <= QUARTER_DEPTH]
    return Cubes(cells, hidden, tables)


def quarter_told(shares: Sequence[Share], withheld: Collection[Path]) -> Table:
    """What a published quarter tells, from its hours and the grounds that it hides."""
    shown = {share.path[:length] for share in shares for length in range(1, QUARTER_DEPTH + 1)}
    return Table(shares, shown - set(withheld))


def _by_category(
    indicator: Indicator, shares: Sequence[Share], thresholds: Thresholds, allowed: Collection[Path]
) -> tuple[list[Cell], Table]:
    known = defaultdict[str, Mass](Mass)
    for share in shares:
        known[share.categories.get(indicator, UNKNOWN)].add(share)
    groups = columns(known, thresholds)
    column_of = {code: "|".join(group) for group in groups for code in group}
    root = grounds(shares, YEAR_DEPTH, lambda share: column_of[share.categories.get(indicator, UNKNOWN)])
    # A single column would repeat the total under another name.
    told = len(groups) > 1
    shown: Collection[Path] = shown_grounds(root, thresholds, allowed=allowed) if told else ()
    return _cells(indicator, root, shown, groups), Table(shares, shown, indicator, column_of)


def _cells(
    indicator: Indicator, root: Ground, shown: Collection[Path], groups: Sequence[tuple[str, ...]]
) -> list[Cell]:
    return [
        _cell(indicator, *place, parts, groups)
        if all(part.path in shown for part in parts)
        else Cell(indicator, *place)
        for place, parts in sorted(territories_of(root, LEVELS).items())
    ]


def _cell(
    indicator: Indicator, level: str, code: str, parts: Sequence[Ground], groups: Sequence[tuple[str, ...]]
) -> Cell:
    whole, told = Mass(), list[Column]()
    for group in groups:
        column = Mass()
        for part in parts:
            column.merge(part.masses.get("|".join(group), Mass()))
        whole.merge(column)
        told.append(Column(group, len(column.people), column.hours))
    return Cell(
        *(indicator, level, code, len(whole.people), whole.hours, len(whole.contracts)),
        tuple(told) if indicator is not Indicator.ACTIVITY else (),
    )


def moved(shares: Sequence[Share], told: Mapping[tuple[str, str], int | None]) -> set[Path]:
    """The grounds whose hours in a published quarter are other than `told`, None being hidden.

    The territories themselves have changed since: the year would tell what joined them or left them.
    """
    root = grounds(shares, QUARTER_DEPTH)
    return {
        part.path
        for place, parts in territories_of(root, LEVELS).items()
        for part in parts
        if place not in told or told[place] not in {None, part.masses[WHOLE].hours}
    }
