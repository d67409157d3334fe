"""Contacts, as a clumsy or hostile user treats them: repeated after erasure, named with odd signs."""

from collections.abc import Iterator
from email.message import EmailMessage
from uuid import uuid4

import pytest

from app.principal import Role
from tests.api.builders import CONTRACTOR, MORNING, Service, serving
from tests.api.registering import errors_of

FIRM = (CONTRACTOR, Role.CONTRACTOR)
PATH = f"/v1/organisations/{CONTRACTOR}/contacts"
BODY = {"function": "statements", "name": "Canari Exemple", "email": "canari@exemple.fr"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.mark.parametrize("eraser", [FIRM, (CONTRACTOR, Role.BUYER)])
def test_a_repetition_does_not_tell_again_who_was_erased(service: Service, eraser: tuple[str, Role]) -> None:
    first, second = str(uuid4()), str(uuid4())
    contact = service.post(PATH, *FIRM, BODY, first).json()
    over = f"{PATH}/{contact['id']}/hand-over"
    headers = {**service.headers(*FIRM), "Idempotency-Key": second, "If-Match": '"1"'}
    relay = {"name": "Canari Second", "email": "second@exemple.fr"}
    successor = service.client.post(over, json=relay, headers=headers).json()
    assert service.post(PATH, *FIRM, BODY, first).json()["name"] == "Canari Exemple"
    for found, version in ((contact, 2), (successor, 1)):
        erased = service.send("DELETE", f"{PATH}/{found['id']}?erase=true", *eraser, None, version)
        assert erased.status_code == 204
    again = service.post(PATH, *FIRM, BODY, first)
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    again = service.client.post(over, json=relay, headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


def test_a_repetition_of_somebody_else_is_told_as_before(service: Service) -> None:
    kept, gone = str(uuid4()), str(uuid4())
    told = service.post(PATH, *FIRM, BODY, kept)
    erased = service.post(PATH, *FIRM, BODY, gone).json()
    assert service.send("DELETE", f"{PATH}/{erased['id']}?erase=true", *FIRM, None, 1).status_code == 204
    assert service.post(PATH, *FIRM, BODY, kept).json() == told.json()


def test_a_message_that_came_back_is_known_however_the_address_is_written(service: Service) -> None:
    named = [
        service.post(PATH, *FIRM, {**BODY, "email": email}).json()
        for email in ("Suivi@Exemple.fr", "suivi@exemple.fr", "autre@exemple.fr")
    ]
    address = f"{PATH}/{named[0]['id']}/bounce"
    answer = service.client.post(address, json={}, headers=service.headers(*FIRM))
    assert answer.json()["bounced_on"] == f"{MORNING:%Y-%m-%d}"
    states = [service.get(f"{PATH}/{found['id']}", *FIRM).json()["state"] for found in named]
    assert states == ["unreachable", "unreachable", "reachable"]


@pytest.mark.parametrize("sign", ["\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066"])
def test_a_name_holds_nothing_that_breaks_a_line_or_turns_it_round(service: Service, sign: str) -> None:
    answer = service.post(PATH, *FIRM, {**BODY, "name": f"Service{sign}d'exemple"})
    assert errors_of(answer) == [("/name", "control_character")]


def test_any_name_stands_in_the_header_of_a_message(service: Service) -> None:
    name = 'D\u2019Exemple, "Relevés" <faux@exemple.fr> \u05d0\u05d1 \U0001f600'
    told = service.post(PATH, *FIRM, {**BODY, "name": name}).json()["name"]
    assert told == name
    message = EmailMessage()
    message["Subject"] = told
    assert message["Subject"] == name
