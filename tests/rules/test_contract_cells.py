"""Contracts told one by one beside what is published: nobody is found by leaving them away."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from app.rules.codes import Indicator
from app.rules.contract_cells import UNKNOWN, Table, told_contracts
from app.rules.cubes import OF_HOURS, Cell, cubes, quarter_told
from app.rules.secrecy import Path, Share
from tests.rules.published_worlds import (
    COMMUNES,
    QUARTERS,
    THRESHOLDS,
    Work,
    correct,
    country,
    inside,
    publish,
)
from tests.rules.test_attack import seeded

METZ: Path = ("FR", "R1", "11", "A1", None, "111")
SHOWN = {METZ[:length] for length in range(1, 7)}
WORLDS = 8
# Beside the large contract: four firms in some communes, one alone in the others.
SMALL, ALONE = (5, 6, 7, 8), (8,)


def crew(contract: str, people: int, sex: str = "female", hours: int = 1_000) -> list[Share]:
    """So many people of one sex on the contract of a firm of its own, as many hours each."""
    return [
        Share(METZ, (contract, sex, number), contract, contract, hours, {Indicator.SEX: sex})
        for number in range(people)
    ]


def others(people: int = 12) -> list[Share]:
    """What is safe to be left: as many people by three firms."""
    return [share for firm in "xyz" for share in crew(firm, people // 3)]


def told(shares: list[Share], *more: Table, shown: set[Path] = SHOWN) -> dict[object, int]:
    return dict(told_contracts(shares, [Table(shares, shown), *more], THRESHOLDS))


def by_sex(shares: list[Share]) -> Table:
    return Table(shares, SHOWN, Indicator.SEX, {"female": "female", "male": "male"})


class TestOneCell:
    def test_enough_people_beside_enough_others(self) -> None:
        # Eleven people with ten hours each.
        assert told([*crew("a", 11), *others()]) == {"a": 11_000}

    def test_too_few_people(self) -> None:
        assert told([*crew("a", 10), *others()]) == {}

    def test_too_few_others(self) -> None:
        assert told([*crew("a", 20), *others(9)]) == {}

    def test_one_firm_is_left(self) -> None:
        assert told([*crew("a", 20), *crew("x", 12)]) == {}

    def test_the_smallest_stands_with_those_that_are_left(self) -> None:
        # Three of "x", two of "y" and three of "z" are too few; with the eleven of "b" they are nineteen.
        small = [*crew("x", 3), *crew("y", 2), *crew("z", 3)]
        assert told([*crew("a", 30), *crew("b", 11), *small]) == {"a": 30_000}

    def test_of_equals_the_last_stand_with_those_that_are_left(self) -> None:
        # Two of eleven are too few firms; "c", "d" and "e" are three.
        assert set(told([share for firm in "abcde" for share in crew(firm, 11)])) == {"a", "b"}

    def test_where_nothing_is_published_a_contract_hides_nobody_else(self) -> None:
        assert told([*crew("a", 11), *crew("b", 2)], shown=set()) == {"a": 11_000}

    def test_a_contract_that_is_never_told(self) -> None:
        shares = [*crew("a", 11), *others()]
        assert told_contracts(shares, [Table(shares, SHOWN)], THRESHOLDS, {"a"}) == {}


class TestBlocks:
    def test_a_block_is_the_narrowest_ground_that_is_told_all_the_way_down(self) -> None:
        (share,) = crew("a", 1)
        assert Table([share], SHOWN).block_of(share) == (METZ, "")
        assert Table([share], {METZ[:1]}).block_of(share) == (METZ[:1], "")
        assert Table([share], SHOWN - {METZ[:1]}).block_of(share) is None

    def test_whose_category_is_not_known_stands_in_the_column_of_those(self) -> None:
        (share,) = crew("a", 1)
        columns = {"female": "female", UNKNOWN: "male|unknown"}
        assert Table([share], SHOWN, Indicator.SEX, columns).block_of(share) == (METZ, "female")
        assert Table([share], SHOWN, Indicator.LEVEL, columns).block_of(share) == (METZ, "male|unknown")

    def test_a_quarter_tells_down_to_the_department_what_it_does_not_hide(self) -> None:
        winter = crew("a", 1)
        assert quarter_told(winter, []).shown == {METZ[:1], METZ[:2], METZ[:3]}
        assert quarter_told(winter, [METZ[:3]]).shown == {METZ[:1], METZ[:2]}

    def test_a_year_has_a_table_of_its_total_and_of_each_indicator_of_hours(self) -> None:
        found = cubes([*crew("a", 12), *others()], THRESHOLDS, yearly=True)
        assert [table.indicator for table in found.tables] == [None, *OF_HOURS]


class TestSeveralTables:
    def test_a_category_of_which_the_contract_has_all_but_two_others(self) -> None:
        # Women less the contract would be its two men, had the others no woman.
        shares = [*crew("a", 11), *crew("a", 2, "male"), *(s for f in "xyz" for s in crew(f, 4, "male"))]
        assert told(shares) == {"a": 13_000}
        assert told(shares, by_sex(shares)) == {}
        mixed = [*shares, *others()]
        assert told(mixed, by_sex(mixed)) == {"a": 13_000}

    def test_a_quarter_in_which_few_others_worked(self) -> None:
        winter = [*crew("a", 11), *crew("x", 1)]
        year = [*winter, *others(30)]
        assert told(year) == {"a": 11_000}
        assert told(year, Table(winter, SHOWN)) == {}
        # The quarter hides that ground, and with it nothing can be subtracted.
        assert told(year, quarter_told(winter, SHOWN)) == {"a": 11_000}


def attacks(cell: Cell, shares: Sequence[Share], contracts: Sequence[object]) -> Iterator[int]:
    """How many people a cell less some told contracts tells of, for every choice of them."""
    if cell.indicator is Indicator.ACTIVITY:
        groups: list[tuple[str, ...]] = [("female", "male")]
    else:
        groups = [column.codes for column in cell.columns]
    where = inside(cell.level, cell.code)
    for codes in groups:
        within = Counter(
            (share.contract, where(share.path) and share.categories[Indicator.SEX] in codes)
            for share in shares
        )
        inside_of = {contract: within[contract, True] for contract in contracts}
        left = sum(number for (contract, there), number in within.items() if there) - sum(inside_of.values())
        # Every single one, and all of them together.
        for some in (*((contract,) for contract in contracts), tuple(contracts)):
            taken = sum(inside_of[contract] for contract in some)
            apart = sum(within[contract, False] for contract in some)
            yield left + sum(inside_of.values()) - taken + apart


def publishing(seed: int) -> tuple[list[Work], list[Work]]:
    """What was known of the quarters and of the year; in every commune one contract is most of the work."""
    random = seeded(seed)
    before = country(random)
    now = correct(random, before) if seed % 2 else before
    return _apart(before), _apart(now)


def _apart(world: Sequence[Work]) -> list[Work]:
    found = []
    for item in world:
        firm, commune = item.share.firm, item.share.path[-1]
        small = SMALL if str(commune).endswith("1") else ALONE
        contract = f"{firm} in {commune}" if firm in small else f"the large one in {commune}"
        found.append(replace(item, share=replace(item.share, contract=contract)))
    return found


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_cell_less_told_contracts_is_about_a_few(seed: int) -> None:
    before, now = publishing(seed)
    published = publish(before, now)
    quarters = {quarter: [item.share for item in before if item.quarter == quarter] for quarter in QUARTERS}
    tables = [
        *published.year.tables,
        *(quarter_told(quarters[q], set(release.withheld)) for q, release in published.quarters.items()),
    ]
    shares = [item.share for item in published.told]
    found = list(told_contracts(shares, tables, THRESHOLDS))
    for cell in published.year.cells:
        if not cell.hidden and cell.indicator in {Indicator.ACTIVITY, Indicator.SEX}:
            assert all(people >= THRESHOLDS.people for people in attacks(cell, shares, found)), cell


def test_contracts_are_told_in_some_worlds_and_all_of_them_would_tell_of_a_few() -> None:
    told_somewhere = attacked = 0
    for seed in range(WORLDS):
        before, now = publishing(seed)
        published = publish(before, now)
        shares = [item.share for item in published.told]
        told_somewhere += len(told_contracts(shares, published.year.tables, THRESHOLDS))
        people = Counter(share.contract for share in shares)
        everyone = [contract for contract, number in people.items() if number >= THRESHOLDS.people]
        attacked += sum(
            0 < left < THRESHOLDS.people
            for cell in published.year.cells
            if not cell.hidden and cell.indicator in {Indicator.ACTIVITY, Indicator.SEX}
            for left in attacks(cell, shares, everyone)
        )
    assert told_somewhere > 0
    assert attacked > 0


def test_cubes_say_what_is_behind_them() -> None:
    shares = [
        Share(place, (place, n), n % 5, n % 5, 100, {Indicator.SEX: "female"})
        for place in COMMUNES
        for n in range(40)
    ]
    found = cubes(shares, THRESHOLDS, yearly=True)
    # The total, and the five indicators.
    assert len(found.tables) == 6
    assert found.tables[0].block_of(shares[0]) == (COMMUNES[0], "")
