"""What an issuer published, kept for a while: its description and its keys."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from app.errors import IssuerUnavailable
from app.issuers.fetching import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.clock import Clock

# Asked for again after the first; used until the second while the issuer does not answer.
FRESH = timedelta(minutes=10)
KEPT = timedelta(hours=1)
# A token may name a key that is new: no sender of made-up names makes us ask more often than this.
AGAIN = timedelta(seconds=30)
# After a failure everybody is told at once for as long, instead of each waiting for its own.
PAUSE = timedelta(seconds=3)

Document = TypeVar("Document")


def unavailable() -> IssuerUnavailable:
    """The problem, with the delay after which the issuer is asked again."""
    return IssuerUnavailable(headers={"Retry-After": str(int(PAUSE.total_seconds()))})


class Kept(Generic[Document]):
    """One published document, asked for by one thread at a time."""

    def __init__(self, load: Callable[[], Document], clock: Clock, report: Callable[[str], None]) -> None:
        """`load` asks the issuer; `report` is told the reason of each failure."""
        self._load = load
        self._clock = clock
        self._report = report
        self._lock = threading.Lock()
        self._found: tuple[datetime, Document] | None = None
        self._failed_at: datetime | None = None

    def read(self) -> Document:
        """The document, asked for when it is not fresh; IssuerUnavailable when none can be used."""
        with self._lock:
            if self._found and self._age(self._found[0]) < FRESH:
                return self._found[1]
            try:
                return self._ask()
            except IssuerUnavailable:
                if self._found and self._age(self._found[0]) < KEPT:
                    return self._found[1]
                raise

    def read_again(self) -> Document:
        """The document as it is now, or as it was less than `AGAIN` ago; IssuerUnavailable."""
        with self._lock:
            if self._found and self._age(self._found[0]) < AGAIN:
                return self._found[1]
            return self._ask()

    def _ask(self) -> Document:
        if self._failed_at is not None and self._age(self._failed_at) < PAUSE:
            raise unavailable()
        try:
            document = self._load()
        except UnreachableError as error:
            self._failed_at = self._clock.now()
            self._report(error.reason)
            raise unavailable() from None
        self._found, self._failed_at = (self._clock.now(), document), None
        return document

    def _age(self, at: datetime) -> timedelta:
        return self._clock.now() - at
