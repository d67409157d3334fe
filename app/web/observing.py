"""Request ids, structured logs without personal data, and metrics."""

from __future__ import annotations

import re
import time
import traceback
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import Request

from app.clock import new_id
from app.errors import InternalError
from app.web.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
REQUESTS = Counter("clauses_requests", "Requests answered", ["method", "route", "status"], registry=REGISTRY)
SECONDS = Histogram("clauses_request_seconds", "Time to answer", ["method", "route"], registry=REGISTRY)
# Anything else is a word of the caller's: it would make a series of its own, and anybody may send it.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
log = structlog.get_logger()


class Observing:
    """Outermost layer: names the request, answers 500 as a problem, counts and logs.

    The log knows the route's pattern, never the address: identifiers and searches stand in addresses.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request; everything else passes through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status, started, answered = InternalError.status, time.perf_counter(), False

        async def send_named(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                answered = True
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception as error:  # noqa: BLE001 - the last place where a fault can still be answered
            _log_fault(error, request_id)
            # Of an answer that began well and broke off, the server cuts the connection.
            status = InternalError.status
            if not answered:
                await problem(InternalError(), Request(scope))(scope, receive, send_named)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope.get("route") and scope["method"] in METHODS else "OTHER"
        REQUESTS.labels(method, route, str(status)).inc()
        SECONDS.labels(method, route).observe(seconds)
        principal = scope["state"].get("principal")
        log.info(
            "request",
            request_id=scope["state"]["request_id"],
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            role=principal.role if principal else None,
            key=str(principal.key_id) if principal and principal.key_id else None,
            membership=str(principal.membership_id) if principal and principal.membership_id else None,
        )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and SAFE_REQUEST_ID.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return str(new_id())


def _log_fault(error: Exception, request_id: str) -> None:
    # The message of an exception may quote what was submitted; where it happened never does.
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in own[-8:]]
    log.error("fault", request_id=request_id, error=type(error).__name__, where=where)
