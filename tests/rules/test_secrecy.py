"""What is hidden of few people or of one firm, cell by cell, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.rules.cubes import cubes, moved
from app.rules.secrecy import Mass, Share, Thresholds, columns

THRESHOLDS = Thresholds(people=11, firms=3, share=Fraction(85, 100))
METZ, NANCY = ("FR", "44", "57"), ("FR", "44", "54")


def shares(
    people: int, *, firms: int = 3, path: tuple[str | None, ...] = METZ, prefix: str = "p", hours: int = 100
) -> list[Share]:
    """So many people with one hour each, taken by the firms in turn."""
    return [Share(path, f"{prefix}{n}", n % firms, n % firms, hours) for n in range(people)]


def mass(*found: Share) -> Mass:
    whole = Mass()
    for share in found:
        whole.add(share)
    return whole


@pytest.mark.parametrize(
    ("found", "safe"),
    [
        ([], True),
        (shares(10), False),
        (shares(11), True),
        (shares(11, firms=2), False),
        # 85 hours of a hundred are the most that one firm may have.
        ([*shares(15, prefix="q"), *(Share(METZ, f"big{n}", "big", "big", 850) for n in range(10))], True),
        ([*shares(15, prefix="q"), *(Share(METZ, f"big{n}", "big", "big", 851) for n in range(10))], False),
        # One person on eleven contracts is one person.
        ([Share(METZ, "one", n % 3, n, 100) for n in range(11)], False),
    ],
    ids=["nobody", "ten people", "eleven people", "two firms", "85 %", "above 85 %", "one person"],
)
def test_a_cell_is_safe_from_so_many_people_and_firms_on(found: list[Share], *, safe: bool) -> None:
    assert mass(*found).safe(THRESHOLDS) is safe


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ({"women": 20, "men": 30}, [("men",), ("women",)]),
        # What is too small stands with the smallest that is not, so that the total tells nothing of it.
        ({"women": 20, "men": 30, "unknown": 2}, [("men",), ("unknown", "women")]),
        # Two small ones that are safe together stand alone together.
        ({"women": 20, "a": 6, "b": 6}, [("women",), ("a", "b")]),
        ({"women": 9, "men": 30}, [("men", "women")]),
    ],
)
def test_small_categories_stand_together(sizes: dict[str, int], groups: list[tuple[str, ...]]) -> None:
    masses = {name: mass(*shares(size, prefix=name)) for name, size in sizes.items()}
    assert columns(masses, THRESHOLDS) == groups


def test_what_is_left_of_a_parent_is_safe_too() -> None:
    # Nancy's nine people are hidden; Metz would give them away by subtraction from the region.
    found = cubes([*shares(40), *shares(9, path=NANCY, prefix="n")], THRESHOLDS, yearly=False)
    told = {(cell.level, cell.code): (cell.people, cell.hours) for cell in found.cells}
    assert told == {
        ("country", "FR"): (49, 4_900),
        ("region", "44"): (49, 4_900),
        ("department", "57"): (None, None),
        ("department", "54"): (None, None),
    }
    assert found.withheld == [NANCY, METZ]


def test_a_territory_whose_ground_moved_since_its_quarter_is_found() -> None:
    now = [*shares(40), *shares(20, path=NANCY, prefix="n")]
    told = {
        ("country", "FR"): 6_000,
        ("region", "44"): 6_000,
        ("department", "57"): 3_900,
        # Hidden then: whatever it holds now tells nothing.
        ("department", "54"): None,
    }
    assert moved(now, told) == {METZ}
    # A territory that the quarter did not know has joined since.
    del told["department", "54"]
    assert moved(now, told) == {METZ, NANCY}
