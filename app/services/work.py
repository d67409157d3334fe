"""What every use case works with: a session, who asks, the time, and the change being made."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.clock import Clock, SystemClock, day_of, new_id
from app.db.queries.rows import add_rows
from app.db.session import Viewer
from app.db.tables import Change, ChangeObject, Event, OpenChange, UnfoldedChange, Version
from app.exchange.outgoing import Outgoing
from app.issuers.identifying import Issuers
from app.principal import SERVICE
from app.schemas.event_types import EVENT_TYPES
from app.services.last_uses import LastUses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.crypto import Keyring
    from app.db.session import Database, ReadSession, WriteSession
    from app.exchange.connector import Connector
    from app.exchange.mail import Mailer
    from app.principal import Principal


@dataclass(frozen=True, slots=True)
class Means:
    """What the process gives every use case, built once at start."""

    database: Database
    clock: Clock
    keyring: Keyring
    # None, for processes that take no tokens.
    issuers: Issuers = field(default_factory=lambda: Issuers((), SystemClock()))
    last_uses: LastUses = field(default_factory=LastUses)
    # How addresses that users give are called.
    outgoing: Outgoing = field(default_factory=Outgoing)
    # Those that are on, by name.
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    # None, where no mail server is set.
    mailer: Mailer | None = None


@dataclass(slots=True)
class Reader:
    """A use case that only reads."""

    session: ReadSession
    principal: Principal
    means: Means
    request_id: str

    @property
    def now(self) -> datetime:
        """The present instant, UTC."""
        return self.means.clock.now()

    @property
    def today(self) -> date:
        """The present day in France."""
        return day_of(self.now)

    @property
    def keyring(self) -> Keyring:
        """The service's keys."""
        return self.means.keyring


@dataclass(frozen=True, slots=True)
class Recorded:
    """The change that a transaction makes, and the contract under which it is filed."""

    id: UUID
    contract_id: UUID | None


class Writer(Reader):
    """A use case that writes: everything it adds belongs to one change, committed as a whole."""

    __slots__ = ("_events", "_intent", "_moved", "_objects", "change")

    session: WriteSession
    # What the change touched: rows, written when it closes.
    _objects: list[dict[str, Any]]

    def __init__(self, session: WriteSession, principal: Principal, means: Means, request_id: str) -> None:
        """Start with no change: a use case that finds nothing to do records none."""
        super().__init__(session, principal, means, request_id)
        self.change: Recorded | None = None
        self._intent: str | None = None
        self._moved: set[UUID] = set()
        self._objects = []
        self._events = 0

    def record(self, action: str, *, contract_id: UUID | None = None) -> UUID:
        """Open the change of this transaction, for example `hire.declared`; returns its id."""
        if self.change is not None:
            message = "One transaction makes one change."
            raise RuntimeError(message)
        self.change = Recorded(new_id(), contract_id)
        row = {
            "id": self.change.id,
            "at": self.now,
            "organisation_id": self.principal.organisation_id,
            "role": self.principal.role,
            "key_id": self.principal.key_id,
            "membership_id": self.principal.membership_id,
            "request_id": self.request_id,
            "action": action,
            "contract_id": contract_id,
        }
        # At once: what is written under it may be seen because of it.
        add_rows(self.session, Change, [row])
        return self.change.id

    def intend(self, action: str) -> None:
        """Name the change to come, where what is found to move decides under which contract it is filed."""
        self._intent = action

    def begin(self, action: str, *, contract_id: UUID | None = None) -> None:
        """Open the change unless it is open: for work that may find nothing to move."""
        if self.change is None:
            self.record(self._intent or action, contract_id=contract_id)

    @property
    def change_id(self) -> UUID:
        """The id of the open change; a programming error before `record`."""
        if self.change is None:
            message = "Nothing is written outside a change."
            raise RuntimeError(message)
        return self.change.id

    def touch(self, object_type: str, object_id: UUID, *fields: str) -> None:
        """Note in the audit trail that the change set these fields of this object (names, no values)."""
        self._objects.append(
            {
                "change_id": self.change_id,
                "ordinal": len(self._objects) + 1,
                "object_type": object_type,
                "object_id": object_id,
                "fields": sorted(fields),
            }
        )

    def announce(
        self,
        event: str,
        subject_type: str,
        subject_id: UUID,
        *,
        declarant_id: UUID | None = None,
        own: bool = False,
        contract_id: UUID | None = None,
    ) -> None:
        """Tell integrators; with `declarant_id`, contractors other than that one are not told.

        `own`: told to who acts alone, whatever contract the change is filed under. `contract_id`: the
        contract it is about, where the change is filed under none. Who may not read what an event is about
        is not told (`app/db/queries/event_readers.py`).

        A type that integrators were not told of (`EVENT_TYPES`) is a fault of the caller's: ValueError.
        """
        if EVENT_TYPES.get(event) != subject_type:
            message = f"{event} of a {subject_type} is missing in app/schemas/event_types.py"
            raise ValueError(message)
        self._events += 1
        # With the other objects, in one flush: who gives up its place on a contract still tells of it.
        self.session.add(
            Event(
                change_id=self.change_id,
                ordinal=self._events,
                type=event,
                subject_type=subject_type,
                subject_id=subject_id,
                contract_id=contract_id or (self.change.contract_id if self.change and not own else None),
                declarant_id=declarant_id,
            )
        )

    def keep_version(
        self,
        subject_type: str,
        subject_id: UUID,
        *,
        owner_id: UUID,
        number: int,
        effective_on: date,
        snapshot: dict[str, Any],
    ) -> None:
        """Keep what this change made of an input of compliance, for answers as known at a past instant."""
        self.session.add(
            Version(
                owner_id=owner_id,
                subject_id=subject_id,
                number=number,
                subject_type=subject_type,
                effective_on=effective_on,
                snapshot=snapshot,
                change_id=self.change_id,
            )
        )

    def move_figures(self, contract_id: UUID) -> None:
        """Note that a contract's hours move, whose they are or who sees them: what is kept is folded anew."""
        self._moved.add(contract_id)

    def close(self) -> None:
        """Write the trail and queue the change for settling, last before the commit (see `OpenChange`)."""
        self.session.flush()
        if self.change is not None:
            change_id, filed = self.change.id, self.change.contract_id
            add_rows(self.session, ChangeObject, self._objects)
            noted = [
                {"contract_id": found, "change_id": change_id, "figures": found in self._moved}
                for found in sorted(self._moved if filed is None else self._moved | {filed})
            ]
            add_rows(self.session, UnfoldedChange, noted)
            add_rows(self.session, OpenChange, [{"change_id": change_id, "contract_id": filed}])


def viewer_of(principal: Principal, means: Means) -> Viewer | None:
    """For whom a session of this principal looks; None for the service itself."""
    if principal == SERVICE:
        return None
    return Viewer.of(principal, day_of(means.clock.now()))


@contextlib.contextmanager
def reading(means: Means, principal: Principal, request_id: str) -> Iterator[Reader]:
    """A reader on a session of its own."""
    with means.database.read(viewer_of(principal, means)) as session:
        yield Reader(session, principal, means, request_id)


@contextlib.contextmanager
def writing(means: Means, principal: Principal, request_id: str) -> Iterator[Writer]:
    """A writer on a transaction of its own, committed when the block ends without error."""
    with means.database.write(viewer_of(principal, means)) as session:
        writer = Writer(session, principal, means, request_id)
        yield writer
        writer.close()
