"""A service with issuers that run, and accounts that act through them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, Service, serving
from tests.issuers.running import Running

MEMBERSHIPS = "/v1/memberships"
PLATFORM = "90000000100017"
NUMBERS = count(1)


@dataclass
class World:
    """A service and its three issuers: JWTs, introspection, and one that tells roles itself."""

    service: Service
    people: Running
    connect: Running
    city: Running

    def grant(
        self,
        siret: str = BUYER,
        role: str = "buyer",
        *,
        by: tuple[str, Role] = (PLATFORM, Role.ADMIN),
        **fields: Any,  # noqa: ANN401  # any field
    ) -> Response:
        account = {} if "client_id" in fields else {"subject": f"person-{next(NUMBERS)}"}
        body = {
            "siret": siret,
            "role": role,
            "issuer": self.people.url,
            "label": "Suivi",
            **account,
            **fields,
        }
        return self.service.post(MEMBERSHIPS, *by, body)

    def granted(
        self,
        subject: str,
        siret: str = BUYER,
        role: str = "buyer",
        **fields: Any,  # noqa: ANN401  # any field
    ) -> dict[str, Any]:
        answer = self.grant(siret, role, subject=subject, **fields)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, token: str, method: str = "GET", path: str = "/v1/me", **sent: Any) -> Response:  # noqa: ANN401  # whatever the client sends
        headers = {"Authorization": f"Bearer {token}", **sent.pop("headers", {})}
        return self.service.client.request(method, path, headers=headers, **sent)

    def token(self, subject: str, **claims: Any) -> str:  # noqa: ANN401  # any claim
        return self.people.sign(now=self.service.clock.moment, sub=subject, **claims)

    def end(self, membership_id: str, siret: str, role: Role) -> int:
        headers = self.service.headers(siret, role)
        return self.service.client.delete(f"{MEMBERSHIPS}/{membership_id}", headers=headers).status_code


@contextmanager
def open_world(url: str, process: Running) -> Iterator[World]:
    """On this database, with the organisations named already."""
    connect, city = process.named("connect"), process.named("city")
    told = city.jwt(role_claim="roles", claimed_roles=frozenset({"buyer", "facilitator"}))
    with serving(url, process.jwt(), connect.introspection(cache_seconds=0), told) as service:
        for siret, role in (
            (PLATFORM, Role.ADMIN),
            (BUYER, Role.BUYER),
            (BUYER, Role.FACILITATOR),
            (OTHER_BUYER, Role.BUYER),
            (CONTRACTOR, Role.CONTRACTOR),
        ):
            service.headers(siret, role)
        yield World(service, process, connect, city)


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
