"""The OpenAPI document: what FastAPI generates, made true for this service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from app.web.routing import Problem

if TYPE_CHECKING:
    from fastapi import FastAPI

REF = "#/components/schemas/{model}"


def describe(app: FastAPI) -> dict[str, Any]:
    """The contract of the API, generated once and compared with the committed one by a test."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
    )
    schemas = document["components"]["schemas"]
    # FastAPI's own shape of a 422 is never sent: every error is a problem.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(_problem_schemas())
    app.openapi_schema = document
    return document


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template=REF)
    inner: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **inner}
