"""Calling an address that a user gave: it must not become a way into the network that the service stands in.

The name is resolved once, every address it has is judged, and the connection goes to one of those judged: a
second answer of the name server changes nothing (DNS rebinding). No redirect is followed, no proxy is used.
Called by the worker only, never inside a transaction.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from app import authorities

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    Resolve = Callable[[str, int], Sequence[str]]
    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_SECONDS = 3.0
SILENCE_SECONDS = 5.0
WHOLE_SECONDS = 10.0
MOST_BYTES = 64 * 1024
LONGEST_URL = 2048
# None: that of the scheme.
PORTS = {None, *range(1, 2**16)}
# Public by their number, yet answered inside clouds: the wire server of one, the services of another.
INSIDE = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24"))
SIX_TO_FOUR, TEREDO = ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32")


class RefusedAddressError(Exception):
    """An address that is not called; `reason` is a code: `not_an_address`, `not_https`, `not_public`."""

    def __init__(self, reason: str) -> None:
        """`reason` says nothing of what the name resolved to."""
        super().__init__(reason)
        self.reason = reason


class NoAnswerError(Exception):
    """Nothing usable came back; `reason` is a code: `unknown_name`, `connection`, `timeout`, `too_large`."""

    def __init__(self, reason: str) -> None:
        """`reason` holds nothing that the other side sent."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said, a redirect included: it is told, not followed."""

    status: int
    body: bytes
    retry_after: str | None = None


def is_public(text: str) -> bool:
    """Whether an address is somebody's on the internet: not private, local, reserved, or many at once."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        # Tunnels carry an IPv4 address that would have to be judged as well: nobody needs them.
        elif address in SIX_TO_FOUR or address in TEREDO or address.is_site_local:
            return False
    refused = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    inside = any(address.version == network.version and address in network for network in INSIDE)
    return address.is_global and not refused and not inside


def seconds_asked(retry_after: str | None, now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110 §10.2.3), a number or a date; None for anything else."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        # Longer numbers are more than anybody waits, and than can be told.
        return float(retry_after[:9])
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of a name; OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(item[4][0]) for item in found]


class Outgoing:
    """Calls addresses that users gave. One for the process, for all threads; no connection is kept."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve = resolved,
        transport: httpx.BaseTransport | None = None,
        verify: ssl.SSLContext | None = None,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        """`allow_private`: plain http and addresses of one's own network too, for development.

        The others stand in for the name server, the network and the authorities that are trusted.
        """
        self._allow_private = allow_private
        self._whole_seconds = whole_seconds
        self._resolve = resolve
        self._transport, self._verify = transport, verify

    @cached_property
    def _client(self) -> httpx.Client:
        # Made at the first call: reading the authorities takes longer than most commands.
        limits = httpx.Limits(max_keepalive_connections=0)
        believed = self._verify or authorities.of_the_web()
        own = httpx.HTTPTransport(verify=believed, trust_env=False, limits=limits)
        return httpx.Client(
            transport=self._transport or own,
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    def check(self, url: str) -> None:
        """Refuse what can never be called, when it is given; RefusedAddressError. Resolves no name."""
        host = self._parsed(url).host
        if _is_literal(host):
            self._judge([host])

    def send(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call once; RefusedAddressError before anything is sent, NoAnswerError afterwards."""
        target = self._parsed(url)
        address = self._address_of(target)
        # Compressed, a short answer could become a long one.
        sent = {**(headers or {}), "Host": target.netloc.decode("ascii"), "Accept-Encoding": "identity"}
        deadline = time.monotonic() + self._whole_seconds
        try:
            with (
                _cut_after(self._whole_seconds) as note,
                self._client.stream(
                    method,
                    target.copy_with(host=address),
                    content=content,
                    headers=sent,
                    # The certificate is that of the name, wherever the connection goes.
                    extensions={"sni_hostname": target.raw_host.decode("ascii"), "trace": note},
                ) as answer,
            ):
                return Answer(answer.status_code, _read(answer), answer.headers.get("retry-after"))
        except httpx.HTTPError as error:
            late = isinstance(error, httpx.TimeoutException) or time.monotonic() >= deadline
            raise NoAnswerError("timeout" if late else "connection") from None

    def _parsed(self, url: str) -> httpx.URL:
        try:
            found = httpx.URL(url)
            # Reading a name of another alphabet back may fail where writing it did not.
            named = bool(found.host) and found.port in PORTS
        except (httpx.InvalidURL, ValueError, TypeError):
            raise RefusedAddressError("not_an_address") from None
        if len(url) > LONGEST_URL or not named or found.userinfo or found.fragment:
            raise RefusedAddressError("not_an_address")
        if found.scheme != "https" and not (self._allow_private and found.scheme == "http"):
            raise RefusedAddressError("not_https")
        return found

    def _address_of(self, target: httpx.URL) -> str:
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            found = list(self._resolve(target.raw_host.decode("ascii"), port))
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise NoAnswerError("unknown_name")
        self._judge(found)
        return found[0]

    def _judge(self, addresses: Sequence[str]) -> None:
        # One that is not public is enough: whoever runs the name chooses which comes first.
        if not self._allow_private and not all(map(is_public, addresses)):
            raise RefusedAddressError("not_public")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@contextmanager
def _cut_after(seconds: float) -> Iterator[Callable[[str, Any], None]]:
    """Close the connection that the callback is told of: one that drips is never silent for long."""
    held: list[socket.socket] = []

    def note(name: str, told: Any) -> None:  # noqa: ANN401 - the library's own, by the name of what happened
        if name in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            held.append(told["return_value"].get_extra_info("socket"))

    def cut() -> None:
        for connection in held:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield note
    finally:
        timer.cancel()


def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise NoAnswerError("too_large")
    return bytes(body)
