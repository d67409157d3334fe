"""Webhooks, as a clumsy or hostile user treats them: moved while failing, made at once, asked for again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from app.principal import Role
from app.services import deliveries, webhooks
from tests.api.builders import BUYER, Service, add_contract
from tests.api.cases import PLATFORM
from tests.api.hooks import PAUSE, hook, serve, tell
from tests.api.receiving import Receiver, receiving

AT_ONCE = 6


def test_another_address_does_not_rest_for_the_former_one(service: Service, receiver: Receiver) -> None:
    made = hook(service, receiver.url)
    receiver.answer, receiver.headers = 503, {"Retry-After": "86400"}
    tell(service, add_contract(service), "hire.declared")
    serve(service)
    assert made.now()["next_attempt_at"] is not None
    with receiving() as other:
        changed = made.change(url=other.url)
        assert (changed["next_attempt_at"], changed["failing_since"]) == (None, None)
        serve(service)
        assert other.ids() == receiver.ids()
    assert [item["state"] for item in made.deliveries()] == ["delivered"]


def test_what_the_former_address_answers_late_does_not_pause_the_new_one(
    service: Service, receiver: Receiver
) -> None:
    made = hook(service, receiver.url)
    tell(service, add_contract(service), "hire.declared")
    service.clock.moment += timedelta(seconds=2)
    receiver.answer = 410
    receiver.released.clear()
    with receiving() as other, ThreadPoolExecutor(1) as pool:
        # Within its second of patience the sender still waits for the former address.
        serving = pool.submit(deliveries.serve, service.means, PAUSE)
        assert receiver.arrived.wait(10)
        made.change(url=other.url)
        receiver.released.set()
        assert serving.result()
        assert made.now()["paused"] is False
        serve(service)
        assert other.ids() == receiver.ids()


def test_a_receiver_that_asks_to_wait_for_ever_is_noted(service: Service, receiver: Receiver) -> None:
    made = hook(service, receiver.url)
    receiver.answer = 503
    receiver.headers = {"Retry-After": "Fri, 10 Jan 2025 09:00:00 +99999999999999999999"}
    tell(service, add_contract(service), "hire.declared")
    serve(service)
    assert [item["status"] for item in made.deliveries()[0]["attempts"]] == [503]


def test_so_many_at_most_even_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_WEBHOOKS", 2)
    body = {"url": "https://hooks.example/x", "label": "Essai"}
    service.headers(BUYER, Role.BUYER)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(service.post, "/v1/webhooks", BUYER, Role.BUYER, body) for _ in range(AT_ONCE)]
    assert sorted(answer.result().status_code for answer in asked) == [201] * 2 + [409] * (AT_ONCE - 2)


@pytest.mark.parametrize(
    "url", ["https://xn--/x", "https://hooks.example:0/x", "https://hooks.example:65536/x", "https://h:-1/x"]
)
def test_no_webhook_has_an_address_that_nobody_could_call(service: Service, url: str) -> None:
    answer = service.post("/v1/webhooks", BUYER, Role.BUYER, {"url": url, "label": "Essai"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_an_address")


def test_a_secret_is_repeated_to_nobody_who_may_not_have_one(service: Service) -> None:
    named = {"siret": BUYER, "role": "buyer", "label": "Dépôt seul", "scopes": ["write"]}
    key = service.post("/v1/api-keys", PLATFORM, Role.ADMIN, named).json()["key"]
    made, body = str(uuid4()), {"url": "https://hooks.example/x", "label": "Essai"}
    webhook = service.post("/v1/webhooks", BUYER, Role.BUYER, body, made).json()
    rotated, path = str(uuid4()), f"/v1/webhooks/{webhook['id']}/secret/rotate"
    service.post(path, BUYER, Role.BUYER, {"overlap_hours": 0}, rotated)
    for address, sent, repeated in (("/v1/webhooks", body, made), (path, {"overlap_hours": 0}, rotated)):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": repeated}
        answer = service.client.post(address, json=sent, headers=headers)
        assert (answer.status_code, "whsec_" in answer.text) == (403, False)
        own = service.post(address, BUYER, Role.BUYER, sent, repeated)
        assert (own.status_code, own.headers["Idempotent-Replayed"]) == (201, "true")
