"""Keys and what is done with them: field encryption, keyed hashes, API key format.

Whatever is made with a key names it first: `id:…`. So each row tells which key opens it, an old key stays
only as long as rows name it, and the rotation knows when it may go.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
import zlib
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_MASTER_BYTES = 32
_SECRET_CHARACTERS = 32  # 62^32 > 2^190: far beyond guessing, so a fast keyed hash is enough
_CHECKSUM_CHARACTERS = 6
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_PREFIX = "csi"


class Keyring:
    """The service's secrets. One master key per id; every purpose derives its own key from it."""

    def __init__(self, secret_keys: str) -> None:
        """Read `id:base64[,id:base64…]`; ValueError when an entry is not 32 bytes in base64."""
        self._masters = masters_of(secret_keys)
        self.current_id = next(iter(self._masters))
        self._derived: dict[tuple[str, str], bytes] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the master keys, the one that encrypts first."""
        return tuple(self._masters)

    def encrypt(self, clear: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """AES-256-GCM bound to its place: moved to another row or column it no longer opens."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self._derive(self.current_id, "field"))
        sealed = cipher.encrypt(nonce, clear, _place(table, column, row))
        return self.current_id.encode() + b":" + nonce + sealed

    def decrypt(self, stored: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """The clear bytes; KeyError for an unknown key id, InvalidTag for moved or altered bytes."""
        key_id, _, rest = stored.partition(b":")
        cipher = AESGCM(self._derive(key_id.decode(), "field"))
        return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _place(table, column, row))

    def matching_hash(self, *parts: str) -> bytes:
        """Keyed hash of normalised identity parts taken together, for proposing duplicates."""
        return self._hash("match", _together(parts))

    def matching_hashes(self, *parts: str) -> list[bytes]:
        """What this may be stored as, under every key: a rotation may be under way."""
        return [found for key_id in self._masters for found in self._forms("match", _together(parts), key_id)]

    def secret_hash(self, secret: str) -> bytes:
        """Keyed hash under which an API key's secret is stored."""
        return self._hash("api-key", secret.encode())

    def is_secret(self, stored: bytes, secret: str) -> bool:
        """Whether a stored hash is of this secret; a hash under a key that was removed is of none."""
        return self._is("api-key", stored, secret.encode())

    def request_hash(self, request: bytes) -> bytes:
        """Keyed hash of a request that may hold a whole identity, to tell it from another one."""
        return self._hash("request", request)

    def is_request(self, stored: bytes, request: bytes) -> bool:
        """Whether a stored hash is of this request."""
        return self._is("request", stored, request)

    def subject_hash(self, issuer: str, kind: str, subject: str) -> bytes:
        """Keyed hash under which a person or a machine of an issuer is known here."""
        return self._hash("subject", f"{issuer}\n{kind}\n{subject}".encode())

    def subject_hashes(self, issuer: str, kind: str, subject: str) -> list[bytes]:
        """What this may be stored as, under every key: it is made again only when it is granted again."""
        message = f"{issuer}\n{kind}\n{subject}".encode()
        return [form for key_id in self._masters for form in self._forms("subject", message, key_id)]

    def subject_id(self, *parts: str) -> UUID:
        """What stands in the audit trail for a role that an issuer gives itself; another one per key."""
        digest = self._digest("subject-id", "\n".join(parts).encode(), self.current_id)
        return UUID(bytes=digest[:16], version=5)

    def claim_hash(self, line_id: UUID, other_line_id: UUID) -> bytes:
        """What stands for another tenant's claim beside one's own: it names neither line to anybody else.

        Never stored: after a rotation the claim is read under another name.
        """
        return self._digest("claim", line_id.bytes + other_line_id.bytes, self.current_id)

    def _hash(self, purpose: str, message: bytes) -> bytes:
        return self._forms(purpose, message, self.current_id)[0]

    def _is(self, purpose: str, stored: bytes, message: bytes) -> bool:
        forms = [form for key_id in self._masters for form in self._forms(purpose, message, key_id)]
        # Each is compared, whichever holds: the time taken tells nothing.
        return sum(hmac.compare_digest(stored, form) for form in forms) > 0

    def _forms(self, purpose: str, message: bytes, key_id: str) -> tuple[bytes, bytes]:
        """The hash with its key's id, and without, as hashes were stored before they named their key."""
        digest = self._digest(purpose, message, key_id)
        return key_id.encode() + b":" + digest, digest

    def _digest(self, purpose: str, message: bytes, key_id: str) -> bytes:
        return hmac.new(self._derive(key_id, purpose), message, hashlib.sha256).digest()

    def _derive(self, key_id: str, purpose: str) -> bytes:
        known = self._derived.get((key_id, purpose))
        if known is None:
            derivation = HKDF(algorithm=SHA256(), length=_MASTER_BYTES, salt=None, info=purpose.encode())
            known = self._derived[key_id, purpose] = derivation.derive(self._masters[key_id])
        return known


def masters_of(secret_keys: str) -> dict[str, bytes]:
    """The master keys by id, in their order; ValueError when one is malformed or an id stands twice."""
    entries = [_parse_master(entry) for entry in secret_keys.replace("\n", ",").split(",") if entry.strip()]
    found = dict(entries)
    if not found or len(found) < len(entries):
        message = "Secret keys: at least one, each under an id of its own."
        raise ValueError(message)
    return found


def _together(parts: tuple[str, ...]) -> bytes:
    return "|".join(parts).encode()


def _parse_master(entry: str) -> tuple[str, bytes]:
    key_id, _, encoded = entry.strip().partition(":")
    master = base64.b64decode(encoded, validate=True)
    if not key_id.isalnum() or len(master) != _MASTER_BYTES:
        message = f"A secret key is written id:base64 and holds {_MASTER_BYTES} bytes."
        raise ValueError(message)
    return key_id, master


def _place(table: str, column: str, row: UUID | str) -> bytes:
    return f"{table}|{column}|{row}".encode()


@dataclass(frozen=True, slots=True)
class ApiKeyText:
    """The parts of an API key as its holder writes it: `csi_<id>_<secret><checksum>`."""

    public_id: str
    secret: str

    def __str__(self) -> str:
        """The whole key; shown once, at creation."""
        body = f"{KEY_PREFIX}_{self.public_id}_{self.secret}"
        return body + _checksum(body)


def new_api_key() -> ApiKeyText:
    """A key never seen before."""
    return ApiKeyText(public_id=_random(12), secret=_random(_SECRET_CHARACTERS))


def parse_api_key(text: str) -> ApiKeyText | None:
    """The parts of a well-formed key, None otherwise: a typing error never reaches the database."""
    body, checksum = text[:-_CHECKSUM_CHARACTERS], text[-_CHECKSUM_CHARACTERS:]
    prefix, _, rest = body.partition("_")
    public_id, _, secret = rest.partition("_")
    if prefix != KEY_PREFIX or not text.isascii() or not hmac.compare_digest(_checksum(body), checksum):
        return None
    return ApiKeyText(public_id=public_id, secret=secret)


def _random(length: int) -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(length))


def _checksum(body: str) -> str:
    remaining, text = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_CHARACTERS):
        remaining, digit = divmod(remaining, len(_BASE62))
        text = _BASE62[digit] + text
    return text
