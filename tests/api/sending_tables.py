"""Tables handed over for import, each kind by who may, and what came of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from httpx2 import Response

from app import worker
from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, Service

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Found = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Sends tables of one kind; text goes in `encoding`."""

    kind: str
    siret: str
    role: Role
    encoding: str = "utf-8"

    def send(
        self,
        service: Service,
        content: bytes,
        siret: str | None = None,
        role: Role | None = None,
        media: str = "text/csv",
        **query: str | list[str],
    ) -> Response:
        """Hand a table over, as somebody else if said."""
        headers = service.headers(siret or self.siret, role or self.role)
        headers |= {"Content-Type": media, "Idempotency-Key": str(uuid4())}
        params: dict[str, str | list[str]] = {"kind": self.kind, **query}
        return service.client.post("/v1/imports", params=params, content=content, headers=headers)

    def imported(
        self,
        service: Service,
        content: str | bytes,
        media: str = "text/csv",
        **asked: Any,  # noqa: ANN401 - as `send`
    ) -> Found:
        """The import once the worker has done it, with its rows."""
        service.clock.moment += timedelta(minutes=1)
        sent = content.encode(self.encoding) if isinstance(content, str) else content
        answer = self.send(service, sent, media=media, **asked)
        assert answer.status_code == 202, answer.text
        worker.drain(service.means, daily=None)
        return self.read(service, answer.json()["id"])

    def read(self, service: Service, import_id: str) -> Found:
        """An import that is done, with its rows."""
        found: Found = service.get(f"/v1/imports/{import_id}", self.siret, self.role).json()
        assert (found["state"], found["problem"]) == ("done", None)
        rows = service.get(found["rows"], self.siret, self.role, limit=200).json()
        assert rows["next"] is None
        return {**found, "items": rows["items"]}


HOURS = Sender("hours", CONTRACTOR, Role.CONTRACTOR)
HIRES = Sender("hires", CONTRACTOR, Role.CONTRACTOR, "cp1252")
INVOICES = Sender("invoices", BUYER, Role.BUYER, "cp1252")


def told(found: Found) -> list[tuple[int, str, list[tuple[str, str | None]]]]:
    """Line, outcome, and codes with their columns."""
    return [
        (row["index"], row["outcome"], [(issue["code"], issue["column"]) for issue in row["issues"]])
        for row in found["items"]
    ]
