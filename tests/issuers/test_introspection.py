"""Opaque tokens asked about, ProConnect's way; and issuers that are down, slow, huge, or send elsewhere."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.errors import IssuerUnavailable, Unauthenticated
from app.issuers import fetching
from app.issuers.identifying import SLOTS, Issuers
from app.issuers.keeping import FRESH, KEPT, PAUSE
from app.settings import DEVELOPMENT_SECRET, IssuerSettings, Settings
from tests.api.builders import HeldClock
from tests.issuers.running import NOW, Running, running_issuer, seconds

NAMES = count(1)
SIRET = "20003994900017"
GOOD = {"active": True, "sub": "somebody", "siret": SIRET, "exp": seconds(NOW) + 300}


@pytest.fixture(scope="module")
def process() -> Iterator[Running]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def issuer(process: Running) -> Running:
    """An issuer that nothing was asked of yet."""
    return process.named(f"issuer{next(NAMES)}")


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOW)


def refused(issuers: Issuers, token: str) -> bool:
    with pytest.raises(Unauthenticated):
        issuers.identify(token)
    return True


def unavailable(issuers: Issuers, token: str) -> bool:
    with pytest.raises(IssuerUnavailable) as raised:
        issuers.identify(token)
    assert raised.value.headers == {"Retry-After": "3"}
    return True


class TestAnswers:
    def test_an_active_token(self, issuer: Running, clock: HeldClock) -> None:
        found = Issuers([issuer.introspection()], clock).identify(issuer.knows("opaque", **GOOD))
        assert (found.subject, found.organisation) == ("somebody", SIRET)
        assert found.expires_at == NOW + timedelta(minutes=5)

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"active": False}, id="revoked"),
            pytest.param({"active": "true"}, id="a word is no yes"),
            pytest.param({"exp": seconds(NOW)}, id="over"),
            pytest.param({"exp": "never"}, id="with an end that is no time"),
            pytest.param({"nbf": seconds(NOW) + 31}, id="not yet"),
            pytest.param({"iss": "https://other.example"}, id="another issuer's"),
            pytest.param({"sub": None}, id="nobody's"),
        ],
    )
    def test_what_does_not_hold(self, issuer: Running, clock: HeldClock, changes: dict[str, Any]) -> None:
        assert refused(Issuers([issuer.introspection()], clock), issuer.knows("opaque", **GOOD | changes))

    def test_an_audience_is_asked_for_where_one_is_set(self, issuer: Running, clock: HeldClock) -> None:
        issuers = Issuers([issuer.introspection(audience="ours")], clock)
        assert issuers.identify(issuer.knows("one", **GOOD, aud="ours")).subject
        assert issuers.identify(issuer.knows("two", **GOOD, aud=["ours", "theirs"])).subject
        assert refused(issuers, issuer.knows("three", **GOOD, aud="theirs"))
        assert refused(issuers, issuer.knows("four", **GOOD))

    def test_an_unknown_token(self, issuer: Running, clock: HeldClock) -> None:
        assert refused(Issuers([issuer.introspection()], clock), "made-up")

    def test_a_token_that_looks_like_a_jwt_is_not_read_here(self, issuer: Running, clock: HeldClock) -> None:
        # Its own claims say another end and another subject: only the issuer's word counts.
        token = issuer.sign(sub="somebody else", exp=seconds(NOW) - 3600)
        issuers = Issuers([issuer.introspection()], clock)
        assert refused(issuers, token)
        clock.moment += timedelta(seconds=31)
        assert issuers.identify(issuer.knows(token, **GOOD)).subject == "somebody"
        assert issuer.asked("jwks") == 0

    def test_each_token_goes_to_its_own(self, process: Running, issuer: Running, clock: HeldClock) -> None:
        verifying = process.named(f"issuer{next(NAMES)}")
        issuers = Issuers([verifying.jwt(), issuer.introspection()], clock)
        assert issuers.identify(verifying.sign()).issuer.url == verifying.url
        assert issuer.asked("introspect") == 0
        assert refused(issuers, verifying.sign(exp=seconds(NOW) - 3600))
        assert issuer.asked("introspect") == 0
        assert issuers.identify(issuer.knows("opaque", **GOOD)).issuer.url == issuer.url

    def test_the_secret_goes_as_the_issuer_wants_it(self, issuer: Running, clock: HeldClock) -> None:
        issuer.says(token_endpoint_auth_methods_supported=["client_secret_post"])
        assert Issuers([issuer.introspection()], clock).identify(issuer.knows("opaque", **GOOD)).subject

    def test_a_wrong_secret_is_not_the_callers_fault(self, issuer: Running, clock: HeldClock) -> None:
        wrong = issuer.introspection(client_secret=SecretStr("wrong"))
        assert unavailable(Issuers([wrong], clock), issuer.knows("opaque", **GOOD))


class TestRemembering:
    def test_an_answer_is_kept_for_half_a_minute(self, issuer: Running, clock: HeldClock) -> None:
        issuers = Issuers([issuer.introspection()], clock)
        token = issuer.knows("opaque", **GOOD)
        for _ in range(3):
            assert issuers.identify(token).subject
        assert issuer.asked("introspect") == 1
        issuer.knows(token, active=False)
        clock.moment += timedelta(seconds=29)
        assert issuers.identify(token).subject
        clock.moment += timedelta(seconds=1)
        assert refused(issuers, token)

    def test_never_beyond_the_end_of_the_token(self, issuer: Running, clock: HeldClock) -> None:
        issuers = Issuers([issuer.introspection()], clock)
        token = issuer.knows("opaque", **GOOD | {"exp": seconds(NOW) + 10})
        assert issuers.identify(token).subject
        clock.moment += timedelta(seconds=10)
        assert refused(issuers, token)
        assert issuer.asked("introspect") == 2

    def test_nothing_is_kept_where_the_operator_says_so(self, issuer: Running, clock: HeldClock) -> None:
        issuers = Issuers([issuer.introspection(cache_seconds=0)], clock)
        token = issuer.knows("opaque", **GOOD)
        assert issuers.identify(token).subject
        issuer.knows(token, active=False)
        assert refused(issuers, token)


class TestSignedAnswers:
    @pytest.fixture
    def issuers(self, issuer: Running, clock: HeldClock) -> Issuers:
        return Issuers([issuer.introspection(signed_introspection=True)], clock)

    def test_a_signed_answer(self, issuers: Issuers, issuer: Running) -> None:
        assert issuers.identify(issuer.knows("opaque", **GOOD)).subject == "somebody"
        assert refused(issuers, "made-up")

    @pytest.mark.parametrize("by", ["stranger", "none", "shared"])
    def test_an_answer_that_somebody_else_signed(self, issuers: Issuers, issuer: Running, by: str) -> None:
        assert unavailable(issuers, issuer.knows("opaque", **GOOD, _signed={"by": by}))

    def test_a_plain_answer_where_a_signed_one_is_wanted(self, issuers: Issuers, issuer: Running) -> None:
        issuer.behaves(introspect="yes")
        assert unavailable(issuers, "made-up")


def jwt_issuers(issuer: Running, clock: HeldClock) -> tuple[Issuers, str]:
    return Issuers([issuer.jwt()], clock), issuer.sign()


def asking_issuers(issuer: Running, clock: HeldClock) -> tuple[Issuers, str]:
    return Issuers([issuer.introspection()], clock), issuer.knows("opaque", **GOOD)


BOTH = pytest.mark.parametrize(
    ("made", "what"),
    [
        (jwt_issuers, "discovery"),
        (jwt_issuers, "jwks"),
        (asking_issuers, "discovery"),
        (asking_issuers, "introspect"),
    ],
)
Made = Callable[[Running, HeldClock], tuple[Issuers, str]]


class TestMisbehaving:
    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fetching, "SILENCE_SECONDS", 0.2)
        monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.2)

    @BOTH
    @pytest.mark.parametrize("how", ["slow", "drip", "huge", "redirect", "error", "garbage", "dropped"])
    def test_nothing_opens_and_it_is_said(
        self, issuer: Running, clock: HeldClock, made: Made, what: str, how: str
    ) -> None:
        issuers, token = made(issuer, clock)
        issuer.behaves(**{what: how})
        assert unavailable(issuers, token)
        # Others are told at once for a moment; then it is asked again, and found well.
        issuer.behaves()
        assert unavailable(issuers, token)
        clock.moment += PAUSE
        assert issuers.identify(token).subject == "somebody"

    @pytest.mark.parametrize("made", [jwt_issuers, asking_issuers])
    def test_nobody_listens(self, process: Running, clock: HeldClock, made: Made) -> None:
        _, token = made(process.named("people"), clock)
        nowhere = Running("http://127.0.0.1:9", "people")
        settings = nowhere.jwt() if made is jwt_issuers else nowhere.introspection()
        issuers = Issuers([settings], clock)
        assert unavailable(issuers, nowhere_token(process, nowhere) if made is jwt_issuers else token)

    def test_a_description_of_another_issuer(self, issuer: Running, clock: HeldClock) -> None:
        issuers, token = jwt_issuers(issuer, clock)
        issuer.says(issuer="https://other.example")
        assert unavailable(issuers, token)

    @pytest.mark.parametrize("address", ["http://intranet.example/jwks", "file:///etc/passwd", 7, None])
    def test_a_description_that_sends_elsewhere(
        self, issuer: Running, clock: HeldClock, address: object
    ) -> None:
        issuers, token = jwt_issuers(issuer, clock)
        issuer.says(jwks_uri=address)
        assert unavailable(issuers, token)

    def test_known_keys_serve_for_an_hour(self, issuer: Running, clock: HeldClock) -> None:
        issuers, _ = jwt_issuers(issuer, clock)
        token = issuer.sign(exp=seconds(NOW) + 7200)
        assert issuers.identify(token).subject
        issuer.behaves(jwks="error", discovery="error")
        clock.moment = NOW + FRESH
        assert issuers.identify(token).subject
        clock.moment = NOW + KEPT - timedelta(seconds=1)
        assert issuers.identify(token).subject
        clock.moment = NOW + KEPT + PAUSE
        assert unavailable(issuers, token)

    def test_a_slow_issuer_does_not_take_every_thread(self, issuer: Running, clock: HeldClock) -> None:
        issuers, token = asking_issuers(issuer, clock)
        assert issuers.identify(token).subject
        asked = issuer.asked("introspect")
        issuer.behaves(introspect="slow")
        with ThreadPoolExecutor(SLOTS * 4) as pool:
            answers = list(pool.map(lambda number: unavailable(issuers, f"other-{number}"), range(SLOTS * 4)))
        assert all(answers)
        assert issuer.asked("introspect") - asked <= SLOTS


def nowhere_token(process: Running, nowhere: Running) -> str:
    return process.sign(iss=nowhere.url)


class TestSettings:
    @pytest.mark.parametrize(
        "values",
        [
            {"url": "http://idp.example", "audience": "a"},
            {"url": "https://user@idp.example", "audience": "a"},
            {"url": "idp.example", "audience": "a"},
            {"url": "https://idp.example"},
            {"url": "https://idp.example", "mode": "introspection", "client_id": "a"},
            {"url": "https://idp.example", "audience": "a", "role_claim": "role"},
            {"url": "https://idp.example", "audience": "a", "role_claim": "role", "claimed_roles": ["admin"]},
            {"url": "https://idp.example", "audience": "a", "cache_seconds": 61},
            {"url": "https://idp.example", "audience": "a", "extra": 1},
        ],
    )
    def test_half_an_issuer_is_refused(self, values: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            IssuerSettings(**values)

    def test_they_are_read_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLAUSES_ISSUERS", '[{"url": "https://idp.example", "audience": "a"}]')
        assert Settings().issuers == (IssuerSettings(url="https://idp.example", audience="a"),)

    def test_doubtful_lists_are_refused_and_no_secret_is_shown(self) -> None:
        opaque: dict[str, Any] = {"mode": "introspection", "client_id": "a", "client_secret": "a-secret"}
        one = {"url": "https://one.example", **opaque}
        near = {"url": "http://127.0.0.1:1", "audience": "a"}
        lists: list[dict[str, Any]] = [
            {"issuers": [one, one]},
            {"issuers": [one, {"url": "https://two.example", **opaque}]},
            {"issuers": [near], "environment": "production", "secret_keys": f"p{DEVELOPMENT_SECRET}"},
            {"issuers": [{**one, "cache_seconds": "a-secret"}]},
        ]
        for values in lists:
            with pytest.raises(ValidationError) as raised:
                Settings(**values)
            assert "a-secret" not in str(raised.value)
