"""Which contracts' hours of a year may be told one by one beside the published figures of that year.

Whoever reads them subtracts them: from the cells of the year, under each indicator, and from those of its
quarters. A contract is told when enough people worked on it, and when every block of published figures in
which it has hours is still safe without the contracts that are told (`app.rules.secrecy`): nobody is found by
leaving told contracts away. That a firm did so many hours for a public buyer is the firm's own commitment and
hides nobody else; the firms of what is left stay as hidden as they were.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.rules.secrecy import Mass

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

    from app.rules.codes import Indicator
    from app.rules.secrecy import Path, Share, Thresholds

    # A piece of ground that the published figures tell apart from the others, under one category.
    Block = tuple[int, Path, str]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Table:
    """Published cells: the hours behind them, the grounds that are told, and the columns of an indicator.

    `columns`: by category, the column it is told in; empty for the total alone.
    """

    shares: Sequence[Share]
    shown: Collection[Path]
    indicator: Indicator | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def block_of(self, share: Share) -> tuple[Path, str] | None:
        """The narrowest told ground on the way down, without those told inside it; None where none is."""
        ground: Path = ()
        for length in range(1, len(share.path) + 1):
            if share.path[:length] not in self.shown:
                break
            ground = share.path[:length]
        if not ground:
            return None
        if self.indicator is None:
            return ground, ""
        return ground, self.columns[share.categories.get(self.indicator, UNKNOWN)]


def told_contracts(
    shares: Sequence[Share], tables: Sequence[Table], thresholds: Thresholds, never: Collection[Hashable] = ()
) -> dict[Hashable, int]:
    """The contracts that may be told, each with its hours of the year (hundredths).

    `shares` of the year; `tables`: everything published of it. `never`: contracts that stay untold.
    """
    whole: defaultdict[Hashable, Mass] = defaultdict(Mass)
    for share in shares:
        whole[share.contract].add(share)
    told = {
        contract
        for contract, mass in whole.items()
        if contract not in never and len(mass.people) >= thresholds.people
    }
    blocks = _blocks(tables)
    places: defaultdict[Hashable, list[Block]] = defaultdict(list)
    for block, masses in blocks.items():
        for contract in masses:
            places[contract].append(block)
    waiting = list(blocks)
    while waiting:
        block = waiting.pop()
        inside = told & blocks[block].keys()
        if not inside or _safe_without(blocks[block], inside, thresholds):
            continue
        # The smallest stands with those that are left; of equals, the last.
        least = min(sorted(inside, key=str, reverse=True), key=lambda contract: len(whole[contract].people))
        told.remove(least)
        waiting += places[least]
    return {contract: whole[contract].hours for contract in told}


def _blocks(tables: Sequence[Table]) -> dict[Block, dict[Hashable, Mass]]:
    """By block: what each contract has in it."""
    found: dict[Block, dict[Hashable, Mass]] = {}
    for number, table in enumerate(tables):
        for share in table.shares:
            block = table.block_of(share)
            if block is not None:
                masses = found.setdefault((number, *block), {})
                masses.setdefault(share.contract, Mass()).add(share)
    return found


def _safe_without(
    masses: Mapping[Hashable, Mass], told: Collection[Hashable], thresholds: Thresholds
) -> bool:
    """Whether what is left of a block without the told contracts is somebody's, and safe."""
    rest = Mass()
    for contract, mass in masses.items():
        if contract not in told:
            rest.merge(mass)
    # With nobody left, one indicator would tell how the told contracts differ under another.
    return bool(rest.people) and rest.safe(thresholds)
