"""Small countries, what is published of them, and somebody who subtracts everything from everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations, count, product
from random import Random

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]  # it has no types

from app.rules.codes import Indicator
from app.rules.cubes import LEVELS, Cubes, cubes
from app.rules.secrecy import Path, Share, Thresholds, corrected

THRESHOLDS = Thresholds(people=11, firms=3, share=Fraction(85, 100))
QUARTERS = (1, 2, 3, 4)
SEXES = ("female", "male")
# The classes of outcomes of these worlds stand under the same two names.
BY_SEX, OUTCOMES = (Indicator.ACTIVITY, Indicator.SEX), (Indicator.OUTCOME,)
# Two regions of two departments; the grouping A1 lies in both departments of the first region.
COMMUNES: tuple[Path, ...] = tuple(
    ("FR", region, department, epci, None, f"{department}{number}")
    for region, departments in (("R1", ("11", "12")), ("R2", ("21", "22")))
    for department in departments
    for number, epci in ((1, "A1" if region == "R1" else None), (2, f"B{department}"), (3, f"B{department}"))
)
PERSONS = count(1)
# The part of the people who work in two communes.
MOVERS = 0.1


@dataclass(frozen=True)
class Work:
    """What somebody worked in one quarter, in one commune."""

    share: Share
    quarter: int


@dataclass
class Published:
    """All that anybody can read of a year."""

    quarters: dict[int, Cubes] = field(default_factory=dict)
    year: Cubes = field(default_factory=lambda: Cubes([], []))
    # What stands behind the year, and behind the quarters.
    told: list[Work] = field(default_factory=list)
    first: list[Work] = field(default_factory=list)
    # Hires that ended in the year, of some of these people.
    ended: list[Work] = field(default_factory=list)

    @property
    def of_quarters(self) -> list[tuple[int | None, Cubes]]:
        """The releases of the quarters."""
        return [*self.quarters.items()]

    @property
    def of_year(self) -> list[tuple[int | None, Cubes]]:
        """The release of the year."""
        return [(None, self.year)]

    def behind(self, cut: Cut) -> list[Work]:
        """What a figure was taken from."""
        return self.told if cut.quarter is None else self.first


def work(
    place: Path, quarter: int, sex: str, firm: int, hours: int = 10_000, person: int | None = None
) -> Work:
    """Of somebody new, unless a person is given."""
    who = next(PERSONS) if person is None else person
    return Work(Share(place, who, firm, firm, hours, {Indicator.SEX: sex}), quarter)


def country(random: Random) -> list[Work]:
    """Communes of many sizes, most of them small, as whole departments are; few firms; some who move."""
    found = []
    poor = random.choice(("11", "12", "21", "22", None))
    for place in COMMUNES:
        size = random.choice((0, 2, 6, 9) if place[2] == poor else (0, 2, 6, 9, 80, 100, 120, 150))
        firms = random.sample(range(9), random.choice((1, 5, 6, 8, 8)))
        for _ in range(size):
            found += _somebody(random, place, firms)
    return found


def _somebody(random: Random, place: Path, firms: Sequence[int]) -> list[Work]:
    """In one commune for one to four quarters, or in a quarter there and in a quarter elsewhere."""
    person, sex, firm = next(PERSONS), random.choice(SEXES), random.choice(firms)
    if random.random() < MOVERS:
        other = random.choice([each for each in COMMUNES if each != place])
        where = [(place, random.choice(QUARTERS)), (other, random.choice(QUARTERS))]
    else:
        many = random.choice((1, 1, 2, 3, 4))
        where = [(place, quarter) for quarter in random.sample(QUARTERS, many)]
    return [work(at, quarter, sex, firm, random.randint(100, 20_000), person) for at, quarter in where]


def correct(random: Random, world: Sequence[Work]) -> list[Work]:
    """Some work taken back, some added, in a few communes."""
    touched = random.sample(COMMUNES, 3)
    kept = [item for item in world if item.share.path not in touched or random.random() < 0.9]
    added = [
        work(place, random.choice(QUARTERS), random.choice(SEXES), random.randint(1, 6))
        for place in touched
        for _ in range(random.choice((0, 1, 3, 12)))
    ]
    return [*kept, *added]


def endings(random: Random, world: Sequence[Work]) -> list[Work]:
    """What ended of the work: most of it, of each person with one class."""
    classes = defaultdict[Hashable, str](lambda: random.choice(SEXES))
    found = []
    for item in world:
        if random.random() < 0.7:
            told: dict[str, str] = {Indicator.OUTCOME: classes[item.share.person]}
            found.append(replace(item, share=replace(item.share, hours=1, categories=told)))
    return found


def publish(before: Sequence[Work], now: Sequence[Work], ended: Sequence[Work] = ()) -> Published:
    """The four quarters as they were first known, then the year as it is known now."""
    found, barred = Published(first=list(before), ended=list(ended)), set[Path]()
    for quarter in QUARTERS:
        shares = [item.share for item in before if item.quarter == quarter]
        found.quarters[quarter] = cubes(shares, THRESHOLDS, yearly=False, barred=barred)
        barred |= set(found.quarters[quarter].withheld)
    told = corrected(_shares(before), _shares(now), THRESHOLDS, barred=barred, depth=3)
    # Of the year's hours nobody asks any more in which quarter they were.
    found.told = [Work(share, 0) for share in told]
    found.year = cubes(told, THRESHOLDS, yearly=True, barred=barred, ended=_shares(ended))
    return found


def _shares(world: Sequence[Work]) -> list[Share]:
    return [item.share for item in world]


# A number of people or of hours is not known for each of these.
CELLS = list(product(COMMUNES, QUARTERS))
# Where somebody may have been: any quarters in one commune, or one here and one there. The adversary knows
# that nobody was in more, which no real one does.
KINDS: list[frozenset[tuple[Path, int]]] = [
    *(
        frozenset((place, quarter) for quarter in quarters)
        for place in COMMUNES
        for many in QUARTERS
        for quarters in combinations(QUARTERS, many)
    ),
    *(frozenset(pair) for pair in combinations(CELLS, 2) if pair[0][0] != pair[1][0]),
]
_TOUCHED = np.array([[cell in kind for cell in CELLS] for kind in KINDS])
_CELLS_ALONE = np.eye(len(CELLS), dtype=bool)


@dataclass(frozen=True)
class Cut:
    """What a figure is about: communes, one quarter or all, sexes."""

    places: Callable[[Path], bool]
    quarter: int | None
    sexes: Sequence[str] = SEXES

    def holds(self, item: Work) -> bool:
        """Whether the work counts in it."""
        return (
            self.places(item.share.path)
            and self.quarter in {None, item.quarter}
            and any(category in self.sexes for category in item.share.categories.values())
        )

    def row(self, value: str) -> np.ndarray:
        """Which unknowns it is the sum of: whoever was in one of its cells, hours in each of them."""
        units = _TOUCHED if value == "people" else _CELLS_ALONE
        cells = np.array([self.places(place) and self.quarter in {None, each} for place, each in CELLS])
        touched = units[:, cells].any(axis=1).astype(float)
        return np.concatenate([touched * (sex in self.sexes) for sex in SEXES])


def inside(level: str, code: str) -> Callable[[Path], bool]:
    """Whether a commune lies in a territory."""
    depth = LEVELS.index(level)
    return lambda place: place[depth] == code


def under(path: Path) -> Callable[[Path], bool]:
    """Whether a commune lies on a ground."""
    return lambda place: place[: len(path)] == path


class Adversary:
    """Knows releases, and that nothing is negative; who is not listed may be hidden or have nothing.

    Of a year and its quarters together it takes for granted that nothing was corrected in between.
    """

    def __init__(
        self,
        releases: Iterable[tuple[int | None, Cubes]],
        value: str,
        indicators: Sequence[Indicator] = BY_SEX,
    ) -> None:
        """Learn them; `quarter` None is the year. What an indicator of other people tells is no help."""
        self.value, self.indicators = value, indicators
        self.rows: list[np.ndarray] = []
        self.sums: list[float] = []
        for quarter, release in releases:
            self._learn(release, quarter)

    def _learn(self, release: Cubes, quarter: int | None) -> None:
        for cell in release.cells:
            if cell.hidden or cell.indicator not in self.indicators:
                continue
            places = inside(cell.level, cell.code)
            self._equal(Cut(places, quarter), getattr(cell, self.value))
            for column in cell.columns:
                self._equal(Cut(places, quarter, column.codes), getattr(column, self.value))

    def _equal(self, cut: Cut, told: int) -> None:
        self.rows.append(cut.row(self.value))
        self.sums.append(float(told))

    def interval(self, cut: Cut) -> tuple[float, float]:
        """The least and the most that a figure may be."""
        ends = []
        target = cut.row(self.value)
        for sign in (1, -1):
            found = linprog(
                sign * target, A_eq=np.array(self.rows), b_eq=np.array(self.sums), bounds=(0, None)
            )
            # Unbounded: nothing at all is known of it.
            assert found.status in {0, 3}, found.message
            ends.append(sign * found.fun if found.status == 0 else float("-inf") * sign)
        return ends[0], ends[1]


def few(works: Iterable[Work], cut: Cut) -> bool:
    """Whether somebody is behind a figure, and fewer than the threshold."""
    return 0 < len({item.share.person for item in works if cut.holds(item)}) < THRESHOLDS.people


def hidden_cuts(published: Published, indicators: Sequence[Indicator] = BY_SEX) -> Iterator[tuple[str, Cut]]:
    """(what, figure) of every cell that a release hides: of the quarters, of the year, of the year by sex."""
    for quarter, release in (*published.of_quarters, *published.of_year):
        for cell in release.cells:
            if not cell.hidden or cell.indicator not in indicators:
                continue
            places = inside(cell.level, cell.code)
            what = f"{cell.indicator} {cell.level}/{cell.code} in {quarter or 'the year'}"
            for sexes in (SEXES,) if cell.indicator is Indicator.ACTIVITY else (("female",), ("male",)):
                yield f"{what} {sexes}", Cut(places, quarter, sexes)


def untold_cuts() -> Iterator[tuple[str, Cut]]:
    """(what, figure) of what no release has a cell for: communes by quarter, by sex and both."""
    for place, quarter, sexes in product(COMMUNES, QUARTERS, (SEXES, ("female",), ("male",))):
        yield f"{place[-1]} in {quarter} {sexes}", Cut(inside("commune", str(place[-1])), quarter, sexes)
