"""The keys of a demonstration, kept for its owner's eyes so that a second start prints them again."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ONLY = 0o600


def write_keys(path: Path, keys: dict[str, str]) -> None:
    """Keep the keys in a file that only its owner reads, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(keys, file, indent=2)


def read_keys(path: Path) -> dict[str, str] | None:
    """The keys kept earlier, None when there are none, or a start was stopped while it wrote them."""
    if not path.exists():
        return None
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found
