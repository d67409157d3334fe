"""The layers of `pyproject.toml` hold, and the contracts that say so can be broken."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ASSEMBLED, ROOT

LINT = [
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command as lint; lint()",
    "--no-cache",
]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = [part.strip() for layer in CONTRACTS[0]["layers"] for part in layer.split("|")]


def test_the_application_keeps_its_layers() -> None:
    found = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("module", "text", "contract"),
    [
        ("services/hires.py", "import app.web", "A request falls through the floors once"),
        ("db/hires.py", "import app.exchange", "A request falls through the floors once"),
        ("rules/hires.py", "import app.settings", "The law knows nothing of the machinery"),
        ("extra.py", "", "A request falls through the floors once"),
        ("rules/sums.py", "import sqlalchemy", "The law knows nothing of the machinery"),
        ("rules/views.py", "import pydantic", "The law knows nothing of the machinery"),
        ("exchange/decp.py", "import sqlalchemy", "Formats of other systems know no tables"),
        ("api/hires.py", "from sqlalchemy import select", "SQL stays under the services"),
    ],
)
def test_a_broken_layer_is_seen(tmp_path: Path, module: str, text: str, contract: str) -> None:
    for layer in LAYERS:
        (tmp_path / "app" / layer.strip("()")).mkdir(parents=True)
        (tmp_path / "app" / layer.strip("()") / "__init__.py").touch()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / module).write_text(f"{text}\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    found = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    broken = [line for line in found.stdout.splitlines() if line.endswith("BROKEN")]
    assert [line.startswith(contract) for line in broken] == [True], found.stdout


@pytest.mark.skipif(not ASSEMBLED, reason="layers are still being added")
def test_no_existing_layer_is_optional() -> None:
    optional = {layer.strip("()") for layer in LAYERS if layer.startswith("(")}
    assert sorted(optional & {path.stem for path in (ROOT / "app").iterdir()}) == []
