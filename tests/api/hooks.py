"""Webhooks for tests: a service at the present instant, and what is done with a webhook of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from httpx2 import Response

from app.clock import new_id
from app.exchange.outgoing import Outgoing
from app.principal import SERVICE, Role
from app.schemas.event_types import EVENT_TYPES
from app.services import deliveries
from app.services.changes import settle
from app.services.work import writing
from tests.api.builders import BUYER, FACILITATOR, OTHER_BUYER, Service, serving

PAUSE = timedelta(days=5)


@contextmanager
def serving_now(url: str) -> Iterator[Service]:
    """The application, which may call this machine and waits a second for an answer."""
    with serving(url) as service:
        outgoing = Outgoing(allow_private=True, whole_seconds=1.0)
        means = replace(service.means, outgoing=outgoing)
        service.means = service.client.app.state.means = means  # type: ignore[attr-defined] # the application
        # The reference library refuses instants that are not of now.
        service.clock.moment = datetime.now(UTC)
        yield service


def forget_hooks(service: Service) -> None:
    """Leave no webhook of an earlier test to serve."""
    for siret, role in ((BUYER, Role.BUYER), (FACILITATOR, Role.FACILITATOR), (OTHER_BUYER, Role.BUYER)):
        for item in service.get("/v1/webhooks", siret, role).json()["items"]:
            service.send("DELETE", f"/v1/webhooks/{item['id']}", siret, role, None, item["version"])


@dataclass
class Hook:
    """A webhook under test, and who has it."""

    service: Service
    id: str
    secret: str
    siret: str = BUYER
    role: Role = Role.BUYER

    @property
    def path(self) -> str:
        return f"/v1/webhooks/{self.id}"

    def now(self) -> dict[str, Any]:
        found: dict[str, Any] = self.service.get(self.path, self.siret, self.role).json()
        return found

    def change(self, **changes: object) -> dict[str, Any]:
        version = self.now()["version"]
        answer = self.service.send("PATCH", self.path, self.siret, self.role, changes, version)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def post(self, rest: str, body: object = None) -> Response:
        return self.service.post(f"{self.path}{rest}", self.siret, self.role, body)

    def deliveries(self, **query: str) -> list[dict[str, Any]]:
        page = self.service.get(f"{self.path}/deliveries", self.siret, self.role, limit=200, **query)
        found: list[dict[str, Any]] = page.json()["items"]
        return found


def hook(
    service: Service, url: str, *types: str, siret: str = BUYER, role: Role = Role.BUYER, **more: object
) -> Hook:
    body = {"url": url, "label": "Essai", "event_types": list(types), **more}
    settle(service.means)
    answer = service.post("/v1/webhooks", siret, role, body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/webhooks/{answer.json()['id']}"
    return Hook(service, answer.json()["id"], answer.json()["secret"], siret, role)


def tell(service: Service, contract_id: UUID, *events: str) -> None:
    """Something happens on a contract, and takes its position."""
    for event in events:
        with writing(service.means, SERVICE, "test") as writer:
            writer.record("test.changed", contract_id=contract_id)
            writer.announce(event, EVENT_TYPES[event], new_id())
    settle(service.means)


def serve(service: Service, after: timedelta = timedelta(seconds=2)) -> None:
    """Let time pass, then send whatever is due."""
    service.clock.moment += after
    while deliveries.serve(service.means, PAUSE):
        pass
