"""Whose token it is: the issuer is found, asked where it must be, and its word is read."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import structlog

from app.errors import IssuerUnavailable, Unauthenticated
from app.issuers.fetching import UnreachableError, fetch, new_client, read_object
from app.issuers.keeping import PAUSE, Kept, unavailable
from app.issuers.tokens import (
    INTROSPECTION_TYPES,
    LEEWAY_SECONDS,
    InvalidTokenError,
    Key,
    UnknownKeyError,
    instant_of,
    issuer_named_by,
    keys_in,
    verified,
)
from app.principal import SubjectKind
from app.settings import IssuerSettings, is_safe_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

    from app.clock import Clock

# RFC 6750: what a bearer token is written with. Longer ones are nobody's.
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
LONGEST_TOKEN = 8192
# Introspections under way at once: a slow issuer must not take every thread from the holders of keys.
SLOTS = 8
MOST_REMEMBERED = 10_000
SIGNED = "application/token-introspection+jwt"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Identified:
    """The bearer of a token that holds, as its issuer says. Personal: it is neither kept nor logged."""

    issuer: IssuerSettings
    kind: SubjectKind
    subject: str
    organisation: str | None
    roles: tuple[str, ...]
    expires_at: datetime | None


class Issuers:
    """All issuers of the configuration; each process asks them for itself."""

    def __init__(self, settings: Sequence[IssuerSettings], clock: Clock) -> None:
        """Nothing is asked before the first token."""
        client = new_client() if settings else None
        issuers = [_Issuer(item, client, clock) for item in settings if client]
        self._by_url = {issuer.settings.url: issuer for issuer in issuers}
        self._asked = next((item for item in issuers if item.settings.mode == "introspection"), None)

    def named(self, url: str) -> IssuerSettings | None:
        """The configuration of an issuer."""
        found = self._by_url.get(url)
        return found.settings if found else None

    def identify(self, token: str) -> Identified:
        """Who bears the token; Unauthenticated when it does not hold, IssuerUnavailable when nobody can say.

        A JWT is of the issuer that it names; anything else is asked about where there is introspection.
        Never called inside a transaction: it may wait for the issuer for some seconds.
        """
        if len(token) > LONGEST_TOKEN or not TOKEN.fullmatch(token):
            raise Unauthenticated
        issuer = self._by_url.get(issuer_named_by(token) or "", self._asked)
        if issuer is None:
            raise Unauthenticated
        try:
            return issuer.identify(token)
        except (InvalidTokenError, UnknownKeyError):
            raise Unauthenticated from None


class _Issuer:
    """One issuer: what it published, and what it said of tokens a moment ago."""

    def __init__(self, settings: IssuerSettings, client: httpx.Client, clock: Clock) -> None:
        self.settings = settings
        self._client = client
        self._clock = clock
        self._description = Kept(self._load_description, clock, self._report)
        self._keys = Kept(self._load_keys, clock, self._report)
        self._slots = threading.BoundedSemaphore(SLOTS)
        self._lock = threading.Lock()
        self._said: OrderedDict[bytes, tuple[datetime, dict[str, Any] | None]] = OrderedDict()
        self._failed_at: datetime | None = None

    def identify(self, token: str) -> Identified:
        """Who bears it; InvalidTokenError, UnknownKeyError, IssuerUnavailable."""
        if self.settings.mode == "jwt":
            audience = self.settings.audience or ""
            return self._read(self._with_keys(lambda keys: self._verified(token, keys, audience)))
        return self._read(self._introspected(token))

    def _verified(self, token: str, keys: Sequence[Key], audience: str) -> dict[str, Any]:
        return verified(token, keys, issuer=self.settings.url, audience=audience, now=self._clock.now())

    def _with_keys(self, use: Callable[[Sequence[Key]], dict[str, Any]]) -> dict[str, Any]:
        try:
            return use(self._keys.read())
        except UnknownKeyError:
            return use(self._keys.read_again())

    def _introspected(self, token: str) -> dict[str, Any]:
        now = self._clock.now()
        name = hashlib.sha256(token.encode()).digest()
        with self._lock:
            known = self._said.get(name)
        if known is None or known[0] <= now:
            known = self._remember(name, self._ask(token), now)
        if known[1] is None:
            raise InvalidTokenError
        return known[1]

    def _remember(
        self, name: bytes, claims: dict[str, Any] | None, now: datetime
    ) -> tuple[datetime, dict[str, Any] | None]:
        until = now + timedelta(seconds=self.settings.cache_seconds)
        ends = instant_of(claims.get("exp")) if claims else None
        said = (min(until, ends) if ends else until, claims)
        with self._lock:
            self._said[name] = said
            self._said.move_to_end(name)
            while len(self._said) > MOST_REMEMBERED:
                self._said.popitem(last=False)
        return said

    def _ask(self, token: str) -> dict[str, Any] | None:
        """What the issuer says of a token now; None when it is not active."""
        with self._lock:
            failed_at = self._failed_at
        if failed_at is not None and self._clock.now() - failed_at < PAUSE:
            raise unavailable()
        if not self._slots.acquire(blocking=False):
            raise unavailable()
        try:
            claims = self._introspect(token)
        except UnreachableError as error:
            with self._lock:
                self._failed_at = self._clock.now()
            self._report(error.reason)
            raise unavailable() from None
        finally:
            self._slots.release()
        return claims if self._stands(claims) else None

    def _introspect(self, token: str) -> dict[str, Any]:
        form = {"token": token, "token_type_hint": "access_token"}
        client_id, secret = self.settings.client_id or "", self.settings.client_secret
        credentials = (client_id, secret.get_secret_value() if secret else "")
        description = self._description.read()
        url = self._address(description, "introspection_endpoint")
        if _posts_secret(description):
            form |= {"client_id": credentials[0], "client_secret": credentials[1]}
            basic = None
        else:
            # RFC 6749, section 2.3.1: both are encoded before they are joined.
            basic = (quote_plus(credentials[0]), quote_plus(credentials[1]))
        accept = SIGNED if self.settings.signed_introspection else "application/json"
        body = fetch(self._client, url, accept=accept, form=form, credentials=basic)
        return self._opened(body, client_id) if self.settings.signed_introspection else read_object(body)

    def _opened(self, body: bytes, client_id: str) -> dict[str, Any]:
        """What a signed answer says (RFC 9701); one that is not signed as it should be is no answer."""
        try:
            answer = self._with_keys(
                lambda keys: verified(
                    body.decode("ascii", "replace").strip(),
                    keys,
                    issuer=self.settings.url,
                    audience=client_id,
                    now=self._clock.now(),
                    types=INTROSPECTION_TYPES,
                    needed=("token_introspection",),
                )
            )["token_introspection"]
        except (InvalidTokenError, UnknownKeyError):
            raise UnreachableError("signature") from None
        if not isinstance(answer, dict):
            raise UnreachableError("signature")
        return answer

    def _stands(self, claims: dict[str, Any]) -> bool:
        """Whether an introspection says yes, for us and for now. Only a literal `true` is a yes."""
        if claims.get("active") is not True or claims.get("iss", self.settings.url) != self.settings.url:
            return False
        audience = claims.get("aud")
        wanted = self.settings.audience
        if wanted and wanted not in (audience if isinstance(audience, list) else [audience]):
            return False
        now, leeway = self._clock.now(), timedelta(seconds=LEEWAY_SECONDS)
        try:
            ends, begins = instant_of(claims.get("exp")), instant_of(claims.get("nbf"))
        except InvalidTokenError:
            return False
        return (ends is None or ends > now) and (begins is None or begins <= now + leeway)

    def _read(self, claims: dict[str, Any]) -> Identified:
        """Who the claims are about; InvalidTokenError when they name nobody, or an application not taken."""
        client = claims.get("client_id", claims.get("azp"))
        if self.settings.clients and client not in self.settings.clients:
            raise InvalidTokenError
        subject = claims.get("sub")
        # RFC 9068, section 2.2: where no person is involved, the subject is the client itself. A token that
        # merely has no subject is nobody's: its client may have got it for a person.
        kind = SubjectKind.CLIENT if subject == claims.get("client_id") else SubjectKind.PERSON
        if not isinstance(subject, str) or not subject:
            raise InvalidTokenError
        organisation = claims.get(self.settings.organisation_claim or "")
        return Identified(
            issuer=self.settings,
            kind=kind,
            subject=subject,
            organisation=organisation.strip() if isinstance(organisation, str) else None,
            roles=_texts(claims.get(self.settings.role_claim or "")),
            expires_at=instant_of(claims.get("exp")),
        )

    def _load_description(self) -> dict[str, Any]:
        url = f"{self.settings.url.rstrip('/')}/.well-known/openid-configuration"
        description = read_object(fetch(self._client, url))
        # OpenID Connect Discovery, section 4.3: another name is another issuer.
        if description.get("issuer") != self.settings.url:
            raise UnreachableError("other_issuer")
        return description

    def _load_keys(self) -> tuple[Key, ...]:
        url = self._address(self._described(), "jwks_uri")
        accept = "application/jwk-set+json, application/json"
        return keys_in(read_object(fetch(self._client, url, accept=accept)))

    def _described(self) -> dict[str, Any]:
        # Already reported where it failed; here it is the reason why there are no keys.
        try:
            return self._description.read()
        except IssuerUnavailable:
            raise UnreachableError("description") from None

    def _address(self, description: dict[str, Any], name: str) -> str:
        url = description.get(name)
        near = self.settings.url.startswith("http:")
        if not isinstance(url, str) or not is_safe_address(url, loopback=near):
            raise UnreachableError("address")
        return url

    def _report(self, reason: str) -> None:
        log.warning("issuer_unavailable", issuer=self.settings.url, reason=reason)


def _posts_secret(description: dict[str, Any]) -> bool:
    listed = description.get("introspection_endpoint_auth_methods_supported") or description.get(
        "token_endpoint_auth_methods_supported"
    )
    methods = _texts(listed)
    return "client_secret_post" in methods and "client_secret_basic" not in methods


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
