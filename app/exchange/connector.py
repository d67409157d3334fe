"""Calling a service that the operator names: bounded in time, patient, silent while the other side is down.

One `Connector` per service and process. The address is the operator's, often in its own network: it is not
judged as those are that users give, but it is called by the same way out (`outgoing.py`): no redirect, no
proxy, a short time, a short answer. Never called inside a transaction. Nothing that was sent or received is
logged.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode

import stamina
from pybreaker import CircuitBreaker, CircuitBreakerError

from app.exchange.outgoing import NoAnswerError, Outgoing, RefusedAddressError, seconds_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.clock import Clock
    from app.exchange.outgoing import Answer

Found = TypeVar("Found")

# All tries of one question end well before the lease of the job that asks it (30 s).
CALL_SECONDS = 5.0
TOGETHER_SECONDS = 12.0
LONGEST_WAIT = 5.0
TRIES = 3
# So many questions in a row without answer, and none is asked for as long.
FAILURES = 5
REST_SECONDS = 60.0
# Public services bear seven questions a second from one address: half of it leaves room for others.
PACE_SECONDS = 0.3
LIFE_SECONDS = 3600.0
MOST_KEPT = 1000
AGENT = "clauses-sociales"
# Whose questions are of people: no answer is kept, for its question would be kept with it.
UNKEPT = frozenset({"residences"})

PAUSED, RATE_LIMITED, UNAVAILABLE = "paused", "rate_limited", "unavailable"
REFUSED, MALFORMED = "refused", "malformed"
# Worth another try a moment later.
PASSING = frozenset({"timeout", "connection", UNAVAILABLE, RATE_LIMITED})
# Of the service, not of the one question: what follows would fare no better now.
OF_ALL = PASSING | {PAUSED, "unknown_name"}
NO_TLS, CERTIFICATE, CREDENTIALS = "no_tls", "certificate", "credentials"


class ConnectorError(Exception):
    """No usable answer; `reason` is a code, `retry_after` the seconds that the other side asked for.

    Codes: `timeout`, `connection`, `unknown_name`, `too_large`, `not_an_address`, `not_https`, `rate_limited`
    (429), `unavailable` (5xx), `refused` (any other status), `malformed`, `paused` (not asked: it rests).
    Of mail besides: `no_tls`, `certificate`, `credentials`.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """`reason` holds nothing that was sent or received."""
        super().__init__(reason)
        self.reason, self.retry_after = reason, retry_after


# The breaker's own words say of a circuit what these say of a service.
STATES = {"closed": "asking", "open": "resting", "half-open": "trying"}


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a connector fares in this process; `state`: it is `asking`, `resting`, or `trying` once."""

    state: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str | None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what; tests are less patient."""

    call_seconds: float = CALL_SECONDS
    first_wait: float = 0.5
    rest_seconds: float = REST_SECONDS
    pace_seconds: float = PACE_SECONDS
    life_seconds: float = LIFE_SECONDS


