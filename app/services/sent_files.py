"""A file that is answered while it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class SentFile:
    """What its answer says of it, and its bytes in order; how many, where that is known (`size`)."""

    media_type: str
    name: str
    pieces: Iterable[bytes]
    size: int | None = None
