"""From what a request carries to who is asking.

In two steps, because an issuer may have to be asked: `read_credential` before any transaction, `principal_of`
inside the one in which the request is done, so that a revocation holds from the very next request on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.clock import day_of
from app.crypto import KEY_PREFIX, ApiKeyText, parse_api_key
from app.db.queries import access as queries
from app.db.queries.organisations import key_by_public_id, organisation_by_id, organisation_by_identifier
from app.db.session import Viewer
from app.errors import FieldError, NoMembership, RoleNotChosen, RoleNotHeld, Text, Unauthenticated
from app.issuers.identifying import Identified
from app.principal import Principal, Role, Scope, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.db.session import ReadSession
    from app.services.work import Means

Credential = ApiKeyText | Identified


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the request says it acts as, where its bearer could choose; None: nothing is said."""

    role: str | None = None
    siret: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One role of one organisation that a token opens."""

    id: UUID
    organisation_id: UUID
    siret: str
    role: Role
    scopes: frozenset[Scope]
    manages_access: bool

    def fits(self, wanted: Wanted) -> bool:
        """Whether it is what the request asks for."""
        return wanted.role in {None, self.role.value} and wanted.siret in {None, self.siret}


NOTHING_WANTED = Wanted()


def read_credential(token: str, means: Means) -> Credential:
    """The parts of a key, or the bearer of a token as its issuer tells; Unauthenticated, IssuerUnavailable.

    Keys are known by their prefix. May ask an issuer over the network: never inside a transaction.
    """
    if not token.startswith(f"{KEY_PREFIX}_"):
        return means.issuers.identify(token)
    parts = parse_api_key(token)
    if parts is None:
        raise Unauthenticated
    return parts


def principal_of(
    session: ReadSession,
    credential: Credential,
    means: Means,
    wanted: Wanted = NOTHING_WANTED,
    contract_id: UUID | None = None,
) -> Principal:
    """Who is asking: one organisation in one role.

    Unauthenticated for any key that does not hold, without saying why; NoMembership, RoleNotHeld and
    RoleNotChosen for a token that holds and opens nothing, something else, or several things. From here on
    the session looks for the caller, at one contract alone if one is named.
    """
    today = day_of(means.clock.now())
    if isinstance(credential, Identified):
        principal = _by_token(session, credential, means, wanted)
        session.look_for(Viewer.of(principal, today, contract_id))
    else:
        # The statement that found the key looks for its holder already.
        principal = _by_key(session, credential, means, wanted, contract_id)
        session.viewer = Viewer.of(principal, today, contract_id)
    return principal


def _by_key(
    session: ReadSession, parts: ApiKeyText, means: Means, wanted: Wanted, contract_id: UUID | None
) -> Principal:
    now = means.clock.now()
    key = key_by_public_id(session, parts.public_id, day_of(now), contract_id)
    if key is None or not means.keyring.is_secret(key.secret_hash, parts.secret):
        raise Unauthenticated
    if key.revoked_at is not None or key.expires_at <= now:
        raise Unauthenticated
    if wanted != NOTHING_WANTED:
        organisation = organisation_by_id(session, key.organisation_id)
        if wanted.role not in {None, key.role} or wanted.siret not in {
            None,
            organisation and organisation.identifier,
        }:
            raise RoleNotHeld
    means.last_uses.note(key.id, now)
    scopes = frozenset(Scope(scope) for scope in key.scopes)
    return Principal(key.organisation_id, Role(key.role), key.id, scopes, expires_at=key.expires_at)


def _by_token(session: ReadSession, bearer: Identified, means: Means, wanted: Wanted) -> Principal:
    claimed = bearer.issuer.role_claim is not None and bearer.kind is SubjectKind.PERSON
    held = list(_claimed(session, bearer, means) if claimed else _granted(session, bearer, means))
    if not held:
        raise NoMembership
    fitting = [item for item in held if item.fits(wanted)]
    if not fitting:
        raise RoleNotHeld(errors=_choices(held))
    if len(fitting) > 1:
        raise RoleNotChosen(errors=_choices(fitting))
    chosen = fitting[0]
    if not claimed:
        means.last_uses.note(chosen.id, means.clock.now())
    return Principal(
        chosen.organisation_id,
        chosen.role,
        scopes=chosen.scopes,
        membership_id=chosen.id,
        manages_access=chosen.manages_access,
        expires_at=bearer.expires_at,
        memberships=() if claimed else tuple(item.id for item in held),
    )


def _granted(session: ReadSession, bearer: Identified, means: Means) -> Iterable[Held]:
    """The memberships of the bearer that run today, for the organisation that the token names.

    A machine names none: its memberships alone say for whom it acts.
    """
    hashes = means.keyring.subject_hashes(bearer.issuer.url, bearer.kind, bearer.subject)
    found = queries.memberships_of(session, hashes, day_of(means.clock.now()))
    bound = bearer.issuer.organisation_claim is not None and bearer.kind is SubjectKind.PERSON
    for row in found:
        if not bound or row.identifier == bearer.organisation:
            scopes = frozenset(Scope(scope) for scope in row.scopes)
            yield Held(
                row.id, row.organisation_id, row.identifier, Role(row.role), scopes, row.manages_access
            )


def _claimed(session: ReadSession, bearer: Identified, means: Means) -> Iterable[Held]:
    """The roles that the issuer itself gives, of those that the configuration lets it give.

    There is no row: what stands in the audit trail for the membership is made of a keyed hash, and is the
    same at every request.
    """
    organisation = organisation_by_identifier(session, bearer.organisation or "")
    if organisation is None:
        return
    account = (bearer.issuer.url, bearer.kind, bearer.subject)
    for role in sorted(bearer.issuer.claimed_roles.intersection(bearer.roles)):
        claimed_id = means.keyring.subject_id(str(organisation.id), role, *account)
        yield Held(claimed_id, organisation.id, organisation.identifier, Role(role), frozenset(Scope), False)  # noqa: FBT003 - a field of the row


def _choices(held: Sequence[Held]) -> list[FieldError]:
    """What may be asked for, one error each: its code is the role, its text names the organisation too."""
    return [
        FieldError(
            "/header/Clauses-Role",
            item.role.value,
            Text(
                f"Clauses-Role: {item.role}, Clauses-Organisation: {item.siret}.",
                f"Clauses-Role: {item.role}, Clauses-Organisation: {item.siret}.",
            ),
        )
        for item in held
    ]
