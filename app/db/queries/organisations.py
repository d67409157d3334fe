"""Organisations, their keys, and stored answers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    Row,
    Select,
    String,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.db.queries.lists import among
from app.db.tables import ApiKey, Base, Organisation, StoredAnswer
from app.db.types import Instant, Json
from app.db.walls import APP

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal


# Every request begins with it: built once, read as a plain row.
_KEY = select(
    ApiKey.id,
    ApiKey.secret_hash,
    ApiKey.organisation_id,
    ApiKey.role,
    ApiKey.scopes,
    ApiKey.expires_at,
    ApiKey.revoked_at,
).where(ApiKey.public_id == bindparam("public_id"))


# On PostgreSQL nobody sees a key before it is known whose it is: a function finds it past the wall, and the
# same statement lets the transaction look for its holder. A key that does not hold ends the transaction.
_FOUND = func.wall_key(bindparam("public_id")).table_valued(
    column("id", Uuid()),
    column("secret_hash", LargeBinary()),
    column("organisation_id", Uuid()),
    column("role", String()),
    column("scopes", Json),
    column("expires_at", Instant()),
    column("revoked_at", Instant()),
    name="found",
)
_KEY_AND_STAND = select(
    *_FOUND.c,
    func.set_config("role", APP, True).label("as"),  # noqa: FBT003 - an SQL function, for the transaction
    func.set_config("clauses.organisation", cast(_FOUND.c.organisation_id, Text), True).label("of"),  # noqa: FBT003 - the same
    func.set_config("clauses.role_code", cast(_FOUND.c.role, Text), True).label("in"),  # noqa: FBT003 - the same
    func.set_config("clauses.today", bindparam("today", type_=Text()), True).label("on"),  # noqa: FBT003 - the same
    func.set_config("clauses.contract", bindparam("contract", type_=Text()), True).label("at"),  # noqa: FBT003 - the same
)


def key_by_public_id(
    session: ReadSession, public_id: str, today: date, contract_id: UUID | None = None
) -> Row[*tuple[Any, ...]] | None:
    """The key of this public part, whatever its state: the caller judges.

    From here on the transaction looks for its holder, at one contract alone if one is named.
    Columns: id, secret_hash, organisation_id, role, scopes, expires_at, revoked_at.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return connection.execute(_KEY, {"public_id": public_id}).one_or_none()
    values = {"public_id": public_id, "today": today.isoformat(), "contract": str(contract_id or "")}
    return connection.execute(_KEY_AND_STAND, values).one_or_none()


def visible_keys(principal: Principal) -> Select[ApiKey]:
    """The platform sees all keys; everybody else those of their own organisation and role."""
    query = select(ApiKey)
    if principal.is_admin:
        return query
    return query.where(
        ApiKey.organisation_id == principal.organisation_id, ApiKey.role == principal.role.value
    )


def organisation_by_identifier(
    session: ReadSession, identifier: str, *, scheme: str = "SIRET"
) -> Organisation | None:
    """Organisations are public facts: everybody may look one up by its identifier."""
    return session.scalar(
        select(Organisation).where(Organisation.scheme == scheme, Organisation.identifier == identifier)
    )


def named_organisation(session: ReadSession, identifier: str, *, scheme: str) -> Organisation:
    """The organisation of an identifier that is known to exist."""
    query = select(Organisation).where(Organisation.scheme == scheme, Organisation.identifier == identifier)
    return session.scalars(query).one()


def organisation_by_id(session: ReadSession, organisation_id: UUID) -> Organisation | None:
    """The organisation of a surrogate id."""
    return session.get(Organisation, organisation_id)


def organisations_by_id(session: ReadSession, ids: set[UUID]) -> dict[UUID, Organisation]:
    """Several at once."""
    found = session.scalars(select(Organisation).where(among(session, Organisation.id, ids)))
    return {organisation.id: organisation for organisation in found}


def locked_organisation(session: WriteSession, identifier: str, *, scheme: str) -> Organisation | None:
    """The same, held until the end of the transaction."""
    query = select(Organisation).where(Organisation.scheme == scheme, Organisation.identifier == identifier)
    return session.scalar(query.with_for_update())


def add_unless_known(session: WriteSession, **values: object) -> bool:
    """Add an organisation unless its identifier is known; returns whether it was added.

    Another transaction may be adding the same one: this waits for it, and fails neither.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Organisation).values(**values).on_conflict_do_nothing().returning(Organisation.id)
    return session.scalar(statement) is not None


def claim_key(session: WriteSession, principal: Principal, key: str) -> bool:
    """False while another transaction works under the same idempotency key (PostgreSQL).

    On SQLite the write lock has already made us wait for it.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    text = f"{principal.organisation_id}|{principal.role}|{key}"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    return bool(session.connection().execute(_CLAIM, {"number": number}).scalar())


_CLAIM = select(func.pg_try_advisory_xact_lock(bindparam("number", type_=BigInteger())))
# Every creation asks for one and leaves one: built once.
_STORED = select(StoredAnswer).where(
    StoredAnswer.organisation_id == bindparam("organisation_id"),
    StoredAnswer.role == bindparam("role"),
    StoredAnswer.key == bindparam("key"),
)
_KEEP = insert(Base.metadata.tables[StoredAnswer.__tablename__])


def stored_answer(session: ReadSession, principal: Principal, key: str) -> StoredAnswer | None:
    """The answer already given under this key."""
    asked = {"organisation_id": principal.organisation_id, "role": principal.role.value, "key": key}
    return session.scalars(_STORED, asked).one_or_none()


def keep_answer(session: WriteSession, **values: object) -> None:
    """Keep the answer given under a key; `values` by column of `StoredAnswer`."""
    session.connection().execute(_KEEP, values)


def purge_answers(session: WriteSession, before: datetime) -> int:
    """Forget answers older than the instant; returns how many."""
    done = session.execute(
        delete(StoredAnswer).where(StoredAnswer.created_at < before).returning(StoredAnswer.key)
    )
    return len(done.all())
