"""Following a job as server-sent events: short looks by the caller's own rights, until the job ends.

A stream takes a thread for the time of a look only. So many at once per key, counted in each process.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from app.errors import NotFound, TooManyStreams
from app.services.work import reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

    from app.principal import Principal
    from app.schemas.jobs import JobOut
    from app.services.work import Reader
    from app.web.commands import Call

LOOK_SECONDS = 0.5
QUIET_SECONDS = 15.0
RETRY_MILLISECONDS = 2_000
RETRY_AFTER_SECONDS = 10
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
# One event; the stream is any number of them.
EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "description": "Toujours « progress »."},
        "data": {"type": "string", "description": "Le travail en JSON (JobOut)."},
        "id": {"type": "string"},
        "retry": {"type": "integer", "minimum": 0},
    },
    "required": ["event", "data", "id"],
}
FOLLOWED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Flux d'événements : `event: progress`, `data:` le travail en JSON (JobOut).",
        "content": {"text/event-stream": {"schema": EVENT}},
    }
}


class Streams:
    """How many streams each key or membership has open."""

    def __init__(self, most: int, seconds: float) -> None:
        """`most` at once for each, for so long: then the caller shows a credential that still holds."""
        self.most = most
        self.seconds = seconds
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, name: str) -> None:
        """Count one more; TooManyStreams when there are as many as may be."""
        with self._lock:
            if self._open[name] >= self.most:
                raise TooManyStreams(headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
            self._open[name] += 1

    def count(self) -> int:
        """How many are open in all."""
        return self._open.total()

    def leave(self, name: str) -> None:
        """Count one less."""
        with self._lock:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]


class Followed(StreamingResponse):
    """A stream that gives its place back however it ends: at the end of the job, or when the client goes."""

    def __init__(self, content: AsyncIterator[bytes], leave: Callable[[], None]) -> None:
        """`leave` is called once, after the last byte."""
        super().__init__(content, headers=HEADERS, media_type="text/event-stream")
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until there is nothing more, or nobody."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


def follow(call: Call, look: Callable[[Reader], JobOut]) -> StreamingResponse:
    """Answer with the progress of a job; what the first look refuses is a problem like any other."""
    principal, first = call.look(look)
    streams: Streams = call.request.app.state.streams
    name = str(principal.key_id or principal.membership_id)
    streams.enter(name)
    again = partial(_look, call, principal, look)
    return Followed(_events(first, again, streams.seconds), partial(streams.leave, name))


def _look(call: Call, principal: Principal, look: Callable[[Reader], JobOut]) -> JobOut | None:
    try:
        with reading(call.means, principal, call.request_id) as reader:
            return look(reader)
    except NotFound:
        return None


async def _events(first: JobOut, look: Callable[[], JobOut | None], seconds: float) -> AsyncIterator[bytes]:
    job: JobOut | None = first
    number, told, told_at, end = 0, "", time.monotonic(), time.monotonic() + seconds
    while job is not None:
        data = job.model_dump_json()
        if data != told:
            number, told, told_at = number + 1, data, time.monotonic()
            yield format_sse_event(event="progress", data_str=data, id=str(number), retry=RETRY_MILLISECONDS)
        elif time.monotonic() - told_at >= QUIET_SECONDS:
            told_at = time.monotonic()
            yield KEEPALIVE_COMMENT
        if job.state.is_end or time.monotonic() >= end:
            return
        await anyio.sleep(LOOK_SECONDS)
        job = await run_in_threadpool(look)
