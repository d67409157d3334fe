"""Sending messages through the operator's mail server (SMTP, RFC 5321): each once, to all its addresses.

Before the content is handed over everything may be tried again. From then on a failure leaves it open whether
the message was taken: that is told apart (`InDoubtError`), so that nobody sends it twice. Nothing that was
sent or received is logged.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from app.exchange.connector import (
    CERTIFICATE,
    CREDENTIALS,
    MALFORMED,
    NO_TLS,
    REFUSED,
    UNAVAILABLE,
    ConnectorError,
    Patience,
    Watched,
    patiently,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clock import Clock
    from app.settings import Settings

MAIL = "mail"
Security = Literal["starttls", "tls", "none"]
# One message ends well before the lease of the job that sends it (30 s), tries to connect included.
WHOLE_SECONDS = 20.0
DONE, TAKEN = 250, frozenset({250, 251})
FIRST_REFUSAL, FIRST_PASSING = 500, 400
# RFC 5321: of an address. Others are of the command, of the session or of whom the server serves at all.
OF_MAILBOX = frozenset({550, 551, 553})
# RFC 3463: what stands before the text of most answers.
ENHANCED = re.compile(rb"\s*(\d\.\d{1,3}\.\d{1,3})\b")
# That there is no such mailbox, or no more; a full one, a policy or a fault of the server says nothing of it.
NO_SUCH = re.compile(r"5\.1\.[1236]|5\.1\.10|5\.2\.1")


class InDoubtError(ConnectorError):
    """The content was handed over and nothing came back: it may have been taken."""


class Fate(StrEnum):
    """What became of a message."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Whom messages are handed to, and how. `home`: the web address that messages point at."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str
    home: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message; `name` stays the same however often it is tried, and makes its Message-ID."""

    name: str
    to: tuple[str, ...]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server said; `dead`: addresses that it said there are not."""

    fate: Fate
    dead: frozenset[str] = frozenset()


