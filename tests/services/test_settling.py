"""Settling under many writers at once: one position each, no gap, no effect before its cause."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID, uuid4

import pytest

from app.clock import SystemClock, new_id
from app.crypto import Keyring
from app.db.session import Database
from app.principal import SERVICE
from app.schemas.events import FeedWalk
from app.services.changes import broken_seals, settle
from app.services.events import read_feed
from app.services.work import Means, reading, writing
from app.settings import DEVELOPMENT_SECRET

WRITERS, CHANGES_EACH = 16, 15


@pytest.fixture
def means(database_url: str) -> Iterator[Means]:
    database = Database(database_url, pool_size=WRITERS + 4)
    yield Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET))
    database.dispose()


class History:
    """What the writers saw: for each change, one that had been committed before it began."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last: UUID | None = None
        self.causes: dict[UUID, UUID | None] = {}

    def write(self, means: Means, seed: int) -> None:
        random = Random(seed)  # noqa: S311 - reproducible delays, no secret
        for _ in range(CHANGES_EACH):
            cause = self.last
            subject = new_id()
            with writing(means, SERVICE, "test") as writer:
                writer.record("test.written")
                writer.touch("test", subject, "field")
                writer.announce("contract.updated", "contract", subject)
                writer.session.flush()
                if random.random() < 0.2:
                    # Others that began later commit first: ids and times are not the order of commits.
                    time.sleep(0.02)
            with self.lock:
                self.causes[subject] = cause
                self.last = subject


def follow(means: Means, stop: threading.Event, seen: list[tuple[int, UUID]]) -> None:
    """Read the feed as an integrator would, page after page, until the end after `stop`."""
    after = 0
    while True:
        ending = stop.is_set()
        with reading(means, SERVICE, "test") as reader:
            page = read_feed(reader, FeedWalk(after=after, limit=7))
        seen += [(item.position, item.subject_id) for item in page.items]
        if ending and page.next == after:
            return
        after = page.next


def keep_settling(means: Means, stop: threading.Event) -> None:
    while not stop.is_set():
        settle(means)
        time.sleep(0.001)


def test_sixteen_writers_two_settlers_and_a_reader(means: Means, monkeypatch: pytest.MonkeyPatch) -> None:
    # The clocks of several machines differ: the ids of changes do not ascend together.
    monkeypatch.setattr("app.services.work.new_id", uuid4)
    history, seen = History(), list[tuple[int, UUID]]()
    written, settled = threading.Event(), threading.Event()
    with ThreadPoolExecutor(WRITERS + 3) as pool:
        settlers = [pool.submit(keep_settling, means, written) for _ in range(2)]
        follower = pool.submit(follow, means, settled, seen)
        for writer in [pool.submit(history.write, means, seed) for seed in range(WRITERS)]:
            writer.result()
        written.set()
        for settler in settlers:
            settler.result()
        settle(means)
        settled.set()
        follower.result()
    position = {subject: place for place, subject in seen}
    assert [place for place, _ in seen] == list(range(1, WRITERS * CHANGES_EACH + 1))
    assert position.keys() == history.causes.keys()
    effects = [(cause, effect) for effect, cause in history.causes.items() if cause is not None]
    assert len(effects) > WRITERS
    assert [pair for pair in effects if position[pair[0]] >= position[pair[1]]] == []
    with means.database.read() as session:
        assert broken_seals(session) == []


def test_a_commit_that_comes_long_after_others_were_read_is_told_after_them(
    postgres_database_url: str,
) -> None:
    means = Means(Database(postgres_database_url), SystemClock(), Keyring(DEVELOPMENT_SECRET))
    late, early = new_id(), [new_id() for _ in range(3)]
    with writing(means, SERVICE, "test") as slow:
        slow.record("test.written")
        slow.announce("contract.updated", "contract", late)
        slow.session.flush()
        for subject in early:
            with writing(means, SERVICE, "test") as writer:
                writer.record("test.written")
                writer.announce("contract.updated", "contract", subject)
            settle(means)
        seen, after = _read_all(means, 0)
        assert seen == early
        # Nothing for a long time: the place to go on from stays.
        assert _read_all(means, after) == ([], after)
    settle(means)
    assert _read_all(means, after) == ([late], after + 1)
    means.database.dispose()


def _read_all(means: Means, after: int) -> tuple[list[UUID], int]:
    with reading(means, SERVICE, "test") as reader:
        page = read_feed(reader, FeedWalk(after=after, limit=200))
    return [item.subject_id for item in page.items], page.next
