"""What a year tells by category and after corrections, cell by cell, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest

from app.rules.codes import Indicator
from app.rules.cubes import Column, Cubes, cubes
from app.rules.secrecy import Path, Share, Thresholds, corrected

THRESHOLDS = Thresholds(people=11, firms=3, share=Fraction(85, 100))
METZ: Path = ("FR", "44", "57", "200039865", None, "57463")
NANCY: Path = ("FR", "44", "54", "245400676", None, "54395")
PARIS: Path = ("FR", "11", "75", "200054781", None, "75056")


def _share(path: Path, number: int, hours: int, sex: str, prefix: str) -> Share:
    # The contracts of two groups of people are not the same.
    return Share(path, f"{prefix}{number}", number % 3, f"{prefix}{number % 3}", hours, {Indicator.SEX: sex})


def shares(
    people: int, path: Path = METZ, *, hours: int = 100, sex: str = "female", prefix: str = "p"
) -> list[Share]:
    """So many people with as many hundredths of an hour each, taken by three firms in turn."""
    return [_share(path, number, hours, sex, prefix) for number in range(people)]


def told(found: Cubes, indicator: Indicator, level: str) -> dict[str, tuple[object, ...]]:
    return {
        cell.code: (cell.people, cell.hours, cell.contracts, cell.columns)
        for cell in found.cells
        if cell.indicator is indicator and cell.level == level
    }


HIDDEN = (None, None, None, ())


class TestYear:
    PEOPLE = (
        *shares(24, prefix="w"),
        *shares(12, sex="male", prefix="m"),
        *shares(2, sex="unknown", prefix="u"),
        *shares(20, NANCY, prefix="n"),
    )

    def test_every_indicator_is_told_of_every_territory(self) -> None:
        ended = [
            Share(METZ, f"p{n}", n % 3, n % 3, 1, {Indicator.OUTCOME: "lasting" if n < 20 else "other"})
            for n in range(32)
        ]
        found = cubes(self.PEOPLE, THRESHOLDS, yearly=True, ended=ended)
        assert told(found, Indicator.OUTCOME, "commune") == {
            "57463": (32, 32, 3, (Column(("lasting",), 20, 20), Column(("other",), 12, 12)))
        }
        assert {cell.indicator for cell in found.cells} == set(Indicator)
        assert told(found, Indicator.ACTIVITY, "commune") == {
            "57463": (38, 3_800, 8, ()),
            "54395": (20, 2_000, 3, ()),
        }
        assert found.withheld == []

    def test_small_categories_are_told_together_and_add_up(self) -> None:
        sexes = told(cubes(self.PEOPLE, THRESHOLDS, yearly=True), Indicator.SEX, "commune")
        assert sexes == {
            "57463": (38, 3_800, 8, (Column(("female",), 24, 2_400), Column(("male", "unknown"), 14, 1_400))),
            # Nobody of the second column lives here: that is told too.
            "54395": (20, 2_000, 3, (Column(("female",), 20, 2_000), Column(("male", "unknown"), 0, 0))),
        }

    def test_one_column_would_repeat_the_total(self) -> None:
        found = cubes(self.PEOPLE, THRESHOLDS, yearly=True)
        assert set(told(found, Indicator.LEVEL, "country").values()) == {HIDDEN}
        assert told(found, Indicator.SEX, "country")["FR"] != HIDDEN

    def test_what_an_earlier_release_hid_stays_hidden_under_every_indicator(self) -> None:
        # As many hires ended in both departments, in two classes.
        ended = [
            Share(
                path, f"{path[2]}{n}", n % 3, n % 3, 1, {Indicator.OUTCOME: "lasting" if n < 20 else "other"}
            )
            for path in (METZ, NANCY)
            for n in range(32)
        ]
        found = cubes(self.PEOPLE, THRESHOLDS, yearly=True, barred={METZ[:3]}, ended=ended)
        for indicator in (Indicator.ACTIVITY, Indicator.SEX, Indicator.OUTCOME):
            departments = told(found, indicator, "department")
            assert departments["57"] == HIDDEN
            assert departments["54"] != HIDDEN
        assert found.withheld == [METZ[:3]]


class TestWhoStays:
    def test_the_largest_stay(self) -> None:
        people = (*shares(30), *shares(20, NANCY, prefix="n"), *shares(9, (*METZ[:2], "88"), prefix="v"))
        departments = told(cubes(people, THRESHOLDS, yearly=False), Indicator.ACTIVITY, "department")
        assert [code for code, cell in departments.items() if cell == HIDDEN] == ["54", "88"]

    @pytest.mark.parametrize(("other", "hidden"), [("54", ["57", "88"]), (None, ["57", "88"])])
    def test_of_equals_those_with_the_lower_codes_stay_and_nowhere_is_the_lowest(
        self, other: str | None, hidden: list[str]
    ) -> None:
        small: Path = (*METZ[:2], "88")
        people = (*shares(20), *shares(20, (*METZ[:2], other), prefix="n"), *shares(9, small, prefix="v"))
        found = cubes(people, THRESHOLDS, yearly=False)
        assert [path[2] for path in found.withheld] == hidden

    def test_places_without_a_territory_of_their_own_come_first(self) -> None:
        people = (*shares(9), *shares(9, (*METZ[:2], None), prefix="n"))
        found = cubes(people, THRESHOLDS, yearly=False)
        assert [path[2] for path in found.withheld] == [None, "57"]


class TestCorrections:
    """A year whose quarters are told: each group has 1 h in the quarters and 2 h now, unless said."""

    @staticmethod
    def _sum(
        *groups: tuple[Path, int], barred: Iterable[Path] = (), before: int = 100, now: int = 200
    ) -> int:
        then, later = (
            [
                share
                for n, (path, people) in enumerate(groups)
                for share in shares(people, path, hours=hours, prefix=f"g{n}")
            ]
            for hours in (before, now)
        )
        found = corrected(then, later, THRESHOLDS, barred=frozenset(barred), depth=3)
        return sum(share.hours for share in found)

    def test_what_concerns_enough_people_is_told(self) -> None:
        assert self._sum((METZ, 11)) == 2_200
        assert self._sum((METZ, 10)) == 1_000
        assert self._sum((METZ, 11), (NANCY, 10)) == 3_200
        assert self._sum((METZ, 11), before=200, now=100) == 1_100

    def test_what_concerns_one_firm_above_all_is_not(self) -> None:
        """86 of 100 hours that changed are one firm's, though most of those that did not are others'."""
        others = [[_share(METZ, n, hours, "female", "p") for n in range(14)] for hours in (100, 200)]
        then, later = (
            [*part, Share(METZ, "one", "large", "one", hours)]
            for part, hours in zip(others, (100, 8_700), strict=True)
        )
        found = corrected(then, later, THRESHOLDS, barred=frozenset(), depth=3)
        assert sum(share.hours for share in found) == 1_500

    def test_those_hidden_beside_each_other_are_taken_together(self) -> None:
        pair = ((METZ, 6), (NANCY, 6))
        assert self._sum(*pair) == 1_200
        assert self._sum(*pair, barred={METZ[:3]}) == 1_200
        assert self._sum(*pair, barred={METZ[:3], NANCY[:3]}) == 2_400

    def test_those_hidden_in_another_region_are_not(self) -> None:
        assert self._sum((METZ, 6), (PARIS, 6), barred={METZ[:3], PARIS[:3]}) == 1_200

    def test_the_widest_hidden_ground_decides(self) -> None:
        assert self._sum((METZ, 6), (PARIS, 6), barred={("FR",)}) == 2_400
        assert self._sum((METZ, 6), (PARIS, 6), barred={("FR", "44"), ("FR", "11")}) == 2_400

    def test_below_the_depth_nothing_is_told_apart(self) -> None:
        elsewhere: Path = (*METZ[:3], "200041515", None, "57114")
        assert self._sum((METZ, 6), (elsewhere, 6), barred={METZ[:4]}) == 2_400
