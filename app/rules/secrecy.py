"""What may be said of a territory without saying anything of a few people or of one firm (domain §6).

A published figure is the sum of whole *blocks*, and every block is safe: at least so many people, so many
firms, none of them with more than a share of the hours. Territories that are not safe are put together with
others of the same parent until what is left after the subtraction of those that are shown is safe too. No
sum or difference of published figures then tells less than a block: whatever is hidden in it lies anywhere
between nothing and the whole block.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

# Codes from the country down; None where a place has no territory at a level.
Path = tuple[str | None, ...]
# Of the people who shall be hidden in a cell, nobody may ask for fewer (domain §6).
LEAST_PEOPLE = 5
WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A cell is shown from so many people and firms on, the largest with at most a share of the hours."""

    people: int
    firms: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """Hours (hundredths, never zero) of one person on one contract of a firm, where they were worked.

    Of outcomes, one hire that ended: its `hours` are 1. `categories`: by indicator, the one they fall in.
    """

    path: Path
    person: Hashable
    firm: Hashable
    contract: Hashable
    hours: int
    categories: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Mass:
    """What a cell is made of; never leaves the service."""

    people: set[Hashable] = field(default_factory=set)
    contracts: set[Hashable] = field(default_factory=set)
    firms: Counter[Hashable] = field(default_factory=Counter)

    @property
    def hours(self) -> int:
        """All hours, in hundredths."""
        return self.firms.total()

    def add(self, share: Share) -> None:
        """Take one share in."""
        self.people.add(share.person)
        self.contracts.add(share.contract)
        self.firms[share.firm] += share.hours

    def merge(self, other: Mass) -> None:
        """Take another mass in; who is in both counts once."""
        self.people |= other.people
        self.contracts |= other.contracts
        self.firms.update(other.firms)

    def safe(self, thresholds: Thresholds) -> bool:
        """Whether the cell may be shown. A cell of nobody tells of nobody: it is."""
        if not self.people:
            return True
        largest = max(self.firms.values())
        return (
            len(self.people) >= thresholds.people
            and len(self.firms) >= thresholds.firms
            and largest <= thresholds.share * self.hours
        )


# By category.
Masses = dict[str, Mass]


