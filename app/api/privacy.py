"""What is held of people and why, for anybody: the register of processing and the information notice."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.clock import day_of
from app.services import privacy
from app.web.browsers import PAGE_POLICY
from app.web.routing import OPEN, ExactRoute, answers

if TYPE_CHECKING:
    from app.services.privacy import Text

# Beside the page, which the response class declares.
MARKDOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}
}
router = APIRouter(prefix="/v1/privacy", tags=["privacy"], route_class=ExactRoute)


class Form(StrEnum):
    """How a document is written."""

    HTML = "html"
    MARKDOWN = "markdown"


def _sent(text: Text, form: Form) -> Response:
    if form is Form.MARKDOWN:
        return PlainTextResponse(text.markdown(), media_type="text/markdown")
    return HTMLResponse(text.html(), headers={"Content-Security-Policy": PAGE_POLICY})


@router.get(
    "/register",
    response_class=HTMLResponse,
    responses=answers(422, always=OPEN) | MARKDOWN,
    summary="Le registre des traitements (RGPD, art. 30)",
)
def read_register(request: Request, form: Annotated[Form, Query()] = Form.HTML) -> Response:
    """Tiré de la liste même des champs du service ; `form=markdown` pour le reprendre ailleurs. Sans clé."""
    return _sent(privacy.register(day_of(request.app.state.means.clock.now())), form)


@router.get(
    "/notice",
    response_class=HTMLResponse,
    responses=answers(422, always=OPEN) | MARKDOWN,
    summary="La notice d'information des personnes (RGPD, art. 13 et 14)",
)
def read_notice(request: Request, form: Annotated[Form, Query()] = Form.HTML) -> Response:
    """À remettre ou à lire aux personnes ; tirée de la même liste que le registre. Sans clé."""
    return _sent(privacy.notice(day_of(request.app.state.means.clock.now())), form)