class Watched:
    """What all connectors share: a name, a circuit breaker and a pulse."""

    def __init__(self, name: str, clock: Clock, rest_seconds: float) -> None:
        """`rest_seconds`: how long nothing is asked after too many failures."""
        self.name = name
        self._clock = clock
        # The last failure is told as it was, not as the breaker's own.
        self._breaker = CircuitBreaker(FAILURES, rest_seconds, name=name, throw_new_error_on_trip=False)
        self._pulse = Pulse("asking", None, None, None)

    @property
    def pulse(self) -> Pulse:
        """How it fares now."""
        last = self._pulse
        return Pulse(
            STATES[self._breaker.current_state], last.last_success_at, last.last_failure_at, last.last_failure
        )

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Count what the block does as one success or, by a ConnectorError, as one failure.

        ConnectorError (`paused`) without doing it, while the service rests.
        """
        try:
            with self._breaker.calling():
                yield
        except CircuitBreakerError:
            raise ConnectorError(PAUSED) from None
        except ConnectorError as error:
            self._pulse = Pulse("", self._pulse.last_success_at, self._clock.now(), error.reason)
            raise
        self._pulse = Pulse("", self._clock.now(), self._pulse.last_failure_at, self._pulse.last_failure)


class Connector(Watched):
    """The questions asked of one service."""

    def __init__(self, name: str, url: str, clock: Clock, patience: Patience | None = None) -> None:
        """`url`: what stands before the path of every question."""
        self._patience = patience or Patience()
        super().__init__(name, clock, self._patience.rest_seconds)
        self._url = url.rstrip("/")
        self._outgoing = Outgoing(allow_private=True, whole_seconds=self._patience.call_seconds)
        self._kept = _Kept(self._patience.life_seconds, MOST_KEPT)
        self._turn = threading.Lock()
        self._next_at = 0.0

    def ask(self, path: str, question: Mapping[str, str], read: Callable[[Any], Found]) -> Found:
        """What `read` makes of the JSON answer, kept for a while; ConnectorError.

        `read` raises ConnectorError (`malformed`) for a shape it does not know.
        """
        address = f"{self._url}{path}?{urlencode(question)}"
        known = self._kept.get(address)
        if known is not None:
            return cast("Found", known[0])
        with self.trying():
            found = read(self._answer(address))
        self._kept.put(address, found)
        return found

    def _answer(self, address: str) -> object:
        return patiently(lambda: self._once(address), self._patience)

    def _once(self, address: str) -> object:
        self._wait_turn()
        headers = {"Accept": "application/json", "User-Agent": AGENT}
        try:
            answer = self._outgoing.send("GET", address, headers=headers)
        except (NoAnswerError, RefusedAddressError) as error:
            raise ConnectorError(error.reason) from None
        _judge(answer, self._clock.now())
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise ConnectorError(MALFORMED) from None

    def _wait_turn(self) -> None:
        with self._turn:
            wait = self._next_at - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._next_at = time.monotonic() + self._patience.pace_seconds


def patiently(once: Callable[[], Found], patience: Patience) -> Found:
    """What is found at once, or at another try after a failure that passes; ConnectorError."""
    # As a block: what retries are logged with would name the address, and with it the question.
    for attempt in stamina.retry_context(
        on=_pause_after,
        attempts=TRIES,
        timeout=TOGETHER_SECONDS,
        wait_initial=patience.first_wait,
        wait_max=LONGEST_WAIT,
        wait_jitter=patience.first_wait,
    ):
        with attempt:
            return once()
    raise ConnectorError(UNAVAILABLE)  # pragma: no cover - the last attempt returns or raises


def opened(urls: Mapping[str, str], clock: Clock) -> dict[str, Connector]:
    """The connectors that are on, by name: those whose address is not empty."""
    unkept = replace(Patience(), life_seconds=0)
    return {
        name: Connector(name, url, clock, unkept if name in UNKEPT else None)
        for name, url in urls.items()
        if url
    }


class _Kept:
    """Answers for a while, the one asked for longest ago leaving first."""

    def __init__(self, life_seconds: float, most: int) -> None:
        self._life, self._most = life_seconds, most
        self._found: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> tuple[Any] | None:
        with self._lock:
            kept = self._found.get(key)
            if kept is None or kept[0] < time.monotonic():
                self._found.pop(key, None)
                return None
            self._found.move_to_end(key)
            return (kept[1],)

    def put(self, key: str, value: object) -> None:
        if self._life <= 0:
            return
        with self._lock:
            self._found[key] = (time.monotonic() + self._life, value)
            self._found.move_to_end(key)
            if len(self._found) > self._most:
                self._found.popitem(last=False)


def _judge(answer: Answer, now: datetime) -> None:
    if answer.status == HTTPStatus.OK:
        return
    after = seconds_asked(answer.retry_after, now)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ConnectorError(RATE_LIMITED, after)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ConnectorError(UNAVAILABLE, after)
    raise ConnectorError(REFUSED)


def _pause_after(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds: as asked for, unless that is too long to wait."""
    if not isinstance(error, ConnectorError) or error.reason not in PASSING:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False
