"""Which parts of a whole may be told apart without telling where a few people live (domain §6, parameter).

A part is told when enough people stand in it; so must those be who are left when the told parts are taken
away, since they could be worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=str)


def told_apart(
    parts: Mapping[Key, frozenset[object]], unplaced: Iterable[object], fewest: int
) -> frozenset[Key]:
    """Return the parts that may be told, given the people in each and those in none.

    When fewer than `fewest` people, but not nobody, are left outside the told parts, the smallest told part
    joins them (of equals, the last by key): it has `fewest` itself, so that one is enough.
    """
    told = {key for key, people in parts.items() if len(people) >= fewest}
    rest = {person for key, people in parts.items() if key not in told for person in people} | set(unplaced)
    if told and 0 < len(rest) < fewest:
        told.remove(min(sorted(told, reverse=True), key=lambda key: len(parts[key])))
    return frozenset(told)
