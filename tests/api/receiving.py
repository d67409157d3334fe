"""A receiver of webhooks on this machine, which answers as a test says and remembers what reached it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

TOO_LONG = 64 * 1024 + 1


@dataclass
class Received:
    """One request: its headers and its body as they came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answer` is a status, or a lie: `short` (less than announced), `long` (more than is read)."""

    port: int = 0
    answer: int | str = 204
    headers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    # Answers wait for it, and for so long.
    released: threading.Event = field(default_factory=threading.Event)
    seconds: float = 0
    under_way: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def ids(self) -> list[str]:
        return [item.id for item in self.received]

    def verified(self, secret: str) -> list[dict[str, object]]:
        """The bodies, each verified by the reference library."""
        return [Webhook(secret).verify(item.body, item.headers) for item in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """The receiver, for as long as the block lasts."""
    receiver = Receiver()
    receiver.released.set()
    counting = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, named, body))
            with counting:
                receiver.under_way += 1
                receiver.most_at_once = max(receiver.most_at_once, receiver.under_way)
            receiver.arrived.set()
            receiver.released.wait(30)
            time.sleep(receiver.seconds)
            with counting:
                receiver.under_way -= 1
            status = receiver.answer if isinstance(receiver.answer, int) else 200
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            sent = b"x" * TOO_LONG if receiver.answer == "long" else b"ok"
            announced = 100 if receiver.answer == "short" else len(sent)
            if status != 204:
                self.send_header("Content-Length", str(announced))
            self.end_headers()
            if status != 204:
                self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle_error(self, *_: object) -> None:
            """Whoever hung up does not wait."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a killed sender is no fault here
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
