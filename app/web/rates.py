"""How many requests a minute: per address, per key or membership, and of refused credentials per address.

Counted in the memory of each process, over a moving minute. A key is counted once it has proved itself, never
by its id: whoever knows the id of another's key cannot use up what is that key's.
"""

from __future__ import annotations

import ipaddress
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from app.errors import RateLimited, Unauthenticated
from app.web.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.principal import Principal
    from app.settings import Settings

PACED = "/v1/"
# Files, and pages made to be kept: each is far more work than a page of a list.
DOCUMENTS = frozenset(
    {
        ("POST", "/v1/imports"),
        ("GET", "/v1/imports/{import_id}/file"),
        ("GET", "/v1/imports/templates/hires"),
        ("GET", "/v1/imports/templates/hours"),
        ("GET", "/v1/imports/templates/invoices"),
        ("GET", "/v1/audit/export"),
        ("POST", "/v1/exports"),
        ("GET", "/v1/exports/{export_id}/file"),
        ("GET", "/v1/exports/contracts"),
        ("GET", "/v1/exports/statements"),
        ("GET", "/v1/exports/entries"),
        ("GET", "/v1/exports/decp"),
        ("GET", "/v1/exports/hours"),
        ("GET", "/v1/exports/territories/{level}/{code}"),
        ("GET", "/v1/exports/consolidations/{level}/{code}"),
        ("GET", "/v1/territories/{level}/{code}/consolidation"),
        ("GET", "/v1/exports/open-data"),
        ("GET", "/v1/exports/ocds"),
        ("GET", "/v1/exports/ocds/records"),
        ("GET", "/v1/exports/contracts/{contract_id}/ocds"),
        ("GET", "/v1/exports/contracts/{contract_id}/bilan"),
        ("GET", "/v1/exports/contracts/{contract_id}/attestation"),
        ("GET", "/v1/participants/{participant_id}/export"),
        ("GET", "/v1/participants/{participant_id}/export.html"),
    }
)
# The storage keeps a name after its last minute: beyond so many they are looked through.
MOST_NAMES = 10_000
# What one subscriber of IPv6 is given.
SUBSCRIBER = 64


@dataclass(frozen=True, slots=True)
class Window:
    """What is left of a limit, and when (Unix time, seconds) one more becomes free."""

    limit: int
    remaining: int
    resets_at: float

    def headers(self) -> dict[str, str]:
        """As API Entreprise sends them: the reset is a timestamp."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(math.ceil(self.resets_at)),
        }

    def refusal(self) -> RateLimited:
        """The error of whoever has used it up."""
        wait = max(1, math.ceil(self.resets_at - time.time()))
        return RateLimited(headers={"Retry-After": str(wait)})


class Rates:
    """The limits of one process. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        """A limit of 0 in the settings is none."""
        self._requests = _per_minute(settings.requests_per_minute, "requests")
        self._documents = _per_minute(settings.documents_per_minute, "documents")
        self._address = _per_minute(settings.address_requests_per_minute, "address")
        self._failures = _per_minute(settings.failures_per_minute, "failures")
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    def take_of(self, principal: Principal, request: Request) -> None:
        """Count one request of whoever proved to be asking; RateLimited when the minute's are used up."""
        route = getattr(request.scope.get("route"), "path", "")
        limit = self._documents if (request.method, route) in DOCUMENTS else self._requests
        if limit is None:
            return
        window, taken = self._take(limit, str(principal.key_id or principal.membership_id))
        request.state.rate = window
        if not taken:
            raise window.refusal()

    def take_at(self, address: str) -> tuple[Window | None, bool]:
        """Count one request from an address; False when it has used up its requests or its failures."""
        if self._failures is not None and not self._limiter.test(self._failures, address):
            return self._window(self._failures, address), False
        return (None, True) if self._address is None else self._take(self._address, address)

    def note_failure(self, address: str) -> None:
        """Count a refused credential."""
        if self._failures is not None:
            self._take(self._failures, address)

    def _take(self, limit: RateLimitItem, name: str) -> tuple[Window, bool]:
        if len(self._storage.events) > MOST_NAMES:
            self._forget_idle()
        taken = self._limiter.hit(limit, name)
        return self._window(limit, name), taken

    def _window(self, limit: RateLimitItem, name: str) -> Window:
        found = self._limiter.get_window_stats(limit, name)
        return Window(limit.amount, max(0, found.remaining), max(found.reset_time, time.time()))

    def _forget_idle(self) -> None:
        for name, events in list(self._storage.events.items()):
            if not events:
                self._storage.clear(name)


class Pacing:
    """Refuses an address past its limits before anything is done, and tells every caller what is left."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request of the API; what operators read passes through."""
        if scope["type"] != "http" or not scope["path"].startswith(PACED):
            await self.app(scope, receive, send)
            return
        rates: Rates = scope["app"].state.rates
        address = address_of(scope)
        state = scope["state"]
        state["rate"], taken = rates.take_at(address)

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == Unauthenticated.status and _shows_credential(scope):
                    rates.note_failure(address)
                window: Window | None = state["rate"]
                told = window.headers() if window else {}
                names = [(name.lower().encode(), value.encode()) for name, value in told.items()]
                message["headers"] = [*message["headers"], *names]
            await send(message)

        if not taken:
            await problem(state["rate"].refusal(), Request(scope))(scope, receive, send_told)
            return
        await self.app(scope, receive, send_told)


def address_of(scope: Scope) -> str:
    """Whom a request comes from: the peer, or whom a trusted proxy names; a subscriber's network in IPv6."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), SUBSCRIBER), strict=False))
    return str(address)


def _shows_credential(scope: Scope) -> bool:
    # Nothing shown is a client not set up yet; something refused may be a guess.
    return any(name == b"authorization" for name, _ in scope["headers"])


def _per_minute(amount: int, name: str) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount, namespace=name) if amount else None
