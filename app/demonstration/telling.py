"""Telling the story, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from app.demonstration import hours, story
from app.demonstration.client import Caller
from app.demonstration.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.demonstration.records import File

TIMEOUT_SECONDS = 60.0


def tell(address: str, admin_key: str, files: Iterable[File], say: Callable[[str], None]) -> Story:
    """Play every step on these files against a running service, saying each; Unexpected when it differs."""
    with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS) as http:
        telling = Story(http, Caller(http, admin_key), say)
        story.begin(telling, files)
        hours.go_on(telling)
    return telling
