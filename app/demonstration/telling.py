"""Telling the story, whole, and making the keys of a demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from app.demonstration import hours, records, story
from app.demonstration.client import Caller
from app.demonstration.story import Story
from app.principal import Role

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
        _complete_callers(telling)
    return telling


def keys_by_role(telling: Story) -> dict[str, str]:
    """One key per role, of those who played in the story or might have."""
    callers = {**telling.callers, "admin": telling.admin}
    return {role.value: callers[role].key for role in Role}


def _complete_callers(telling: Story) -> None:
    for role, siret in (
        (Role.INSERTION_STRUCTURE, records.INSERTION_STRUCTURE),
        (Role.PRESCRIBER, records.PRESCRIBER),
    ):
        telling.describe(siret, None)
        telling.caller(role, siret, role)
