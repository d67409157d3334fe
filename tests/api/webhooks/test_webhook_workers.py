"""Several workers, a receiver that is slow, a log that grows old."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from app.clock import new_id
from app.db.tables import OpenChange
from app.exchange.outgoing import Outgoing
from app.principal import SERVICE
from app.services import deliveries
from app.services.work import writing
from app.worker import Sending, Worker, drain
from tests.api.builders import Service, add_contract
from tests.api.hooks import PAUSE, hook, serve, tell
from tests.api.receiving import Receiver, receiving

Started = Callable[[], None]
WORKERS, HOOKS, EVENTS = 4, 3, 8
PATIENCE_SECONDS = 60.0


def wait_for(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def open_changes(service: Service) -> int:
    with service.means.database.read() as session:
        return session.scalar(select(func.count()).select_from(OpenChange)) or 0


@contextmanager
def beside(service: Service) -> Iterator[Started]:
    """A worker with two threads that send, which waits long for an answer; ended with the block."""
    means = replace(service.means, outgoing=Outgoing(allow_private=True, whole_seconds=PATIENCE_SECONDS))
    worker = Worker(means, sending=Sending(threads=2))
    thread = Thread(target=worker.run)
    try:
        yield thread.start
    finally:
        worker.stop.set()
        if thread.ident is not None:
            thread.join(PATIENCE_SECONDS)


def test_several_workers_send_each_event_once_and_one_at_a_time_to_each_address(service: Service) -> None:
    contract = add_contract(service)
    with ExitStack() as stack:
        receivers = [stack.enter_context(receiving()) for _ in range(HOOKS)]
        for receiver in receivers:
            receiver.seconds = 0.02
            hook(service, receiver.url)
        tell(service, contract, *["hire.updated"] * EVENTS)
        service.clock.moment += timedelta(seconds=2)

        def work(_: int) -> None:
            while deliveries.serve(service.means, PAUSE):
                pass

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))
    for receiver in receivers:
        assert len(receiver.received) == len(set(receiver.ids())) == EVENTS
        # In the order of the feed, the next one after the answer to the one before.
        assert receiver.most_at_once == 1
        positions = [json.loads(item.body)["data"]["position"] for item in receiver.received]
        assert positions == sorted(positions)


def test_a_receiver_that_is_slow_holds_up_neither_the_feed_nor_another_address(
    service: Service, receiver: Receiver
) -> None:
    contract = add_contract(service)
    with receiving() as slow, beside(service) as start:
        slow.released.clear()
        hook(service, slow.url)
        tell(service, contract, "hire.declared")
        service.clock.moment += timedelta(seconds=2)
        start()
        assert slow.arrived.wait(PATIENCE_SECONDS)
        # Meanwhile something else happens, and somebody else is told of it.
        hook(service, receiver.url)
        with writing(service.means, SERVICE, "test") as writer:
            writer.record("test.changed", contract_id=contract)
            writer.announce("hire.ended", "hire", new_id())
        assert wait_for(lambda: open_changes(service) == 0)
        service.clock.moment += timedelta(seconds=2)
        assert receiver.arrived.wait(PATIENCE_SECONDS)
        assert (slow.under_way, len(slow.received)) == (1, 1)
        slow.released.set()
        assert wait_for(lambda: len(slow.received) == 2)


def test_what_ended_long_ago_is_forgotten_and_nothing_else(
    service: Service, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "FORGOTTEN_AT_ONCE", 2)
    contract, begun = add_contract(service), service.clock.moment
    made, down = hook(service, receiver.url), hook(service, "http://127.0.0.1:9/hook")
    tell(service, contract, *["hire.updated"] * 5)
    serve(service)
    service.clock.moment = begun + timedelta(days=29)
    tell(service, contract, "hire.ended")
    serve(service)
    recent = [
        item["id"]
        for item in made.deliveries()
        if item["created_at"] > (begun + timedelta(days=1)).isoformat()
    ]
    assert len(made.deliveries()) == len(recent) + 5
    waiting = [item["id"] for item in down.deliveries(state="queued")]
    # The first five ended two seconds after the beginning.
    service.clock.moment = begun + timedelta(days=30, seconds=1)
    assert deliveries.plan_forgetting(service.means, 30)
    drain(service.means)
    assert len(made.deliveries()) == len(recent) + 5
    service.clock.moment = begun + timedelta(days=31)
    assert deliveries.plan_forgetting(service.means, 30)
    assert not deliveries.plan_forgetting(service.means, 30)
    drain(service.means)
    assert [item["id"] for item in made.deliveries()] == recent
    assert [item["id"] for item in down.deliveries(state="queued")] == waiting
    assert recent
    assert waiting
    service.clock.moment = begun
