"""What happened: the feed of settled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import changes as queries
from app.schemas.events import EventOut, EventPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from app.db.tables import Event
    from app.schemas.events import FeedWalk
    from app.services.work import Reader

# No change announces as many: it bounds the only page that may be longer than asked.
MOST_PER_CHANGE = 10_000


def read_feed(reader: Reader, walk: FeedWalk) -> EventPage:
    """The settled events the caller may know after a position, whole changes at a time.

    A change with more events than `limit` comes whole: a cursor never points inside a change.
    """
    # The end is read first: what is settled after that belongs to the next page.
    last = queries.last_seal(reader.session)
    end = max(walk.after, last.position if last else 0)
    rows = _rows(reader, walk.after, walk.limit + 1)
    if len(rows) <= walk.limit:
        return _page(rows, end)
    cut = rows[-1][0]
    kept = [row for row in rows if row[0] < cut]
    if not kept:
        kept = [row for row in _rows(reader, walk.after, MOST_PER_CHANGE) if row[0] == cut]
    return _page(kept, kept[-1][0])


def read_event(reader: Reader, position: int, ordinal: int) -> EventOut | None:
    """One event as the feed tells it now; None when the caller may not know of it, or no longer."""
    query = queries.event_at(reader.principal, reader.today, position, ordinal)
    row = reader.session.execute(query).one_or_none()
    return _told(row) if row else None


def _rows(reader: Reader, after: int, limit: int) -> Sequence[Row[int, datetime, str, Event]]:
    return reader.session.execute(queries.events_after(reader.principal, reader.today, after, limit)).all()


def _page(rows: Sequence[Row[int, datetime, str, Event]], following: int) -> EventPage:
    return EventPage(items=[_told(row) for row in rows], next=following)


def _told(row: Row[int, datetime, str, Event]) -> EventOut:
    position, at, _, event = row
    return EventOut(
        id=f"{position}-{event.ordinal}",
        position=position,
        at=at,
        type=event.type,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        contract_id=event.contract_id,
    )
