"""Every operation, everybody around a case, everybody outside it: 0 leaks, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from app.principal import Role
from app.services.changes import settle
from tests.api import matrix
from tests.api.asking import PREPARED, ask
from tests.api.builders import ISSUER, Service, serving, taken_back
from tests.api.cases import STRANGER, TEAM_A, TEAM_B, Case, Seat, begin, hire_body, path_of, tell
from tests.contract.documents import Operation, operations

OPERATIONS = {operation.id: operation for operation in operations()}
ROWS = matrix.rows()
GUARDED = [name for name in ROWS if name not in matrix.OPEN]
# Parts of addresses that lead to what belongs to a case.
OWNED = {
    *("contract_id", "mandate_id", "hire_id", "participant_id", "assessment_id"),
    *("conflict_id", "review_id"),
    *("statement_id", "invoice_id", "import_id", "export_id", "job_id", "key_id", "profile_code"),
    *("decision_id", "split_id", "pool_id", "fact_id", "dispute_id", "membership_id"),
    *("webhook_id", "delivery_id", "contact_id", "delegation_id"),
}
# What each does to a key or a membership of its own: where these are made, and their part of the address.
OWN = {
    **dict.fromkeys(("rotate_api_key", "revoke_api_key"), ("/v1/api-keys", "key_id")),
    "end_membership": ("/v1/memberships", "membership_id"),
    **dict.fromkeys(
        (
            *("read_contact", "change_contact", "confirm_contact", "hand_over_contact"),
            *("report_contact_bounce", "retire_contact"),
        ),
        ("/v1/organisations/{siret}/contacts", "contact_id"),
    ),
}
NOWHERE = {"key_id": str(uuid4()), "membership_id": str(uuid4()), "contact_id": str(uuid4())}
NEVER_NAMED = "92000000700012"
OUTSIDERS = [seat for seat in TEAM_B.seats.values() if seat.role is not Role.ADMIN]
OUTSIDERS.append(Seat("facilitator", STRANGER, Role.FACILITATOR))


@dataclass
class World:
    """Two cases that have nothing to do with each other."""

    service: Service
    a: Case
    b: Case

    def own(self, name: str, seat: Seat) -> dict[str, str]:
        """The key or membership that this organisation made in this role, for what is done to its own."""
        if name not in OWN:
            return {}
        path, part = OWN[name]
        body = {"siret": seat.siret, "role": seat.role, "label": "À finir"}
        if part == "membership_id":
            body |= {"issuer": ISSUER, "subject": str(uuid4())}
        if part == "contact_id":
            body = {"function": "statements", "name": "À finir", "email": "a.finir@exemple.fr"}
        answer = self.service.post(path.format(siret=seat.siret), seat.siret, seat.role, body)
        assert answer.status_code == 201, answer.text
        return {part: str(answer.json()["id"]), "siret": seat.siret}


@pytest.fixture(scope="module")
def world(module_database_url: str) -> Iterator[World]:
    with serving(module_database_url) as service:
        for team in (TEAM_A, TEAM_B):
            begin(service, team)
        yield World(service, tell(service, TEAM_A), tell(service, TEAM_B))


def owned_parts(operation: Operation) -> list[str]:
    return [name for name in OWNED if f"{{{name}}}" in operation.path]


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    assert set(ROWS) == set(OPERATIONS)


@pytest.mark.parametrize("name", ROWS)
def test_around_the_case(world: World, name: str) -> None:
    answered, case = {}, world.a
    if name in PREPARED:
        case = tell(world.service, TEAM_A)
        PREPARED[name](case)
    for seat in TEAM_A.seats.values():
        asked = ask(OPERATIONS[name], case, seat, **world.own(name, seat))
        credential = world.service.headers(seat.siret, seat.role)
        with taken_back():
            answer = asked.send(credential)
        answered[seat.name] = answer.status_code
        assert seen_too_much(seat, name, answer.text) == [], seat
    assert answered == ROWS[name]


@pytest.mark.parametrize("name", [name for name in GUARDED if owned_parts(OPERATIONS[name])])
def test_outside_the_case(world: World, name: str) -> None:
    """What exists is answered like what does not: same status, same words."""
    operation = OPERATIONS[name]
    for seat in OUTSIDERS:
        headers = world.service.headers(seat.siret, seat.role)
        # The key of somebody in the very same role.
        twin = TEAM_A.seats[seat.name]
        foreign = ask(operation, world.a, seat, **world.own(name, twin)).send(headers)
        nowhere = {part: str(uuid4()) for part in owned_parts(operation)}
        unknown = ask(operation, world.a, seat, **nowhere).send(headers)
        by_role = seat.name in matrix.BY_ROLE.get(name, ())
        assert foreign.status_code == (403 if by_role else 404), seat
        assert told(foreign.json()) == told(unknown.json()), seat
        assert [word for word in world.a.secrets if word in foreign.text] == []


# Where the object of an event is read; `{contract}` and `{id}` by name.
OBJECTS = {
    **dict.fromkeys(("contract.contract", "lines.contract"), "/v1/contracts/{contract}"),
    "clause.clause": "/v1/contracts/{contract}/clause",
    "mandate.mandate": "/v1/contracts/{contract}/mandates/{id}",
    "delegation.delegation": "/v1/contracts/{contract}/delegations/{id}",
    "invoice.invoice": "/v1/contracts/{contract}/invoices/{id}",
    **dict.fromkeys(("hire.hire", "assessment.hire", "duration.hire"), "/v1/hires/{id}"),
    "outcome.hire": "/v1/hires/{id}/outcomes",
    "statement.statement": "/v1/statements/{id}",
    "split.split": "/v1/contracts/{contract}/splits/{id}",
    "penalty.penalty_fact": "/v1/contracts/{contract}/penalties/facts/{id}",
    "penalty.penalty_decision": "/v1/contracts/{contract}/penalties/decisions/{id}",
    "dispute.dispute": "/v1/disputes/{id}",
}
ALWAYS_TOLD = {"contract.contract", "clause.clause", "mandate.mandate"}
WHOLE = ALWAYS_TOLD | {
    "hire.hire",
    "statement.statement",
    "dispute.dispute",
    "assessment.hire",
    "duration.hire",
}
# Who gave it was not told of what it did itself.
DELEGATED = {"delegation.delegation"}
COSTS = {"invoice.invoice", "penalty.penalty_fact", "penalty.penalty_decision"}
TOLD = {
    "admin": WHOLE | COSTS | DELEGATED,
    "buyer": WHOLE | COSTS | DELEGATED,
    "holder": (WHOLE | COSTS | {"outcome.hire"}) - {"duration.hire"},
    "subcontractor": ALWAYS_TOLD | {"hire.hire", "statement.statement"},
    "facilitator": WHOLE | COSTS | DELEGATED | {"outcome.hire", "split.split"},
    "staff": WHOLE | COSTS | DELEGATED | {"outcome.hire", "split.split"},
    "structure": ALWAYS_TOLD
    | DELEGATED
    | {"hire.hire", "statement.statement", "assessment.hire", "duration.hire"},
    "prescriber": {"hire.hire", "outcome.hire"},
    "observer": set(),
}


def test_the_feed_tells_of_what_its_reader_may_read_and_of_nothing_else(world: World) -> None:
    case = tell(world.service, TEAM_A)
    case.send("holder", "PUT", f"/v1/hires/{case.ids['hire_id']}/outcomes/exit", {"situation": "cdi"})
    while settle(world.service.means):
        pass
    contract = case.ids["contract_id"]
    found = {}
    for seat in TEAM_A.seats.values():
        events = {
            (f"{item['type'].split('.')[0]}.{item['subject_type']}", item["type"], item["subject_id"])
            for item in fed(world.service, seat)
            if item["contract_id"] == contract
        }
        for kind, told_type, subject in events:
            path = OBJECTS[kind].format(contract=contract, id=subject)
            read = world.service.get(path, seat.siret, seat.role)
            assert read.status_code == 200, (seat.name, told_type)
            assert told_type != "assessment.recorded" or seat.role is Role.FACILITATOR
        found[seat.name] = {kind for kind, _, _ in events}
    assert found == TOLD


def fed(service: Service, seat: Seat) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        page = service.get("/v1/events", seat.siret, seat.role, after=after, limit=200).json()
        yield from page["items"]
        if page["next"] == after:
            return
        after = page["next"]


def told(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_key(world: World, name: str) -> None:
    asked = ask(OPERATIONS[name], world.a, TEAM_A.seats["buyer"], **NOWHERE)
    nobody = asked.send({})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    # A key of the right make that was never given out.
    made_up = f"Bearer csi_{'0' * 16}_{'0' * 43}_{'0' * 6}"
    assert asked.send({"Authorization": made_up}).status_code == 401


def test_what_belongs_to_another_case_is_unknown_inside_a_body(world: World) -> None:
    own, foreign = world.b, world.a.ids
    lines = {"lines": [{"hire_id": foreign["hire_id"], "worked": "1.00"}]}
    hire = {**hire_body(own), "participant_id": foreign["participant_id"]}
    del hire["participant"]
    verdict = {"lines": [{"hire_id": foreign["hire_id"], "verdict": "accepted"}]}
    statement = f"/v1/statements/{own.ids['statement_id']}"
    read = own.send("facilitator", "GET", statement)
    answers = [
        own.answer("holder", "POST", f"{path_of(own)}/statements", {"month": "2025-01", **lines}),
        own.answer("holder", "POST", f"{path_of(own)}/hires", hire),
        own.answer("facilitator", "POST", f"{statement}/review", verdict, read["version"]),
    ]
    refused = [(answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in answers]
    assert refused == [(422, "/lines/0/hire_id"), (422, "/participant_id"), (422, "/lines/0/hire_id")]
    for answer in answers:
        assert answer.json()["errors"][0]["code"] == "unknown_reference"
        assert [word for word in world.a.secrets if word in answer.text] == []


def test_nobody_acts_in_the_name_of_another(world: World) -> None:
    for seat in OUTSIDERS:
        for role in Role:
            body = {"siret": TEAM_A.buyer, "role": role, "label": "Usurpée"}
            answer = world.service.post("/v1/api-keys", seat.siret, seat.role, body)
            assert answer.status_code == 403, (seat, role)
        path = f"/v1/organisations/{TEAM_A.buyer}"
        answer = world.service.send("PUT", path, seat.siret, seat.role, {"name": "X", "seat": None}, 1)
        assert answer.status_code == 403
    buyer = TEAM_B.seats["buyer"]
    body = {name: world.a.contract[name] for name in ("reference", "object")}
    answers = [
        world.service.post("/v1/contracts", buyer.siret, buyer.role, {**body, "buyer": siret})
        for siret in (TEAM_A.buyer, NEVER_NAMED)
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert told(answers[0].json()) == told(answers[1].json())


@pytest.mark.parametrize("name", [name for name in GUARDED if OPERATIONS[name].method == "GET"])
def test_what_outsiders_read_holds_nothing_of_the_case(world: World, name: str) -> None:
    """Their own objects, and every list, feed and figure."""
    for seat in OUTSIDERS:
        asked = ask(OPERATIONS[name], world.b, seat)
        answer = asked.send(world.service.headers(seat.siret, seat.role))
        assert [word for word in world.a.secrets if word in answer.text] == [], seat


def test_every_word_of_the_case_is_read_by_somebody_in_it(world: World) -> None:
    """Else the words looked for in others' answers would be nowhere to be found."""
    case = tell(world.service, TEAM_A)
    texts = []
    for name in GUARDED:
        if OPERATIONS[name].method != "GET" or name == "read_job":
            continue
        for seat in ("admin", "buyer", "facilitator"):
            caller = TEAM_A.seats[seat]
            for parts in objects(case, OPERATIONS[name]):
                asked = ask(OPERATIONS[name], case, caller, **parts)
                texts.append(asked.send(world.service.headers(caller.siret, caller.role)).text)
    whole = "\n".join(texts)
    assert [word for word in (*case.secrets, *TEAM_A.reasons.values()) if word not in whole] == []


