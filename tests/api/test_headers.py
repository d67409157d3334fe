"""What every answer tells browsers, which origins may ask, and how long a body may take to come."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from app.main import create_app
from app.settings import Settings
from app.web.limits import BodyLimit, Bound
from tests.api.builders import UNLIMITED
from tests.api.in_process import Client

PAGES = "https://suivi.example"
OWN_KEY = "k1:" + "A" * 43 + "="


@contextmanager
def serving(**settings: Any) -> Iterator[Client]:  # noqa: ANN401  # any setting
    # Nothing asked here opens the database.
    app = create_app(
        Settings(database_url="sqlite:///unused.sqlite3", log_level="error", **{**UNLIMITED, **settings})
    )
    with Client(app) as client:
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(cors_origins=[PAGES]) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/v1/me", "/v1/privacy/notice", "/docs", "/docs/assets/swagger-ui.css", "/healthz", "/nowhere"]
)
def test_no_answer_is_guessed_at_framed_or_told_of(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_pages_run_nothing_and_data_is_no_page(client: Client) -> None:
    policy = "Content-Security-Policy"
    assert client.get("/v1/me").headers[policy] == "default-src 'none'; frame-ancestors 'none'"
    page = client.get("/v1/privacy/notice").headers[policy]
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert "script" not in page


def test_production_asks_for_https_from_then_on() -> None:
    with serving(environment="production", secret_keys=OWN_KEY) as client:
        assert client.get("/healthz").headers["Strict-Transport-Security"].startswith("max-age=31536000")


def preflight(client: Client, origin: str) -> Any:  # noqa: ANN401  # the client's answer
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    return client.options("/v1/contracts", headers=asked)


def test_only_pages_of_configured_origins_may_ask(client: Client) -> None:
    allowed = preflight(client, PAGES)
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == PAGES
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    read = client.get("/v1/me", headers={"Origin": PAGES}).headers
    assert read["Access-Control-Allow-Origin"] == PAGES
    assert "ETag" in read["Access-Control-Expose-Headers"]
    assert preflight(client, "https://elsewhere.example").status_code == 400
    other = client.get("/v1/me", headers={"Origin": "https://elsewhere.example"}).headers
    assert "Access-Control-Allow-Origin" not in other


def test_without_a_configuration_no_page_may_ask() -> None:
    with serving() as client:
        assert preflight(client, PAGES).status_code == 405
        read = client.get("/v1/me", headers={"Origin": PAGES}).headers
        assert not [name for name in read if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["*", "http://suivi.example", "https://suivi.example/", "null"])
def test_an_origin_is_one_host_by_https(origin: str) -> None:
    with pytest.raises(ValidationError, match="CLAUSES_CORS_ORIGINS"):
        Settings.model_validate({"cors_origins": [origin]})


def test_a_body_that_drips_is_refused_and_reaches_nobody() -> None:
    reached, sent = [], []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        reached.append(scope)

    async def drip() -> Message:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    limit = BodyLimit(app, usual=Bound(1000, 0.1), imports=Bound(1000, 10))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/contracts",
        "headers": [],
        "state": {"request_id": "x"},
    }
    asyncio.run(limit(scope, drip, send))
    assert reached == []
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b'"code": "body_too_slow"' in sent[1]["body"]
