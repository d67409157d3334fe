"""Statements read by whom they are for, and drafts of the next."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    WINDOW,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import (
    DECEMBER,
    JANUARY,
    NOTHING,
    Body,
    accepted,
    corrected,
    line,
    read,
    rows,
    send,
    sent,
    taken,
)
from tests.api.people import HIRE, PERSON, mandated_contract
from tests.api.registering import errors_of, record_clause, register


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


@pytest.fixture
def worker(service: Service, contract_id: UUID) -> Worker:
    return add_hire(service, contract_id)


class TestReading:
    def declared(self, service: Service) -> tuple[UUID, Body, Body, Body]:
        """One contract with a statement of its holder, its subcontractor and a structure serving it."""
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        add_mandate(service, contract_id)
        body = {**HIRE, "participant": PERSON}
        path = f"/v1/contracts/{contract_id}/hires"
        lent = {**body, "employer": STRUCTURE, "modality": "placement"}
        taken(service.post(path, CONTRACTOR, Role.CONTRACTOR, lent))
        holder = taken(send(service, contract_id, NOTHING))
        subcontractor = taken(send(service, contract_id, NOTHING, SUBCONTRACTOR))
        structure = taken(send(service, contract_id, NOTHING, STRUCTURE, Role.INSERTION_STRUCTURE))
        return contract_id, holder, subcontractor, structure

    def test_each_reads_its_side(self, service: Service) -> None:
        contract_id, holder, subcontractor, structure = self.declared(service)
        everything = [holder["id"], subcontractor["id"], structure["id"]]
        expected: list[tuple[str, Role, list[Any]]] = [
            (BUYER, Role.BUYER, everything),
            (BUYER, Role.FACILITATOR, everything),
            (FACILITATOR, Role.FACILITATOR, everything),
            (CONTRACTOR, Role.CONTRACTOR, everything),
            (SUBCONTRACTOR, Role.CONTRACTOR, [subcontractor["id"]]),
            (STRUCTURE, Role.INSERTION_STRUCTURE, [structure["id"]]),
        ]
        for siret, role, seen in expected:
            listed = service.get(f"/v1/contracts/{contract_id}/statements", siret, role)
            assert [item["id"] for item in listed.json()["items"]] == seen, (siret, role)
            for statement_id in everything:
                answers = [
                    service.get(f"/v1/statements/{statement_id}{rest}", siret, role).status_code
                    for rest in ("", "/versions")
                ]
                assert answers == [200 if statement_id in seen else 404] * 2, (siret, role)

    @pytest.mark.parametrize(
        ("siret", "role"),
        [
            (OTHER_BUYER, Role.BUYER),
            (OTHER_BUYER, Role.FACILITATOR),
            (OTHER_CONTRACTOR, Role.CONTRACTOR),
            (FACILITATOR, Role.BUYER),
            (BUYER, Role.OBSERVER),
            (BUYER, Role.PRESCRIBER),
        ],
    )
    def test_nobody_else_reads_any(self, service: Service, contract_id: UUID, siret: str, role: Role) -> None:
        statement = taken(send(service, contract_id, NOTHING))
        paths = [
            f"/v1/contracts/{contract_id}/statements",
            f"/v1/contracts/{contract_id}/statements/draft?month={JANUARY}",
            f"/v1/statements/{statement['id']}",
            f"/v1/statements/{statement['id']}/versions",
            f"/v1/statements/{uuid4()}",
        ]
        for path in paths:
            address, _, query = path.partition("?month=")
            extra = {"month": query} if query else {}
            answer = service.get(address, siret, role, **extra)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert service.client.get(path).status_code == 401

    def test_members_of_a_group_do_not_read_each_other(self, service: Service) -> None:
        holders = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]
        contract = register(service, holders=holders)
        record_clause(service, contract)
        path = f"/v1/contracts/{contract['id']}"
        subcontract = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
        taken(service.post(f"{path}/subcontracts", BUYER, Role.BUYER, subcontract))
        contract_id = UUID(contract["id"])
        firms = (CONTRACTOR, OTHER_CONTRACTOR, SUBCONTRACTOR)
        made = {firm: taken(send(service, contract_id, NOTHING, firm))["id"] for firm in firms}
        for firm, others in ((CONTRACTOR, OTHER_CONTRACTOR), (OTHER_CONTRACTOR, CONTRACTOR)):
            seen = [made[found] for found in firms if found != others]
            listed = service.get(f"{path}/statements", firm, Role.CONTRACTOR).json()["items"]
            assert [item["id"] for item in listed] == seen
            answer = service.get(f"/v1/statements/{made[others]}", firm, Role.CONTRACTOR)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_a_walk_gives_every_statement_once(self, service: Service) -> None:
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        made = [
            taken(send(service, contract_id, {**NOTHING, "month": month}, siret))["id"]
            for month in (DECEMBER, JANUARY)
            for siret in (CONTRACTOR, SUBCONTRACTOR)
        ]
        path = f"/v1/contracts/{contract_id}/statements"
        first = service.get(path, BUYER, Role.BUYER, limit=3)
        assert first.headers["Link"] == f'<{path}?limit=3&after={made[2]}>; rel="next"'
        second = service.get(path, BUYER, Role.BUYER, limit=3, after=first.json()["next"])
        assert [item["id"] for page in (first, second) for item in page.json()["items"]] == made
        assert second.json()["next"] is None
        assert "lines" not in first.json()["items"][0]
        refused = service.get(path, BUYER, Role.BUYER, limit=201)
        assert (refused.status_code, errors_of(refused)) == (422, [("/query/limit", "too_large")])

    def test_why_somebody_is_eligible_is_for_the_reviewer_alone(
        self, service: Service, contract_id: UUID
    ) -> None:
        waiting = add_hire(service, contract_id, decision=None)
        refused = add_hire(service, contract_id, decision="refused")
        statement = sent(service, contract_id, line(waiting, "10.00"), line(refused, "20.00"))
        reviewed = accepted(service, statement)
        told = {
            str(waiting.hire_id): ("pending", "Diagnostic non décidé", "Diagnostic d'éligibilité"),
            str(refused.hire_id): ("refused", "Diagnostic refusé", "Clause, publics éligibles"),
        }
        seen = (read(service, statement, BUYER), reviewed)
        for answer in seen:
            assert self.postings(answer) == told
        kept = {hire: (state, None, None) for hire, (state, _, _) in told.items()}
        for siret, role in ((BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR)):
            assert self.postings(read(service, statement, siret, role)) == kept

    def postings(self, statement: Body) -> dict[str, tuple[str, str | None, str | None]]:
        found = {}
        for item in statement["lines"]:
            (posting,) = item["postings"]
            assert posting["rule"] == "eligibility"
            found[item["hire_id"]] = (posting["state"], posting["parameter"], posting["reference"])
        return found

    def test_what_others_declared_is_for_who_reviews(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = sent(service, contract_id, line(worker, "160.00"))
        accepted(service, statement)
        usual = "155 h usuelles + 0 h supplémentaire = 155 h"
        whole = "Horaire et heures supplémentaires de la personne chez cet employeur, toutes déclarations"
        for siret, role, text in (
            (FACILITATOR, Role.FACILITATOR, usual),
            (BUYER, Role.BUYER, whole),
            (CONTRACTOR, Role.CONTRACTOR, whole),
        ):
            postings = read(service, statement, siret, role)["lines"][0]["postings"]
            held = {(item["state"], item["rule"], item["hours"]): item["parameter"] for item in postings}
            assert held == {
                ("counted", None, "155.00"): None,
                ("held", "single_count", "5.00"): text,
            }
            path = f"/v1/contracts/{contract_id}/compliance/entries"
            entries = service.get(path, siret, role, as_of="2025-01-31", figure="held").json()["items"]
            assert [item["parameter"] for item in entries] == [text]


class TestDraft:
    def draft(self, service: Service, contract_id: UUID, month: str) -> list[Body]:
        path = f"/v1/contracts/{contract_id}/statements/draft"
        answer = service.get(path, CONTRACTOR, Role.CONTRACTOR, month=month)
        assert (answer.status_code, answer.json()["month"]) == (200, month)
        lines: list[Body] = answer.json()["lines"]
        return lines

    def test_last_months_hours_new_hires_at_zero_ended_ones_left_out(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        new = add_hire(service, contract_id, starts_on=WINDOW[0].replace(year=2025, month=1, day=31))
        ended = add_hire(service, contract_id, ended_on=WINDOW[0].replace(day=31))
        coming = add_hire(service, contract_id, starts_on=WINDOW[0].replace(year=2025, month=2, day=1))
        add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        lines = (line(worker, "70.00", training="7.00", overtime="3.00"), line(ended, "60.00"))
        sent(service, contract_id, *lines, month=DECEMBER)
        before = rows(service)
        kept = {"worked": "70.00", "training": "7.00", "overtime": "3.00"}
        zeros = dict.fromkeys(kept, "0.00")
        assert self.draft(service, contract_id, JANUARY) == [
            {"hire_id": str(worker.hire_id), **kept},
            {"hire_id": str(new.hire_id), **zeros},
        ]
        # Nobody declared January: February starts from zeros.
        assert self.draft(service, contract_id, "2025-02") == [
            {"hire_id": str(found.hire_id), **zeros} for found in (worker, new, coming)
        ]
        assert rows(service) == before

    def test_hours_taken_back_are_not_proposed(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        corrected(service, sent(service, contract_id, line(worker, "70.00"), month=DECEMBER))
        assert [item["worked"] for item in self.draft(service, contract_id, JANUARY)] == ["0.00"]

    def test_a_draft_names_its_month(self, service: Service, contract_id: UUID) -> None:
        path = f"/v1/contracts/{contract_id}/statements/draft"
        for query, code in (({}, "missing"), ({"month": "2025-00"}, "not_a_month")):
            answer = service.get(path, CONTRACTOR, Role.CONTRACTOR, **query)
            assert (answer.status_code, errors_of(answer)) == (422, [("/query/month", code)])
        answer = service.get(path, BUYER, Role.BUYER, month=JANUARY)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
