"""How long a person counts: suspended, prolonged, restored; explained to the facilitator alone."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import ChangeObject, Contract, DurationDecision, Version
from app.principal import Role
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    Service,
    Worker,
    serving,
)
from tests.api.declaring import DECEMBER, JANUARY, accepted, by_rule, line, read, sent, states
from tests.api.people import WHY, approved, assessment, declared, eligibility, mandated_contract, refusal

MATERNITY = "Congé maternité d'exemple"
SUSPENSION = {"kind": "suspension", "since": "2025-01-01", "until": "2025-01-21", "reason": MATERNITY}
PROLONGATION = {"kind": "prolongation", "months": 6, "reason": "Parcours à consolider", "reference": "D-7"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def duration(service: Service, hire_id: str, siret: str = FACILITATOR) -> dict[str, Any]:
    answer = service.get(f"/v1/hires/{hire_id}/duration", siret, Role.FACILITATOR, purpose=WHY)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def post(
    service: Service,
    path: str,
    body: dict[str, Any],
    *,
    version: int | None,
    siret: str = FACILITATOR,
    key: str | None = None,
) -> Response:
    headers = {**service.headers(siret, Role.FACILITATOR), "Idempotency-Key": key or str(uuid4())}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return service.client.post(path, json=body, headers=headers)


def decide(service: Service, hire_id: str, body: dict[str, Any], **more: Any) -> Response:  # noqa: ANN401  # as post
    version = more.pop("version", None) or duration(service, hire_id)["version"]
    return post(service, f"/v1/hires/{hire_id}/duration-decisions", body, version=version, **more)


def decided(service: Service, hire_id: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = decide(service, hire_id, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def cancel(service: Service, hire_id: str, decision_id: str, **more: Any) -> Response:  # noqa: ANN401  # as post
    version = more.pop("version", None) or duration(service, hire_id)["version"]
    path = f"/v1/hires/{hire_id}/duration-decisions/{decision_id}/cancel"
    return post(service, path, {"reason": "Autre personne"}, version=version, **more)


class TestExplaining:
    def test_each_step_is_explained_and_the_others_read_the_end_alone(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        # 24 months from 16 December 2024.
        assert duration(service, hire)["duration"]["last_day"] == "2026-12-15"
        decided(service, hire, SUSPENSION)
        found = decided(service, hire, PROLONGATION)
        told = found["duration"]
        # 21 days: 5 January 2027; then 6 months.
        assert (told["start"], told["months"], told["last_by_term"]) == ("2024-12-16", 24, "2026-12-15")
        assert (told["term"], told["reference"]) == ("24 mois pour : CDD", "Clause, durée d'éligibilité")
        assert [(step["text"], step["last_day"]) for step in told["steps"]] == [
            ("Suspension du 01/01/2025 au 21/01/2025 : 21 j de plus", "2027-01-05"),
            ("Prolongation de 6 mois : 181 j de plus", "2027-07-05"),
        ]
        assert told["suspended"] == [{"first": "2025-01-01", "last": "2025-01-21", "days": 21}]
        assert told["last_day"] == "2027-07-05"
        assert assessment(service, hire)["duration"] == told
        assert assessment(service, hire)["eligible_until"] == "2027-07-05"
        shown = {"status": "eligible", "eligible_until": "2027-07-05"}
        assert eligibility(service, hire) == (shown, shown)
        assert [(item["reason"], item["reference"], item["reviewer"]) for item in found["decisions"]] == [
            (MATERNITY, None, FACILITATOR),
            ("Parcours à consolider", "D-7", FACILITATOR),
        ]

    def test_until_a_day(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        body = {"kind": "prolongation", "until": "2027-01-31", "reason": "Fin de formation"}
        (step,) = decided(service, hire, body)["duration"]["steps"]
        assert (step["text"], step["days"]) == ("Prolongation jusqu'au 31/01/2027 : 47 j de plus", 47)

    def test_a_cdi_counts_to_the_end_of_the_clause(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service), contract_type="cdi")["hire_id"]
        told = duration(service, hire)["duration"]
        assert (told["last_day"], told["capped_on"]) == ("2025-09-11", "2025-09-11")
        assert told["term"] == "Jusqu'à la fin de la clause, 48 mois au plus, pour : CDI"
        assert decide(service, hire, PROLONGATION).json()["code"] == "decision_without_effect"
        assert decided(service, hire, SUSPENSION)["duration"]["last_day"] == "2025-09-11"

    def test_without_approval_there_is_no_duration(self, service: Service) -> None:
        hire = declared(service, mandated_contract(service))["id"]
        assert duration(service, hire)["duration"] is None
        answer = decide(service, hire, PROLONGATION)
        assert (answer.status_code, answer.json()["code"]) == (409, "duration_not_started")

    def test_readings_are_traced_and_reasons_are_sealed(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        decided(service, hire, SUSPENSION)
        duration(service, hire)
        with service.means.database.read() as session:
            row = session.scalars(
                select(DurationDecision).where(DurationDecision.hire_id == UUID(hire))
            ).one()
            fields = session.scalars(
                select(ChangeObject.fields).where(
                    ChangeObject.object_id == UUID(assessment(service, hire)["id"])
                )
            ).all()
        assert MATERNITY.encode() not in row.reason
        assert [f"purpose:{WHY}"] in fields
        answer = service.get(f"/v1/hires/{hire}/duration", FACILITATOR, Role.FACILITATOR)
        assert (answer.status_code, refusal(answer.json())[0]) == (422, "/query/purpose")


class TestCounting:
    def test_suspended_days_do_not_count_and_a_cancellation_restores_them(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        found = approved(service, contract_id)
        worker = Worker(UUID(found["hire_id"]), UUID(found["participant_id"]))
        statement = accepted(service, sent(service, contract_id, line(worker, "31.00"), month=JANUARY))
        assert states(statement) == {"counted": "31.00"}
        drain(service.means)
        before, known_at = counted(service, contract_id)
        answer = decided(service, found["hire_id"], SUSPENSION)
        statement = read(service, statement)
        # 21 of January's 31 days.
        assert by_rule(statement) == {("refused", "duration"): "21.00", ("counted", None): "10.00"}
        (refused,) = [item for item in statement["lines"][0]["postings"] if item["state"] == "refused"]
        assert refused["parameter"] == "Jusqu'au 05/01/2027, hors 21 j suspendus"
        # What firms and buyers read tells neither days nor reason.
        seen = service.get(f"/v1/statements/{statement['id']}", CONTRACTOR, Role.CONTRACTOR).text
        assert "2025-01-21" not in seen
        assert MATERNITY not in seen
        drain(service.means)
        # What was known before the decision stays what it was.
        assert counted(service, contract_id)[0] == "10.00"
        assert counted(service, contract_id, known_at=known_at)[0] == before == "31.00"
        ended = cancel(service, found["hire_id"], answer["decisions"][0]["id"])
        assert ended.status_code == 201, ended.text
        assert ended.json()["duration"]["last_day"] == "2026-12-15"
        first, second = ended.json()["decisions"]
        assert (first["cancelled_by"], second["cancels"], second["kind"]) == (
            second["id"],
            first["id"],
            "cancellation",
        )
        assert states(read(service, statement)) == {"counted": "31.00"}
        twice = cancel(service, found["hire_id"], first["id"])
        assert (twice.status_code, twice.json()["code"]) == (409, "decision_cancelled")
        assert cancel(service, found["hire_id"], second["id"]).status_code == 404

    def test_the_other_hires_of_the_person_move_too(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        first = approved(service, contract_id)
        more = {"participant": None, "participant_id": first["participant_id"], "starts_on": "2025-01-02"}
        second = approved(service, contract_id, **more)
        before = second["version"]
        decided(service, first["hire_id"], PROLONGATION)
        moved = assessment(service, second["hire_id"])
        # The clock started with the first hire: 15 December 2026, and 6 months.
        assert (moved["eligible_until"], moved["version"]) == ("2027-06-15", before + 1)
        with service.means.database.read() as session:
            last = session.scalars(
                select(Version).where(Version.subject_id == UUID(moved["id"])).order_by(Version.number)
            ).all()[-1]
        assert (last.number, last.snapshot["eligible_until"]) == (moved["version"], "2027-06-15")
        listed = service.get(
            f"/v1/hires/{second['hire_id']}/duration-decisions", FACILITATOR, Role.FACILITATOR, purpose=WHY
        ).json()
        assert [item["hire_id"] for item in listed["items"]] == [first["hire_id"]]

    def test_a_refusal_ends_the_duration_and_an_approval_finds_the_decisions_again(
        self, service: Service
    ) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        decided(service, hire, SUSPENSION)
        for decision, until in (("refused", None), ("approved", "2027-01-05")):
            read_ = assessment(service, hire)
            body = {"decision": decision, "reason": "Exemple"}
            path = f"/v1/assessments/{read_['id']}/decision"
            answer = service.send("PUT", path, FACILITATOR, Role.FACILITATOR, body, read_["version"])
            assert answer.json()["eligible_until"] == until


def counted(service: Service, contract_id: UUID, **known: str) -> tuple[str, str]:
    """What counts at the end of January, and as known when."""
    path = f"/v1/contracts/{contract_id}/compliance/entries"
    answer = service.get(path, FACILITATOR, Role.FACILITATOR, as_of="2025-01-31", **known)
    assert answer.status_code == 200, answer.text
    return answer.json()["total"], answer.json()["known_at"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({"kind": "suspension", "since": "2025-01-01"}, ("", "since_and_until")),
            ({"kind": "suspension", "months": 3}, ("", "since_and_until")),
            (
                {"kind": "suspension", "since": "2025-01-02", "until": "2025-01-01"},
                ("", "end_before_start"),
            ),
            ({"kind": "prolongation"}, ("", "months_or_until")),
            ({"kind": "prolongation", "months": 3, "until": "2027-01-01"}, ("", "months_or_until")),
            ({"kind": "prolongation", "months": 37}, ("/months", "beyond_bound")),
            ({"kind": "prolongation", "until": "2029-12-16"}, ("/until", "beyond_bound")),
            (
                {"kind": "suspension", "since": "2025-01-01", "until": "2028-01-01"},
                ("/until", "beyond_bound"),
            ),
            (
                {"kind": "prolongation", "months": 1, "decided_on": "2099-01-01"},
                ("/decided_on", "future_day"),
            ),
        ],
    )
    def test_what_is_wrong_is_pointed_at(
        self, service: Service, body: dict[str, Any], where: tuple[str, str]
    ) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        answer = decide(service, hire, {**body, "reason": "Exemple"})
        assert (answer.status_code, refusal(answer.json())) == (422, where)

    def test_a_decision_changes_something(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        for body in (
            {**SUSPENSION, "since": "2024-01-01", "until": "2024-12-15"},
            {"kind": "prolongation", "until": "2026-12-15", "reason": "Exemple"},
        ):
            answer = decide(service, hire, body)
            assert (answer.status_code, answer.json()["code"]) == (409, "decision_without_effect")

    def test_keys_versions_and_replays(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        path = f"/v1/hires/{hire}/duration-decisions"
        version, key = duration(service, hire)["version"], str(uuid4())
        assert post(service, path, PROLONGATION, version=None).status_code == 428
        headers = {**service.headers(FACILITATOR, Role.FACILITATOR), "If-Match": f'"{version}"'}
        assert service.client.post(path, json=PROLONGATION, headers=headers).status_code == 400
        first = post(service, path, PROLONGATION, version=version, key=key)
        again = post(service, path, PROLONGATION, version=version, key=key)
        assert (first.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert post(service, path, PROLONGATION, version=version).status_code == 412
        assert len(duration(service, hire)["decisions"]) == 1

    def test_only_the_reviewer_decides_and_strangers_see_nothing(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))["hire_id"]
        staff = decide(service, hire, PROLONGATION, siret=BUYER)
        assert (staff.status_code, staff.json()["code"]) == (403, "not_reviewer")
        for siret, role, status in ((CONTRACTOR, Role.CONTRACTOR, 403), (OTHER_BUYER, Role.FACILITATOR, 404)):
            answer = service.get(f"/v1/hires/{hire}/duration", siret, role, purpose=WHY)
            assert answer.status_code == status
        assert duration(service, hire, BUYER)["decisions"] == []
        assert cancel(service, hire, str(uuid4())).status_code == 404

    def test_a_closed_contract_takes_no_decision(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        hire = approved(service, contract_id)["hire_id"]
        with service.means.database.write() as session:
            session.get_one(Contract, contract_id).closed_on = date(2025, 1, 9)
        answer = decide(service, hire, PROLONGATION)
        assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")


def test_another_obligation_keeps_its_own_duration(service: Service) -> None:
    first = approved(service, mandated_contract(service))
    other = mandated_contract(service)
    more = {"participant": None, "participant_id": first["participant_id"]}
    second = approved(service, other, **more)
    decided(service, first["hire_id"], PROLONGATION)
    assert assessment(service, second["hire_id"])["eligible_until"] == "2026-12-15"
    assert duration(service, second["hire_id"])["decisions"] == []


def test_december_before_the_suspension_is_left_alone(service: Service) -> None:
    contract_id = mandated_contract(service)
    found = approved(service, contract_id)
    worker = Worker(UUID(found["hire_id"]), UUID(found["participant_id"]))
    statement = accepted(service, sent(service, contract_id, line(worker, "80.00"), month=DECEMBER))
    decided(service, found["hire_id"], SUSPENSION)
    assert states(read(service, statement)) == {"counted": "80.00"}
