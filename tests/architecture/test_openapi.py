"""The committed contract is the one that the application generates."""

import json
import os

import pytest

from tests.architecture.source import ASSEMBLED, ROOT
from tests.forged import Forged

pytestmark = pytest.mark.skipif(not ASSEMBLED, reason="the application is not assembled yet")


def test_the_committed_document_is_the_generated_one() -> None:
    printing = Forged(["openapi"], os.environ)
    generated = printing.communicate()
    assert printing.returncode == 0, generated
    committed = (ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(committed)["openapi"].startswith("3.1")
    assert committed == generated, "make openapi writes it again"
