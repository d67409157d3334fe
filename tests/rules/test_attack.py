"""An adversary who has every release solves linear programs: it finds neither small cells nor corrections."""

import os
from collections import Counter
from collections.abc import Hashable
from random import Random

import pytest

from app.rules import secrecy
from app.rules.secrecy import Ground, Path, Thresholds
from tests.rules.published_worlds import (
    COMMUNES,
    OUTCOMES,
    QUARTERS,
    THRESHOLDS,
    Adversary,
    Cut,
    Published,
    Work,
    correct,
    country,
    endings,
    few,
    hidden_cuts,
    publish,
    under,
    untold_cuts,
    work,
)

NEAR = 1e-6
# Enough for every kind of cell to occur; looking at them needs no solver.
MEASURED = 10
# Hidden cells that are tried of each world, and half as many for which no release has a cell.
TRIED = 6
# `make attack` asks for more.
WORLDS = int(os.environ.get("CLAUSES_ATTACK_WORLDS", "4"))
# At least so many values stay possible for every hidden small cell: all those under the threshold.
WIDTH = THRESHOLDS.people - 1
# No fewer than eleven people stand behind the narrowest block, each with an hour at least.
HOURS_WIDTH = THRESHOLDS.people * 100


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a world of a test


def narrow(published: Published, *, together: bool) -> list[str]:
    """The hidden small cells of which the adversary knows too much; `together`: nothing was corrected."""
    found, random = [], seeded(1)
    known = (
        [[*published.of_quarters, *published.of_year]]
        if together
        else [published.of_quarters, published.of_year]
    )
    cells = [(what, cut) for what, cut in hidden_cuts(published) if few(published.behind(cut), cut)]
    untold = [(what, cut) for what, cut in untold_cuts() if few(published.first, cut)]
    cells += random.sample(untold, min(len(untold), TRIED // 2))
    for releases in known:
        told = {quarter for quarter, _ in releases}
        people, hours = Adversary(releases, "people"), Adversary(releases, "hours")
        within = [(what, cut) for what, cut in cells if cut.quarter in told]
        for what, cut in random.sample(within, min(len(within), TRIED)):
            least, most = people.interval(cut)
            low, high = hours.interval(cut)
            if most - least < WIDTH - NEAR or high - low < HOURS_WIDTH - NEAR:
                found.append(f"{what}: {least}–{most} people, {low}–{high}")
    return found


def small_corrections(published: Published, before: list[Work], now: list[Work]) -> list[str]:
    """Grounds of which the adversary knows by how many hours of fewer than eleven corrections moved them."""
    first, since = Adversary(published.of_quarters, "hours"), Adversary(published.of_year, "hours")
    found = []
    for length in (1, 3, 6):
        for path in sorted({place[:length] for place in COMMUNES}, key=str):
            cut = Cut(under(path), None)
            # What was and what is have nothing in common that is known.
            (low, high), (least, most) = first.interval(cut), since.interval(cut)
            moved = least - high
            if most - low - moved < NEAR and abs(moved) > NEAR:
                people = _hours(before, cut).items() ^ _hours(now, cut).items()
                if len({person for person, _ in people}) < THRESHOLDS.people:
                    found.append(f"{path}: {moved} hours")
    return found


def _hours(works: list[Work], cut: Cut) -> Counter[Hashable]:
    found = Counter[Hashable]()
    for item in works:
        if cut.holds(item):
            found[item.share.person] += item.share.hours
    return found


def narrow_outcomes(published: Published) -> list[str]:
    """The hidden small cells of outcomes of which the adversary knows too much."""
    people, hires = (Adversary(published.of_year, value, OUTCOMES) for value in ("people", "hours"))
    cells = [cell for cell in hidden_cuts(published, OUTCOMES) if few(published.ended, cell[1])]
    found = []
    for what, cut in seeded(1).sample(cells, min(len(cells), TRIED)):
        for least, most in (people.interval(cut), hires.interval(cut)):
            if most - least < WIDTH - NEAR:
                found.append(f"{what}: {least}–{most}")
    return found


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_outcome_of_a_few_is_told(seed: int) -> None:
    random = seeded(seed)
    world = country(random)
    assert narrow_outcomes(publish(world, world, endings(random, world))) == []


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_release_tells_of_a_few(seed: int) -> None:
    random = seeded(seed)
    before = country(random)
    now = correct(random, before) if seed % 2 else before
    published = publish(before, now)
    assert narrow(published, together=now is before) == []
    assert small_corrections(published, before, now) == []


def test_the_worlds_hold_something_to_hide_and_something_to_show() -> None:
    hidden = shown = quarterly = outcomes = 0
    for seed in range(MEASURED):
        world = country(seeded(seed))
        published = publish(world, world, endings(seeded(seed), world))
        outcomes += sum(few(published.ended, cut) for _, cut in hidden_cuts(published, OUTCOMES))
        shown += sum(not cell.hidden for cell in published.year.cells if cell.indicator in OUTCOMES)
        cuts = [cut for _, cut in hidden_cuts(published) if few(published.behind(cut), cut)]
        hidden += sum(cut.quarter is None for cut in cuts)
        quarterly += sum(cut.quarter is not None for cut in cuts)
        shown += sum(not cell.hidden for cell in published.year.cells if cell.level == "commune")
    assert hidden > 20
    assert quarterly > 10
    assert outcomes > 20
    assert shown > 20


def _primary_alone(
    parent: Ground, thresholds: Thresholds, barred: set[Path], allowed: set[Path] | None
) -> list[Ground]:
    del barred, allowed
    return [child for child in parent.children.values() if secrecy._safe(child.masses, thresholds)]  # noqa: SLF001 - the variant that is attacked


def test_without_complementary_suppression_the_attack_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrecy, "_shown_children", _primary_alone)
    worlds = [country(seeded(seed)) for seed in range(3)]
    assert [
        line for each in worlds for line in narrow_outcomes(publish(each, each, endings(seeded(1), each)))
    ]
    broken = [
        line for seed in range(3) for line in narrow(publish(*[country(seeded(seed))] * 2), together=True)
    ]
    assert [line for line in broken if "in the year" in line]
    assert [line for line in broken if "in the year" not in line]


def test_without_a_check_of_corrections_the_attack_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.rules.published_worlds.corrected", lambda *worlds, **_: worlds[1])
    # Thirty people in each quarter of each commune; then one more, in one of them.
    before = [
        work(place, quarter, sex, firm)
        for place in COMMUNES
        for quarter in QUARTERS
        for sex in ("female", "male")
        for firm in range(15)
    ]
    now = [*before, work(COMMUNES[0], 1, "female", 1)]
    assert small_corrections(publish(before, now), before, now)
    monkeypatch.undo()
    assert small_corrections(publish(before, now), before, now) == []
