"""Chains of migrations for tests: the project's own, and copies of it with a made last step."""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from app.db import migrate

LOCK_TIMEOUT = "LOCK_TIMEOUT_MS = 3000"

WIDER = """
    for table, column in (("contracts", "reference"), ("changes", "action")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, type_=sa.String(80), existing_nullable=False)
"""
NARROWER = WIDER.replace("80", "64")
BREAKING = '    op.execute("DELETE FROM organisations")\n'
NOTHING = "    pass\n"


def revisions() -> list[str]:
    """Every revision from the first to the latest."""
    scripts = ScriptDirectory(str(migrate.SCRIPTS))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def with_made_step(directory: Path, *, upgrade: str, downgrade: str, lock_timeout_ms: int) -> Path:
    """A copy of the project's chain with one more step, and its own patience for locks."""
    scripts = directory / "migrations"
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    environment = scripts / "env.py"
    text = environment.read_text(encoding="utf-8")
    assert LOCK_TIMEOUT in text
    changed = text.replace(LOCK_TIMEOUT, f"LOCK_TIMEOUT_MS = {lock_timeout_ms}")
    environment.write_text(changed, encoding="utf-8")
    step = (
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "made"\ndown_revision = "{revisions()[-1]}"\n\n\n'
        f"def upgrade():\n{upgrade}\n\ndef downgrade():\n{downgrade}"
    )
    (scripts / "versions" / "made.py").write_text(step, encoding="utf-8")
    return scripts
