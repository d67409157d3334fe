"""The way of a request: credentials, problems, idempotency, versions, lists, commit before answer."""

import json
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.crypto import new_api_key
from app.db.session import Database
from app.db.tables import ApiKey, Change, OpenChange, StoredAnswer
from app.errors import InternalError
from app.main import create_app
from app.principal import Role
from app.services import setup
from app.settings import Settings
from app.web.advice import ADVICE
from app.web.problems import meanings
from tests.api.in_process import Client

SIRET = "20003994900017"
OTHER = "21570433100010"


@contextmanager
def serving(url: str, **settings: int) -> Iterator[Client]:
    quiet = Settings(database_url=url, log_level="error")
    app = create_app(quiet.model_copy(update=settings))
    with Client(app) as client:
        client.headers["Authorization"] = (
            f"Bearer {setup.issue_key(app.state.means, SIRET, Role.ADMIN, 'test')}"
        )
        yield client
    app.state.means.database.dispose()


@pytest.fixture
def client(database_url: str) -> Iterator[Client]:
    with serving(database_url) as client:
        yield client


def database_of(client: Client) -> Database:
    database = client.app.state.means.database  # type: ignore[attr-defined]  # an ASGI callable to the client
    assert isinstance(database, Database)
    return database


def count(client: Client, table: type[Any]) -> int:
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def key_request(label: str = "paie") -> dict[str, Any]:
    return {"siret": SIRET, "role": "buyer", "label": label}


def send_days(client: Client, days: str) -> Response:
    body = json.dumps(key_request()).removesuffix("}") + f', "valid_days": {days}}}'
    headers = {"Content-Type": "application/json", "Idempotency-Key": "days"}
    return client.post("/v1/api-keys", content=body.encode(), headers=headers)


def create(client: Client, key: str, body: dict[str, Any]) -> Response:
    return client.post("/v1/api-keys", json=body, headers={"Idempotency-Key": key})


