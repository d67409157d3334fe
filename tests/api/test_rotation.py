"""A key and its successor: how long both live, who may replace which, and when each was last used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from app.crypto import ApiKeyText
from app.principal import Role
from app.services import last_uses
from tests.api.builders import BUYER, OTHER_BUYER, Service, serving
from tests.api.registering import errors_of

PATH = "/v1/api-keys"
PLATFORM = "90000000100017"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def running(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        for siret, role in ((PLATFORM, Role.ADMIN), (BUYER, Role.BUYER), (OTHER_BUYER, Role.BUYER)):
            found.headers(siret, role)
        yield found


@pytest.fixture
def service(running: Service) -> Iterator[Service]:
    """At nine o'clock on 10 January, whatever the test before made of it."""
    morning = running.clock.moment
    yield running
    running.clock.moment = morning


def made(service: Service, **fields: object) -> dict[str, Any]:
    body = {"siret": BUYER, "role": "buyer", "label": "Logiciel de paie", **fields}
    answer = service.post(PATH, PLATFORM, Role.ADMIN, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rotate(
    service: Service,
    key: dict[str, Any],
    by: dict[str, Any] | None = None,
    again: str | None = None,
    **body: Any,  # noqa: ANN401  # any field
) -> Response:
    """The rotation of a key, asked for with that key itself, or with another one."""
    credential = {"Authorization": f"Bearer {(by or key)['key']}"}
    headers = {**credential, "Idempotency-Key": again or str(uuid4())}
    return service.client.post(f"{PATH}/{key['id']}/rotate", json=body, headers=headers)


def test_a_secret_is_repeated_to_nobody_who_may_not_give_it(running: Service) -> None:
    """A key that only reads, one that only writes and one of another role repeat both requests."""
    service = running
    wide = made(service)
    narrow = [made(service, scopes=scopes) for scopes in (["read"], ["write"])]
    other = made(service, role="facilitator")
    body = {"siret": BUYER, "role": "buyer", "label": "Secret", "scopes": ["read", "write"]}

    def create(key: dict[str, Any]) -> Response:
        headers = {"Authorization": f"Bearer {key['key']}", "Idempotency-Key": "secret-made"}
        return service.client.post(PATH, json=body, headers=headers)

    secret = create(wide).json()["key"]
    successor = rotate(service, wide, again="secret-rotated").json()["key"]
    for key in narrow:
        for answer in (create(key), rotate(service, wide, by=key, again="secret-rotated")):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            assert secret not in answer.text
            assert successor not in answer.text
    # In another role it is another request, and nothing of its own to make.
    assert create(other).status_code == 403
    assert rotate(service, wide, by=other, again="secret-rotated").status_code == 404
    again = create(wide), rotate(service, wide, again="secret-rotated")
    assert [answer.json()["key"] for answer in again] == [secret, successor]
    assert {answer.headers["Idempotent-Replayed"] for answer in again} == {"true"}


def status(service: Service, key: dict[str, Any]) -> int:
    return service.client.get("/v1/me", headers={"Authorization": f"Bearer {key['key']}"}).status_code


def listed(service: Service, key: dict[str, Any]) -> dict[str, Any]:
    items = service.get(PATH, PLATFORM, Role.ADMIN, limit=200).json()["items"]
    found: dict[str, Any] = next(item for item in items if item["id"] == key["id"])
    return found


class TestSuccessor:
    def test_it_takes_over_what_the_key_was(self, service: Service) -> None:
        key = made(service, scopes=["read", "write"], valid_days=60)
        answer = rotate(service, key)
        assert answer.status_code == 201
        successor = answer.json()
        assert answer.headers["Location"] == f"{PATH}/{successor['id']}"
        for name in ("siret", "role", "label", "scopes"):
            assert successor[name] == key[name]
        assert successor["lineage_id"] == key["lineage_id"] == key["id"]
        # A year and seven days after 10 January.
        assert successor["expires_at"] == "2026-01-10T09:00:00Z"
        assert listed(service, key)["expires_at"] == "2025-01-17T09:00:00Z"

    def test_both_live_for_the_overlap(self, service: Service) -> None:
        key = made(service)
        successor = rotate(service, key, overlap_days=2, valid_days=30).json()
        assert (status(service, key), status(service, successor)) == (200, 200)
        service.clock.moment += 2 * DAY
        assert (status(service, key), status(service, successor)) == (401, 200)
        service.clock.moment += 28 * DAY
        assert status(service, successor) == 401

    def test_no_overlap_ends_the_key_at_once(self, service: Service) -> None:
        key = made(service)
        assert rotate(service, key, overlap_days=0).status_code == 201
        assert status(service, key) == 401

    def test_the_overlap_prolongs_nothing(self, service: Service) -> None:
        key = made(service, valid_days=3)
        assert rotate(service, key, overlap_days=7).status_code == 201
        assert listed(service, key)["expires_at"] == key["expires_at"] == "2025-01-13T09:00:00Z"

    def test_a_repetition_gets_the_same_successor(self, service: Service) -> None:
        key = made(service)
        first, second = (rotate(service, key, again=f"rotation-{key['id']}") for _ in range(2))
        assert first.json() == second.json()
        assert second.headers["Idempotent-Replayed"] == "true"


class TestTwoAtMost:
    def test_a_third_waits_for_one_of_them_to_end(self, service: Service) -> None:
        key = made(service)
        successor = rotate(service, key).json()
        for either in (key, successor):
            answer = rotate(service, either)
            assert (answer.status_code, answer.json()["code"]) == (409, "rotation_under_way")
        service.clock.moment += 7 * DAY
        third = rotate(service, successor)
        assert third.status_code == 201
        assert third.json()["lineage_id"] == key["id"]
        headers = {"Authorization": f"Bearer {successor['key']}"}
        assert service.client.delete(f"{PATH}/{successor['id']}", headers=headers).status_code == 204
        assert rotate(service, third.json()).status_code == 201

    def test_two_rotations_at_once_make_one_successor(self, service: Service) -> None:
        key = made(service)
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: rotate(service, key), range(2)))
        assert sorted(answer.status_code for answer in answers) == [201, 409]

    def test_a_key_that_ended_has_no_successor(self, service: Service) -> None:
        by = made(service)
        revoked, expired = made(service), made(service, valid_days=1)
        service.client.delete(f"{PATH}/{revoked['id']}", headers={"Authorization": f"Bearer {by['key']}"})
        service.clock.moment += DAY
        for key in (revoked, expired):
            answer = rotate(service, key, by)
            assert (answer.status_code, answer.json()["code"]) == (409, "key_ended")


