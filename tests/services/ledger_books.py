"""The ledger watched step by step, and one person's claims on the contracts of several buyers."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.db.tables import Entry, Line
from app.services.verify import verify
from app.worker import drain
from tests.api.builders import (
    CONTRACTOR,
    Service,
    Worker,
)
from tests.api.declaring import (
    Body,
    accepted,
    corrected,
    line,
    read,
    sent,
    states,
)

STATES = ("pending", "held", "refused", "counted")
COLUMNS = [column.name for column in Entry.__table__.columns]


@dataclass
class Books:
    """The ledger as it was seen last: whatever happens next may only add to it."""

    service: Service
    seen: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)

    def check(self) -> None:
        found, lines = self._entries(), self._lines()
        assert self.seen.items() <= found.items(), "an entry was changed or lost"
        self.seen = found
        posted: dict[UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
        for entry in found.values():
            named = dict(zip(COLUMNS, entry, strict=True))
            posted[named["line_id"]][named["state"]] += named["hours"]
            if named["reverses_id"] is not None:
                reversed_entry = dict(zip(COLUMNS, found[named["reverses_id"]], strict=True))
                assert named["hours"] == -reversed_entry["hours"]
        for item in lines:
            assert {state: getattr(item, state) for state in STATES} == posted[item.id]
            assert sum(posted[item.id].values()) == item.worked + item.training
        assert verify(self.service.means.database).holds

    def _entries(self) -> dict[UUID, tuple[Any, ...]]:
        with self.service.means.database.read() as session:
            return {row.id: tuple(row) for row in session.execute(select(*Entry.__table__.columns))}

    def _lines(self) -> list[Line]:
        with self.service.means.database.read() as session:
            return list(session.scalars(select(Line)))


@dataclass
class Side:
    """One person's hire on the contract of one buyer, whose own staff reviews."""

    service: Service
    books: Books
    buyer: str
    contract_id: UUID
    worker: Worker
    firm: str = CONTRACTOR
    statement: Body = field(default_factory=dict)

    def claim(self, worked: str, **more: object) -> None:
        """Declare the month, or correct it."""
        declared = line(self.worker, worked, **more)
        if self.statement:
            self.statement = corrected(self.service, self.statement, declared, siret=self.firm)
        else:
            self.statement = sent(self.service, self.contract_id, declared, siret=self.firm)
        self.books.check()

    def withdraw(self) -> None:
        self.statement = corrected(self.service, self.statement, siret=self.firm)
        self.books.check()

    def accept(self) -> None:
        self.statement = accepted(self.service, self.statement, self.buyer)
        self.books.check()

    def now(self) -> dict[str, str]:
        """Where the hours stand, once the work queued meanwhile is done."""
        drain(self.service.means, daily=None)
        self.books.check()
        return states(read(self.service, self.statement, self.buyer))
