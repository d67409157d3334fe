"""Services on loopback that answer as a test tells them, and keep what was asked."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.exchange.connector import Patience

HASTY = Patience(call_seconds=0.4, first_wait=0.01, rest_seconds=0.2, pace_seconds=0, life_seconds=60)


@dataclass
class Said:
    """One answer: a status, what it holds (JSON, or bytes as they are), headers, and how slowly it comes."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


@dataclass
class Fake:
    """A service: the next answers in their order, the last one for all that follow."""

    url: str
    answers: list[Said] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    agents: set[str | None] = field(default_factory=set)

    def say(self, *answers: Said) -> None:
        """Answer so from now on."""
        self.answers, self.asked = list(answers), []

    def next(self) -> Said:
        """The answer whose turn it is."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def fake_service() -> Iterator[Fake]:
    """A service that listens until the block ends."""
    fake = Fake("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            question = {name: values[0] for name, values in parse_qs(parts.query).items()}
            fake.asked.append((parts.path, question))
            fake.agents.add(self.headers["User-Agent"])
            said = fake.next()
            time.sleep(said.seconds)
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            try:
                self.send_response(said.status)
                for name, value in {**said.headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # who asked did not wait

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
