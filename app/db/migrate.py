"""Bringing a database to the latest schema: one Alembic chain for SQLite and PostgreSQL."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision; the triggers that guard insert-only tables are laid again."""
    command.upgrade(_configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision, keeping the rows that it can hold."""
    command.downgrade(_configuration(url), revision)


def check(url: str) -> None:
    """Raise when the tables of the code and those of the database differ."""
    command.check(_configuration(url))


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
    # ConfigParser would read a per cent sign of a password as interpolation.
    configuration.attributes["url"] = url
    return configuration
