"""The terms of a clause as they are kept, read once whoever asks for them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.rules.terms_json import kept_terms_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.rules.terms import Terms

KEPT = 10_000


def kept_terms(stored: Mapping[str, Any]) -> Terms:
    """Terms as stored, as the rules read them.

    Told apart by what they say, not by their number: one never committed leaves its number to another.
    """
    return _read(json.dumps(stored))


@lru_cache(maxsize=KEPT)
def _read(text: str) -> Terms:
    return kept_terms_from_json(json.loads(text))
