"""Whoever names what is another's learns no more than by naming nothing: in bodies, and beside one's own.

SQLite has the application's filters alone, so it is asked there. What is sent is right but for one id; the
answer is the one to an id that nobody has.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from tests import databases
from tests.api import matrix
from tests.api.asking import BODIES, PREPARED, Asked, ask
from tests.api.builders import serving, taken_back
from tests.api.cases import TEAM_A, TEAM_B, Case, Seat, begin, tell
from tests.contract.documents import operations

OPERATIONS = {operation.id: operation for operation in operations()}
ROWS = matrix.rows()
Path = tuple[str | int, ...]


class Cases:
    def __init__(self, own: Case, foreign: Case) -> None:
        self.own, self.foreign = own, foreign
        pairs = [(own.ids[name], foreign.ids[name]) for name in own.ids]
        pairs += [
            pair for name in own.others for pair in zip(own.others[name], foreign.others[name], strict=True)
        ]
        self.counterpart = dict(pairs)

    def answer(self, asked: Asked, seat: Seat) -> tuple[int, object]:
        """Status and what the problem says, without what is told of the request itself."""
        # A key made now is kept.
        credential = self.own.service.headers(seat.siret, seat.role)
        with taken_back():
            found: Response = asked.send(credential)
        assert [word for word in self.foreign.secrets if word in found.text] == [], found.text
        if not found.headers.get("content-type", "").startswith("application/problem"):
            return found.status_code, None
        problem = found.json()
        return found.status_code, {name: problem[name] for name in ("code", "detail", "errors")}


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    with databases.migrated_database("sqlite") as url, serving(url) as service:
        for team in (TEAM_A, TEAM_B):
            begin(service, team)
        yield Cases(tell(service, TEAM_B), tell(service, TEAM_A))


def allowed(name: str) -> list[Seat]:
    """Who may do it on the case; the platform, which sees both, aside."""
    return [TEAM_B.seats[seat] for seat, status in ROWS[name].items() if status < 300 and seat != "admin"]


def places(value: object, known: set[str], path: Path = ()) -> Iterator[tuple[str | int, ...]]:
    """Where ids of a case stand in a body."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, known, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, known, (*path, index))
    elif value in known:
        yield path


def changed(body: Any, path: Path, to: str) -> Any:  # noqa: ANN401 - plain JSON
    if not path:
        return to
    copy: Any = dict(body) if isinstance(body, dict) else list(body)
    copy[path[0]] = changed(body[path[0]], path[1:], to)
    return copy


@pytest.mark.parametrize("name", [name for name in BODIES if name in ROWS and name not in PREPARED])
def test_named_in_a_body_it_is_as_if_it_did_not_exist(cases: Cases, name: str) -> None:
    for seat in allowed(name):
        asked = ask(OPERATIONS[name], cases.own, seat)
        body = asked.body
        for path in places(body, set(cases.counterpart)):
            foreign, nobodys = asked, str(uuid4())
            foreign.body = changed(body, path, cases.counterpart[_at(body, path)])
            told = cases.answer(foreign, seat)
            foreign.body = changed(body, path, nobodys)
            assert told == cases.answer(foreign, seat), (seat, path)
            assert told[0] in {404, 409, 422}, (seat, path, told)


@pytest.mark.parametrize("name", [name for name in ROWS if OPERATIONS[name].path.count("_id}") > 1])
def test_beside_ones_own_in_an_address_it_is_as_if_it_did_not_exist(cases: Cases, name: str) -> None:
    for seat in allowed(name):
        asked = ask(OPERATIONS[name], cases.own, seat)
        named = {part: value for part, value in asked.parts.items() if f"{{{part}}}" in OPERATIONS[name].path}
        for part, value in named.items():
            if value not in cases.counterpart:
                continue
            asked.parts = {**asked.parts, part: cases.counterpart[value]}
            told = cases.answer(asked, seat)
            asked.parts = {**asked.parts, part: str(uuid4())}
            assert told == cases.answer(asked, seat), (seat, part)
            assert told[0] == 404, (seat, part, told)
            asked.parts = {**asked.parts, part: value}


def _at(body: Any, path: Path) -> str:  # noqa: ANN401 - plain JSON
    for part in path:
        body = body[part]
    return str(body)


def test_bodies_that_name_ids_are_among_those_that_are_tried(cases: Cases) -> None:
    """Else nothing would have been exchanged."""
    known = set(cases.counterpart)
    named = {
        name
        for name in BODIES
        if name in ROWS and name not in PREPARED
        for seat in allowed(name)
        if list(places(ask(OPERATIONS[name], cases.own, seat).body, known))
    }
    assert named >= {
        *("correct_statement", "review_statement", "open_dispute"),
        *("merge_participants", "separate_participants"),
    }
