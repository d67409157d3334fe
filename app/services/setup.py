"""Making a database ready to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db import migrate
from app.db.queries import contracts
from app.errors import Unauthenticated
from app.principal import SERVICE, Role
from app.schemas.access import ApiKeyIn
from app.services import access, credentials, organisations
from app.services.territories import load_edition
from app.services.work import writing

if TYPE_CHECKING:
    from app.db.session import Database
    from app.services.work import Means

COMMAND_LINE = "command-line"


def prepare(database: Database, url: str) -> None:
    """Latest schema and the shipped territories; harmless to repeat."""
    migrate.upgrade(url)
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


def issue_key(means: Means, siret: str, role: Role, label: str) -> str:
    """A key made by the operator on the machine itself; returns its text, shown nowhere else."""
    organisations.check_siret(siret, "/siret")
    with writing(means, SERVICE, COMMAND_LINE) as writer:
        writer.record("api_key.issued")
        organisation = organisations.known_organisation(writer, siret)
        _, text = access.add_key(writer, organisation, ApiKeyIn(siret=siret, role=role, label=label))
    return text
