"""Settled positions: which of them an instant names, so that an answer given once is given for ever."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.db.queries import changes as queries
from app.errors import FieldError, InvalidPayload, Text, Unavailable
from app.principal import SERVICE
from app.services.changes import settle
from app.services.work import writing

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.work import Reader

TRIES = 100
PAUSE_SECONDS = 0.02
FUTURE = Text("Instant futur : nul ne sait encore ce qui sera connu.", "Future instant: not known yet.")


def position_known_at(reader: Reader, instant: datetime) -> int:
    """The last position sealed at or before an instant; 0 when there was none yet.

    An answer is for ever only once a seal stands at or after its instant: no later one can then come before
    it, however far the clocks of two machines differ. For an instant later than the last seal, such a seal is
    made, in transactions of its own: the one reading that writes. InvalidPayload for an instant that has not
    come, Unavailable while other runs keep settling. The caller's view of the database begins anew.
    """
    _refuse_future(reader, instant)
    for _ in range(TRIES):
        if _is_final(reader, instant):
            found = queries.position_at(reader.session, instant)
            return found.position if found else 0
        with reader.session.across():
            waiting = queries.has_open_changes(reader.session)
        # Its connection goes back first: a request that waits for a second one while it holds a first
        # could stall the whole pool.
        _look_anew(reader)
        if not waiting:
            # Something must carry the seal that fixes the instant.
            with writing(reader.means, SERVICE, reader.request_id) as writer:
                writer.record("position.fixed")
        if not settle(reader.means, not_before=instant):
            time.sleep(PAUSE_SECONDS)
    raise Unavailable(headers={"Retry-After": "1"})


def _refuse_future(reader: Reader, instant: datetime) -> None:
    last = queries.last_seal(reader.session)
    # Seals of one run after another never share an instant: the last may be just ahead of the clock.
    if instant > reader.now and (last is None or instant > last.sealed_at):
        raise InvalidPayload(errors=[FieldError("/query/known_at", "future_instant", FUTURE)])


def _is_final(reader: Reader, instant: datetime) -> bool:
    last = queries.last_seal(reader.session)
    return last is not None and instant <= last.sealed_at


def _look_anew(reader: Reader) -> None:
    reader.session.rollback()