def test_figures_of_a_territory_hold_the_contracts_of_the_caller_alone(world: World) -> None:
    told_to = {}
    for seat in OUTSIDERS:
        path = "/v1/territories/country/FR/compliance"
        answer = world.service.get(path, seat.siret, seat.role)
        if answer.status_code == 200:
            told_to[seat.siret, seat.role] = answer.json()["figures"]["contracts"]
    # The buyer and the holder also stand on the contract asked to join a pool.
    contracts = {
        (seat.siret, seat.role): 1 if name in {"subcontractor", "facilitator"} else 2
        for name, seat in TEAM_B.seats.items()
        if name in {"buyer", "holder", "subcontractor", "facilitator", "staff"}
    }
    assert told_to == {**contracts, (STRANGER, Role.FACILITATOR): 0}


@pytest.mark.parametrize("name", [name for name in GUARDED if OPERATIONS[name].method == "GET"])
def test_nothing_personal_reaches_whom_it_is_not_for(world: World, name: str) -> None:
    """Every reading on every object of the case, those of subcontractors and structures included."""
    for seat in TEAM_A.seats.values():
        headers = world.service.headers(seat.siret, seat.role)
        for parts in objects(world.a, OPERATIONS[name]):
            answer = ask(OPERATIONS[name], world.a, seat, **parts).send(headers)
            assert seen_too_much(seat, name, answer.text) == [], (seat, parts)


