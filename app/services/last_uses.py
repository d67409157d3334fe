"""When keys and memberships were last used: held in memory, written by the minute, never by a request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.db.queries.access import keep_last_uses

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.db.session import Database

# How often a process writes what it holds. What is shown is then at most that old, and cut to the minute.
FLUSH_SECONDS = 60.0


class LastUses:
    """The last uses that this process has seen and not yet written."""

    def __init__(self) -> None:
        """Nothing was used yet."""
        self._lock = threading.Lock()
        self._held: dict[UUID, datetime] = {}

    def note(self, credential_id: UUID, at: datetime) -> None:
        """Remember that a key or a membership was used."""
        with self._lock:
            self._held[credential_id] = at.replace(second=0, microsecond=0)

    def flush(self, database: Database) -> int:
        """Write them in one short transaction; returns how many. On an error they wait for the next time."""
        with self._lock:
            taken, self._held = self._held, {}
        if not taken:
            return 0
        try:
            with database.write() as session:
                keep_last_uses(session, taken)
        except BaseException:
            with self._lock:
                self._held = {**taken, **self._held}
            raise
        return len(taken)
