"""One caller of the API: its key, and the manners the API asks of integrators."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]


class Unexpected(Exception):
    """The service answered something else than the story says."""


class Caller:
    """An organisation in a role, with its key."""

    def __init__(self, http: httpx.Client, key: str) -> None:
        """`http` reaches the service, `key` is the caller's."""
        self.key = key
        self._http = http

    def get(self, path: str, **query: str) -> Json:
        """Read something that the caller may read."""
        return self._expect(self._ask("GET", path, params=query))

    def find(self, path: str) -> Json | None:
        """Read something that may not exist."""
        answer = self._ask("GET", path)
        return None if answer.status_code == httpx.codes.NOT_FOUND else self._expect(answer)

    def post(self, path: str, body: Json, *, version: int | None = None) -> Json:
        """Create, under a fresh idempotency key; with `version`, on a resource read at that version."""
        return self._expect(self._ask("POST", path, version, json=body))

    def put(self, path: str, body: Json, *, version: int | None = None) -> Json:
        """Replace what stands at the path, read at that version; create it without."""
        return self._expect(self._ask("PUT", path, version, json=body))

    def send(self, path: str, content: bytes, media_type: str) -> Json:
        """Hand a file over."""
        return self._expect(self._ask("POST", path, content=content, media_type=media_type))

    def refused(self, method: str, path: str, body: Json | None = None) -> Json:
        """The problem with which the service refuses; Unexpected if it does not."""
        answer = self._ask(method, path, json=body)
        if answer.status_code < httpx.codes.BAD_REQUEST or answer.is_server_error:
            raise Unexpected(f"{method} {path}: {answer.status_code}")
        problem: Json = answer.json()
        return problem

    def walk(self, path: str, **query: str) -> list[Json]:
        """Every element of a list."""
        found: list[Json] = []
        page = self.get(path, limit="200", **query)
        while True:
            found += page["items"]
            if page["next"] is None:
                return found
            page = self.get(path, limit="200", after=str(page["next"]), **query)

    def _ask(
        self,
        method: str,
        path: str,
        version: int | None = None,
        *,
        media_type: str | None = None,
        **content: Any,  # noqa: ANN401 - passed on as it is
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid4())}
        if media_type is not None:
            headers["Content-Type"] = media_type
        if version is not None:
            # Only the version of an entity tag is compared; the rest says what the reader saw.
            headers["If-Match"] = f'"{version}"'
        return self._http.request(method, path, headers=headers, **content)

    def _expect(self, answer: httpx.Response) -> Json:
        if not answer.is_success:
            raise Unexpected(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
        found: Json = answer.json() if answer.content else {}
        return found
