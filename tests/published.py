"""Where published files stand that the tests may read and the project does not hold."""

from pathlib import Path

import pytest

_PLACES = (folder / "shared" / "data" / "decp" for folder in Path(__file__).resolve().parents)
PUBLISHED = next((place for place in _PLACES if place.is_dir()), None)
needs_published = pytest.mark.skipif(PUBLISHED is None, reason="the folder of published files is not here")


def published(name: str) -> bytes:
    """One of the files; only under `needs_published`."""
    assert PUBLISHED is not None
    return (PUBLISHED / name).read_bytes()
