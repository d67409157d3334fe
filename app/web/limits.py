"""The size of a body and the time it takes, held before anything reads it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

from app.errors import BodyTooSlow, InvalidPayload, PayloadTooLarge
from app.web.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

IMPORTS = "/v1/imports"
CLOSE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Bound:
    """How much a body may hold, in bytes, and how long all of it may take, in seconds."""

    size: int
    seconds: float


class BodyLimit:
    """Refuses a body past the limit with a problem; files for import have a limit of their own.

    The body is gathered here: every operation reads it whole anyway, and a refusal then happens before
    any of it was acted on. A body whose sender goes away before its end is not acted on either. A file for
    import passes piece by piece: whoever stores it takes it back when this raises.
    """

    def __init__(self, app: ASGIApp, *, usual: Bound, imports: Bound) -> None:
        """`imports`: of files handed in."""
        self.app = app
        self.usual = usual
        self.imports = imports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gather the body, or refuse it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        if scope["path"] == IMPORTS:
            await self.app(scope, _bounded(receive, self.imports), send)
            return
        bound = self.usual
        try:
            # Over all of it: who sends a byte now and then would never be silent for long.
            async with asyncio.timeout(bound.seconds):
                body = await _gathered(receive, bound.size)
        except TimeoutError:
            await problem(BodyTooSlow(headers=CLOSE), Request(scope))(scope, receive, send)
            return
        except ClientDisconnect:
            # Half a file reads like a whole one. Nobody hears this answer; the log and the metrics do.
            await problem(InvalidPayload(), Request(scope))(scope, receive, send)
            return
        if body is None:
            await problem(PayloadTooLarge(headers=CLOSE), Request(scope))(scope, receive, send)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


async def _gathered(receive: Receive, limit: int) -> bytes | None:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _bounded(receive: Receive, bound: Bound) -> Receive:
    """The pieces of a body as they come; an error of the domain in place of one too many, or too late."""
    size = 0
    ends = asyncio.get_running_loop().time() + bound.seconds

    async def take() -> Message:
        nonlocal size
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(headers=CLOSE) from None
        size += len(message.get("body", b""))
        if size > bound.size:
            raise PayloadTooLarge(headers=CLOSE)
        return message

    return take
