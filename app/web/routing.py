"""What every route shares: exact reading of JSON, and the declaration of its answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.requests import Request

from app import errors
from app.schemas.fields import LONGEST
from app.web.doubles import Doubles

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.responses import Response


class ExactRequest(Request):
    """A request whose JSON numbers are read from their text, never through a binary float."""

    async def json(self) -> object:
        """The body; JSONDecodeError also for what no exact number or text can be (NaN, surrogates).

        And for an object that says a name twice.
        """
        body = await self.body()
        try:
            text = body.decode()
            doubles = Doubles()
            document = json.loads(
                text, parse_float=_exact, parse_constant=_refuse, object_pairs_hook=doubles.made_of
            )
            # A lone surrogate ("\\ud800") is no text: it could be neither stored nor sent back.
            json.dumps(document, ensure_ascii=False, default=str).encode()
        except (ValueError, ArithmeticError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError):
                raise
            message = "Not JSON"
            raise json.JSONDecodeError(message, "", 0) from None
        doubles.refuse(document)
        return document


def _exact(text: str) -> Decimal | int:
    # To JSON, 9.0 is the number 9. One too long to be written out stays as it is, for the field to refuse.
    value = Decimal(text)
    if abs(value.adjusted()) < LONGEST and value == value.to_integral_value():
        return int(value)
    return value


def _refuse(constant: str) -> object:
    message = f"{constant} is no JSON number"
    raise json.JSONDecodeError(message, "", 0)


def name_of(route: APIRoute) -> str:
    """The name of the route's function, by which clients know it: it stays when the address grows."""
    return route.name


class ExactRoute(APIRoute):
    """A route that reads its body with `ExactRequest`, known by the name of its function."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 - FastAPI's
        """As FastAPI makes it, whatever router it stands in."""
        super().__init__(path, endpoint, **{**options, "generate_unique_id_function": name_of})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, on the exact request."""
        handler = super().get_route_handler()

        async def exact(request: Request) -> Response:
            return await handler(ExactRequest(request.scope, request.receive))

        return exact


class FieldErrorOut(BaseModel):
    """One thing wrong, and where."""

    pointer: str = Field(
        description="Pointeur JSON dans le corps, ou /query/…, /path/…, /header/….",
        examples=["/lines/0/worked"],
    )
    code: str = Field(examples=["too_many_decimals"])
    detail: str = Field(examples=["Au plus deux décimales."])


class Problem(BaseModel):
    """RFC 9457. `code` is stable and never translated; `title` and `detail` are for people."""

    type: str = Field(examples=["/problems/not_found"])
    code: str = Field(examples=["not_found"])
    title: str = Field(examples=["Ressource introuvable."])
    status: int = Field(examples=[404])
    detail: str = Field(
        description="Que faire.",
        examples=[
            "Vérifiez l'adresse et la clé : ce qui est à un autre organisme est introuvable lui aussi."
        ],
    )
    errors: list[FieldErrorOut]
    request_id: str = Field(examples=["01936f2e-7c10-7a31-9c55-0242ac12000e"])


TITLES = {
    400: errors.IdempotencyKeyMissing.title.fr,
    401: errors.Unauthenticated.title.fr,
    403: errors.Forbidden.title.fr,
    404: errors.NotFound.title.fr,
    408: errors.BodyTooSlow.title.fr,
    409: "Une règle du domaine, ou l'état de la ressource, s'oppose à la demande.",
    412: errors.StaleVersion.title.fr,
    413: errors.PayloadTooLarge.title.fr,
    415: errors.UnsupportedMediaType.title.fr,
    422: errors.InvalidPayload.title.fr,
    428: errors.PreconditionRequired.title.fr,
    429: errors.RateLimited.title.fr,
    500: errors.InternalError.title.fr,
    503: errors.Unavailable.title.fr,
}
ALWAYS = (401, 403, 500, 503)
# Of operations that need neither key nor database.
OPEN = (500,)


def answers(
    *statuses: int, created: type[BaseModel] | None = None, always: tuple[int, ...] = ALWAYS
) -> dict[int | str, dict[str, Any]]:
    """The refusals an operation may give besides those of every one (`always`), as OpenAPI responses."""
    declared: dict[int | str, dict[str, Any]] = {
        status: {
            "description": TITLES[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*always, *statuses})
    }
    if created is not None:
        declared[201] = {"model": created, "description": "Créé."}
    return declared


def _header(name: str, description: str, example: str, *, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


IF_MATCH: dict[str, list[dict[str, Any]]] = {
    "parameters": [_header("If-Match", "ETag lu avec la ressource.", '"1-buyer-fr"', required=False)]
}
IDEMPOTENCY_KEY: dict[str, list[dict[str, Any]]] = {
    "parameters": [
        _header(
            "Idempotency-Key",
            "Choisie par l'appelant, une par création : renvoyer la requête ne crée rien de plus.",
            "b9b2cb6e-6b52-4a4e-9a6e-0c8f2e8f6a01",
            required=True,
        )
    ]
}
# A new version of a versioned resource: created once, and only on the version that was read.
BOTH = {"parameters": [*IDEMPOTENCY_KEY["parameters"], *IF_MATCH["parameters"]]}
