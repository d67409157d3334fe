"""Published figures of territories: computed once over all contracts, then read by everybody (domain §6)."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import changes, territories
from app.db.queries import releases as queries
from app.db.queries.lists import one, page_of
from app.db.tables import Release
from app.errors import NotFound
from app.principal import Role
from app.refusals.releases import PeriodNotOver, QuartersMissing, ReleaseExists
from app.rules.codes import Indicator
from app.rules.contract_cells import UNKNOWN, told_contracts
from app.rules.cubes import INDICATORS, LEVELS, OF_HOURS, QUARTER_DEPTH, YEAR, cubes, moved, quarter_told
from app.rules.days import add_months, month_end
from app.rules.labels import LABELS
from app.rules.parameters import parameter
from app.rules.secrecy import Share, Thresholds, corrected
from app.schemas.fields import decimal_text
from app.schemas.figures import Basis, TerritoryRef
from app.schemas.releases import (
    CellOut,
    CellPage,
    ColumnOut,
    IndicatorOut,
    PublishedCell,
    PublishedOut,
    ReleaseOut,
    ReleasePage,
    ThresholdsOut,
)
from app.services.sight import require_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.db.tables import ReleaseCell
    from app.rules.cubes import Cell, Cubes
    from app.rules.secrecy import Path
    from app.schemas.lists import Walk
    from app.schemas.releases import CellsQuery, PublishedQuery, ReleaseIn
    from app.services.work import Reader, Writer

QUARTERS = (1, 2, 3, 4)
PERCENT = 100
HOURS, HIRES = "hours", "hires"
NOWHERE: Path = ("FR", None, None, None, None, None)
COVERAGE = (
    "Heures comptées de tous les contrats suivis dans le service, au lieu d'exécution. Un marché qui n'y est"
    " pas suivi n'y figure pas."
)
LABELS_OF = {
    Indicator.SEX: "sexes",
    Indicator.AGE_BAND: "age_bands",
    Indicator.LEVEL: "diploma_levels",
    Indicator.MODALITY: "modalities",
    Indicator.CONTRACT_TYPE: "contract_types",
    Indicator.OUTCOME: "outcome_categories",
}


def publish(writer: Writer, asked: ReleaseIn) -> ReleaseOut:
    """Publish a period, by the platform alone.

    PeriodNotOver before its delay, ReleaseExists for the second time, QuartersMissing for a year whose
    quarters are not all published.
    """
    require_role(writer, Role.ADMIN)
    return _shown(publish_period(writer, asked.year, asked.quarter or YEAR, asked.smallest_people))


def publish_period(writer: Writer, year: int, quarter: int, smallest_people: int | None = None) -> Release:
    """Publish a quarter of a year, or the year (0), for whoever may; refused as `publish` says."""
    queries.hold_publishing(writer.session)
    if writer.today <= last_day_unpublished(year, quarter, writer.today):
        raise PeriodNotOver
    earlier = queries.of_year(writer.session, year)
    if quarter in earlier:
        raise ReleaseExists
    if quarter == YEAR and not all(each in earlier for each in QUARTERS):
        raise QuartersMissing
    release = _new_release(writer, year, quarter, smallest_people)
    found, contracts = _computed(writer, release, earlier)
    release.withheld = [list(path) for path in found.withheld]
    writer.touch("release", release.id)
    writer.session.add(release)
    queries.add_cells(writer.session, [_stored(release.id, cell) for cell in found.cells])
    queries.add_contracts(writer.session, release.id, contracts)
    return release


def last_day_unpublished(year: int, quarter: int, today: date) -> date:
    """The last day on which a period may not be published yet, by the delay in force today."""
    return _months(year, quarter)[1] + timedelta(days=int(parameter("publication_delay").at(today).value))


def list_releases(reader: Reader, walk: Walk) -> ReleasePage:
    """All releases, in the order in which they were published."""
    rows, following = page_of(reader.session, queries.releases(), Release.id, walk.after, walk.limit)
    return ReleasePage(items=[_shown(row) for row in rows], next=following)


def read_release(reader: Reader, release_id: UUID) -> ReleaseOut:
    """One release; NotFound when there is none."""
    return _shown(_release(reader, release_id))


def list_cells(reader: Reader, release_id: UUID, asked: CellsQuery) -> CellPage:
    """The cells of one indicator and level; NotFound when there is no such release."""
    release = _release(reader, release_id)
    rows = queries.cells(
        reader.session, release_id, asked.indicator, asked.level, asked.after, asked.limit + 1
    )
    kept = rows[: asked.limit]
    return CellPage(
        release=_shown(release),
        indicator=asked.indicator,
        level=asked.level,
        items=[
            CellOut(
                # A commune that has merged since keeps its code, and has lost its name.
                territory=TerritoryRef(
                    place=f"{cell.level}/{cell.code}",
                    level=cell.level,
                    code=cell.code,
                    name=name or cell.code,
                ),
                **_figures(cell),
            )
            for cell, name in kept
        ],
        next=kept[-1][0].code if len(rows) > asked.limit else None,
    )


def read_indicators(reader: Reader, level: str, code: str, asked: PublishedQuery) -> PublishedOut:
    """What every release says of a territory; NotFound for one that neither they nor the edition know."""
    rows = queries.cells_of(reader.session, level, code, asked.year)
    place = f"{level}/{code}"
    found = territories.territory(reader.session, place)
    if found is None and not rows:
        raise NotFound
    name = code if found is None else found.name
    releases = {release.id: release for release, _ in rows}
    return PublishedOut(
        territory=TerritoryRef(place=place, level=level, code=code, name=name),
        coverage=COVERAGE,
        releases=[_shown(release) for release in releases.values()],
        items=[
            PublishedCell(
                release_id=release.id,
                year=release.year,
                quarter=release.quarter or None,
                indicator=Indicator(cell.indicator),
                **_figures(cell),
            )
            for release, cell in rows
        ],
    )


def _release(reader: Reader, release_id: UUID) -> Release:
    found = one(reader.session, queries.releases().where(Release.id == release_id))
    if found is None:
        raise NotFound
    return found


def _new_release(writer: Writer, year: int, quarter: int, smallest_people: int | None) -> Release:
    last = changes.last_seal(writer.session)
    people = smallest_people or int(parameter("fewest_people").at(writer.today).value)
    return Release(
        id=new_id(),
        year=year,
        quarter=quarter,
        basis=Basis.EXECUTION.value,
        position=last.position if last else 0,
        known_at=last.sealed_at if last else None,
        territory_edition=territories.loaded_edition(writer.session),
        people=people,
        firms=int(parameter("published_firms").at(writer.today).value),
        largest_share=int(parameter("published_largest_share").at(writer.today).value * PERCENT),
        created_at=writer.now,
        change_id=writer.record("release.published"),
    )


def _computed(
    writer: Writer, release: Release, earlier: Mapping[int, Release]
) -> tuple[Cubes, list[queries.ContractHours]]:
    """The cells of a release, and, of a year, the hours of the contracts that may be told beside them."""
    thresholds = _thresholds(release)
    ground = _Ground(writer)
    quarters = {row.quarter: ground.shares(row.year, row.quarter, row.position) for row in earlier.values()}
    barred = {tuple(path) for row in earlier.values() for path in row.withheld}
    elsewhere: set[Path] = set()
    for row in earlier.values():
        elsewhere |= moved(quarters[row.quarter], queries.told_hours(writer.session, row.id))
    barred |= elsewhere
    shares = ground.shares(release.year, release.quarter, release.position)
    if release.quarter != YEAR:
        return cubes(shares, thresholds, yearly=False, barred=barred), []
    before = [share for found in quarters.values() for share in found]
    shares = corrected(before, shares, thresholds, barred=barred, depth=QUARTER_DEPTH)
    found = cubes(shares, thresholds, yearly=True, barred=barred, ended=ground.ended(release.year))
    withheld = {number: {tuple(path) for path in row.withheld} for number, row in earlier.items()}
    tables = [
        *found.tables,
        *(quarter_told(quarters[number], hidden) for number, hidden in withheld.items()),
    ]
    # A quarter whose territories are others now was told over blocks that nobody knows any more.
    every = chain(shares, *quarters.values())
    unknown = {share.contract for share in every if _prefixes(share.path) & elsewhere}
    told = told_contracts(shares, tables, thresholds, unknown)
    return found, [
        queries.ContractHours(owner, key, told[key]) for key, owner in ground.owners.items() if key in told
    ]


def _prefixes(path: Path) -> set[Path]:
    return {path[:length] for length in range(1, QUARTER_DEPTH + 1)}


def _thresholds(release: Release) -> Thresholds:
    return Thresholds(release.people, release.firms, Fraction(release.largest_share, PERCENT))


class _Ground:
    """What stands behind the hours of a period, with where each place lies and who holds each contract."""

    def __init__(self, reader: Reader) -> None:
        self._session = reader.session
        self._paths = queries.paths(reader.session)
        self._former = queries.former_communes(reader.session)
        self._holders = queries.holders(reader.session)
        # By contract: whose it is.
        self.owners: dict[UUID, UUID] = {}

    def shares(self, year: int, quarter: int, position: int) -> list[Share]:
        """The hours counted in a period as the ledger stood at a position."""
        rows = queries.counted_hours(self._session, *_months(year, quarter), position)
        self.owners |= {row.contract_id: row.owner_id for row in rows}
        return [
            Share(
                path=self._path(row.execution),
                person=row.person_id,
                # Contracts without a holder count as one firm's.
                firm=self._holders.get(row.contract_id),
                contract=row.contract_id,
                hours=row.hours,
                categories={indicator: getattr(row, indicator) or UNKNOWN for indicator in OF_HOURS},
            )
            for row in rows
        ]

    def ended(self, year: int) -> list[Share]:
        """The approved hires that ended in a year, by what is known now."""
        return [
            Share(
                path=self._path(row.place),
                person=row.person_id,
                firm=self._holders.get(row.contract_id),
                contract=row.contract_id,
                hours=1,
                categories={Indicator.OUTCOME: row.category or UNKNOWN},
            )
            for row in queries.ended_hires(self._session, *_months(year, YEAR))
        ]

    def _path(self, place: str | None) -> Path:
        if place is None:
            return NOWHERE
        return self._paths.get(place) or self._paths.get(self._former.get(place, ""), NOWHERE)


def _months(year: int, quarter: int) -> tuple[date, date]:
    """The first and the last day of a quarter, or of a year (0)."""
    if quarter == YEAR:
        return date(year, 1, 1), date(year, 12, 31)
    first = date(year, 3 * quarter - 2, 1)
    return first, month_end(add_months(first, 2))


def _stored(release_id: UUID, cell: Cell) -> dict[str, Any]:
    counted = _counts(cell.indicator)
    return {
        "release_id": release_id,
        "indicator": cell.indicator.value,
        "level": cell.level,
        "code": cell.code,
        "hidden": cell.hidden,
        "people": cell.people,
        "hours": cell.hours if counted == HOURS else None,
        "contracts": cell.contracts,
        "columns": [
            {"codes": list(column.codes), "people": column.people, counted: column.hours}
            for column in cell.columns
        ],
    }


def _counts(indicator: str) -> str:
    """What an indicator adds up: hours, or the hires that ended."""
    return HIRES if indicator == Indicator.OUTCOME else HOURS


def _figures(cell: ReleaseCell) -> dict[str, Any]:
    hires = [column[HIRES] for column in cell.columns if HIRES in column]
    return {
        "people": cell.people,
        "hours": cell.hours,
        "hires": sum(hires) if hires else None,
        "contracts": cell.contracts,
        "columns": [
            ColumnOut(
                codes=column["codes"],
                label=_label(Indicator(cell.indicator), column["codes"]),
                people=column["people"],
                hours=column.get(HOURS),
                hires=column.get(HIRES),
            )
            for column in cell.columns
        ],
    }


def _label(indicator: Indicator, codes: Sequence[str]) -> str:
    labels = LABELS[LABELS_OF[indicator]]
    return ", ".join(labels.get(code, "Non renseigné") for code in codes)


def _shown(release: Release) -> ReleaseOut:
    yearly = release.quarter == YEAR
    return ReleaseOut(
        id=release.id,
        year=release.year,
        quarter=release.quarter or None,
        basis=Basis(release.basis),
        known_at=release.known_at,
        territory_edition=release.territory_edition,
        published_at=release.created_at,
        coverage=COVERAGE,
        thresholds=ThresholdsOut(
            people=release.people, firms=release.firms, largest_share=decimal_text(release.largest_share)
        ),
        indicators=[
            IndicatorOut(
                code=code,
                label=LABELS["indicators"][code],
                unit=text.unit_fr,
                definition=text.definition_fr,
                levels=list(LEVELS if yearly else LEVELS[:QUARTER_DEPTH]),
            )
            for code, text in INDICATORS.items()
            if yearly or code is Indicator.ACTIVITY
        ],
    )
