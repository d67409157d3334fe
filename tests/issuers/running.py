"""The issuer's process, as tests use it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.settings import IssuerSettings
from tests.issuers.process import CLIENT, SECRET

AUDIENCE = "https://clauses.example"
NOW = datetime(2025, 1, 10, 9, tzinfo=UTC)
STOP_SECONDS = 10


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@dataclass(frozen=True)
class Running:
    """One issuer of the process; each name has keys, tokens and manners of its own."""

    origin: str
    name: str

    @property
    def url(self) -> str:
        return f"{self.origin}/{self.name}"

    def named(self, name: str) -> "Running":
        return Running(self.origin, name)

    def jwt(self, **values: Any) -> IssuerSettings:  # noqa: ANN401  # any setting
        return IssuerSettings(url=self.url, audience=AUDIENCE, **values)

    def introspection(self, **values: Any) -> IssuerSettings:  # noqa: ANN401  # any setting
        known = {"client_id": CLIENT, "client_secret": SecretStr(SECRET), **values}
        return IssuerSettings(url=self.url, mode="introspection", **known)

    def claims(self, now: datetime = NOW, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any claim
        """Those of a good access token for somebody; None takes one away."""
        good = {
            "iss": self.url,
            "sub": "somebody",
            "aud": AUDIENCE,
            "client_id": "front",
            "iat": seconds(now),
            "nbf": seconds(now),
            "exp": seconds(now + timedelta(minutes=5)),
            "siret": "20003994900017",
            **changes,
        }
        return {name: value for name, value in good.items() if value is not None}

    def sign(
        self,
        *,
        by: str = "current",
        header: dict[str, Any] | None = None,
        now: datetime = NOW,
        **changes: Any,  # noqa: ANN401  # any claim
    ) -> str:
        asked = {"by": by, "header": header or {}, "claims": self.claims(now, **changes)}
        return str(self._control("sign", asked)["token"])

    def rotate(self, kind: str = "EC") -> str:
        return str(self._control("rotate", {"kind": kind})["kid"])

    def knows(self, token: str, **claims: object) -> str:
        """An opaque token that introspection says this of."""
        self._control("knows", {"token": token, "claims": claims})
        return token

    def behaves(self, **how: str) -> None:
        """`jwks="slow"`, `introspect="huge"`, `discovery="redirect"`…; nothing: well."""
        if "discovery" in how:
            how[".well-known/openid-configuration"] = how.pop("discovery")
        self._control("behaves", how)

    def says(self, **extra: object) -> None:
        """What its discovery says besides, or instead."""
        self._control("says", extra)

    def asked(self, what: str) -> int:
        """How often it was asked."""
        return int(self._control("counts", {})["counts"].get(what, 0))

    def client_token(self, client: str, now: datetime = NOW) -> str:
        """A machine's token, got by its client credentials."""
        form = f"grant_type=client_credentials&client_id={client}&audience={AUDIENCE}&at={seconds(now)}"
        return str(_asked(f"{self.url}/token", form.encode())["access_token"])

    def _control(self, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        return _asked(f"{self.origin}/control/{self.name}/{what}", json.dumps(asked).encode())


def _asked(url: str, body: bytes) -> dict[str, Any]:
    with urllib.request.urlopen(url, body, timeout=STOP_SECONDS) as answer:  # noqa: S310  # on this machine
        found: dict[str, Any] = json.loads(answer.read())
    return found


@contextmanager
def running_issuer() -> Iterator[Running]:
    """Start the process; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.issuers.process"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        port = int(process.stdout.readline())
        yield Running(f"http://127.0.0.1:{port}", "people")
    finally:
        process.stdin.close()
        process.wait(STOP_SECONDS)
        process.stdout.close()