class TestWhoMay:
    def test_colleagues_and_the_platform(self, service: Service) -> None:
        key = made(service)
        assert rotate(service, key, by=made(service)).status_code == 201
        answer = service.post(f"{PATH}/{made(service)['id']}/rotate", PLATFORM, Role.ADMIN, {})
        assert answer.status_code == 201

    @pytest.mark.parametrize("fields", [{"role": "facilitator"}, {"siret": OTHER_BUYER}])
    def test_nobody_of_another_role_or_organisation(self, service: Service, fields: dict[str, str]) -> None:
        other, key = made(service, **fields), made(service)
        assert rotate(service, key, by=other).status_code == 404
        assert rotate(service, {**key, "id": str(uuid4())}).status_code == 404

    def test_no_key_gets_a_scope_by_it(self, service: Service) -> None:
        whole, writes, reads = made(service), made(service, scopes=["write"]), made(service, scopes=["read"])
        assert rotate(service, whole, by=writes).status_code == 403
        assert rotate(service, reads).status_code == 403
        assert rotate(service, writes).json()["scopes"] == ["write"]

    @pytest.mark.parametrize(
        "body", [{"overlap_days": -1}, {"overlap_days": 91}, {"valid_days": 366}, {"valid_days": 0}]
    )
    def test_a_malformed_request(self, service: Service, body: dict[str, int]) -> None:
        answer = rotate(service, made(service), None, None, **body)
        assert (answer.status_code, errors_of(answer)[0][0]) == (422, f"/{next(iter(body))}")

    def test_it_stands_in_the_audit_trail(self, service: Service) -> None:
        key = made(service)
        successor = rotate(service, key).json()
        changes, after = [], None
        while True:
            page = service.get(
                "/v1/audit", PLATFORM, Role.ADMIN, limit=200, **({"after": after} if after else {})
            )
            changes += page.json()["items"]
            after = page.json()["next"]
            if after is None:
                break
        (rotated,) = [
            change for change in changes if any(item["id"] == successor["id"] for item in change["objects"])
        ]
        assert (rotated["action"], rotated["key_id"]) == ("api_key.rotated", key["id"])
        touched = {(item["id"], tuple(item["fields"])) for item in rotated["objects"]}
        assert touched == {
            (key["id"], ("expires_at",)),
            (successor["id"], ("expires_at", "label", "role", "scopes")),
        }


