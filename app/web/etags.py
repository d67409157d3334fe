"""Versions as entity tags: `"<version>-<role>-<language>"`, compared on the version alone."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from app.errors import PreconditionRequired, StaleVersion

if TYPE_CHECKING:
    from starlette.requests import Request


def strong_etag(version: int, role: str, language: str) -> str:
    """A tag of what this role reads in this language at this version."""
    return f'"{version}-{role}-{language}"'


def weak_etag(content: bytes) -> str:
    """A tag of a computed answer, which has no version; `weak_etag = True` on a result asks for it."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def expected_version(request: Request) -> int:
    """The version the caller read; PreconditionRequired without `If-Match`, StaleVersion if unreadable."""
    header = request.headers.get("if-match")
    if header is None:
        raise PreconditionRequired
    number, _, _ = header.strip().strip('"').partition("-")
    # A tag of another shape was never given out for this resource, so it cannot be its current one. The
    # length bound keeps an absurd number away from the integer parser.
    if not number.isascii() or not number.isdigit() or len(number) > 12:  # noqa: PLR2004 - explained above
        raise StaleVersion
    return int(number)
