"""Making a database ready to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db import migrate
from app.db.queries import contracts
from app.errors import Unauthenticated
from app.principal import SERVICE, Role
from app.schemas.access import KEY_DAYS, ApiKeyIn, RotationIn
from app.schemas.lists import Walk
from app.services import access, credentials, organisations
from app.services.territories import load_edition
from app.services.work import reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from app.db.session import Database
    from app.schemas.access import ApiKeyOut
    from app.services.work import Means

COMMAND_LINE = "command-line"


def prepare(database: Database, url: str) -> None:
    """Latest schema and the shipped territories; harmless to repeat.

    `url` is that of the tables' owner. The login of `database` may then take the roles of the second wall.
    """
    migrate.upgrade(url, admit=database.login)
    load_edition(database)


def has_contracts(database: Database) -> bool:
    """Whether anything was registered yet."""
    with database.read() as session:
        return contracts.any_contract(session)


def holds_key(means: Means, text: str) -> bool:
    """Whether a key made earlier opens this database."""
    with means.database.read() as session:
        try:
            credential = credentials.read_credential(text, means)
            credentials.principal_of(session, credential, means)
        except Unauthenticated:
            return False
    return True


def issue_key(means: Means, siret: str, role: Role, label: str, *, valid_days: int = KEY_DAYS) -> str:
    """A key made by the operator on the machine itself; returns its text, shown nowhere else."""
    organisations.check_siret(siret, "/siret")
    with writing(means, SERVICE, COMMAND_LINE) as writer:
        writer.record("api_key.issued")
        organisation = organisations.known_organisation(writer, siret)
        asked = ApiKeyIn(siret=siret, role=role, label=label, valid_days=valid_days)
        _, text = access.add_key(writer, organisation, asked)
    return text


def every_key(means: Means, siret: str | None = None) -> Iterator[ApiKeyOut]:
    """Keys of all organisations, or of one, oldest first and without their secrets."""
    walk = Walk(limit=200)
    while True:
        with reading(means, SERVICE, COMMAND_LINE) as reader:
            page = access.list_keys(reader, walk)
        yield from (key for key in page.items if siret in {None, key.siret})
        if page.next is None:
            return
        walk = Walk(after=page.next, limit=200)


def replace_key(means: Means, key_id: UUID, overlap_days: int, valid_days: int) -> str:
    """The text of a key's successor; the key lives on for the overlap."""
    asked = RotationIn(overlap_days=overlap_days, valid_days=valid_days)
    with writing(means, SERVICE, COMMAND_LINE) as writer:
        return access.rotate_key(writer, key_id, asked).key


def end_key(means: Means, key_id: UUID) -> None:
    """Revoke a key."""
    with writing(means, SERVICE, COMMAND_LINE) as writer:
        access.revoke_key(writer, key_id)
