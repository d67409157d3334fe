"""What browsers are told: how to treat an answer, and which origins' pages may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-origin",
}
# An answer of the API is no page: should a browser show it as one, it runs and loads nothing.
POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# A page that stands alone: it runs nothing and loads nothing, its styles stand in it.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
YEAR = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
READABLE = (
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-Id",
)
SENT = (
    "Authorization",
    "Clauses-Organisation",
    "Clauses-Role",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "X-Request-Id",
)


class Warned:
    """Outermost layer: puts the headers on every answer that does not set them itself."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        """`production`: browsers are to come by https only, from the first answer on."""
        self.app = app
        self.headers = [*ALWAYS.items(), POLICY, *([YEAR] if production else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_warned(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                added = [(name, value) for name, value in self.headers if name not in said]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, send_warned)


def let_origins_in(app: FastAPI, origins: Sequence[str]) -> None:
    """Let pages of these origins call the API; of none, nothing is said and browsers refuse.

    Without cookies there are no credentials that a browser would add by itself.
    """
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=list(SENT),
            expose_headers=list(READABLE),
        )
