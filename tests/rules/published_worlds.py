"""Small countries, what is published of them, and somebody who subtracts everything from everything."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from random import Random

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]  # it has no types

from app.rules.codes import Indicator
from app.rules.cubes import LEVELS, Cell, Cubes, cubes
from app.rules.secrecy import Path, Share, Thresholds, corrected

THRESHOLDS = Thresholds(people=11, firms=3, share=Fraction(85, 100))
QUARTERS = (1, 2, 3, 4)
SEXES = ("female", "male")
# Two regions of two departments; the grouping A1 lies in both departments of the first region.
COMMUNES: tuple[Path, ...] = tuple(
    ("FR", region, department, epci, None, f"{department}{number}")
    for region, departments in (("R1", ("11", "12")), ("R2", ("21", "22")))
    for department in departments
    for number, epci in ((1, "A1" if region == "R1" else None), (2, f"B{department}"), (3, f"B{department}"))
)
PERSONS = count(1)


@dataclass(frozen=True)
class Work:
    """Somebody who worked in one quarter, in one commune."""

    share: Share
    quarter: int


@dataclass
class Published:
    """All that anybody can read of a year."""

    quarters: dict[int, Cubes] = field(default_factory=dict)
    year: Cubes = field(default_factory=lambda: Cubes([], []))
    # The truth behind the year.
    told: list[Share] = field(default_factory=list)


def work(place: Path, quarter: int, sex: str, firm: int, hours: int = 10_000) -> Work:
    person = next(PERSONS)
    return Work(Share(place, person, firm, firm, hours, {Indicator.SEX: sex}), quarter)


def country(random: Random) -> list[Work]:
    """Communes of many sizes, most of them small; a few firms, sometimes one alone."""
    found = []
    for place in COMMUNES:
        size = random.choice((0, 2, 6, 9, 80, 100, 120, 150))
        firms = random.sample(range(9), random.choice((1, 5, 6, 8, 8)))
        for _ in range(size):
            quarter, sex = random.choice(QUARTERS), random.choice(SEXES)
            found.append(work(place, quarter, sex, random.choice(firms), random.randint(100, 20_000)))
    return found


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


def publish(before: Sequence[Work], now: Sequence[Work]) -> Published:
    """The four quarters as they were first known, then the year as it is known now."""
    found, barred = Published(), set[Path]()
    for quarter in QUARTERS:
        shares = [item.share for item in before if item.quarter == quarter]
        found.quarters[quarter] = cubes(shares, THRESHOLDS, yearly=False, barred=barred)
        barred |= set(found.quarters[quarter].withheld)
    found.told = corrected(_shares(before), _shares(now), THRESHOLDS, barred=barred, depth=3)
    found.year = cubes(found.told, THRESHOLDS, yearly=True, barred=barred)
    return found


def _shares(world: Sequence[Work]) -> list[Share]:
    return [item.share for item in world]


# What is not known: one number per commune, quarter, sex and moment (first known, now).
AXES = [
    (place, quarter, sex, moment)
    for place in COMMUNES
    for quarter in QUARTERS
    for sex in SEXES
    for moment in ("first", "now")
]
Choice = Callable[[Path, int, str, str], bool]


def row(chosen: Choice) -> np.ndarray:
    return np.array([float(chosen(*axis)) for axis in AXES])


def inside(cell: Cell) -> Callable[[Path], bool]:
    depth = LEVELS.index(cell.level)
    return lambda place: place[depth] == cell.code


class Adversary:
    """Knows every release, and that nothing is negative; who is not listed may be hidden or have nothing."""

    def __init__(self, published: Published, value: str) -> None:
        self.value = value
        self.rows: list[np.ndarray] = []
        self.sums: list[float] = []
        for quarter, release in published.quarters.items():
            self._learn(release, "first", quarter)
        self._learn(published.year, "now", None)

    def _learn(self, release: Cubes, moment: str, quarter: int | None) -> None:
        for cell in release.cells:
            if cell.hidden:
                continue
            if cell.indicator is Indicator.ACTIVITY:
                self._equal(inside(cell), quarter, moment, SEXES, getattr(cell, self.value))
            elif cell.indicator is Indicator.SEX:
                for column in cell.columns:
                    self._equal(inside(cell), quarter, moment, column.codes, getattr(column, self.value))

    def _equal(
        self, where: Callable[[Path], bool], quarter: int | None, moment: str, sexes: Sequence[str], told: int
    ) -> None:
        self.rows.append(
            row(lambda p, q, s, m: where(p) and quarter in {None, q} and s in sexes and m == moment)
        )
        self.sums.append(float(told))

    def interval(self, target: np.ndarray) -> tuple[float, float]:
        """The least and the most that a sum may be."""
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * target, A_eq=np.array(self.rows), b_eq=np.array(self.sums), bounds=(0, None)
            )
            # Unbounded: nothing at all is known of it.
            assert found.status in {0, 3}, found.message
            ends.append(sign * found.fun if found.status == 0 else float("-inf") * sign)
        return ends[0], ends[1]


def small_cells(published: Published) -> Iterator[tuple[str, np.ndarray]]:
    """(what, the sum) of every hidden cell about fewer people than the threshold."""
    for cell in published.year.cells:
        if not cell.hidden or cell.indicator not in {Indicator.ACTIVITY, Indicator.SEX}:
            continue
        where = inside(cell)
        for sexes in (SEXES,) if cell.indicator is Indicator.ACTIVITY else (("female",), ("male",)):
            found = [s for s in published.told if where(s.path) and s.categories[Indicator.SEX] in sexes]
            if 0 < len(found) < THRESHOLDS.people:
                target = _year_of(where, sexes)
                yield f"{cell.indicator} {cell.level}/{cell.code} {sexes}", target


def _year_of(where: Callable[[Path], bool], sexes: Sequence[str]) -> np.ndarray:
    return row(lambda place, _quarter, sex, moment: where(place) and sex in sexes and moment == "now")


def year_at(path: Path, moment: str) -> np.ndarray:
    """The sum of the year of a ground, as known at a moment."""
    return row(lambda place, _quarter, _sex, at: at == moment and place[: len(path)] == path)
