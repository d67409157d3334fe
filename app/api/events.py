"""What happened: `/v1/events`, `/v1/audit`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from app.schemas.events import ChangePage, EventPage, FeedWalk, TrailForm, TrailQuery
from app.schemas.lists import Walk
from app.services import audit, events
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

TRAIL_TYPES = {TrailForm.CSV: "text/csv", TrailForm.NDJSON: "application/x-ndjson"}
WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "La piste, en lignes.",
        "content": {kind: {"schema": {"type": "string"}} for kind in TRAIL_TYPES.values()},
    }
}

router = APIRouter(prefix="/v1", tags=["events"], route_class=ExactRoute)


@router.get("/events", response_model=EventPage, responses=answers(422), summary="Suivre les changements")
def read_events(call: Calling, walk: Annotated[FeedWalk, Query()]) -> Response:
    """Sans trou, dans l'ordre, au moins une fois : reprenez à `next`, toujours donné, même page vide."""
    return call.read(lambda reader: events.read_feed(reader, walk))


@router.get("/audit", response_model=ChangePage, responses=answers(422), summary="Lire la piste d'audit")
def read_audit(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Les changements faits par l'organisme dans ce rôle : objets et noms de champs, jamais de valeur."""
    return call.read(lambda reader: audit.read_audit(reader, walk))


@router.get(
    "/audit/export",
    response_class=StreamingResponse,
    responses={**WRITTEN, **answers(422)},
    summary="Reprendre la piste d'audit en fichier",
)
def export_audit(call: Calling, query: Annotated[TrailQuery, Query()]) -> Response:
    """La même piste, entière ou entre deux jours : CSV (une ligne par objet touché) ou NDJSON."""
    name = f"audit.{query.form}"
    return call.stream(lambda reading: audit.export(reading, query), TRAIL_TYPES[query.form], name)
