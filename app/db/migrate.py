"""Bringing a database to the latest schema: one Alembic chain for SQLite and PostgreSQL."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(url: str, revision: str = "head", *, admit: str | None = None) -> None:
    """Bring the database to a revision; guards and, on PostgreSQL, the second wall are laid where missing.

    `admit`: the login that the service will use, when it is not that of the address.
    """
    configuration = _configuration(url)
    configuration.attributes["admit"] = admit
    command.upgrade(configuration, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision, keeping the rows that it can hold."""
    configuration = _configuration(url)
    configuration.attributes["down"] = True
    command.downgrade(configuration, revision)


def check(url: str) -> None:
    """Raise when the tables of the code and those of the database differ."""
    command.check(_configuration(url))


def draft(name: str) -> Path:
    """Write the next migration, from the chain's schema to the tables of the code, for a person to finish."""
    number = int(head_revision() or 0) + 1
    with tempfile.TemporaryDirectory(prefix="clauses-migration-") as directory:
        url = f"sqlite:///{directory}/head.sqlite3"
        upgrade(url)
        configuration = _configuration(url)
        # A number tells the order better than chance does.
        written = command.revision(configuration, name, autogenerate=True, rev_id=f"{number:04d}")
    head_revision.cache_clear()
    if not isinstance(written, Script):
        message = "One chain has one next migration."
        raise TypeError(message)
    return Path(written.path)


@cache
def head_revision() -> str | None:
    """The latest revision of the chain."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head()


def present_revision(connection: Connection) -> str | None:
    """The revision of the database."""
    return MigrationContext.configure(connection).get_current_revision()


def _configuration(url: str) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(SCRIPTS))
    configuration.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    # ConfigParser would read a per cent sign of a password as interpolation.
    configuration.attributes["url"] = url
    return configuration
