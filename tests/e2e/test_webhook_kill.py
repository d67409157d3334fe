"""A worker killed after it sent and before it noted: the event is sent again under the same identifier."""

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.exchange.outgoing import Outgoing
from app.principal import Role
from app.services import deliveries
from tests.api.builders import BUYER, HeldClock, add_contract, serving
from tests.api.hooks import PAUSE, hook, tell
from tests.api.receiving import receiving
from tests.e2e.processes import command
from tests.forged import PATIENCE_SECONDS


def test_what_was_sent_and_not_noted_is_sent_again(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUSES_ALLOW_PRIVATE_ADDRESSES", "true")
    with serving(sqlite_url) as service, receiving() as receiver:
        outgoing = Outgoing(allow_private=True)
        service.means = service.client.app.state.means = replace(service.means, outgoing=outgoing)  # type: ignore[attr-defined] # the application
        service.clock.moment = datetime.now(UTC)
        made = hook(service, receiver.url)
        tell(service, add_contract(service), "hire.declared")
        receiver.released.clear()
        with command(sqlite_url, "worker") as worker:
            assert receiver.arrived.wait(PATIENCE_SECONDS)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        receiver.released.set()
        assert made.deliveries()[0]["attempts"] == []
        # Its lease ends, and another worker takes over.
        later = HeldClock(datetime.now(UTC))
        means = replace(service.means, clock=later)
        assert not deliveries.serve(means, PAUSE)
        later.moment += deliveries.LEASE + timedelta(seconds=1)
        assert deliveries.serve(means, PAUSE)
        first, second = receiver.ids()
        assert first == second
        (delivery,) = service.get(f"{made.path}/deliveries", BUYER, Role.BUYER).json()["items"]
        assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 1)
