"""Signed tokens: which issuer one names, and whether it holds (RFC 7519, RFC 9068, RFC 8725).

Nothing here asks anybody: keys come as they were published, the time from the caller.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joserfc.jwt import ClaimsOption

Key = RSAKey | ECKey | OKPKey

# Asymmetric ones only: with a shared one, whoever reads the published key could sign.
ALGORITHMS: dict[str, tuple[str, str | None]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "Ed25519": ("OKP", "Ed25519"),
}
KINDS: dict[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
# Those of access tokens; tokens made for something else (logout, introspection, proofs) have their own.
ACCESS_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
INTROSPECTION_TYPES = frozenset({"token-introspection+jwt", "application/token-introspection+jwt"})
LEEWAY_SECONDS = 30
SHORTEST_RSA_BITS = 2048


class UnknownKeyError(Exception):
    """The token names a key that is not among those known: the issuer may have changed its keys."""


class InvalidTokenError(Exception):
    """The token does not hold. It says no more: the caller would tell whoever sent it."""


def issuer_named_by(token: str) -> str | None:
    """The `iss` that a JWT says it is of, not verified; None when it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    claims = _object(parts[1])
    named = claims.get("iss") if claims and _object(parts[0]) else None
    return named if isinstance(named, str) else None


def _object(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def keys_in(document: dict[str, Any]) -> tuple[Key, ...]:
    """The keys of a JWKS that may verify signatures; those of other kinds and uses are passed over."""
    listed = document.get("keys")
    found = [_key(item) for item in listed] if isinstance(listed, list) else []
    return tuple(key for key in found if key is not None)


def _key(item: object) -> Key | None:
    if not isinstance(item, dict) or item.get("use", "sig") != "sig":
        return None
    kind = KINDS.get(str(item.get("kty")))
    # A weak key is refused before the library would only warn of it.
    if kind is None or (kind is RSAKey and len(str(item.get("n"))) * 6 < SHORTEST_RSA_BITS):
        return None
    try:
        return kind.import_key(item)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def verified(
    token: str,
    keys: Sequence[Key],
    *,
    issuer: str,
    audience: str,
    now: datetime,
    types: frozenset[str] = ACCESS_TYPES,
    needed: Sequence[str] = ("sub", "exp"),
) -> dict[str, Any]:
    """The claims of a token that holds; UnknownKeyError or InvalidTokenError otherwise."""
    header = _object(token.partition(".")[0]) or {}
    if str(header.get("typ", "jwt")).lower() not in types:
        raise InvalidTokenError
    key = _key_for(header, keys)
    essential: dict[str, ClaimsOption] = {name: {"essential": True} for name in (*needed, "iat")}
    registry = JWTClaimsRegistry(
        int(now.timestamp()),
        LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        **essential,
    )
    try:
        claims = jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise InvalidTokenError from None
    # An ID token says that somebody logged in elsewhere. A bound token (`cnf`) is worth nothing without the
    # proof of possession, which is not asked for here.
    if claims.keys() & {"at_hash", "c_hash", "cnf"}:
        raise InvalidTokenError
    return claims


def _key_for(header: dict[str, Any], keys: Sequence[Key]) -> Key:
    algorithm, wanted = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidTokenError
    kind, curve = ALGORITHMS[algorithm]
    fitting = [
        key
        for key in keys
        if key.key_type == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("alg", algorithm) == algorithm
        and (wanted is None or key.get("kid") == wanted)
    ]
    if not fitting:
        raise UnknownKeyError
    # Two keys of one name, or no name and several keys: none is tried out.
    if len(fitting) > 1:
        raise InvalidTokenError
    return fitting[0]


def instant_of(seconds: object) -> datetime | None:
    """A NumericDate as an instant; InvalidTokenError when it is none."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise InvalidTokenError
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidTokenError from None