class TestAuthentication:
    @pytest.mark.parametrize(
        "credential",
        [
            None,
            "Bearer",
            "Bearer x",
            "Basic abc",
            pytest.param(f"Bearer {new_api_key()}", id="nobody's key"),
            pytest.param(f"Bearer {str(new_api_key())[:-1]}", id="a key cut short"),
        ],
    )
    def test_a_credential_that_does_not_hold_is_refused(self, client: Client, credential: str | None) -> None:
        del client.headers["Authorization"]
        answer = client.get("/v1/me", headers={"Authorization": credential} if credential else {})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "unauthenticated"

    def test_a_revoked_key_opens_nothing(self, client: Client) -> None:
        made = create(client, "k", key_request()).json()
        own = {"Authorization": f"Bearer {made['key']}"}
        assert client.get("/v1/me", headers=own).json()["role"] == "buyer"
        assert client.delete(f"/v1/api-keys/{made['id']}").status_code == 204
        assert client.get("/v1/me", headers=own).status_code == 401
        assert client.delete(f"/v1/api-keys/{made['id']}").status_code == 204

    def test_a_key_without_the_write_scope_only_reads(self, client: Client) -> None:
        made = create(client, "k", {**key_request(), "scopes": ["read"]}).json()
        own = {"Authorization": f"Bearer {made['key']}"}
        assert client.get("/v1/me", headers=own).status_code == 200
        answer = client.post("/v1/api-keys", json=key_request(), headers={**own, "Idempotency-Key": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_the_secret_is_nowhere_in_the_database(self, client: Client) -> None:
        secret = create(client, "k", key_request()).json()["key"]
        with database_of(client).read() as session:
            stored = session.scalars(select(StoredAnswer)).one()
            assert secret.encode() not in stored.body
            assert all(secret.encode() not in key.secret_hash for key in session.scalars(select(ApiKey)))


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/v1/nothing", 404, "not_found"),
            ("GET", "/v1/territories/planet/3", 422, "invalid_payload"),
            ("GET", "/v1/territories/commune/00000", 404, "not_found"),
            ("DELETE", "/v1/me", 405, "method_not_allowed"),
            ("GET", "/v1/api-keys?limit=201", 422, "invalid_payload"),
            ("GET", "/v1/api-keys?limti=20", 422, "invalid_payload"),
        ],
    )
    def test_every_error_is_a_problem(
        self, client: Client, method: str, path: str, status: int, code: str
    ) -> None:
        answer = client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == code
        assert problem["request_id"] == answer.headers["X-Request-Id"]
        assert client.get(problem["type"]).json()["status"] == status

    def test_a_problem_never_repeats_what_was_sent(self, client: Client) -> None:
        body = {"siret": "Zoé-SECRET", "role": "Zoé-SECRET", "label": 5, "Zoé-SECRET": 1}
        answer = create(client, "k", body)
        assert answer.status_code == 422
        # The name of an unknown field is where the error is; the values are nowhere.
        assert {item["code"] for item in answer.json()["errors"]} >= {"unknown_field", "unknown_code"}
        assert answer.text.count("SECRET") == 1

    @pytest.mark.parametrize(
        "body",
        [
            *(
                b"{",
                b"[1,",
                b'{"a": NaN}',
                b'{"a": "\\ud800"}',
                b'{"\\ud800": 1, "\\ud800": 2}',
                b"[" * 100_000,
                b"\xff",
            ),
            b'{"a": 1e99999999999999999999}',
        ],
    )
    def test_unreadable_json_is_named(self, client: Client, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
        answer = client.post("/v1/api-keys", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"pointer": "", "code": "json_invalid", "detail": "JSON illisible."}
        ]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            (b'{"label": "a", "label": "a"}', "/label"),
            (b'{"label": "a", "more": [0, {"x": {"a/b": 1, "a/b": 2}}]}', "/more/1/x/a~1b"),
            (b'{"label": {"x": 1, "x": 2}, "label": "a"}', "/label"),
            (b'[{"x": [], "x": {}}]', "/0/x"),
        ],
    )
    def test_a_name_that_is_given_twice_is_refused_where_it_stands(
        self, client: Client, body: bytes, pointer: str
    ) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
        answer = client.post("/v1/api-keys", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {
                "pointer": pointer,
                "code": "duplicate_name",
                "detail": "Ce nom est donné deux fois dans le même objet.",
            }
        ]

    def test_finding_the_place_of_a_name_takes_no_more_room_than_the_body(self, client: Client) -> None:
        name = "k" * 10_000
        body = f'{{"{name}": [{{"a": 1, "\\u0061": 2}}{",[]" * 30_000}]}}'.encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
        tracemalloc.start()
        answer = client.post("/v1/api-keys", content=body, headers=headers)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [item["pointer"] for item in answer.json()["errors"]] == [f"/{name}/0/a"]
        # A pointer to each of the lists would be 300 MB.
        assert peak < 30_000_000

    @pytest.mark.parametrize("days", ['"9"', "true", "9.5", "null", "[9]", "1e30"])
    def test_a_whole_number_is_written_as_one(self, client: Client, days: str) -> None:
        answer = send_days(client, days)
        assert answer.status_code == 422
        assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == [
            ("/valid_days", "not_an_integer")
        ]

    @pytest.mark.parametrize("days", ["9", "9.0", "0.9e1"])
    def test_one_number_has_several_writings(self, client: Client, days: str) -> None:
        assert send_days(client, days).status_code == 201

    def test_a_payload_wrong_everywhere_gets_a_short_answer(self, client: Client) -> None:
        answer = create(client, "k", {f"field{index}": index for index in range(5000)})
        assert answer.status_code == 422
        assert len(answer.json()["errors"]) == 100

    def test_a_body_past_the_limit_is_refused(self, database_url: str) -> None:
        with serving(database_url, body_limit_bytes=2048) as client:
            answer = create(client, "k", key_request("x" * 3000))
            assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")

    def test_every_problem_says_what_to_do_in_both_languages(self, client: Client) -> None:
        for code, kind in meanings().items():
            told = [
                client.get(f"/problems/{code}", headers={"Accept-Language": language}).json()
                for language in ("fr", "en")
            ]
            assert [item["title"] for item in told] == [kind.title.fr, kind.title.en]
            assert len({item[part] for item in told for part in ("title", "description")}) == 4

    def test_a_fault_promises_nothing(self) -> None:
        assert "Rien n'est confirmé" in ADVICE["internal_error"].fr
        assert "enregistré" not in InternalError.title.fr

    def test_texts_follow_the_language_and_codes_do_not(self, client: Client) -> None:
        french, english = (
            client.get("/v1/nothing", headers={"Accept-Language": language})
            for language in ("fr-FR", "en;q=0.9")
        )
        assert (french.headers["Content-Language"], english.headers["Content-Language"]) == ("fr", "en")
        assert french.json()["title"] == "Ressource introuvable."
        assert english.json()["title"] == "Resource not found."
        assert french.json()["code"] == english.json()["code"]

    def test_a_fault_is_a_problem_and_says_nothing_of_itself(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(reader: object) -> None:
            raise RuntimeError("SECRET")

        monkeypatch.setattr("app.services.access.who_am_i", fail)
        answer = client.get("/v1/me", headers={"X-Request-Id": "integrator-42"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert answer.json()["request_id"] == "integrator-42"
        logged = capsys.readouterr().out
        assert "SECRET" not in answer.text + logged
        assert "RuntimeError" in logged


class TestCommit:
    def test_a_commit_that_fails_answers_5xx_and_writes_nothing(self, client: Client) -> None:
        keys, changes = count(client, ApiKey), count(client, Change)
        engine = database_of(client).engine

        def fail(connection: object) -> None:
            raise OperationalError("COMMIT", {}, Exception("disk full"))

        event.listen(engine, "commit", fail)
        try:
            answer = create(client, "k", key_request())
        finally:
            event.remove(engine, "commit", fail)
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"
        assert (count(client, ApiKey), count(client, Change)) == (keys, changes)
        assert create(client, "k", key_request()).status_code == 201

    def test_an_error_after_writing_leaves_nothing(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = [count(client, table) for table in (ApiKey, Change, OpenChange, StoredAnswer)]

        def fail(writer: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("app.services.work.Writer.close", fail)
        assert create(client, "k", key_request()).status_code == 500
        assert [count(client, table) for table in (ApiKey, Change, OpenChange, StoredAnswer)] == before

    def test_sixty_four_clients_on_a_small_pool_all_get_their_answer(self, database_url: str) -> None:
        with serving(database_url, pool_size=3) as client, ThreadPoolExecutor(64) as pool:
            together = threading.Barrier(64)

            def ask(_: int) -> int:
                together.wait()
                return client.get("/v1/me").status_code

            assert list(pool.map(ask, range(64), timeout=30)) == [200] * 64


class TestIdempotency:
    def test_the_key_is_required(self, client: Client) -> None:
        answer = client.post("/v1/api-keys", json=key_request())
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    @pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
    def test_an_odd_key_is_refused(self, client: Client, key: str) -> None:
        answer = create(client, key, key_request())
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "invalid_key")

    def test_a_repetition_gets_the_first_answer_byte_for_byte(self, client: Client) -> None:
        first, second = create(client, '"q"', key_request()), create(client, "q", key_request())
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert first.headers["Location"] == second.headers["Location"]
        assert second.headers["Idempotent-Replayed"] == "true"
        assert count(client, ApiKey) == 2

    def test_the_same_key_for_another_request_is_refused(self, client: Client) -> None:
        create(client, "k", key_request())
        answer = create(client, "k", key_request("autre"))
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    def test_a_refusal_is_not_kept(self, client: Client) -> None:
        assert create(client, "k", {**key_request(), "siret": OTHER}).status_code == 422
        assert create(client, "k", key_request()).status_code == 201

    def test_fifty_at_once_have_one_effect(self, client: Client) -> None:
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: create(client, "k", key_request()), range(50)))
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        assert count(client, ApiKey) == 2

    def test_another_caller_never_reads_a_stored_answer(self, client: Client) -> None:
        made = create(client, "k", key_request()).json()
        own = {"Authorization": f"Bearer {made['key']}", "Idempotency-Key": "k"}
        answer = client.post("/v1/api-keys", json=key_request(), headers=own)
        assert answer.status_code == 201
        assert answer.json()["id"] != made["id"]


class TestVersions:
    def test_two_writers_of_one_version_do_not_overwrite_each_other(self, client: Client) -> None:
        path = f"/v1/organisations/{SIRET}"
        for _ in range(20):
            etag = client.get(path).headers["ETag"]

            def put(name: str, etag: str = etag) -> int:
                return client.put(
                    path, json={"name": name, "seat": None}, headers={"If-Match": etag}
                ).status_code

            with ThreadPoolExecutor(2) as pool:
                assert sorted(pool.map(put, (str(uuid4()), str(uuid4())))) == [200, 412]

    def test_replacing_without_a_version_is_refused(self, client: Client) -> None:
        answer = client.put(f"/v1/organisations/{SIRET}", json={"name": "X", "seat": None})
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")

    @pytest.mark.parametrize("etag", ["*", "nonsense", '"9-admin-fr"', '"' + "9" * 40 + '"'])
    def test_a_version_never_given_out_is_stale(self, client: Client, etag: str) -> None:
        answer = client.put(
            f"/v1/organisations/{SIRET}", json={"name": "X", "seat": None}, headers={"If-Match": etag}
        )
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")

    def test_the_same_content_again_changes_nothing(self, client: Client) -> None:
        path, body = f"/v1/organisations/{SIRET}", {"name": "Exemple", "seat": "commune/57433"}
        first = client.put(path, json=body, headers={"If-Match": client.get(path).headers["ETag"]})
        changes = count(client, Change)
        again = client.put(path, json=body, headers={"If-Match": first.headers["ETag"]})
        assert again.json() == first.json()
        assert count(client, Change) == changes


class TestLists:
    def test_a_walk_sees_every_surviving_row_once(self, client: Client) -> None:
        before = [create(client, f"k{index}", key_request()).json()["id"] for index in range(7)]
        seen: list[str] = []
        page = client.get("/v1/api-keys?limit=2")
        while True:
            seen += [item["id"] for item in page.json()["items"]]
            create(client, f"during{len(seen)}", key_request())
            if "Link" not in page.headers:
                break
            following = page.headers["Link"].partition(">")[0].removeprefix("<")
            assert page.json()["next"] in following
            page = client.get(following)
            if len(seen) > 40:
                break
        assert [item for item in seen if item in before] == before
        assert len(seen) == len(set(seen))
