"""Who a person is: sealed field by field, and matched by the keyed hash of four fields together."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.db.queries import participants as queries
from app.db.tables import Identity
from app.errors import NotFound
from app.exchange.folding import fold_words

if TYPE_CHECKING:
    from uuid import UUID

    from app.crypto import Keyring
    from app.db.session import ReadSession

TABLE = "identities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An identity in clear; it lives no longer than the request."""

    birth_name: str
    first_names: str
    birth_date: date
    birth_place: str | None
    france_travail_number: str | None
    pass_iae_number: str | None


FIELDS = tuple(field.name for field in fields(Person))


def person_from(sent: Any) -> Person:  # noqa: ANN401 - any schema that has these fields
    """The identity in what a declarant sent."""
    return Person(**{name: getattr(sent, name) for name in FIELDS})


def sealed(keyring: Keyring, participant_id: UUID, person: Person) -> Identity:
    """A row that opens in its place only."""
    identity = Identity(participant_id=participant_id)
    reseal(keyring, identity, person)
    return identity


def reseal(keyring: Keyring, identity: Identity, person: Person) -> None:
    """Put a person's fields, sealed anew, into their row."""
    for name in FIELDS:
        value = getattr(person, name)
        clear = None if value is None else str(value).encode()
        row = identity.participant_id
        stored = None if clear is None else keyring.encrypt(clear, table=TABLE, column=name, row=row)
        setattr(identity, name, stored)
    identity.matching_hash = matching_hash(
        keyring, person.birth_name, person.first_names, person.birth_date, person.birth_place
    )


def opened(keyring: Keyring, identity: Identity) -> Person:
    """The identity in clear."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        stored = getattr(identity, name)
        row = identity.participant_id
        clear = None if stored is None else keyring.decrypt(stored, table=TABLE, column=name, row=row)
        values[name] = None if clear is None else clear.decode()
    return Person(**{**values, "birth_date": date.fromisoformat(values["birth_date"])})


def known_person(session: ReadSession, keyring: Keyring, participant_id: UUID) -> Person:
    """The identity of a person already seen to be visible; NotFound once it is erased."""
    identity = queries.identity_of(session, participant_id)
    if identity is None:
        raise NotFound
    return opened(keyring, identity)


def rectified(person: Person, sent: dict[str, Any]) -> Person:
    """The same person with the fields sent."""
    return replace(person, **{name: value for name, value in sent.items() if name in FIELDS})


def matching_hash(
    keyring: Keyring, birth_name: str, first_names: str, birth_date: date, birth_place: str | None
) -> bytes:
    """The same for one person however their name is typed: accents, case and punctuation do not count."""
    return keyring.matching_hash(*_matched(birth_name, first_names, birth_date, birth_place))


def matching_hashes(
    keyring: Keyring, birth_name: str, first_names: str, birth_date: date, birth_place: str | None
) -> list[bytes]:
    """The same under every key: those that a rotation has not reached are found too."""
    return keyring.matching_hashes(*_matched(birth_name, first_names, birth_date, birth_place))


def _matched(birth_name: str, first_names: str, birth_date: date, birth_place: str | None) -> tuple[str, ...]:
    return (
        *(fold_words(birth_name), fold_words(first_names)),
        *(birth_date.isoformat(), fold_words(birth_place or "")),
    )
