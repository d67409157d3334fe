"""`make migration`: what it writes runs on both databases and names nothing of the application."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, Uuid
from typer.testing import CliRunner

from app.cli import app
from app.db import migrate
from app.db.tables import Base
from app.db.types import Instant, Json
from tests.migrations import chain, filling


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's chain, that the command writes into."""
    copied = tmp_path / "migrations"
    shutil.copytree(migrate.SCRIPTS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "SCRIPTS", copied)
    return copied


@pytest.fixture
def _new_table() -> Iterator[None]:
    columns: tuple[Column[Any], ...] = (
        Column("id", Uuid(), primary_key=True),
        Column("at", Instant(), nullable=False),
        Column("data", Json, nullable=False),
    )
    table = Table("made_notes", Base.metadata, *columns)
    yield
    Base.metadata.remove(table)


@pytest.mark.usefixtures("_new_table")
def test_a_draft_brings_the_database_to_the_tables(empty_database_url: str, scripts: Path) -> None:
    last = chain.revisions()[-1]
    result = CliRunner().invoke(app, ["migration", "notes of nobody"])
    assert result.exit_code == 0, result.output
    written = scripts / "versions" / f"{int(last) + 1:04d}_notes_of_nobody.py"
    text = written.read_text(encoding="utf-8")
    assert "from app" not in text
    assert "import app" not in text
    migrate.upgrade(empty_database_url)
    migrate.check(empty_database_url)
    assert "made_notes" in filling.tables(empty_database_url)
    migrate.downgrade(empty_database_url, last)
    assert "made_notes" not in filling.tables(empty_database_url)


def test_a_migration_without_a_name_is_refused(scripts: Path) -> None:
    before = sorted(scripts.rglob("*.py"))
    assert CliRunner().invoke(app, ["migration", " "]).exit_code == 2
    assert sorted(scripts.rglob("*.py")) == before
