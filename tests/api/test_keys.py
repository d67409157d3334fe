"""API keys: made by the platform or by their own, listed without secrets, revoked at once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, Service, serving
from tests.api.registering import errors_of

PATH = "/v1/api-keys"
PLATFORM = "90000000100017"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        for siret, role in (
            (PLATFORM, Role.ADMIN),
            (BUYER, Role.BUYER),
            (BUYER, Role.FACILITATOR),
            (OTHER_BUYER, Role.BUYER),
            (CONTRACTOR, Role.CONTRACTOR),
        ):
            running.headers(siret, role)
        yield running


def request(siret: str = BUYER, role: str = "buyer", **fields: object) -> dict[str, Any]:
    return {"siret": siret, "role": role, "label": "Logiciel de paie", **fields}


def made(service: Service, by: str, as_role: Role, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.post(PATH, by, as_role, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def using(service: Service, key: dict[str, Any], method: str = "GET", path: str = "/v1/me") -> Response:
    headers = {"Authorization": f"Bearer {key['key']}", "Idempotency-Key": str(uuid4())}
    body = request() if method == "POST" else None
    return service.client.request(method, path, headers=headers, json=body)


def listed(service: Service, siret: str, role: Role) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": 2}
    while True:
        page = service.get(PATH, siret, role, **query)
        assert page.status_code == 200
        items += page.json()["items"]
        if page.json()["next"] is None:
            assert "Link" not in page.headers
            return items
        query["after"] = page.json()["next"]


class TestMaking:
    def test_a_key_says_who_it_is_for_and_works(self, service: Service) -> None:
        body = request(role="facilitator", valid_days=30)
        answer = service.post(PATH, PLATFORM, Role.ADMIN, body)
        assert answer.status_code == 201
        key = answer.json()
        assert answer.headers["Location"] == f"{PATH}/{key['id']}"
        assert key["key"].startswith(key["prefix"])
        assert {name: key[name] for name in ("siret", "role", "label", "scopes", "revoked_at")} == {
            "siret": BUYER,
            "role": "facilitator",
            "label": "Logiciel de paie",
            "scopes": ["read", "write"],
            "revoked_at": None,
        }
        # 30 days after 10 January, nine o'clock.
        assert (key["created_at"], key["expires_at"]) == ("2025-01-10T09:00:00Z", "2025-02-09T09:00:00Z")
        me = using(service, key).json()
        assert (me["siret"], me["role"], me["scopes"]) == (BUYER, "facilitator", ["read", "write"])

    def test_a_key_ends_on_its_day(self, service: Service) -> None:
        key = made(service, PLATFORM, Role.ADMIN, request(valid_days=1))
        morning = service.clock.moment
        try:
            service.clock.moment = morning + timedelta(days=1, microseconds=-1)
            assert using(service, key).status_code == 200
            service.clock.moment = morning + timedelta(days=1)
            assert using(service, key).status_code == 401
        finally:
            service.clock.moment = morning

    def test_others_make_their_own_in_their_own_role(self, service: Service) -> None:
        key = made(service, BUYER, Role.BUYER, request())
        assert using(service, key).json()["role"] == "buyer"

    @pytest.mark.parametrize(
        ("siret", "role"),
        [(OTHER_BUYER, "buyer"), (BUYER, "facilitator"), (BUYER, "admin"), ("71000000100010", "buyer")],
    )
    def test_nobody_makes_a_key_for_others_or_in_another_role(
        self, service: Service, siret: str, role: str
    ) -> None:
        answer = service.post(PATH, BUYER, Role.BUYER, request(siret, role))
        # The same for an organisation that nobody knows.
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_a_key_gives_no_scope_that_it_does_not_have(self, service: Service) -> None:
        writes = made(service, PLATFORM, Role.ADMIN, request(scopes=["write"]))
        assert using(service, writes).status_code == 403
        answer = using(service, writes, "POST", PATH)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        reads = made(service, PLATFORM, Role.ADMIN, request(scopes=["read"]))
        assert using(service, reads).status_code == 200
        assert using(service, reads, "POST", PATH).status_code == 403

    @pytest.mark.parametrize(
        ("fields", "pointer", "code"),
        [
            ({"siret": "71000000100010"}, "/siret", "unknown_reference"),
            ({"siret": "2000399490001"}, "/siret", None),
            ({"role": "mayor"}, "/role", "unknown_code"),
            ({"label": ""}, "/label", "too_short"),
            ({"scopes": []}, "/scopes", "too_short"),
            ({"valid_days": 0}, "/valid_days", None),
            ({"valid_days": 366}, "/valid_days", "too_large"),
            ({"name": "X"}, "/name", "unknown_field"),
        ],
    )
    def test_a_malformed_request(
        self, service: Service, fields: dict[str, Any], pointer: str, code: str | None
    ) -> None:
        before = len(listed(service, PLATFORM, Role.ADMIN))
        answer = service.post(PATH, PLATFORM, Role.ADMIN, {**request(), **fields})
        assert answer.status_code == 422
        (found,) = errors_of(answer)
        assert found[0] == pointer
        assert code in (found[1], None)
        assert len(listed(service, PLATFORM, Role.ADMIN)) == before


class TestListing:
    def test_each_sees_the_keys_of_its_organisation_in_its_role(self, service: Service) -> None:
        own = made(service, BUYER, Role.BUYER, request())
        staff = made(service, PLATFORM, Role.ADMIN, request(role="facilitator"))
        other = made(service, PLATFORM, Role.ADMIN, request(OTHER_BUYER))
        seen = {
            seat: {item["id"] for item in listed(service, *seat)}
            for seat in (
                (BUYER, Role.BUYER),
                (BUYER, Role.FACILITATOR),
                (OTHER_BUYER, Role.BUYER),
                (CONTRACTOR, Role.CONTRACTOR),
                (PLATFORM, Role.ADMIN),
            )
        }
        three = {own["id"], staff["id"], other["id"]}
        assert [three & found for found in seen.values()] == [
            {own["id"]},
            {staff["id"]},
            {other["id"]},
            set(),
            three,
        ]
        # The contractor has the one that it asks with.
        assert len(seen[CONTRACTOR, Role.CONTRACTOR]) == 1

    def test_a_walk_gives_each_once_oldest_first_and_no_secret(self, service: Service) -> None:
        added = [made(service, BUYER, Role.BUYER, request())["id"] for _ in range(3)]
        items = listed(service, BUYER, Role.BUYER)
        ids = [item["id"] for item in items]
        assert ids[-3:] == added
        assert ids == sorted(set(ids))
        fields = {
            *("id", "siret", "role", "label", "scopes"),
            *("prefix", "created_at", "expires_at", "revoked_at", "lineage_id", "last_used_at"),
        }
        assert {frozenset(item) for item in items} == {frozenset(fields)}
        assert {(item["siret"], item["role"]) for item in items} == {(BUYER, "buyer")}


class TestRevoking:
    def revoke(self, service: Service, key_id: str, siret: str, role: Role) -> Response:
        return service.client.delete(f"{PATH}/{key_id}", headers=service.headers(siret, role))

    def test_one_revokes_ones_own(self, service: Service) -> None:
        key = made(service, BUYER, Role.BUYER, request())
        for siret, role in (
            (BUYER, Role.FACILITATOR),
            (OTHER_BUYER, Role.BUYER),
            (CONTRACTOR, Role.CONTRACTOR),
        ):
            answer = self.revoke(service, key["id"], siret, role)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert using(service, key).status_code == 200
        assert self.revoke(service, key["id"], BUYER, Role.BUYER).status_code == 204
        assert using(service, key).status_code == 401
        (kept,) = [item for item in listed(service, BUYER, Role.BUYER) if item["id"] == key["id"]]
        assert kept["revoked_at"] == "2025-01-10T09:00:00Z"

    def test_the_platform_revokes_any(self, service: Service) -> None:
        key = made(service, BUYER, Role.BUYER, request())
        assert self.revoke(service, key["id"], PLATFORM, Role.ADMIN).status_code == 204
        assert using(service, key).status_code == 401

    def test_what_is_not_there(self, service: Service) -> None:
        answer = self.revoke(service, str(uuid4()), PLATFORM, Role.ADMIN)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        answer = self.revoke(service, "x", PLATFORM, Role.ADMIN)
        assert (answer.status_code, errors_of(answer)[0][0]) == (422, "/path/key_id")

    def test_a_key_is_needed(self, service: Service) -> None:
        answers = [
            service.client.get(PATH),
            service.client.get("/v1/me"),
            service.client.post(PATH, json=request(), headers={"Idempotency-Key": "k"}),
            service.client.delete(f"{PATH}/{uuid4()}"),
        ]
        assert [answer.status_code for answer in answers] == [401] * 4