def objects(case: Case, operation: Operation) -> Iterator[dict[str, str]]:
    yield {"key_id": str(uuid4())}
    if "/contacts" in operation.path:
        yield {"siret": case.team.buyer}
    for part in owned_parts(operation):
        for other in case.others.get(part, []):
            yield {part: other}


# Where declarants, facilitators and prescribers read who somebody is.
EXPORTS = {"export_participant", "export_participant_page"}
IDENTITIES = {"create_participant", "read_participant", "rectify_participant", "put_residence", *EXPORTS}
# Where facilitators read why.
ASSESSMENTS = {
    *("consult_assessment", "record_facts", "record_proof"),
    *("decide_eligibility", "list_assessments", "consult_duration", "list_duration_decisions"),
    *("decide_duration", "cancel_duration_decision"),
    *EXPORTS,
}
HIRES = {"declare_hire", "list_hires", "list_seen_hires", "read_hire", "amend_hire", "end_hire", *EXPORTS}
# Where facilitators read by whom people were referred, in numbers.
CONSOLIDATED = {"read_consolidation", "export_consolidation"}
# The law, and what a clause says of it, name every public and every proof.
LAW = {
    *("read_rules", "read_public", "list_profiles", "read_profile", "try_assessment"),
    *("create_profile", "draft_profile_version", "change_profile_draft", "publish_profile"),
    *("read_clause", "record_clause", "amend_clause"),
}


