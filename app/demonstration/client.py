"""One caller of the API: its key, and the manners the API asks of integrators."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]
TIMEOUT_SECONDS = 60.0


class Unexpected(Exception):
    """The service answered something else than the story says."""


class Caller:
    """An organisation in a role, with its key."""

    def __init__(self, address: str, key: str) -> None:
        """`address` of the service, `key` of the caller."""
        self.key = key
        self._http = httpx.Client(
            base_url=address, timeout=TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {key}"}
        )

    def get(self, path: str, **query: str) -> Json:
        """Read something that the caller may read."""
        return self._expect(self._http.get(path, params=query))

    def post(self, path: str, body: Json, *, version: int | None = None) -> Json:
        """Create, under a fresh idempotency key; with `version`, on a resource read at that version."""
        return self._expect(self._http.post(path, json=body, headers=_headers(version)))

    def put(self, path: str, body: Json, *, version: int | None = None) -> Json:
        """Replace what stands at the path, read at that version; create it without."""
        return self._expect(self._http.put(path, json=body, headers=_headers(version)))

    def send(self, path: str, content: bytes, media_type: str) -> Json:
        """Hand a file over."""
        headers = {**_headers(None), "Content-Type": media_type}
        return self._expect(self._http.post(path, content=content, headers=headers))

    def refused(self, method: str, path: str, body: Json | None = None) -> Json:
        """The problem with which the service refuses; Unexpected if it does not."""
        answer = self._http.request(method, path, json=body, headers=_headers(None) if body else {})
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

    def _expect(self, answer: httpx.Response) -> Json:
        if not answer.is_success:
            raise Unexpected(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
        found: Json = answer.json() if answer.content else {}
        return found


def _headers(version: int | None) -> dict[str, str]:
    headers = {"Idempotency-Key": str(uuid4())}
    # Only the version of an entity tag is compared; the rest says what the reader saw.
    return headers if version is None else {**headers, "If-Match": f'"{version}"'}
