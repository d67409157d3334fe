"""The tour of the README and the guides, typed as they stand there: every answer that they show comes out."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.demonstration.keys import write_keys
from app.demonstration.records import BY_ROLE, own_files
from app.demonstration.telling import tell
from app.principal import Role
from app.services import setup
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests import databases
from tests.e2e.processes import served

ROOT = Path(__file__).parents[2]
CUT = "…"
NEXT_STEP = "-- next step --"
TOUR_SECONDS = 120
IN_THE_README, PYTHON = "http://127.0.0.1:8000", ".venv/bin/python"
# `python3` is this one, whatever stands before an interpreter on this machine: a tour starts dozens.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
BLOCK = re.compile(r"^```(bash|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the tour is typed in bash and asks with curl"
)


class Served(NamedTuple):
    """A service, its database, and the folder that holds the keys."""

    url: str
    address: str
    folder: Path


def readme() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text[text.index("\n## Five minutes\n") : text.index("\n## Who sees what\n")]


TOURS = {"README.md": readme()} | {
    guide.name: guide.read_text(encoding="utf-8") for guide in sorted((ROOT / "docs").glob("*.md"))
}


def steps(tour: str) -> list[tuple[str, str, str]]:
    """Each step of a tour: its commands, the kind of the answers it shows, these answers."""
    blocks: list[tuple[str, str]] = BLOCK.findall(tour)
    (kind, preparation), *rest = blocks
    assert kind == "bash"
    asked, shown = rest[::2], rest[1::2]
    assert {kind for kind, _ in asked} == {"bash"}
    assert len(asked) == len(shown)
    found = [(commands, *answers) for (_, commands), answers in zip(asked, shown, strict=True)]
    commands, *answers = found[0]
    return [(preparation + commands, answers[0], answers[1]), *found[1:]]


def documents(text: str) -> Iterator[object]:
    """The JSON documents that follow one another in a text."""
    decoder = json.JSONDecoder()
    rest = text.strip()
    while rest:
        found, end = decoder.raw_decode(rest)
        yield found
        rest = rest[end:].lstrip()


def with_cuts(text: str) -> str:
    """The README's answers as JSON: the mark of what was cut becomes a member or an element."""
    inside, opened, written = False, [""], []
    for character in text:
        if character == '"':
            inside = not inside
        elif not inside and character in "[{":
            opened.append(character)
        elif not inside and character in "]}":
            opened.pop()
        cut = f'"{CUT}": null' if opened[-1] == "{" else f'"{CUT}"'
        written.append(cut if character == CUT and not inside else character)
    return "".join(written)


def comes_out(shown: object, answer: object) -> bool:
    """Whether an answer is what is shown, whatever stands where it was cut."""
    if isinstance(shown, dict) and isinstance(answer, dict):
        expected = {name: value for name, value in shown.items() if name != CUT}
        whole = CUT in shown or expected.keys() == answer.keys()
        return whole and all(
            name in answer and comes_out(value, answer[name]) for name, value in expected.items()
        )
    if isinstance(shown, list) and isinstance(answer, list):
        expected_items = [item for item in shown if item != CUT]
        if len(expected_items) == len(shown):
            return len(shown) == len(answer) and all(map(comes_out, shown, answer))
        # In their order, with anything where the list was cut.
        remaining = iter(answer)
        return all(any(comes_out(item, other) for other in remaining) for item in expected_items)
    return shown == answer


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `make run` serves: its story, and a key per role."""
    with databases.migrated_database("sqlite") as url:
        database = Database(url)
        means = Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET))
        keys = {role.value: setup.issue_key(means, siret, role, "tour") for role, siret in BY_ROLE.items()}
        database.dispose()
        folder = tmp_path_factory.mktemp("tours")
        write_keys(folder / "var" / "keys.json", keys)
        with served(url) as address:
            tell(address, keys[Role.ADMIN], own_files(), lambda _: None)
            yield Served(url, address, folder)


@pytest.mark.parametrize("name", TOURS)
def test_every_answer_shown_comes_out(service: Served, name: str) -> None:
    tour = steps(TOURS[name])
    script = f"\necho '{NEXT_STEP}'\n".join(commands for commands, _, _ in tour)
    assert IN_THE_README in script
    typed = subprocess.run(
        ["bash", "-u", "-c", script.replace(IN_THE_README, service.address).replace(PYTHON, sys.executable)],
        cwd=service.folder,
        env={**os.environ, "PATH": PATH, "CLAUSES_DATABASE_URL": service.url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TOUR_SECONDS,
        check=False,
        encoding="utf-8",
    )
    outputs = typed.stdout.split(f"{NEXT_STEP}\n")
    assert typed.returncode == 0, outputs[-1]
    assert len(outputs) == len(tour)
    for output, (commands, kind, shown) in zip(outputs, tour, strict=True):
        if kind == "text":
            assert fnmatchcase(output, shown.replace(CUT, "*")), f"{commands}\n{output}"
            continue
        answers, expected = list(documents(output)), list(documents(with_cuts(shown)))
        assert len(answers) == len(expected), f"{commands}\n{output}"
        for answer, said in zip(answers, expected, strict=True):
            assert comes_out(said, answer), f"{commands}\n{output}"


@pytest.mark.parametrize(
    ("shown", "answer", "same"),
    [
        ('{"a": 1}', {"a": 1}, True),
        ('{"a": 1}', {"a": 1, "b": 2}, False),
        ('{"a": 1, …}', {"a": 1, "b": 2}, True),
        ('{"a": 1, …}', {"b": 2}, False),
        ("[1]", [1, 2], False),
        ("[…, 2]", [1, 2], True),
        ("[2, …]", [1], False),
        ("[2, …, 1]", [1, 2], False),
        ('{"a": "b…", …}', {"a": "b"}, False),
    ],
)
def test_a_wrong_answer_is_not_what_is_shown(shown: str, answer: object, *, same: bool) -> None:
    assert comes_out(next(documents(with_cuts(shown))), answer) is same