def seen_too_much(seat: Seat, operation: str, text: str) -> list[str]:
    """The personal words of an answer that are not for this caller."""
    declares = seat.role in {Role.CONTRACTOR, Role.INSERTION_STRUCTURE}
    reviews = seat.role is Role.FACILITATOR
    words = dict(TEAM_A.reasons)
    if reviews and operation in ASSESSMENTS | HIRES:
        words = {}
    elif (declares and operation in HIRES) or (reviews and operation in CONSOLIDATED):
        del words["prescriber"]
    elif operation in LAW:
        words = {name: word for name, word in words.items() if "anari" in word}
    reads = declares or reviews or seat.role is Role.PRESCRIBER
    if not (reads and operation in IDENTITIES):
        words |= TEAM_A.identity
    if reviews and operation in ASSESSMENTS:
        # Age is one of the facts judged.
        words.pop("birth_date", None)
    return [word for word in words.values() if word in text]


def test_a_word_seen_by_whom_it_is_not_for_is_told() -> None:
    seats, reason = TEAM_A.seats, TEAM_A.reasons["decision"]
    name, born = TEAM_A.identity["birth_name"], TEAM_A.identity["birth_date"]
    text = f"{reason} refugie {name} {born}"
    assert seen_too_much(seats["buyer"], "read_clause", text) == [reason, name, born]
    assert seen_too_much(seats["holder"], "read_participant", text) == [reason, "refugie"]
    assert seen_too_much(seats["facilitator"], "consult_assessment", text) == [name]
    assert seen_too_much(seats["staff"], "read_statement", text) == [reason, "refugie", name, born]
