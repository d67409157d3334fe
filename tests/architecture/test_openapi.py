"""The committed contract is the one that the application generates."""

import json
import subprocess
import sys

import pytest

from tests.architecture.source import ASSEMBLED, ROOT

pytestmark = pytest.mark.skipif(not ASSEMBLED, reason="the application is not assembled yet")


def test_the_committed_document_is_the_generated_one() -> None:
    generated = subprocess.run(
        [sys.executable, "-m", "app.cli", "openapi"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    committed = (ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(committed)["openapi"].startswith("3.1")
    assert committed == generated, "make openapi writes it again"
