"""Places of execution: published as they are, resolved by somebody."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Version
from app.principal import Role
from tests.api.builders import BUYER, Service, serving
from tests.api.registering import errors_of, register

CANDIDATES = ["commune/57211", "commune/57303", "commune/57433", "commune/57645"]


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


class TestPlaces:
    def resolve(self, service: Service, contract: dict[str, Any], place: str, ordinal: int = 1) -> Response:
        path = f"/v1/contracts/{contract['id']}/places/{ordinal}"
        return service.send("PUT", path, BUYER, Role.BUYER, {"place": place}, contract["version"])

    def test_a_place_is_resolved_and_keeps_what_was_published(self, service: Service) -> None:
        contract = register(service)
        resolved = self.resolve(service, contract, "commune/57433")
        assert (resolved.status_code, resolved.headers["etag"]) == (200, '"2-buyer-fr"')
        (place,) = resolved.json()["places"]
        assert (place["place"], place["candidates"]) == ("commune/57433", CANDIDATES)
        with service.means.database.read() as session:
            query = select(Version).where(Version.subject_id == UUID(contract["id"])).order_by(Version.number)
            kept = [version.snapshot["places"][0]["place"] for version in session.scalars(query)]
        assert kept == [None, "commune/57433"]

    def test_another_territory_may_be_chosen_and_chosen_again(self, service: Service) -> None:
        contract = register(service)
        first = self.resolve(service, contract, "department/57").json()
        again = self.resolve(service, first, "department/57").json()
        assert (first["version"], again["version"]) == (2, 2)
        assert self.resolve(service, first, "commune/57211").json()["places"][0]["place"] == "commune/57211"

    def test_what_does_not_exist_is_refused(self, service: Service) -> None:
        contract = register(service)
        unknown = self.resolve(service, contract, "commune/99999")
        assert (unknown.status_code, errors_of(unknown)) == (422, [("/place", "unknown_reference")])
        assert self.resolve(service, contract, "commune/57433", ordinal=2).status_code == 404
        assert self.resolve(service, contract, "commune/57433", ordinal=0).status_code == 422
