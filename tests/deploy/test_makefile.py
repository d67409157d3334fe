"""The first command on a fresh machine: it finds a Python that fits, or says what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT


def find_python(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh")
    assert shell is not None
    return subprocess.run(
        [shell, "scripts/find_python.sh"],
        cwd=ROOT,
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def stub(folder: Path, name: str, body: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return program


def test_a_name_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    stub(tmp_path, "python3.11", "exit 127")
    working = stub(tmp_path, "python3.12", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path).stdout.strip() == str(working)


def test_a_chosen_interpreter_wins(tmp_path: Path) -> None:
    stub(tmp_path, "python3.11", f'exec {sys.executable} "$@"')
    chosen = stub(tmp_path, "mine", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path, PYTHON=str(chosen)).stdout.strip() == str(chosen)


def test_none_that_fits_is_said_clearly(tmp_path: Path) -> None:
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "No Python 3.11, 3.12, 3.13 or 3.14" in found.stderr


def test_a_chosen_interpreter_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    stub(tmp_path, "python3.12", f'exec {sys.executable} "$@"')
    old = stub(tmp_path, "old", "exit 1")
    found = find_python(tmp_path, PYTHON=str(old))
    assert found.returncode == 1
    assert f"PYTHON={old}" in found.stderr


TARGETS = (
    *("run", "test", "demo", "bench", "fuzz", "openapi", "migration", "lock", "image-steps"),
    *("matrix", "canary", "attack", "rotation", "audit"),
)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_planned_and_is_in_the_help(target: str) -> None:
    make = ["make", "--no-print-directory"]
    planned = subprocess.run(
        [*make, "--dry-run", target],
        cwd=ROOT,
        env=os.environ | {"MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert planned.returncode == 0, planned.stderr
    shown = subprocess.run([*make, "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"  make {target} " in shown


def test_the_landing_check_is_the_audit_then_the_test_target() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert 'CLAUSES_AUDIT="${CLAUSES_AUDIT:-if-reachable}" make audit </dev/null' in script.read_text()
    assert "exec make test </dev/null" in script.read_text()
