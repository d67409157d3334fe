"""Receivers that are down, slow, wrong or gone: nothing is lost, and nobody else waits."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.principal import Role
from app.services import deliveries
from app.services.changes import settle
from tests.api.builders import BUYER, Service, add_contract
from tests.api.hooks import PAUSE, hook, serve, tell
from tests.api.receiving import Receiver


class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "status", "problem"),
        [
            (500, 500, "unexpected_status"),
            (307, 307, "unexpected_status"),
            ("short", None, "connection"),
            ("long", None, "too_large"),
        ],
    )
    def test_what_fails_is_sent_again_under_the_same_identifier(
        self, service: Service, receiver: Receiver, answer: int | str, status: int | None, problem: str
    ) -> None:
        contract = add_contract(service)
        made = hook(service, receiver.url)
        tell(service, contract, "hire.declared")
        receiver.answer, receiver.headers = answer, {"Location": "/elsewhere"} if answer == 307 else {}
        serve(service)
        (delivery,) = made.deliveries()
        assert (delivery["state"], delivery["attempts"][0]["status"]) == ("queued", status)
        assert delivery["attempts"][0]["problem"] == problem
        receiver.answer = 204
        # The first pause is 5 s, by chance up to 6.
        serve(service, timedelta(seconds=4))
        assert len(receiver.received) == 1
        serve(service, timedelta(seconds=3))
        assert len(set(receiver.ids())) == 1
        assert [item.path for item in receiver.received] == ["/hook", "/hook"]
        assert made.deliveries()[0]["state"] == "delivered"
        assert made.now()["failing_since"] is None

    def test_a_receiver_that_is_down_or_slow_is_noted(self, service: Service, receiver: Receiver) -> None:
        down = hook(service, "http://127.0.0.1:9/hook")
        slow = hook(service, receiver.url)
        receiver.released.clear()
        down.post("/test")
        slow.post("/test")
        serve(service)
        receiver.released.set()
        problems = [made.deliveries()[0]["attempts"][0]["problem"] for made in (down, slow)]
        assert problems == ["connection", "timeout"]

    def test_a_day_and_more_of_attempts_then_a_dead_letter_that_can_be_replayed(
        self, service: Service, receiver: Receiver
    ) -> None:
        made = hook(service, receiver.url)
        made.post("/test")
        receiver.answer, begun = 503, service.clock.moment
        for _ in range(deliveries.MOST_TRIES):
            serve(service)
            (delivery,) = made.deliveries()
            if delivery["next_attempt_at"]:
                service.clock.moment = datetime.fromisoformat(delivery["next_attempt_at"])
        assert delivery["state"] == "undelivered"
        assert len(delivery["attempts"]) == 12
        last = datetime.fromisoformat(delivery["attempts"][-1]["at"])
        assert timedelta(hours=49) < last - begun < timedelta(hours=61)
        assert len(set(receiver.ids())) == 1
        assert [item["id"] for item in made.deliveries(state="undelivered")] == [delivery["id"]]
        receiver.answer = 204
        assert made.post(f"/deliveries/{delivery['id']}/replay").json()["state"] == "queued"
        serve(service, timedelta(minutes=6))
        assert made.deliveries()[0]["state"] == "delivered"
        service.clock.moment = datetime.now(UTC)

    def test_who_asks_for_time_gets_it(self, service: Service, receiver: Receiver) -> None:
        made = hook(service, receiver.url)
        made.post("/test")
        receiver.answer, receiver.headers = 429, {"Retry-After": "600"}
        serve(service)
        serve(service, timedelta(seconds=590))
        assert len(receiver.received) == 1
        receiver.answer = 204
        serve(service, timedelta(seconds=20))
        assert len(receiver.received) == 2

    def test_gone_pauses_at_once_and_the_feed_says_so(self, service: Service, receiver: Receiver) -> None:
        made = hook(service, receiver.url)
        made.post("/test")
        receiver.answer = 410
        serve(service)
        assert (made.now()["paused"], made.now()["paused_reason"]) == (True, "gone")
        assert made.post("/test").json()["code"] == "webhook_paused"
        settle(service.means)
        told = service.get("/v1/events", BUYER, Role.BUYER, limit=200).json()["items"][-1]
        assert (told["type"], told["subject_id"]) == ("webhook.paused", made.id)
        elsewhere = service.get("/v1/events", BUYER, Role.FACILITATOR, limit=200).json()["items"]
        assert [item for item in elsewhere if item["subject_id"] == made.id] == []
        receiver.answer = 204
        made.change(paused=False)
        serve(service)
        # What waited, then the event of the pause.
        assert len(receiver.received) == 3
        assert receiver.ids()[0] == receiver.ids()[1]

    def test_days_of_failures_alone_pause(self, service: Service, receiver: Receiver) -> None:
        contract = add_contract(service)
        made = hook(service, receiver.url)
        receiver.answer = 500
        tell(service, contract, "hire.declared")
        serve(service)
        serve(service, PAUSE - timedelta(minutes=1))
        assert not made.now()["paused"]
        serve(service, timedelta(hours=26))
        assert made.now()["paused_reason"] == "failures"
        missed = len(receiver.received)
        tell(service, contract, "hire.ended")
        serve(service, timedelta(hours=1))
        assert len(receiver.received) == missed
        receiver.answer = 204
        made.change(paused=False)
        serve(service)
        types = [json.loads(item.body)["type"] for item in receiver.received[missed:]]
        assert sorted(types) == ["hire.declared", "hire.ended", "webhook.paused"]
        service.clock.moment = datetime.now(UTC)

    def test_one_that_fails_keeps_nobody_waiting(self, service: Service, receiver: Receiver) -> None:
        contract = add_contract(service)
        down = hook(service, "http://127.0.0.1:9/hook")
        made = hook(service, receiver.url)
        tell(service, contract, *["hire.updated"] * 5)
        serve(service)
        assert len(receiver.received) == 5
        # One attempt, after which it rests.
        assert sum(len(item["attempts"]) for item in down.deliveries()) == 1
        assert {item["state"] for item in made.deliveries()} == {"delivered"}


def test_what_a_receiver_asks_for_is_read_with_care() -> None:
    now = datetime(2025, 1, 10, 9, tzinfo=UTC)
    asked = deliveries.asked_to_wait
    assert asked("120", now) == timedelta(minutes=2)
    assert asked("Fri, 10 Jan 2025 09:05:00 GMT", now) == timedelta(minutes=5)
    assert asked("9" * 400, now) == timedelta(days=1)
    assert [asked(text, now) for text in (None, "soon", "-5", "Fri, 10 Jan 2025 08:00:00 GMT")] == [
        timedelta()
    ] * 4
    # No zone is said: dates of HTTP are in UTC.
    assert asked("Fri, 10 Jan 2025 09:05:00 -0000", now) == timedelta(minutes=5)
    assert asked("Fri, 10 Jan 2025 09:05:00 +99999999999999999999", now) == timedelta()


def test_rests_grow_to_five_minutes() -> None:
    rests = [deliveries.rest_after(number).total_seconds() for number in (1, 2, 3, 9, 10, 1000)]
    assert rests == [1, 2, 4, 256, 300, 300]
