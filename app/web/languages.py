"""French unless the caller asks for English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.requests import Request

Language = Literal["fr", "en"]


def language_of(request: Request) -> Language:
    """The first of French and English in `Accept-Language`, by weight then order; French otherwise."""
    best: tuple[float, Language] = (0.0, "fr")
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        language: Language | None = "en" if tag.lower().startswith("en") else None
        if tag.lower().startswith("fr"):
            language = "fr"
        if language is not None and _weight(weight) > best[0]:
            best = (_weight(weight), language)
    return best[1]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