@dataclass(slots=True)
class Ground:
    """A territory, or the part of one inside another, with what lies in it."""

    path: Path
    masses: Masses = field(default_factory=dict)
    children: dict[str | None, Ground] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many people, those of two categories twice: an order, not a figure."""
        return sum(len(mass.people) for mass in self.masses.values())


def grounds(
    shares: Iterable[Share], depth: int, category: Callable[[Share], str] = lambda _: WHOLE
) -> Ground:
    """The tree of territories down to a number of codes, each with its masses by category."""
    root = Ground(())
    for share in shares:
        ground, name = root, category(share)
        for length in range(1, depth + 1):
            code = share.path[length - 1]
            if code not in ground.children:
                ground.children[code] = Ground(share.path[:length])
            ground = ground.children[code]
            if name not in ground.masses:
                ground.masses[name] = Mass()
            ground.masses[name].add(share)
    return root


def columns(masses: Masses, thresholds: Thresholds) -> list[tuple[str, ...]]:
    """Categories grouped so that each group of the whole is safe; one group: nothing can be told apart.

    A category that is not safe is put with the smallest others; the same groups serve every territory.
    """
    alone = sorted(masses, key=lambda name: (len(masses[name].people), name))
    together, rest = Mass(), list[str]()
    for name in [item for item in alone if not masses[item].safe(thresholds)]:
        together.merge(masses[name])
        rest.append(name)
        alone.remove(name)
    while not together.safe(thresholds) and alone:
        name = alone.pop(0)
        together.merge(masses[name])
        rest.append(name)
    return [*((name,) for name in sorted(alone)), *([tuple(sorted(rest))] if rest else [])]


def shown_grounds(
    root: Ground,
    thresholds: Thresholds,
    *,
    barred: Collection[Path] = (),
    allowed: Collection[Path] | None = None,
) -> set[Path]:
    """The grounds whose masses may be told; what is left of each parent by subtraction is safe.

    `barred`: hidden by an earlier release of the same year, so hidden still. `allowed`: those that a total
    told before shows; no others are shown by category.
    """
    found: set[Path] = set()
    waiting = [root]
    while waiting:
        for child in _shown_children(waiting.pop(), thresholds, barred, allowed):
            found.add(child.path)
            waiting.append(child)
    return found


def _shown_children(
    parent: Ground, thresholds: Thresholds, barred: Collection[Path], allowed: Collection[Path] | None
) -> list[Ground]:
    shown, rest = list[Ground](), Masses()
    for child in parent.children.values():
        open_to_all = child.path not in barred and (allowed is None or child.path in allowed)
        if open_to_all and _safe(child.masses, thresholds):
            shown.append(child)
        else:
            _merge(rest, child.masses)
    # The largest stay longest; of equals, those with the lower codes.
    shown.sort(key=lambda child: (-child.people, *(code or "" for code in child.path)))
    while not _safe(rest, thresholds) and shown:
        _merge(rest, shown.pop().masses)
    return shown


def _safe(masses: Masses, thresholds: Thresholds) -> bool:
    return all(mass.safe(thresholds) for mass in masses.values())


def _merge(into: Masses, masses: Masses) -> None:
    for name, mass in masses.items():
        into.setdefault(name, Mass()).merge(mass)


def territories_of(root: Ground, levels: Sequence[str]) -> dict[tuple[str, str], list[Ground]]:
    """By (level, code): the grounds that make up a territory; those that straddle a border have several."""
    found: dict[tuple[str, str], list[Ground]] = {}
    for ground in _below(root):
        code = ground.path[-1]
        if code is not None:
            found.setdefault((levels[len(ground.path) - 1], code), []).append(ground)
    return found


def hidden_grounds(root: Ground, shown: Collection[Path]) -> list[Path]:
    """The paths that are not shown, parts without a territory of their own included."""
    return sorted((ground.path for ground in _below(root) if ground.path not in shown), key=_order)


def _below(root: Ground) -> Iterator[Ground]:
    waiting = [root]
    while waiting:
        for child in waiting.pop().children.values():
            yield child
            waiting.append(child)


def _order(path: Path) -> tuple[str, ...]:
    return tuple(code or "" for code in path)


def corrected(
    before: Sequence[Share],
    now: Sequence[Share],
    thresholds: Thresholds,
    *,
    barred: Collection[Path],
    depth: int,
) -> list[Share]:
    """The shares of a year whose quarters are told already, with the corrections that may be told since.

    The year less its quarters tells what was corrected in between: where that concerns too few people, or too
    few firms, the year repeats the quarters. One territory of the last level told by quarter (`depth` codes)
    is taken as a whole, those hidden beside each other together.
    """
    changes: dict[Path, Mass] = {}
    for share in _differences(before, now):
        changes.setdefault(_unit(share.path, barred, depth), Mass()).add(share)
    withheld = {unit for unit, mass in changes.items() if not mass.safe(thresholds)}
    return [
        *(share for share in now if _unit(share.path, barred, depth) not in withheld),
        *(share for share in before if _unit(share.path, barred, depth) in withheld),
    ]


def _differences(before: Sequence[Share], now: Sequence[Share]) -> Iterator[Share]:
    """What changed, as hours that have no sign: a correction down concerns its people as one up does."""
    hours: Counter[tuple[Path, Hashable, Hashable, Hashable]] = Counter()
    for sign, shares in ((-1, before), (1, now)):
        for share in shares:
            hours[share.path, share.person, share.firm, share.contract] += sign * share.hours
    for (path, person, firm, contract), changed in hours.items():
        if changed:
            yield Share(path, person, firm, contract, abs(changed))


def _unit(path: Path, barred: Collection[Path], depth: int) -> Path:
    """The widest ground on the way down that is hidden stands with the others hidden in its parent."""
    for length in range(1, depth + 1):
        if path[:length] in barred:
            return (*path[: length - 1], "hidden")
    return path[:depth]
