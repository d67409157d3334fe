"""The ways in which the same figures are answered, which must never differ."""

from collections.abc import Callable
from typing import TypeVar
from unittest.mock import patch

from app.services import territory_hours
from app.services.folding import fold
from app.services.work import Means

Answer = TypeVar("Answer")


def either_way(ask: Callable[[], Answer]) -> Answer:
    """Ask from every line, and from what is kept and what moved since."""
    with patch.object(territory_hours, "kept_for", return_value=None):
        from_lines = ask()
    kept = ask()
    assert kept == from_lines
    return kept


def every_way(means: Means, ask: Callable[[], Answer]) -> Answer:
    """The same, before and after what moved is folded."""
    before = either_way(ask)
    fold(means)
    assert ask() == before
    return before