class Mailer(Watched):
    """The mail server of the operator."""

    def __init__(
        self,
        server: MailServer,
        clock: Clock,
        patience: Patience | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """`context`: whose certificates are believed; the system's by default."""
        self._patience = patience or Patience()
        super().__init__(MAIL, clock, self._patience.rest_seconds)
        self._server = server
        self._context = context or ssl.create_default_context()
        self._domain = server.sender.rpartition("@")[2]

    @property
    def home(self) -> str:
        """The web address that messages point at."""
        return self._server.home

    def send(self, letter: Letter) -> Receipt:
        """Hand a message over. ConnectorError: it was certainly not taken; InDoubtError: nobody knows."""
        with self.trying():
            until = time.monotonic() + WHOLE_SECONDS
            session = patiently(lambda: self._opened(until), self._patience)
            try:
                with _told():
                    return self._hand_over(session, letter)
            finally:
                _leave(session)

    def _opened(self, until: float) -> _Session:
        """A connection on which messages may be handed over; ConnectorError."""
        server, seconds = self._server, self._patience.call_seconds
        # Its own name would be looked up, and tell of the network that it stands in.
        where = server.host, server.port, self._domain
        with _told():
            if server.security == "tls":
                session: _Session = _TlsSession(until, *where, timeout=seconds, context=self._context)
            else:
                session = _Session(until, *where, timeout=seconds)
            try:
                self._greet(session)
            except BaseException:
                _leave(session)
                raise
        return session

    def _greet(self, session: _Session) -> None:
        session.hurry()
        session.ehlo_or_helo_if_needed()
        if self._server.security == "starttls":
            session.hurry()
            try:
                session.starttls(context=self._context)
            except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException):
                # Nothing is said in clear instead: whoever stands between could ask for that.
                raise ConnectorError(NO_TLS) from None
            session.ehlo_or_helo_if_needed()
        if self._server.user:
            session.hurry()
            try:
                session.login(self._server.user, self._server.password)
            except smtplib.SMTPAuthenticationError as error:
                passing = error.smtp_code < FIRST_REFUSAL
                raise ConnectorError(UNAVAILABLE if passing else CREDENTIALS) from None
            except smtplib.SMTPNotSupportedError:
                raise ConnectorError(CREDENTIALS) from None

    def _hand_over(self, session: _Session, letter: Letter) -> Receipt:
        session.hurry()
        _judge(session.mail(self._server.sender)[0])
        taken, later, dead = False, False, set()
        for address in letter.to:
            session.hurry()
            code, said = session.rcpt(address)
            taken = taken or code in TAKEN
            later = later or code < FIRST_REFUSAL
            if _is_dead(code, said):
                dead.add(address)
        if not taken:
            return Receipt(Fate.DEFERRED if later else Fate.REFUSED, frozenset(dead))
        session.hurry()
        return Receipt(self._give(session, letter), frozenset(dead))

    def _give(self, session: _Session, letter: Letter) -> Fate:
        try:
            with _told():
                code, _ = session.data(self._written(letter))
        except smtplib.SMTPDataError as error:
            # Said before any content was sent.
            return Fate.REFUSED if error.smtp_code >= FIRST_REFUSAL else Fate.DEFERRED
        except ConnectorError as error:
            raise InDoubtError(error.reason) from None
        if code == DONE:
            return Fate.SENT
        if code < FIRST_PASSING:
            raise InDoubtError(MALFORMED)
        return Fate.REFUSED if code >= FIRST_REFUSAL else Fate.DEFERRED

    def _written(self, letter: Letter) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._server.sender
        message["To"] = ", ".join(letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{letter.name}@{self._domain}>"
        # RFC 3834: no holiday notice answers it.
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "fr"
        message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
        return message.as_bytes()


class _Session(smtplib.SMTP):
    """A connection that has its end, however slowly the other side speaks.

    A timeout of a socket begins anew with each byte: who sends one now and then would never be late.
    """

    def __init__(self, until: float, *where: Any, **how: Any) -> None:  # noqa: ANN401 - as the class has it
        """Connect, and hear the greeting, before an instant of the monotonic clock."""
        self.until = until
        super().__init__(*where, **how)

    def hurry(self) -> None:
        """Leave what comes next what is left of the whole; TimeoutError once there is nothing."""
        left = self.until - time.monotonic()
        if left <= 0 or self.sock is None:
            raise TimeoutError
        self.sock.settimeout(min(left, self.timeout))

    def getreply(self) -> tuple[int, bytes]:
        """One answer of the server."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self, self.sock)
        return super().getreply()


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same in TLS from the first byte."""


class _Lines:
    """The lines that come over a connection, as `smtplib` reads them from a file."""

    def __init__(self, session: _Session, sock: socket.socket) -> None:
        self._session, self._sock, self._rest = session, sock, b""

    def readline(self, most: int) -> bytes:
        """The next line, or so many bytes of it; fewer where the connection ended. OSError."""
        while b"\n" not in self._rest and len(self._rest) < most:
            self._session.hurry()
            piece = self._sock.recv(most)
            if not piece:
                break
            self._rest += piece
        end = min(self._rest.find(b"\n") + 1 or most, most)
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def close(self) -> None:
        """Leave the connection to who opened it."""


def mailer_of(settings: Settings, clock: Clock) -> Mailer | None:
    """The mail server that the operator names; None where there is none."""
    if not settings.smtp_host:
        return None
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.mail_from,
        home=settings.public_url.rstrip("/"),
    )
    return Mailer(server, clock)


def _judge(code: int) -> None:
    if code != DONE:
        raise ConnectorError(REFUSED if code >= FIRST_REFUSAL else UNAVAILABLE)


def _is_dead(code: int, said: bytes) -> bool:
    """Whether an answer says that there is no such mailbox, by the more exact code if it has one."""
    if code < FIRST_REFUSAL:
        return False
    more = ENHANCED.match(said)
    return code in OF_MAILBOX if more is None else bool(NO_SUCH.fullmatch(more[1].decode("ascii")))


def _leave(session: _Session) -> None:
    session.until = min(session.until, time.monotonic() + 1)
    with suppress(OSError, smtplib.SMTPException):
        session.hurry()
        session.quit()
    session.close()


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong on the way, by its code: an exception may quote what was sent."""
    try:
        yield
    except TimeoutError:
        raise ConnectorError("timeout") from None
    except ssl.SSLCertVerificationError:
        raise ConnectorError(CERTIFICATE) from None
    except ssl.SSLError:
        raise ConnectorError(NO_TLS) from None
    except socket.gaierror:
        raise ConnectorError("unknown_name") from None
    except smtplib.SMTPServerDisconnected as error:
        # An answer that does not come in time is told as a connection that ended.
        late = isinstance(error.__context__, TimeoutError)
        raise ConnectorError("timeout" if late else "connection") from None
    except smtplib.SMTPDataError:
        raise
    except smtplib.SMTPResponseException as error:
        passing = error.smtp_code < FIRST_REFUSAL
        raise ConnectorError(UNAVAILABLE if passing else REFUSED) from None
    except smtplib.SMTPException:
        raise ConnectorError(REFUSED) from None
    except OSError:
        raise ConnectorError("connection") from None
