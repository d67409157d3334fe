"""Settling: giving committed changes their order, and proving later that nobody touched them.

A timestamp taken inside a transaction is not commit order. So a change first commits without a position;
`settle` then numbers the committed ones, one run at a time, and chains each to the one before by a hash.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.db.queries import changes as queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.db.session import ReadSession
    from app.db.tables import Change, ChangeObject, Seal
    from app.services.work import Means

BATCH = 500
FIRST_HASH = bytes(32)
TICK = timedelta(microseconds=1)


def settle(means: Means, *, not_before: datetime | None = None) -> int:
    """Give a position to every committed change that has none; returns how many got one.

    Each run's instant is later than the one before, whatever the clocks of the machines say, and not before
    the instant asked. Does nothing while another run is under way: that run, or the next, will see the same
    changes.
    """
    settled = 0
    while count := _settle_batch(means, not_before):
        settled += count
        if count < BATCH:
            break
    return settled


def _settle_batch(means: Means, not_before: datetime | None) -> int:
    with means.database.read() as probe:
        # Taking the write lock for nothing would slow SQLite's other writers.
        if not queries.has_open_changes(probe):
            return 0
    with means.database.write() as session:
        if not queries.try_settle_lock(session):
            return 0
        rows = queries.open_changes(session, BATCH)
        if not rows:
            return 0
        touched = queries.objects_of(session, [change.id for _, change in rows])
        last = queries.last_seal(session)
        position, previous = (last.position, last.hash) if last else (0, FIRST_HASH)
        sealed_at = _next_instant(means.clock.now(), last, not_before)
        seals = []
        for _, change in rows:
            position += 1
            sealed = seal_hash(previous, position, sealed_at, change, touched.get(change.id, []))
            seals.append(
                {
                    "position": position,
                    "change_id": change.id,
                    "sealed_at": sealed_at,
                    "previous_hash": previous,
                    "hash": sealed,
                }
            )
            previous = sealed
        queries.append_seals(session, seals, [sequence for sequence, _ in rows])
        return len(rows)


def _next_instant(now: datetime, last: Seal | None, not_before: datetime | None) -> datetime:
    # An answer given as known at the last run's instant must stay the same: nothing may join that instant.
    earliest = [now, *([last.sealed_at + TICK] if last else []), *([not_before] if not_before else [])]
    return max(earliest)


def seal_hash(
    previous: bytes, position: int, sealed_at: datetime, change: Change, objects: Sequence[ChangeObject]
) -> bytes:
    """SHA-256 over the previous hash and the part of a change that is kept for ever.

    Who acted and in which request is left out: those details are dropped after the retention of logs, and
    the chain must still verify then.
    """
    kept: dict[str, Any] = {
        "position": position,
        "sealed_at": sealed_at.isoformat(timespec="microseconds"),
        "change": str(change.id),
        "at": change.at.isoformat(timespec="microseconds"),
        "action": change.action,
        "contract": str(change.contract_id or ""),
        "objects": [[item.object_type, str(item.object_id), item.fields] for item in objects],
    }
    canonical = json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(previous + canonical).digest()


def broken_seals(session: ReadSession) -> list[int]:
    """Positions whose seal does not follow from its change and its predecessor; empty when all is well."""
    broken: list[int] = []
    position, previous = 0, FIRST_HASH
    while rows := queries.seals_after(session, position, BATCH):
        touched = queries.objects_of(session, [change.id for _, change in rows])
        for seal, change in rows:
            expected = seal_hash(previous, seal.position, seal.sealed_at, change, touched.get(change.id, []))
            gap = seal.position != position + 1
            if gap or seal.previous_hash != previous or seal.hash != expected:
                broken.append(seal.position)
            position, previous = seal.position, seal.hash
    return broken


def sealed_changes(session: ReadSession) -> int:
    """How many changes have their position."""
    last = queries.last_seal(session)
    return last.position if last else 0
