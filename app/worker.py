"""The worker: gives committed changes their positions, does the jobs that are due, and plans daily work.

Several may run, on one machine or many: each step is taken under a lock by one of them.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from app.services import (
    audit,
    deliveries,
    directory,
    export_jobs,
    import_copies,
    imports,
    jobs,
    pool_answers,
    pools,
    publishing,
    reminders,
    retention,
    upkeep,
)
from app.services.changes import settle
from app.services.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.services.jobs import Handlers
    from app.services.work import Means

PAUSE_SECONDS, SENDING_PAUSE_SECONDS = 0.2, 0.5
FOLD_SECONDS = 1.0
FAULT_SECONDS = 2.0
PLAN_SECONDS = 60.0
STOP_SECONDS = 15.0
WITH_PARENT = "--with-parent"
log = structlog.get_logger()

HANDLERS: Handlers = {
    imports.IMPORT: imports.run_import,
    upkeep.RECOUNT: upkeep.recount,
    upkeep.RECOUNT_PERSON: upkeep.recount_person,
    upkeep.ROLL_OVER: upkeep.roll_over,
    upkeep.RECHECK: upkeep.recheck,
    upkeep.RECHECK_ALL: upkeep.recheck_all,
    upkeep.TELL_SPLIT: upkeep.tell_split,
    pools.TELL_POOL: pool_answers.tell_pool,
    retention.RETENTION: retention.keep_no_longer,
    audit.FORGET_ACTORS: audit.forget_actors,
    deliveries.FORGET_DELIVERIES: deliveries.forget_ended,
    import_copies.FORGET_COPIES: import_copies.forget_old,
    export_jobs.EXPORT: export_jobs.run_export,
    export_jobs.FORGET: export_jobs.forget,
    directory.CHECK: directory.check_organisations,
    publishing.PUBLISH: publishing.publish_due,
    reminders.REMIND: reminders.remind,
}


@dataclass(frozen=True, slots=True)
class Sending:
    """How many webhooks are served at once, when one that fails is paused, how long its log is kept."""

    threads: int = 0
    pause_days: int = 5
    log_days: int = 30


@dataclass(frozen=True, slots=True)
class Daily:
    """What daily work goes by.

    `answers_hours`: how long stored answers are kept; `file_days`: how long a table with problems is kept
    to be given back; `refresh_days`: after which the directory is asked again of an organisation;
    `publish_from`: the year from which releases are published, None for none.
    """

    answers_hours: int = 48
    file_days: int = 7
    refresh_days: int = 30
    publish_from: int | None = None


NOT_SENDING, BY_DEFAULT = Sending(), Daily()


class Worker:
    """One loop over settling, due jobs and planning, until `stop` is set. No error ends it.

    Folding and webhooks are done beside it, by threads of their own: no slow receiver holds it up.
    """

    def __init__(
        self,
        means: Means,
        *,
        daily: Daily | None = BY_DEFAULT,
        lease: timedelta = jobs.LEASE,
        stop: threading.Event | None = None,
        sending: Sending = NOT_SENDING,
    ) -> None:
        """Without `daily` no work of the day is planned; after the `lease` a silent worker is dead."""
        self.means = means
        self.stop = stop or threading.Event()
        self._daily = daily
        self._lease = lease
        self._sending = sending
        self._settled_at = 0.0
        self._planned_at = -PLAN_SECONDS

    def run(self) -> None:
        """Work until asked to stop; the job under way then goes back to the queue."""
        log.info("worker_started")
        senders = [
            threading.Thread(target=self._repeat, args=(self.send, SENDING_PAUSE_SECONDS))
            for _ in range(self._sending.threads)
        ]
        # What is folded late is read all the same; a change that is settled late is not told.
        beside = [threading.Thread(target=self._repeat, args=(self.fold, FOLD_SECONDS)), *senders]
        for thread in beside:
            thread.start()
        self._repeat(self.step, PAUSE_SECONDS)
        for thread in beside:
            thread.join()
        log.info("worker_stopped")

    def _repeat(self, step: Callable[[], bool], pause: float) -> None:
        while not self.stop.is_set():
            try:
                idle = 0.0 if step() else pause
            except Exception as error:  # noqa: BLE001 - a database that is away today is back tomorrow
                _log_fault(error)
                idle = FAULT_SECONDS
            self.stop.wait(idle)

    def send(self) -> bool:
        """Serve one webhook; returns whether there was one to serve."""
        return deliveries.serve(self.means, timedelta(days=self._sending.pause_days), self.stop.is_set)

    def step(self) -> bool:
        """Settle, plan, and do one job; returns whether there was anything to do."""
        settled = settle(self.means)
        self._settled_at = time.monotonic()
        if self._daily is not None and self._settled_at - self._planned_at >= PLAN_SECONDS:
            self._planned_at = self._settled_at
            self._plan(self._daily)
        worked = jobs.work(self.means, HANDLERS, breathe=self._breathe, report=_log_fault, lease=self._lease)
        return worked or settled > 0

    def _plan(self, daily: Daily) -> None:
        upkeep.plan_roll_over(self.means, daily.answers_hours)
        retention.plan_retention(self.means)
        audit.plan_forgetting(self.means)
        deliveries.plan_forgetting(self.means, self._sending.log_days)
        export_jobs.plan_forgetting(self.means)
        import_copies.plan_forgetting(self.means, daily.file_days)
        directory.plan_check(self.means, daily.refresh_days)
        publishing.plan_publishing(self.means, daily.publish_from)
        reminders.plan_reminders(self.means)

    def fold(self) -> bool:
        """Fold what is due for a while; it never hurries: more of the same territories at once is cheaper."""
        fold(self.means, seconds=FOLD_SECONDS)
        return False

    def _breathe(self) -> None:
        # A long job must not make the feed wait for its end.
        if self.stop.is_set():
            raise jobs.Stopping
        if time.monotonic() - self._settled_at >= PAUSE_SECONDS:
            settle(self.means)
            self._settled_at = time.monotonic()


def drain(means: Means, *, daily: Daily | None = BY_DEFAULT) -> None:
    """Do everything that is due now, then settle and fold; without `daily` only what was asked for."""
    worker = Worker(means, daily=daily)
    while worker.step():
        pass
    fold(means)


def run_until_signalled(worker: Worker, *, with_parent: bool = False) -> None:
    """Run in the main thread until SIGTERM or SIGINT; with a parent, also until the parent is gone."""

    def ask(number: int, frame: object) -> None:
        del number, frame
        worker.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    if with_parent:
        threading.Thread(target=_watch_parent, args=(worker.stop,), daemon=True).start()
    worker.run()


def _watch_parent(stop: threading.Event) -> None:
    # The parent holds the other end and never writes: end of file means that it is gone, however it went.
    while sys.stdin.buffer.read(1):
        pass
    stop.set()


@contextmanager
def beside(arguments: list[str]) -> Iterator[None]:
    """Keep a worker process running for as long as the block lasts, and none afterwards.

    `arguments` start it; the pipe on its standard input closes when this process ends, be it killed.
    """
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_child, args=([sys.executable, *arguments, WITH_PARENT], stop))
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep_child(command: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        # A session of its own: Ctrl-C in a terminal reaches the parent alone, which then ends the child.
        child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own
        while child.poll() is None and not stop.wait(PAUSE_SECONDS):
            pass
        _end_child(child)
        if not stop.is_set():
            log.error("worker_died", status=child.returncode)
            stop.wait(1)


def _end_child(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _log_fault(error: Exception) -> None:
    # The message of an exception may quote what was submitted; where it happened never does.
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-8:]]
    log.error("worker_fault", error=type(error).__name__, where=where)
