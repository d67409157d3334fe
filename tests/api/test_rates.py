"""How often one may ask: per key, per address, and how often a wrong key is taken from one address."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from app.crypto import ApiKeyText, new_api_key
from app.main import create_app
from app.principal import Role
from app.services import setup
from app.settings import Settings
from app.web.rates import DOCUMENTS, MOST_NAMES, Rates, address_of
from tests.api.builders import BUYER, UNLIMITED
from tests.api.in_process import Client
from tests.contract.documents import operations

OTHERS = "198.51.100.7"


@contextmanager
def limited(url: str, peer: str = "203.0.113.5", **settings: Any) -> Iterator[Client]:  # noqa: ANN401  # any setting
    app = create_app(Settings(database_url=url, log_level="error", **{**UNLIMITED, **settings}))
    with Client(app, peer=(peer, 4000)) as client:
        yield client
    app.state.means.database.dispose()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def new_key(client: Client) -> str:
    means = client.app.state.means  # type: ignore[attr-defined]  # an ASGI callable to the client
    return setup.issue_key(means, BUYER, Role.BUYER, "test")


def wrong(key: str) -> str:
    """The same id with another secret."""
    return str(ApiKeyText(key.split("_")[1], new_api_key().secret))


def test_a_key_has_its_minute_and_others_have_theirs(database_url: str) -> None:
    with limited(database_url, requests_per_minute=3) as client:
        first, second = new_key(client), new_key(client)
        before = time.time()
        taken = [client.get("/v1/me", headers=bearer(first)) for _ in range(4)]
        assert [answer.status_code for answer in taken] == [200, 200, 200, 429]
        assert [answer.headers["RateLimit-Remaining"] for answer in taken] == ["2", "1", "0", "0"]
        assert {answer.headers["RateLimit-Limit"] for answer in taken} == {"3"}
        # The oldest of the three leaves the window a minute after it came.
        assert before + 59 < int(taken[-1].headers["RateLimit-Reset"]) <= time.time() + 61
        refused = taken[-1].json()
        assert (refused["code"], refused["type"]) == ("rate_limited", "/problems/rate_limited")
        assert 1 <= int(taken[-1].headers["Retry-After"]) <= 60
        assert client.get("/v1/me", headers=bearer(second)).status_code == 200
        # A refusal of another kind counts as well, and a write is refused before anything of it is kept.
        assert client.get("/v1/contracts/x", headers=bearer(second)).status_code == 422
        assert client.get("/v1/me", headers=bearer(second)).status_code == 200


def test_an_address_has_a_limit_of_its_own_whatever_the_key(sqlite_url: str) -> None:
    with limited(sqlite_url, address_requests_per_minute=2) as client:
        first, second = new_key(client), new_key(client)
        answers = [client.get("/v1/me", headers=bearer(key)) for key in (first, second, first)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].headers["RateLimit-Limit"] == "2"
        assert client.get("/v1/privacy/notice").status_code == 429
        # What operators read is never refused.
        assert client.get("/healthz").status_code == client.get("/metrics").status_code == 200
        assert "RateLimit-Limit" not in client.get("/healthz").headers


def test_guesses_are_slowed_by_address_and_never_lock_the_key_out(database_url: str) -> None:
    with limited(database_url, failures_per_minute=3, trusted_proxies=["203.0.113.5"]) as client:
        key = new_key(client)
        guesses = [client.get("/v1/me", headers=bearer(wrong(key))) for _ in range(4)]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
        assert int(guesses[-1].headers["Retry-After"]) >= 1
        # Not even the right one is looked at from there: the answer would tell that the guess is good.
        assert client.get("/v1/me", headers=bearer(key)).status_code == 429
        # Its holder, elsewhere, notices nothing.
        elsewhere = {**bearer(key), "X-Forwarded-For": OTHERS}
        assert client.get("/v1/me", headers=elsewhere).status_code == 200


def test_asking_without_a_key_is_no_guess(sqlite_url: str) -> None:
    with limited(sqlite_url, failures_per_minute=1) as client:
        assert [client.get("/v1/me").status_code for _ in range(3)] == [401, 401, 401]


def test_a_forwarded_address_is_believed_of_trusted_proxies_only(sqlite_url: str) -> None:
    with limited(sqlite_url, address_requests_per_minute=1) as client:
        answers = [client.get("/v1/privacy/notice", headers={"X-Forwarded-For": OTHERS}) for _ in range(2)]
        assert client.get("/v1/privacy/notice").status_code == 429
    assert [answer.status_code for answer in answers] == [200, 429]
    with limited(sqlite_url, address_requests_per_minute=1, trusted_proxies=["203.0.113.0/24"]) as client:
        # What the caller itself put there stands to the left of what the proxy adds.
        told = [f"{number}.2.3.4, {OTHERS}" for number in (1, 2)]
        answers = [client.get("/v1/privacy/notice", headers={"X-Forwarded-For": text}) for text in told]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert client.get("/v1/privacy/notice").status_code == 200


@pytest.mark.parametrize("proxies", [["*"], ["0.0.0.0/0"], ["::/0"], ["proxy.example"], ["10.0.0.1/8"]])
def test_everybody_is_no_trusted_proxy(proxies: list[str]) -> None:
    with pytest.raises(ValidationError, match="CLAUSES_TRUSTED_PROXIES"):
        Settings.model_validate({"trusted_proxies": proxies})


def test_documents_have_a_lower_limit() -> None:
    defaults = Settings()
    assert (defaults.requests_per_minute, defaults.documents_per_minute) == (250, 50)
    routes = {(operation.method, operation.path) for operation in operations()}
    assert routes >= DOCUMENTS
    # Whatever answers with the file of a table is one.
    tables = {
        (operation.method, operation.path)
        for operation in operations()
        if "text/csv" in operation.said["responses"].get("200", {}).get("content", {})
    }
    assert len(tables) >= 12
    assert tables <= DOCUMENTS


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
    ],
)
def test_whom_a_request_is_counted_for(peer: str, counted: str) -> None:
    assert address_of({"client": (peer, 1)}) == counted


def test_the_minute_moves_and_names_of_the_past_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates(Settings(address_requests_per_minute=2))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    assert [rates.take_at("a")[1] for _ in range(3)] == [True, True, False]
    for number in range(MOST_NAMES):
        rates.take_at(f"b{number}")
    monkeypatch.setattr(time, "time", lambda: now + 59)
    assert rates.take_at("a")[1] is False
    monkeypatch.setattr(time, "time", lambda: now + 61)
    window, taken = rates.take_at("a")
    assert taken
    assert window is not None
    assert (window.remaining, window.resets_at) == (1, now + 121)
