"""For operators and for readers of an error: liveness, readiness, metrics, the meaning of a problem."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.errors import NotFound
from app.services import health
from app.web.advice import ADVICE
from app.web.languages import language_of
from app.web.observing import REGISTRY
from app.web.problems import meanings
from app.web.routing import OPEN, ExactRoute, answers

router = APIRouter(tags=["exploitation"], route_class=ExactRoute)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]


class Ready(BaseModel):
    """The process can serve; `missing` says what stands in the way otherwise."""

    status: Literal["ready", "not_ready"]
    missing: list[str]


class Meaning(BaseModel):
    """What a problem's code means, in the caller's language."""

    code: str
    status: int
    title: str
    description: str = Field(description="Que faire.")


@router.get("/healthz", responses=answers(always=OPEN), summary="Le processus répond")
async def check_life() -> Alive:
    """Ne touche à rien d'autre que le processus."""
    return Alive(status="alive")


@router.get(
    "/readyz",
    response_model=Ready,
    responses={**answers(always=OPEN), 503: {"model": Ready, "description": "Pas encore prêt."}},
    summary="Le service peut répondre",
)
def check_readiness(request: Request) -> Response:
    """Base de données joignable, migrations à jour, territoires chargés."""
    missing = health.missing(request.app.state.means.database)
    ready = Ready(status="not_ready" if missing else "ready", missing=missing)
    return Response(ready.model_dump_json(), 503 if missing else 200, media_type="application/json")


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses=answers(always=OPEN),
    summary="Mesures (Prometheus)",
)
async def read_metrics() -> Response:
    """Comptes et durées par route ; aucun identifiant."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


@router.get(
    "/problems/{code}",
    response_model=Meaning,
    responses=answers(404, always=OPEN),
    summary="Le sens d'un code d'erreur",
)
async def read_problem(code: str, request: Request, response: Response) -> Meaning:
    """L'adresse donnée dans `type` par chaque erreur mène ici."""
    found = meanings().get(code)
    if found is None:
        raise NotFound
    language = language_of(request)
    response.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return Meaning(
        code=code,
        status=found.status,
        title=getattr(found.title, language),
        description=getattr(ADVICE[code], language),
    )
