"""What happened: `/v1/events`, `/v1/audit`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.events import ChangePage, EventPage, FeedWalk
from app.schemas.lists import Walk
from app.services import events
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1", tags=["events"], route_class=ExactRoute)


@router.get("/events", response_model=EventPage, responses=answers(422), summary="Suivre les changements")
def read_events(call: Calling, walk: Annotated[FeedWalk, Query()]) -> Response:
    """Sans trou, dans l'ordre, au moins une fois : reprenez à `next`, toujours donné, même page vide."""
    return call.read(lambda reader: events.read_feed(reader, walk))


@router.get("/audit", response_model=ChangePage, responses=answers(422), summary="Lire la piste d'audit")
def read_audit(call: Calling, walk: Annotated[Walk, Query()]) -> Response:
    """Les changements faits par l'organisme dans ce rôle : objets et noms de champs, jamais de valeur."""
    return call.read(lambda reader: events.read_audit(reader, walk))
