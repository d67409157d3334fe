"""Requests on kept-alive connections to this machine, and how long each took.

Written on bare streams: a full HTTP client takes as long per request as the floor does, and would be measured
in its place.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

HEAD_END = b"\r\n\r\n"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Times:
    """Seconds of each request, and of the rounds as a whole."""

    each: list[float] = field(default_factory=list)
    whole: float = 0

    def add(self, other: "Times") -> None:
        """Take in another round."""
        self.each += other.each
        self.whole += other.whole

    @property
    def per_second(self) -> float:
        return len(self.each) / self.whole

    @property
    def p50_ms(self) -> float:
        return median(self.each) * 1000


@dataclass(frozen=True)
class Work:
    """An endless or finite supply of requests to one port, and the status that each must have."""

    port: int
    requests: Iterator[bytes]
    status: int
    keep: Callable[[Answer], None] = lambda _: None


def request(
    method: str,
    path: str,
    *,
    key: str | None = None,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    if content:
        lines.append("Content-Type: application/json")
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + HEAD_END + content


def drive(work: Work, *, clients: int, seconds: float, most: int | None = None) -> Times:
    """Let this many clients ask, each one thing at a time, for so long or so many times in all."""
    return asyncio.run(_drive(work, clients, seconds, most))


async def _drive(work: Work, clients: int, seconds: float, most: int | None) -> Times:
    times, left = Times(), [most]
    streams = [await asyncio.open_connection("127.0.0.1", work.port) for _ in range(clients)]
    begun = time.perf_counter()
    async with asyncio.timeout(seconds + TIMEOUT_SECONDS):
        await asyncio.gather(*(_ask(work, *pair, begun + seconds, left, times) for pair in streams))
    times.whole = time.perf_counter() - begun
    for _, writer in streams:
        writer.close()
        await writer.wait_closed()
    return times


async def _ask(
    work: Work,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    until: float,
    left: list[int | None],
    times: Times,
) -> None:
    while time.perf_counter() < until:
        if left[0] is not None:
            if left[0] == 0:
                return
            left[0] -= 1
        asked = next(work.requests, None)
        if asked is None:
            return
        begun = time.perf_counter()
        writer.write(asked)
        answer = await _answer(reader)
        times.each.append(time.perf_counter() - begun)
        if answer.status != work.status:
            told = f"{asked[:200]!r} was answered {answer.status}: {answer.body[:500]!r}"
            raise RuntimeError(told)
        work.keep(answer)


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(HEAD_END)).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(head[0].split(" ")[1]), headers, body)
