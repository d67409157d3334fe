"""A mail server on loopback that answers as a test tells it, and keeps what it took."""

import email
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from functools import cache
from ipaddress import ip_address
from socketserver import StreamRequestHandler, ThreadingTCPServer
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.exchange.connector import Patience
from app.exchange.mail import MailServer, Security

HASTY = Patience(call_seconds=0.4, first_wait=0.01, rest_seconds=0.2)
SENDER, HOME = "clauses@exemple.fr", "https://clauses.exemple.fr"


@dataclass
class Taken:
    """A message that the server took: to whom, and what."""

    to: list[str]
    raw: str

    @property
    def message(self) -> EmailMessage:
        return email.message_from_string(self.raw, policy=default)

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class FakeMail:
    """A server: what it says to a command (its first word, or with an address), by default that all is well.

    An answer is a line; "" says nothing, `close` ends the connection, a number of seconds comes before it.
    `dripping`: the seconds between two bytes of an answer.
    """

    port: int = 0
    answers: dict[str, str | float | list[str]] = field(default_factory=dict)
    dripping: dict[str, float] = field(default_factory=dict)
    offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN")
    taken: list[Taken] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    sessions: int = 0
    # Set once a message is there, before the answer to it.
    arrived: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.answers, self.dripping, self.taken, self.said, self.sessions = {}, {}, [], [], 0
        self.offers = ("STARTTLS", "AUTH PLAIN")
        self.arrived.clear()

    def server(self, security: Security = "none", user: str = "") -> MailServer:
        return MailServer("127.0.0.1", self.port, security, user, "secret" if user else "", SENDER, HOME)

    def answer(self, command: str, otherwise: str) -> str:
        """What a command gets: the most exact answer there is, one of a list each time."""
        found = self.answers.get(command, self.answers.get(command.partition(" ")[0], otherwise))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, float):
            time.sleep(found)
            return otherwise
        return found


class _Session(StreamRequestHandler):
    fake: FakeMail
    implicit: bool

    def handle(self) -> None:
        self.fake.sessions += 1
        if self.implicit:
            self._secure()
        with suppress(OSError):
            if self._say("CONNECT", "220 mail.exemple.fr ESMTP"):
                while self._step():
                    pass

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _secure(self) -> None:
        self.rfile.close()
        self.request = _contexts()[0].wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")

    def _step(self) -> bool:
        line = self.rfile.readline().decode("ascii").strip()
        word, _, rest = line.partition(" ")
        word = word.upper()
        if line:
            self.fake.said.append(f"{word} {rest}".strip())
        steps = {"": lambda: False, "EHLO": self._ehlo, "STARTTLS": self._starttls, "MAIL": self._mail}
        steps |= {"RCPT": lambda: self._rcpt(rest), "DATA": self._data, "QUIT": self._quit}
        if word in steps:
            return bool(steps[word]())
        return self._say(word, "235 ok" if word == "AUTH" else "250 ok")

    def _ehlo(self) -> bool:
        offers = ("mail.exemple.fr", *self.fake.offers)
        lines = [f"250{'-' if n < len(offers) - 1 else ' '}{text}" for n, text in enumerate(offers)]
        return self._say("EHLO", "\r\n".join(lines))

    def _starttls(self) -> bool:
        answer = self.fake.answer("STARTTLS", "220 go on")
        if not self._tell(answer) or not answer.startswith("220"):
            return True
        try:
            self._secure()
        except ssl.SSLError:
            return False
        return True

    def _mail(self) -> bool:
        self.to: list[str] = []
        return self._say("MAIL", "250 2.1.0 ok")

    def _rcpt(self, rest: str) -> bool:
        address = rest[rest.index("<") + 1 : rest.index(">")]
        answer = self.fake.answer(f"RCPT {address}", "250 2.1.5 ok")
        if answer.startswith("250"):
            self.to.append(address)
        return self._tell(answer, self.fake.dripping.get("RCPT"))

    def _quit(self) -> bool:
        self._say("QUIT", "221 bye")
        return False

    def _data(self) -> bool:
        answer = self.fake.answer("DATA", "354 go on")
        if not self._tell(answer) or not answer.startswith("354"):
            return True
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.fake.taken.append(Taken(self.to, b"".join(lines).decode("ascii")))
        self.fake.arrived.set()
        return self._say(".", "250 2.0.0 queued")

    def _say(self, command: str, otherwise: str) -> bool:
        return self._tell(self.fake.answer(command, otherwise), self.fake.dripping.get(command))

    def _tell(self, answer: str, pause: float | None = None) -> bool:
        if answer == "close":
            self.request.shutdown(socket.SHUT_RDWR)
            return False
        if answer:
            said = answer.encode("ascii") + b"\r\n"
            for piece in [said] if pause is None else [bytes([byte]) for byte in said]:
                time.sleep(pause or 0)
                self.request.sendall(piece)
        return True


@cache
def _contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server with a certificate of its own for this machine, and of a client that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.exemple.fr")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = built.add_extension(names, critical=False).sign(key, SHA256())
    public = certificate.public_bytes(Encoding.PEM)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:
        file.write(public + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        server.load_cert_chain(file.name)
    return server, ssl.create_default_context(cadata=public.decode())


def believing() -> ssl.SSLContext:
    """What a client has that knows the certificate."""
    return _contexts()[1]


@contextmanager
def fake_mail(*, implicit: bool = False) -> Iterator[FakeMail]:
    """A mail server that listens until the block ends; `implicit`: in TLS from the first byte."""
    fake = FakeMail()
    handler = type("Session", (_Session,), {"fake": fake, "implicit": implicit})
    server = ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    fake.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
