"""Memberships: who may act for an organisation by a token of an issuer, from when, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import access as queries
from app.db.queries import organisations
from app.db.queries.lists import one, page_of
from app.db.tables import Membership
from app.errors import (
    FieldError,
    InvalidPayload,
    MembershipExists,
    NotFound,
    Text,
    unknown_reference,
)
from app.principal import Role, Scope, SubjectKind
from app.schemas.memberships import MembershipOut, MembershipPage
from app.services.access import check_gives, check_manages
from app.services.grants import check_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Organisation
    from app.schemas.lists import Walk
    from app.schemas.memberships import MembershipIn
    from app.services.work import Reader, Writer

UNKNOWN_ISSUER = Text(
    "Ce fournisseur d'identité n'est pas configuré ici.", "This identity provider is not configured here."
)


def grant_membership(writer: Writer, request: MembershipIn) -> MembershipOut:
    """Grant a role to an account; nobody grants more than their own, and the platform alone for others.

    MembershipExists when the account has it at a time in common.
    """
    found = organisations.organisation_by_identifier(writer.session, request.siret)
    check_gives(writer, found, request.role, request.scopes)
    if found is None:
        raise unknown_reference("/siret")
    if writer.means.issuers.named(request.issuer) is None:
        raise InvalidPayload(errors=[FieldError("/issuer", "unknown_issuer", UNKNOWN_ISSUER)])
    since = request.since or writer.today
    check_order(since, request.until)
    subject = request.client_id or request.subject or ""
    account = (request.issuer, request.kind, subject)
    hashes = writer.keyring.subject_hashes(*account)
    _check_new(writer, found, request.role, hashes, since, request.until)
    writer.record("membership.granted")
    membership = Membership(
        id=new_id(),
        organisation_id=found.id,
        role=request.role,
        issuer=request.issuer,
        kind=request.kind,
        subject_hash=writer.keyring.subject_hash(*account),
        label=request.label,
        scopes=sorted(request.scopes),
        manages_access=request.manages_access,
        since=since,
        until=request.until,
        created_at=writer.now,
    )
    fields = ("role", "issuer", "subject", "label", "scopes", "manages_access", "since", "until")
    writer.touch("membership", membership.id, *fields)
    writer.session.add(membership)
    return _shown(membership, found)


def _check_new(
    writer: Writer,
    organisation: Organisation,
    role: Role,
    subject_hashes: Sequence[bytes],
    since: date,
    until: date | None,
) -> None:
    # Two grants at once wait for each other here: the second finds the first.
    organisations.locked_organisation(writer.session, organisation.identifier, scheme=organisation.scheme)
    for other in queries.running_memberships(writer.session, organisation.id, role.value, subject_hashes):
        if (other.until is None or other.until >= since) and (until is None or other.since <= until):
            raise MembershipExists


def list_memberships(reader: Reader, walk: Walk) -> MembershipPage:
    """Memberships one may manage, oldest first; who they are of is not told."""
    query = queries.visible_memberships(reader.principal)
    found, following = page_of(reader.session, query, Membership.id, walk.after, walk.limit)
    known = organisations.organisations_by_id(reader.session, {item.organisation_id for item in found})
    return MembershipPage(items=[_shown(item, known[item.organisation_id]) for item in found], next=following)


def end_membership(writer: Writer, membership_id: UUID) -> None:
    """End a membership at once and forget whose it was; ending an ended one changes nothing."""
    query = queries.visible_memberships(writer.principal).where(Membership.id == membership_id)
    membership = one(writer.session, query)
    if membership is None:
        raise NotFound
    # One's own may always be given back.
    if membership.id != writer.principal.membership_id:
        check_manages(writer)
    if membership.ended_at is None:
        membership.ended_at, membership.subject_hash = writer.now, None
        writer.record("membership.ended")
        writer.touch("membership", membership.id, "ended_at", "subject")


def _shown(membership: Membership, organisation: Organisation) -> MembershipOut:
    return MembershipOut(
        id=membership.id,
        siret=organisation.identifier,
        role=Role(membership.role),
        issuer=membership.issuer,
        kind=SubjectKind(membership.kind),
        label=membership.label,
        scopes=[Scope(scope) for scope in membership.scopes],
        manages_access=membership.manages_access,
        since=membership.since,
        until=membership.until,
        created_at=membership.created_at,
        ended_at=membership.ended_at,
        last_used_at=membership.last_used_at,
    )
