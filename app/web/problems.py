"""Every refusal as `application/problem+json` (RFC 9457): what, where, what to do; never the value sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import NotSupportedError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app import errors
from app.errors import DomainError, FieldError
from app.schemas.violations import UNREADABLE, meaning_of
from app.web.advice import ADVICE
from app.web.doubles import duplicate
from app.web.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "2"
log = structlog.get_logger()


def problem(error: DomainError, request: Request) -> Response:
    """The answer for an error, in the caller's language."""
    language = language_of(request)
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "code": error.code,
        "title": getattr(error.title, language),
        "status": error.status,
        "detail": getattr(error.detail or ADVICE[error.code], language),
        "errors": [
            {"pointer": item.pointer, "code": item.code, "detail": getattr(item.detail, language)}
            for item in error.errors
        ],
        "request_id": request.state.request_id,
    }
    headers = {"Content-Language": language, "Vary": "Accept-Language", **error.headers}
    if error.status == errors.Unauthenticated.status:
        headers.setdefault("WWW-Authenticate", "Bearer")
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, error.status, headers, media_type=MEDIA_TYPE)


# A payload wrong everywhere would otherwise get an answer many times its size.
MOST_FIELDS = 100


def invalid(found: Sequence[Any]) -> errors.InvalidPayload:
    """What pydantic found, without the values, the context and the types' own words."""
    twice = duplicate(found)
    return errors.InvalidPayload(
        errors=[twice] if twice else [_field_error(item) for item in found[:MOST_FIELDS]]
    )


def _field_error(item: dict[str, Any]) -> FieldError:
    return FieldError(_pointer(item["loc"]), *meaning_of(item))


def _pointer(location: Sequence[str | int]) -> str:
    # FastAPI begins with where the value stood; only the body is addressed by a bare JSON pointer. The
    # position inside unreadable JSON is not a place in a document, nor is a member's name apart from it.
    source, *path = (part for part in location if part != "[key]")
    if source == "body":
        return "".join(f"/{_escape(part)}" for part in path if not (len(path) == 1 and isinstance(part, int)))
    return "".join(f"/{_escape(part)}" for part in (source, *path))


def _escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _for_http(error: HTTPException) -> DomainError:
    known: dict[int, type[DomainError]] = {
        404: errors.NotFound,
        405: errors.MethodNotAllowed,
        413: errors.PayloadTooLarge,
        415: errors.UnsupportedMediaType,
    }
    found = known.get(error.status_code)
    if found is not None:
        return found(headers=dict(error.headers or {}))
    return errors.InvalidPayload(errors=[FieldError("", *UNREADABLE)])


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""

    async def on_domain(request: Request, error: DomainError) -> Response:
        return problem(error, request)

    async def on_validation(request: Request, error: RequestValidationError) -> Response:
        return problem(invalid(error.errors()), request)

    async def on_http(request: Request, error: HTTPException) -> Response:
        return problem(_for_http(error), request)

    async def on_database(request: Request, error: Exception) -> Response:
        log.warning("database_unavailable", error=type(error).__name__)
        return problem(errors.Unavailable(headers={"Retry-After": RETRY_SECONDS}), request)

    handlers: dict[type[Exception], Any] = {
        DomainError: on_domain,
        RequestValidationError: on_validation,
        HTTPException: on_http,
        OperationalError: on_database,
        # A migration changed the type of a column that a prepared statement reads: what PostgreSQL says to it
        # once on each connection. At the rollback the driver forgets the statement; the next try plans anew.
        NotSupportedError: on_database,
        PoolTimeoutError: on_database,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def meanings() -> dict[str, type[DomainError]]:
    """Every error of the domain by its code."""
    found: dict[str, type[DomainError]] = {}
    waiting = [DomainError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            found[kind.code] = kind
    return found
