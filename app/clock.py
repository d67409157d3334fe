"""Time and identifiers, injected so that tests can hold them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from uuid import UUID

PARIS = ZoneInfo("Europe/Paris")


class Clock(Protocol):
    """The present instant."""

    def now(self) -> datetime:
        """Timezone-aware instant in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Timezone-aware instant in UTC."""
        return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """Calendar day in France of an instant: contracts count days there, whatever the server's zone."""
    return instant.astimezone(PARIS).date()


def new_id() -> UUID:
    """A UUIDv7: ascending with time, so that primary keys double as a stable list order."""
    return uuid7()
