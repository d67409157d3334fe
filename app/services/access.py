"""Credentials: from an API key to a principal, and the life of keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.crypto import KEY_PREFIX, new_api_key, parse_api_key
from app.db.queries import organisations as queries
from app.db.queries.lists import one, page_of
from app.db.tables import ApiKey, Organisation
from app.errors import Forbidden, NotFound, Unauthenticated, unknown_reference
from app.principal import Principal, Role, Scope
from app.schemas.access import ApiKeyCreated, ApiKeyIn, ApiKeyOut, ApiKeyPage, Me

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.session import ReadSession
    from app.schemas.lists import Walk
    from app.services.work import Means, Reader, Writer


def principal_of(session: ReadSession, token: str, means: Means) -> Principal:
    """Who holds this API key; Unauthenticated for any key that does not hold, without saying why."""
    parts = parse_api_key(token)
    key = queries.key_by_public_id(session, parts.public_id) if parts else None
    if parts is None or key is None:
        raise Unauthenticated
    if not means.keyring.is_secret(key.secret_hash, parts.secret):
        raise Unauthenticated
    if key.revoked_at is not None or key.expires_at <= means.clock.now():
        raise Unauthenticated
    scopes = frozenset(Scope(scope) for scope in key.scopes)
    return Principal(key.organisation_id, Role(key.role), key.id, scopes)


def create_key(writer: Writer, request: ApiKeyIn) -> ApiKeyCreated:
    """A new key; its text is in this answer and nowhere else.

    The platform makes keys for anybody; others for their own organisation in their own role. A key never
    gives a scope that it does not have.
    """
    organisation = queries.organisation_by_identifier(writer.session, request.siret)
    own = organisation is not None and (organisation.id, request.role) == (
        writer.principal.organisation_id,
        writer.principal.role,
    )
    if not writer.principal.is_admin and not own:
        raise Forbidden
    # A key that may not read makes none that reads.
    if not request.scopes <= writer.principal.scopes:
        raise Forbidden
    if organisation is None:
        raise unknown_reference("/siret")
    writer.record("api_key.created")
    key, text = add_key(writer, organisation, request)
    return ApiKeyCreated(**_shown(key, organisation), key=text)


def add_key(writer: Writer, organisation: Organisation, request: ApiKeyIn) -> tuple[ApiKey, str]:
    """Add a key of this organisation to the current change and return it with its text."""
    text = new_api_key()
    key = ApiKey(
        id=new_id(),
        public_id=text.public_id,
        secret_hash=writer.keyring.secret_hash(text.secret),
        organisation_id=organisation.id,
        role=request.role,
        scopes=sorted(request.scopes),
        label=request.label,
        created_at=writer.now,
        expires_at=writer.now + timedelta(days=request.valid_days),
    )
    writer.touch("api_key", key.id, "role", "scopes", "label", "expires_at")
    writer.session.add(key)
    return key, str(text)


def list_keys(reader: Reader, walk: Walk) -> ApiKeyPage:
    """Keys one may manage, oldest first, without their secrets."""
    query = queries.visible_keys(reader.principal)
    keys, following = page_of(reader.session, query, ApiKey.id, walk.after, walk.limit)
    organisations = queries.organisations_by_id(reader.session, {key.organisation_id for key in keys})
    items = [ApiKeyOut(**_shown(key, organisations[key.organisation_id])) for key in keys]
    return ApiKeyPage(items=items, next=following)


def revoke_key(writer: Writer, key_id: UUID) -> None:
    """End a key at once; revoking a revoked key changes nothing."""
    key = one(writer.session, queries.visible_keys(writer.principal).where(ApiKey.id == key_id))
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = writer.now
        writer.record("api_key.revoked")
        writer.touch("api_key", key.id, "revoked_at")


def who_am_i(reader: Reader) -> Me:
    """The caller as the service sees it."""
    principal = reader.principal
    organisation = queries.organisation_by_id(reader.session, principal.organisation_id)
    if organisation is None:
        raise NotFound
    return Me(
        siret=organisation.identifier,
        name=organisation.name,
        role=principal.role,
        scopes=sorted(principal.scopes),
    )


def _shown(key: ApiKey, organisation: Organisation) -> dict[str, Any]:
    return {
        "id": key.id,
        "siret": organisation.identifier,
        "role": key.role,
        "label": key.label,
        "scopes": key.scopes,
        "prefix": f"{KEY_PREFIX}_{key.public_id}",
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
