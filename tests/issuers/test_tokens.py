"""JWT access tokens against a running issuer: what holds, and each way not to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.errors import Unauthenticated
from app.issuers.identifying import Identified, Issuers
from app.issuers.keeping import AGAIN, FRESH
from app.issuers.tokens import keys_in
from app.principal import SubjectKind
from tests.api.builders import HeldClock
from tests.issuers.running import NOW, Running, running_issuer, seconds

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Running]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOW)


@pytest.fixture
def issuers(issuer: Running, clock: HeldClock) -> Issuers:
    return Issuers([issuer.jwt()], clock)


def refused(issuers: Issuers, token: str) -> bool:
    with pytest.raises(Unauthenticated):
        issuers.identify(token)
    return True


class TestHolding:
    def test_a_good_token_says_who_it_is_of(self, issuers: Issuers, issuer: Running) -> None:
        found = issuers.identify(issuer.sign())
        assert found == Identified(
            issuer=issuer.jwt(),
            kind=SubjectKind.PERSON,
            subject="somebody",
            organisation="20003994900017",
            roles=(),
            expires_at=NOW + timedelta(minutes=5),
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": ["https://other.example", "https://clauses.example"]},
            {"nbf": None},
            {"exp": seconds(NOW) - 29},
            {"nbf": seconds(NOW) + 30},
        ],
    )
    def test_what_also_holds(self, issuers: Issuers, issuer: Running, changes: dict[str, Any]) -> None:
        assert issuers.identify(issuer.sign(**changes)).subject == "somebody"

    @pytest.mark.parametrize("kind", ["JWT", "application/at+jwt", None])
    def test_types_of_access_tokens(self, issuers: Issuers, issuer: Running, kind: str | None) -> None:
        assert issuers.identify(issuer.sign(header={"typ": kind})).subject == "somebody"

    def test_an_rsa_key(self, issuer: Running, clock: HeldClock) -> None:
        other = issuer.named("rsa")
        other.rotate("RSA")
        assert Issuers([other.jwt()], clock).identify(other.sign()).subject == "somebody"

    def test_a_machine_is_its_own_subject(self, issuers: Issuers, issuer: Running) -> None:
        found = issuers.identify(issuer.client_token("payroll"))
        assert (found.kind, found.subject, found.organisation) == (SubjectKind.CLIENT, "payroll", None)


class TestRefused:
    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"exp": seconds(NOW) - 30}, id="expired"),
            pytest.param({"exp": None}, id="without end"),
            pytest.param({"exp": "tomorrow"}, id="with an end that is no time"),
            pytest.param({"exp": 10**30}, id="with an end beyond all times"),
            pytest.param({"nbf": seconds(NOW) + 31}, id="not yet valid"),
            pytest.param({"iat": seconds(NOW) + 31}, id="issued in the future"),
            pytest.param({"iat": None}, id="issued at no time"),
            pytest.param({"aud": "https://other.example"}, id="for another audience"),
            pytest.param({"aud": None}, id="for no audience"),
            pytest.param({"iss": "https://idp.example"}, id="of another issuer"),
            pytest.param({"iss": None}, id="of no issuer"),
            pytest.param({"sub": None}, id="of nobody"),
            pytest.param({"sub": None, "client_id": None}, id="of nobody at all"),
            pytest.param({"at_hash": "x"}, id="an ID token"),
            pytest.param({"cnf": {"jkt": "x"}}, id="bound to a key it does not show"),
        ],
    )
    def test_claims(self, issuers: Issuers, issuer: Running, changes: dict[str, Any]) -> None:
        assert issuers.identify(issuer.sign()).subject
        assert refused(issuers, issuer.sign(**changes))

    @pytest.mark.parametrize("by", ["none", "shared"])
    def test_algorithms_that_prove_nothing(self, issuers: Issuers, issuer: Running, by: str) -> None:
        assert refused(issuers, issuer.sign(by=by))

    @pytest.mark.parametrize(
        "header",
        [
            pytest.param({"typ": "logout+jwt"}, id="made for something else"),
            pytest.param({"crit": ["exp"]}, id="with a condition that is not understood"),
        ],
    )
    def test_headers(self, issuers: Issuers, issuer: Running, header: dict[str, Any]) -> None:
        assert refused(issuers, issuer.sign(header=header))

    def test_a_stranger_who_names_a_published_key(self, issuers: Issuers, issuer: Running) -> None:
        published = issuer.rotate()
        assert refused(issuers, issuer.sign(by="stranger", header={"kid": published}))

    def test_an_altered_token(self, issuers: Issuers, issuer: Running) -> None:
        header, _, signature = issuer.sign().split(".")
        _, claims, _ = issuer.sign(sub="somebody else").split(".")
        assert refused(issuers, f"{header}.{claims}.{signature}")

    @pytest.mark.parametrize("token", ["", "opaque", "a.b.c", "e30.e30.e30", "é", "x" * 9000, "[[[.[[[.x"])
    def test_what_is_no_token(self, issuers: Issuers, issuer: Running, token: str) -> None:
        asked = issuer.asked("jwks")
        assert refused(issuers, token)
        assert issuer.asked("jwks") == asked

    def test_an_application_that_is_not_taken(self, issuer: Running, clock: HeldClock) -> None:
        issuers = Issuers([issuer.jwt(clients=frozenset({"front"}))], clock)
        assert issuers.identify(issuer.sign()).subject == "somebody"
        assert issuers.identify(issuer.sign(client_id=None, azp="front")).subject == "somebody"
        assert refused(issuers, issuer.sign(client_id="shop"))
        assert refused(issuers, issuer.sign(client_id=None))

    def test_a_weak_key(self) -> None:
        short = {"kty": "RSA", "n": "A" * 171, "e": "AQAB"}
        shared = {"kty": "oct", "k": "c2VjcmV0"}
        assert keys_in({"keys": [short, shared, {"kty": "EC"}, 7, {"kty": "RSA", "use": "enc"}]}) == ()
        assert keys_in({}) == ()


class TestKeys:
    def test_they_are_asked_for_once(self, issuer: Running, clock: HeldClock) -> None:
        other = issuer.named("once")
        issuers = Issuers([other.jwt()], clock)
        for _ in range(3):
            assert issuers.identify(other.sign()).subject
        assert (other.asked("jwks"), other.asked(".well-known/openid-configuration")) == (1, 1)

    def test_a_new_key_is_found_and_an_old_one_forgotten(self, issuer: Running, clock: HeldClock) -> None:
        other = issuer.named("rotating")
        issuers = Issuers([other.jwt()], clock)
        long = seconds(NOW) + 7200
        first = other.sign(exp=long)
        assert issuers.identify(first).subject
        other.rotate()
        second = other.sign(exp=long)
        # Asked a moment ago: a name that is made up must not make us ask again and again.
        assert refused(issuers, second)
        assert refused(issuers, other.sign(by="stranger", header={"kid": "made-up"}))
        assert other.asked("jwks") == 1
        clock.moment += AGAIN
        assert issuers.identify(second).subject
        assert issuers.identify(first).subject
        assert other.asked("jwks") == 2
        # Withdrawn by the issuer, the first key opens nothing once ours are no longer fresh.
        other.rotate()
        assert issuers.identify(first).subject
        clock.moment += FRESH
        assert refused(issuers, first)

    def test_a_token_that_names_no_key(self, issuer: Running, clock: HeldClock) -> None:
        other = issuer.named("nameless")
        issuers = Issuers([other.jwt()], clock)
        assert issuers.identify(other.sign(header={"kid": None})).subject
        other.rotate()
        clock.moment += FRESH
        # Two keys fit: none is tried out.
        assert refused(issuers, other.sign(header={"kid": None}, now=clock.moment))
