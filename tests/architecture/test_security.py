"""SECURITY.md promises nothing without a test that exists."""

import re

import pytest

from tests.architecture.source import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+)`", TEXT)))
RISKS = [f"API{number}" for number in range(1, 11)]


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    part = TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("path", NAMED)
def test_a_named_test_exists_and_tests(path: str) -> None:
    assert re.search(r"^ *def test_", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("title", ["What stands in the way", "OWASP API Security Top 10 (2023)"])
def test_every_line_names_its_test(title: str) -> None:
    found = rows(title)
    assert len(found) >= 10
    assert [row for row in found if len(row) != 3 or not re.fullmatch(r"`tests/[\w/.]+`", row[2])] == []


def test_every_risk_of_the_list_has_its_line() -> None:
    assert [row[0].partition(" ")[0] for row in rows("OWASP API Security Top 10 (2023)")] == RISKS
