"""Asking an issuer: one bounded exchange, over in a few seconds, that follows nobody elsewhere."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx

from app import authorities

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 3.0
WHOLE_SECONDS = 5.0
MOST_BYTES = 256 * 1024


class UnreachableError(Exception):
    """The issuer did not answer, or not in a way that can be used; `reason` is a code for the log."""

    def __init__(self, reason: str) -> None:
        """`reason` holds nothing that the issuer sent."""
        super().__init__(reason)
        self.reason = reason


def new_client() -> httpx.Client:
    """A client for all threads. It takes no proxy from the environment and follows no redirect.

    No connection is kept: what is asked is rare, and there is then nothing to close.
    """
    timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(
        verify=authorities.of_the_web(),
        timeout=timeout,
        limits=limits,
        follow_redirects=False,
        trust_env=False,
    )


def fetch(
    client: httpx.Client,
    url: str,
    *,
    accept: str = "application/json",
    form: Mapping[str, str] | None = None,
    credentials: tuple[str, str] | None = None,
) -> bytes:
    """The body of a 200 answer; UnreachableError for anything else, a redirect and a long answer included.

    With `form` it is posted, else the address is read.
    """
    deadline = time.monotonic() + WHOLE_SECONDS
    # Compressed, a short answer could become a long one.
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    try:
        with client.stream(
            "GET" if form is None else "POST",
            url,
            headers=headers,
            data=form,
            auth=credentials or httpx.USE_CLIENT_DEFAULT,
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                raise UnreachableError("redirect" if answer.is_redirect else "status")
            return _read(answer, deadline)
    except httpx.TimeoutException:
        raise UnreachableError("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise UnreachableError("connection") from None


def _read(answer: httpx.Response, deadline: float) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise UnreachableError("encoding")
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise UnreachableError("too_large")
        if time.monotonic() > deadline:
            raise UnreachableError("timeout")
    return bytes(body)


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object; UnreachableError for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreachableError("not_json") from None
    if not isinstance(found, dict):
        raise UnreachableError("not_json")
    return found
