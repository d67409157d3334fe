"""The life of keys, and the caller as the service sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.crypto import KEY_PREFIX, new_api_key
from app.db.queries import access
from app.db.queries import organisations as queries
from app.db.queries.lists import one, page_of
from app.db.tables import ApiKey, Organisation
from app.errors import Forbidden, KeyEnded, NotFound, RotationUnderWay, unknown_reference
from app.principal import CredentialKind, Role, Scope
from app.schemas.access import ApiKeyCreated, ApiKeyIn, ApiKeyOut, ApiKeyPage, Me, OwnMembership
from app.schemas.fields import Warned

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from app.schemas.access import RotationIn
    from app.schemas.lists import Walk
    from app.services.work import Reader, Writer

# A credential that ends within this time is announced.
ENDS_SOON = timedelta(days=30)
MOST_LIVE = 2


def check_manages(writer: Writer) -> None:
    """Forbidden for somebody who was granted a role without the right to open it to others."""
    if not writer.principal.manages_access:
        raise Forbidden


def check_gives(
    writer: Writer, organisation: Organisation | None, role: Role, scopes: AbstractSet[Scope]
) -> None:
    """Forbidden unless the caller may open this role of this organisation, with these scopes, to somebody.

    The platform opens any; others their own organisation in their own role. Nobody gives a scope that they
    do not have: what may not read makes nothing that reads.
    """
    check_manages(writer)
    own = organisation is not None and (organisation.id, role) == (
        writer.principal.organisation_id,
        writer.principal.role,
    )
    if not (writer.principal.is_admin or own) or not scopes <= writer.principal.scopes:
        raise Forbidden


def may_make(writer: Writer, request: ApiKeyIn) -> Organisation | None:
    """Of which known organisation, if any, the key would be; Forbidden as `check_gives` says."""
    organisation = queries.organisation_by_identifier(writer.session, request.siret)
    check_gives(writer, organisation, request.role, request.scopes)
    return organisation


def create_key(writer: Writer, request: ApiKeyIn) -> ApiKeyCreated:
    """A new key; its text is in this answer and nowhere else."""
    organisation = may_make(writer, request)
    if organisation is None:
        raise unknown_reference("/siret")
    writer.record("api_key.created")
    key, text = add_key(writer, organisation, request)
    return ApiKeyCreated(**shown(key, organisation), key=text)


def may_rotate(writer: Writer, key_id: UUID) -> tuple[ApiKey, Organisation]:
    """The key and whose it is; NotFound, and Forbidden as `check_gives` says."""
    # Held, so that two rotations at once do not both find one key alive.
    key = one(writer.session, _visible(writer, key_id).with_for_update())
    if key is None:
        raise NotFound
    organisation = queries.organisations_by_id(writer.session, {key.organisation_id})[key.organisation_id]
    check_gives(writer, organisation, Role(key.role), frozenset(map(Scope, key.scopes)))
    return key, organisation


def rotate_key(writer: Writer, key_id: UUID, request: RotationIn) -> ApiKeyCreated:
    """A successor with the same role, scopes and label; the old key lives on for the overlap.

    KeyEnded for a key that opens nothing any more; RotationUnderWay when it was replaced already, or replaces
    one that still lives.
    """
    key, organisation = may_rotate(writer, key_id)
    if key.revoked_at is not None or key.expires_at <= writer.now:
        raise KeyEnded
    lineage_id = key.lineage_id or key.id
    if access.live_keys_of(writer.session, lineage_id, writer.now) >= MOST_LIVE:
        raise RotationUnderWay
    writer.record("api_key.rotated")
    successor = ApiKeyIn(
        siret=organisation.identifier,
        role=Role(key.role),
        label=key.label,
        scopes=frozenset(map(Scope, key.scopes)),
        valid_days=request.valid_days,
    )
    added, text = add_key(writer, organisation, successor, lineage_id=lineage_id)
    key.expires_at = min(key.expires_at, writer.now + timedelta(days=request.overlap_days))
    writer.touch("api_key", key.id, "expires_at")
    return ApiKeyCreated(**shown(added, organisation), key=text)


def add_key(
    writer: Writer, organisation: Organisation, request: ApiKeyIn, *, lineage_id: UUID | None = None
) -> tuple[ApiKey, str]:
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
        lineage_id=lineage_id,
    )
    writer.touch("api_key", key.id, "role", "scopes", "label", "expires_at")
    writer.session.add(key)
    return key, str(text)


def list_keys(reader: Reader, walk: Walk) -> ApiKeyPage:
    """Keys one may manage, oldest first, without their secrets."""
    query = queries.visible_keys(reader.principal)
    keys, following = page_of(reader.session, query, ApiKey.id, walk.after, walk.limit)
    organisations = queries.organisations_by_id(reader.session, {key.organisation_id for key in keys})
    items = [ApiKeyOut(**shown(key, organisations[key.organisation_id])) for key in keys]
    return ApiKeyPage(items=items, next=following)


def revoke_key(writer: Writer, key_id: UUID) -> None:
    """End a key at once; revoking a revoked key changes nothing."""
    key = one(writer.session, _visible(writer, key_id))
    if key is None:
        raise NotFound
    check_manages(writer)
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
    by_key = principal.membership_id is None
    return Me(
        siret=organisation.identifier,
        name=organisation.name,
        role=principal.role,
        scopes=sorted(principal.scopes),
        manages_access=principal.manages_access,
        credential=CredentialKind.API_KEY if by_key else CredentialKind.MEMBERSHIP,
        key_id=principal.key_id,
        membership_id=principal.membership_id,
        expires_at=principal.expires_at,
        memberships=_own_memberships(reader),
        warnings=_warnings(reader.now, principal.expires_at) if by_key else [],
    )


def _own_memberships(reader: Reader) -> list[OwnMembership]:
    found = access.own_memberships(reader.session, reader.principal.memberships)
    known = queries.organisations_by_id(reader.session, {item.organisation_id for item in found})
    return [
        OwnMembership(
            id=item.id,
            siret=known[item.organisation_id].identifier,
            name=known[item.organisation_id].name,
            role=Role(item.role),
            label=item.label,
            until=item.until,
        )
        for item in found
    ]


def _warnings(now: datetime, expires_at: datetime | None) -> list[Warned]:
    if expires_at is None or expires_at - now > ENDS_SOON:
        return []
    days = max((expires_at - now).days, 0)
    return [Warned(code="key_expires_soon", detail=f"Cette clé finit dans {days} jours : remplacez-la.")]


def _visible(writer: Writer, key_id: UUID) -> Select[ApiKey]:
    return queries.visible_keys(writer.principal).where(ApiKey.id == key_id)


def shown(key: ApiKey, organisation: Organisation) -> dict[str, Any]:
    """A key as it is shown to those who manage it."""
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
        "lineage_id": key.lineage_id or key.id,
        "last_used_at": key.last_used_at,
    }
