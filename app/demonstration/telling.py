"""Telling the story, whole, and making the keys of a demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.demonstration import hours, records, story
from app.demonstration.client import Caller
from app.demonstration.story import Story
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.demonstration.records import File


def tell(address: str, admin_key: str, files: Iterable[File], say: Callable[[str], None]) -> Story:
    """Play every step on these files against a running service, saying each; Unexpected when it differs."""
    telling = Story(address, Caller(address, admin_key), say)
    story.begin(telling, files)
    hours.go_on(telling)
    return telling


def keys_by_role(telling: Story) -> dict[str, str]:
    """One key per role, of those who play in the story or might."""
    for name, siret in (
        ("insertion_structure", records.INSERTION_STRUCTURE),
        ("prescriber", records.PRESCRIBER),
    ):
        telling.admin.put(f"/v1/organisations/{siret}", {"name": records.NAMES[siret], "seat": None})
        telling.caller(name, siret, name)
    callers = {**telling.callers, "admin": telling.admin}
    return {role.value: callers[role].key for role in Role}
