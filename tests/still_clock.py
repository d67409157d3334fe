"""A clock for tests: time stands still until it is told otherwise."""

from datetime import datetime, timedelta


class StillClock:
    """A clock that a test sets."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def wait(self, seconds: int = 60) -> datetime:
        self.instant += timedelta(seconds=seconds)
        return self.instant
