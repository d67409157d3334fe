"""Profiles of clauses, built in and own: `/v1/profiles`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from app.schemas.profiles import ProfileAsked, ProfileChanges, ProfileIn, PublicationIn
from app.schemas.rules import LawOn, ProfileList, ProfileOut
from app.services import profiles
from app.web.commands import Calling
from app.web.routing import BOTH, IDEMPOTENCY_KEY, IF_MATCH, ExactRoute, answers

router = APIRouter(prefix="/v1/profiles", tags=["profiles"], route_class=ExactRoute)

Code = Annotated[
    str, Path(pattern=r"^[a-z0-9_-]{1,64}$", description="Code du profil, intégré ou de l'organisme.")
]
Edition = Annotated[int, Path(ge=1, le=10_000, description="Numéro de version.")]


@router.get("", response_model=ProfileList, responses=answers(422), summary="Lister les profils de clause")
def list_profiles(call: Calling, asked: Annotated[LawOn, Query()]) -> Response:
    """Les profils intégrés et ceux de l'organisme ; pour l'acheteur, ceux de ses facilitateurs aussi."""
    return call.read(lambda reader: profiles.list_profiles(reader, asked))


@router.get(
    "/{profile_code}",
    response_model=ProfileOut,
    responses=answers(404, 422),
    summary="Lire un profil de clause",
)
def read_profile(call: Calling, profile_code: Code, asked: Annotated[ProfileAsked, Query()]) -> Response:
    """Tout ce qu'une clause reprend du profil quand elle n'en dit rien : un jour donné, ou par numéro."""
    return call.read(lambda reader: profiles.read_profile(reader, profile_code, asked))


@router.post(
    "",
    status_code=201,
    response_model=ProfileOut,
    responses=answers(400, 409, 413, 422),
    openapi_extra=IDEMPOTENCY_KEY,
    summary="Créer un profil",
)
def create_profile(call: Calling, body: ProfileIn) -> Response:
    """La première version d'un profil de l'organisme, en brouillon ; aucune clause ne la prend encore."""
    return call.create(lambda writer: profiles.create_profile(writer, body), body=body)


@router.post(
    "/{profile_code}/versions",
    status_code=201,
    response_model=ProfileOut,
    responses=answers(400, 404, 409, 412, 413, 422, 428),
    openapi_extra=BOTH,
    summary="Préparer la version suivante d'un profil",
)
def draft_profile_version(call: Calling, profile_code: Code, body: ProfileChanges) -> Response:
    """Un brouillon qui part de la dernière version ; celle-ci reste en vigueur."""
    version = call.expected_version
    return call.create(lambda w: profiles.draft_version(w, profile_code, body, version()), body=body)


@router.patch(
    "/{profile_code}/versions/{edition}",
    response_model=ProfileOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Modifier un brouillon de profil",
)
def change_profile_draft(
    call: Calling, profile_code: Code, edition: Edition, body: ProfileChanges
) -> Response:
    """Ce qui est publié ne se modifie plus : une nouvelle version le remplace."""
    return call.change(lambda w, version: profiles.change_draft(w, profile_code, edition, body, version))


@router.post(
    "/{profile_code}/versions/{edition}/publish",
    response_model=ProfileOut,
    responses=answers(404, 409, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Publier une version de profil",
)
def publish_profile(call: Calling, profile_code: Code, edition: Edition, body: PublicationIn) -> Response:
    """Les clauses qui commencent à partir de ce jour la prennent ; la précédente cesse la veille."""
    return call.change(lambda w, version: profiles.publish(w, profile_code, edition, body, version))


@router.delete(
    "/{profile_code}/versions/{edition}",
    status_code=204,
    response_model=None,
    responses=answers(404, 412, 413, 422, 428),
    openapi_extra=IF_MATCH,
    summary="Retirer une version de profil",
)
def withdraw_profile(call: Calling, profile_code: Code, edition: Edition) -> Response:
    """Un brouillon disparaît ; une version publiée cesse hier. Les clauses qui l'ont prise la gardent."""
    return call.change(lambda w, version: profiles.withdraw(w, profile_code, edition, version))
