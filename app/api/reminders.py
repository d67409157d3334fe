"""Reminders by e-mail: `/v1/reminders`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.schemas.reminders import ReminderPage, ReminderWalk
from app.services import reminders
from app.web.commands import Calling
from app.web.routing import ExactRoute, answers

router = APIRouter(prefix="/v1/reminders", tags=["organisations"], route_class=ExactRoute)


@router.get("", response_model=ReminderPage, responses=answers(422), summary="Lister les rappels envoyés")
def list_reminders(call: Calling, walk: Annotated[ReminderWalk, Query()]) -> Response:
    """Ce qui fut rappelé par courriel à l'organisme de l'appelant : quand, à qui, combien ; aucun texte.

    Un message par rôle et par sujet, au plus un par période (`reminder_days`), tant qu'il reste à faire ;
    rien si la plateforme n'a pas de serveur de courriel.
    """
    return call.read(lambda reader: reminders.list_reminders(reader, walk))
