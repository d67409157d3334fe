"""Which tests show a branch of the rules by its expected value: all but those that draw what they try."""

from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test

HERE = Path(__file__).parent


# Before pytest selects by markers.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and not is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("example")
