"""An adversary who has every release solves linear programs: it finds neither small cells nor corrections."""

import os
from random import Random

import pytest

from app.rules import secrecy
from app.rules.secrecy import Ground, Path, Thresholds
from tests.rules.published_worlds import (
    COMMUNES,
    QUARTERS,
    THRESHOLDS,
    Adversary,
    Published,
    Work,
    correct,
    country,
    publish,
    small_cells,
    work,
    year_at,
)

NEAR = 1e-6
# Enough for every kind of cell to occur; looking at them needs no solver.
MEASURED = 10
# `make attack` asks for more.
WORLDS = int(os.environ.get("CLAUSES_ATTACK_WORLDS", "4"))
# At least so many values stay possible for every hidden small cell: all those under the threshold.
WIDTH = THRESHOLDS.people - 1
# No fewer than eleven people stand behind the narrowest block, each with an hour at least.
HOURS_WIDTH = THRESHOLDS.people * 100


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a world of a test


def narrow(published: Published) -> list[str]:
    """The hidden small cells of which the adversary knows too much."""
    people, hours = Adversary(published, "people"), Adversary(published, "hours")
    found, random = [], seeded(1)
    cells = list(small_cells(published))
    for what, target in random.sample(cells, min(len(cells), 8)):
        least, most = people.interval(target)
        low, high = hours.interval(target)
        if most - least < WIDTH - NEAR or high - low < HOURS_WIDTH - NEAR:
            found.append(f"{what}: {least}–{most} people, {low}–{high}")
    return found


def small_corrections(published: Published, before: list[Work], now: list[Work]) -> list[str]:
    """Grounds of which the adversary knows by how many people fewer than eleven corrections moved them."""
    adversary = Adversary(published, "hours")
    kept = {item.share.person: item.share for item in now}
    was = {item.share.person: item.share for item in before}
    found = []
    for length in (1, 3, 6):
        for path in sorted({place[:length] for place in COMMUNES}, key=str):
            target = year_at(path, "now") - year_at(path, "first")
            least, most = adversary.interval(target)
            people = {
                person
                for person in kept.keys() ^ was.keys()
                if (kept.get(person) or was[person]).path[:length] == path
            }
            if most - least < NEAR and abs(most) > NEAR and len(people) < THRESHOLDS.people:
                found.append(f"{path}: {most} hours of {len(people)} people")
    return found


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_release_tells_of_a_few(seed: int) -> None:
    random = seeded(seed)
    before = country(random)
    now = correct(random, before) if seed % 2 else before
    published = publish(before, now)
    assert narrow(published) == []
    assert small_corrections(published, before, now) == []


def test_the_worlds_hold_something_to_hide_and_something_to_show() -> None:
    hidden = shown = 0
    for seed in range(MEASURED):
        published = publish(*[country(seeded(seed))] * 2)
        hidden += len(list(small_cells(published)))
        shown += sum(not cell.hidden for cell in published.year.cells if cell.level == "commune")
    assert hidden > 20
    assert shown > 20


def _primary_alone(
    parent: Ground, thresholds: Thresholds, barred: set[Path], allowed: set[Path] | None
) -> list[Ground]:
    del barred, allowed
    return [child for child in parent.children.values() if secrecy._safe(child.masses, thresholds)]  # noqa: SLF001 - the variant that is attacked


def test_without_complementary_suppression_the_attack_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrecy, "_shown_children", _primary_alone)
    broken = [seed for seed in range(4) if narrow(publish(*[country(seeded(seed))] * 2))]
    assert broken


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