class TestMe:
    def test_it_says_when_the_key_ends_and_warns_in_its_last_month(self, service: Service) -> None:
        key = made(service, valid_days=31)
        headers = {"Authorization": f"Bearer {key['key']}"}
        me = service.client.get("/v1/me", headers=headers).json()
        assert (me["credential"], me["key_id"], me["membership_id"]) == ("api_key", key["id"], None)
        assert (me["expires_at"], me["warnings"], me["memberships"]) == ("2025-02-10T09:00:00Z", [], [])
        service.clock.moment += DAY
        (warning,) = service.client.get("/v1/me", headers=headers).json()["warnings"]
        assert warning["code"] == "key_expires_soon"
        assert "30 jours" in warning["detail"]

    @pytest.mark.parametrize(
        "asked",
        [{"Clauses-Role": "facilitator"}, {"Clauses-Organisation": OTHER_BUYER}, {"Clauses-Role": ""}],
    )
    def test_a_key_has_nothing_to_choose_from(self, service: Service, asked: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {made(service)['key']}"}
        answer = service.client.get("/v1/me", headers=headers | asked)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_not_held")
        same = {"Clauses-Role": "buyer", "Clauses-Organisation": BUYER}
        assert service.client.get("/v1/me", headers=headers | same).status_code == 200


class TestLastUse:
    def used(self, service: Service, key: dict[str, Any]) -> str | None:
        found: str | None = listed(service, key)["last_used_at"]
        return found

    def test_it_is_held_in_memory_and_written_by_the_minute(self, service: Service) -> None:
        key = made(service)
        service.clock.moment += timedelta(seconds=75)
        for _ in range(3):
            assert status(service, key) == 200
        assert self.used(service, key) is None
        assert service.means.last_uses.flush(service.means.database) >= 1
        assert self.used(service, key) == "2025-01-10T09:01:00Z"

    def test_a_refused_key_was_not_used(self, service: Service) -> None:
        key = made(service)
        # Well formed and with its name, but with another secret.
        wrong = str(ApiKeyText(key["prefix"].removeprefix("csi_"), "0" * 32))
        assert status(service, {**key, "key": wrong}) == 401
        service.means.last_uses.flush(service.means.database)
        assert self.used(service, key) is None

    def test_an_earlier_use_seen_by_another_process_changes_nothing(self, service: Service) -> None:
        key = made(service)
        service.clock.moment += DAY
        assert status(service, key) == 200
        service.means.last_uses.flush(service.means.database)
        other = last_uses.LastUses()
        other.note(UUID(key["id"]), datetime.fromisoformat("2025-01-10T12:00:00+00:00"))
        other.flush(service.means.database)
        assert self.used(service, key) == "2025-01-11T09:00:00Z"

    def test_what_could_not_be_written_waits(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        key = made(service)
        assert status(service, key) == 200
        with monkeypatch.context() as patch:
            patch.setattr(last_uses, "keep_last_uses", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                service.means.last_uses.flush(service.means.database)
        assert service.means.last_uses.flush(service.means.database) >= 1
        assert self.used(service, key) == "2025-01-10T09:00:00Z"

    def test_a_clean_stop_writes_it(self, database_url: str) -> None:
        with serving(database_url) as first:
            first.headers(BUYER, Role.BUYER)
            key = made(first)
            assert status(first, key) == 200
        with serving(database_url) as second:
            assert self.used(second, key) == "2025-01-10T09:00:00Z"


def test_a_revocation_holds_at_once_in_every_process(service: Service, module_database_url: str) -> None:
    key = made(service)
    with serving(module_database_url) as other:
        assert status(other, key) == 200
        headers = {"Authorization": f"Bearer {key['key']}"}
        assert service.client.delete(f"{PATH}/{key['id']}", headers=headers).status_code == 204
        assert (status(service, key), status(other, key)) == (401, 401)
