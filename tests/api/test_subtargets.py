"""Sub-targets over HTTP: judged on what approvals were taken on, told without the why, the same for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import KeptTraits
from app.principal import Role
from app.services.changes import settle
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, Service, Worker, add_mandate, serving
from tests.api.declaring import accepted, line, sent
from tests.api.people import PERSON, approved, decide, declared, prove
from tests.api.registering import CLAUSE, errors_of, record_clause, register

Body = dict[str, Any]
WOMEN: Body = {"label": "Femmes", "sex": "female", "share": "0.25"}
RSA: Body = {"label": "Allocataires du RSA", "publics": ["rsa"], "hours": "8.00"}
TH: Body = {"label": "Travailleurs handicapés", "publics": ["th"], "hours": "8.00"}
METZ: Body = {"label": "De la Moselle", "residences": ["department/57"], "hours": "8.00"}
ASS_SEEN: Body = {"type": "ass", "issued_on": "2024-12-01"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        running.clock.moment = datetime(2025, 4, 15, 8, tzinfo=UTC)
        yield running


@dataclass
class Followed:
    """A contract of 46 h in Maizières-lès-Metz under mandate, with its sub-targets."""

    service: Service
    id: UUID

    def position(self, siret: str = FACILITATOR, role: Role = Role.FACILITATOR, **query: str) -> Body:
        answer = self.service.get(f"/v1/contracts/{self.id}/compliance", siret, role, **query)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    def of(self, label: str, siret: str = FACILITATOR, role: Role = Role.FACILITATOR, **query: str) -> Body:
        (found,) = [
            item for item in self.position(siret, role, **query)["subtargets"] if item["label"] == label
        ]
        return {name: found[name] for name in ("required", "counted", "balance", "reached", "detail")}

    def work(self, hire_id: str, hours: str, month: str = "2025-01") -> None:
        worker = Worker(UUID(hire_id), self.id)
        accepted(self.service, sent(self.service, self.id, line(worker, hours), month=month))

    def amend(self, version: int, **terms: object) -> Body:
        path = f"/v1/contracts/{self.id}/clause/versions"
        body = {"reason": "Avenant", **terms}
        service = self.service
        headers = {
            **service.headers(BUYER, Role.BUYER),
            "Idempotency-Key": str(self.id) + str(version),
            "If-Match": f'"{version}-buyer-fr"',
        }
        answer = service.client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        found: Body = answer.json()
        return found

    def now(self) -> str:
        """The present instant, at which all is settled; what comes next comes later."""
        settle(self.service.means)
        moment = self.service.clock.moment
        self.service.clock.moment += timedelta(seconds=10)
        return moment.isoformat()

    def kept(self, hire_id: str) -> list[bytes]:
        with self.service.means.database.read() as session:
            return list(session.scalars(select(KeptTraits.traits).where(KeptTraits.hire_id == UUID(hire_id))))


def followed(service: Service, *subtargets: Body, **fields: object) -> Followed:
    contract = register(service, places=[{"place": "commune/57433"}], **fields)
    record_clause(service, contract, subtargets=list(subtargets))
    found = Followed(service, UUID(contract["id"]))
    add_mandate(service, found.id)
    return found


def somebody(**known: object) -> Body:
    return {**PERSON, **known}


def test_each_sub_target_counts_who_fits_it(service: Service) -> None:
    case = followed(service, WOMEN, RSA, METZ)
    woman = approved(service, case.id, participant=somebody(sex="female"))
    man = approved(service, case.id, participant=somebody(sex="male", residence={"place": "commune/54395"}))
    case.work(woman["hire_id"], "5.00")
    case.work(man["hire_id"], "4.00", month="2025-02")
    # A quarter of 46 h; the two met RSA; only she lives in the department.
    assert [case.of(item["label"]) for item in (WOMEN, RSA, METZ)] == [
        {"required": "11.50", "counted": "5.00", "balance": "-6.50", "reached": False, "detail": "exact"},
        {"required": "8.00", "counted": "9.00", "balance": "1.00", "reached": True, "detail": "exact"},
        {"required": "8.00", "counted": "5.00", "balance": "-3.00", "reached": False, "detail": "exact"},
    ]
    # February does not belong to its own first days.
    assert case.of(RSA["label"], as_of="2025-02-27")["counted"] == "5.00"
    assert case.position()["subtargets"][2]["criteria"] == {
        "publics": [],
        "sex": None,
        "jobs": [],
        "qpv": False,
        "residences": ["department/57"],
    }


def test_a_claim_does_not_count_only_what_the_approval_was_taken_on(service: Service) -> None:
    case = followed(service, RSA, TH)
    hire = declared(service, case.id, claimed_publics=["rsa", "th"], submitted_proofs=["rsa"])
    prove(service, hire["id"])
    decide(service, hire["id"], "approved")
    case.work(hire["id"], "10.00")
    assert case.of(RSA["label"])["counted"] == "10.00"
    assert case.of(TH["label"])["counted"] == "0.00"
    # A proof seen after the approval changes the present answer, not the one that was decided on.
    prove(service, hire["id"], {"type": "disability", "issued_on": "2024-12-01"})
    assert case.of(TH["label"])["counted"] == "0.00"


def test_hours_that_do_not_count_count_in_no_sub_target(service: Service) -> None:
    case = followed(service, WOMEN)
    hire = declared(service, case.id, participant=somebody(sex="female"))
    case.work(hire["id"], "10.00")
    assert (case.position()["pending"], case.of("Femmes")["counted"]) == ("10.00", "0.00")
    assert case.kept(hire["id"]) == []


class TestSecrecy:
    @pytest.mark.parametrize(("siret", "role"), [(BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR)])
    def test_two_contracts_alike_but_for_the_public_look_alike(
        self, service: Service, siret: str, role: Role
    ) -> None:
        tiny = {**RSA, "hours": "0.01"}
        answers, whole = [], []
        for claimed, proof in (("rsa", None), ("ass", ASS_SEEN)):
            case = followed(service, tiny)
            hire = declared(service, case.id, claimed_publics=[claimed], submitted_proofs=[claimed])
            prove(service, hire["id"], proof)
            decide(service, hire["id"], "approved")
            case.work(hire["id"], "20.00")
            seen = case.position(siret, role)
            for own in ("contract_id", "known_at", "provisional"):
                del seen[own]
            answers.append(seen)
            whole.append(case.of(RSA["label"])["reached"])
        assert answers[0] == answers[1]
        assert answers[0]["subtargets"][0]["reached"] is None
        assert whole == [True, False]

    def test_sex_and_trade_are_told_and_what_says_why_or_where_is_not(self, service: Service) -> None:
        jobs = {"label": "Couvreurs", "jobs": ["F1503"], "hours": "30.00"}
        case = followed(service, WOMEN, jobs, RSA, METZ, {**RSA, "label": "Femmes au RSA", "sex": "female"})
        hire = approved(service, case.id, participant=somebody(sex="female"))
        case.work(hire["hire_id"], "20.00")
        for siret, role in ((BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR)):
            shown = case.position(siret, role)["subtargets"]
            assert [
                (item["detail"], item["counted"], item["balance"], item["reached"]) for item in shown
            ] == [
                ("exact", "20.00", "8.50", True),
                ("exact", "20.00", "-10.00", False),
                ("masked", None, None, None),
                ("masked", None, None, None),
                ("masked", None, None, None),
            ]

    def test_from_eleven_people_on_quarters_are_told(self, service: Service) -> None:
        case = followed(service, {**RSA, "hours": "30.00"})
        workers = [Worker(UUID(approved(service, case.id)["hire_id"]), case.id) for _ in range(11)]
        for month, at_work in (("2025-01", workers[:10]), ("2025-02", workers[10:])):
            lines = [line(worker, "2.00") for worker in at_work]
            accepted(service, sent(service, case.id, *lines, month=month))
        # Ten people, 20 h; eleven, 22 h: two whole quarters of 30 h are 15 h.
        told = [case.of(RSA["label"], BUYER, Role.BUYER, as_of=day) for day in ("2025-01-31", "2025-02-28")]
        assert told == [
            {"required": "30.00", "counted": None, "balance": None, "reached": None, "detail": "masked"},
            {"required": "30.00", "counted": "15.00", "balance": None, "reached": False, "detail": "grouped"},
        ]
        assert case.of(RSA["label"])["counted"] == "22.00"

    def test_what_is_kept_is_sealed_and_no_more_than_asked(self, service: Service) -> None:
        case = followed(service, {**TH, "label": "TH ou RSA", "publics": ["th", "rsa"]})
        hire = approved(service, case.id, participant=somebody(sex="female"))
        (stored,) = case.kept(hire["hire_id"])
        assert b"rsa" not in stored
        row = f"{UUID(hire['hire_id'])}:1"
        clear = service.means.keyring.decrypt(stored, table="kept_traits", column="traits", row=row)
        assert clear == b'{"publics": ["rsa"], "sex": null, "job": null, "places": []}'

    def test_nothing_is_kept_where_no_sub_target_asks(self, service: Service) -> None:
        case = followed(service)
        hire = approved(service, case.id)
        assert (case.kept(hire["hire_id"]), case.position()["subtargets"]) == ([], [])


class TestTime:
    def test_a_rectified_person_counts_anew_and_past_answers_stand(self, service: Service) -> None:
        case = followed(service, WOMEN)
        hire = approved(service, case.id, participant=somebody(sex="male"))
        case.work(hire["hire_id"], "20.00")
        before = case.now()
        told = case.position(known_at=before)
        path = f"/v1/participants/{hire['participant_id']}"
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {"sex": "female"}, 1)
        assert answer.status_code == 200, answer.text
        found = case.position()
        assert (found["subtargets"][0]["counted"], found["provisional"], found["known_at"]) == (
            "20.00",
            True,
            None,
        )
        after = case.now()
        assert not case.position()["provisional"]
        assert [case.of("Femmes", known_at=instant)["counted"] for instant in (before, after)] == [
            "0.00",
            "20.00",
        ]
        assert case.position(known_at=before) == told
        assert len(case.kept(hire["hire_id"])) == 2

    def test_an_amendment_changes_them_from_its_day(self, service: Service) -> None:
        case = followed(service, WOMEN)
        hire = approved(service, case.id, participant=somebody(sex="female"))
        case.work(hire["hire_id"], "20.00")
        before = case.now()
        amended = case.amend(1, effective_on="2025-03-01", subtargets=[{**RSA, "hours": "25"}])
        assert [item["label"] for item in amended["terms"]["subtargets"]] == [RSA["label"]]
        labels = {
            day: [item["label"] for item in case.position(as_of=day)["subtargets"]]
            for day in ("2025-02-28", "2025-03-01")
        }
        assert labels == {"2025-02-28": ["Femmes"], "2025-03-01": [RSA["label"]]}
        # The hire was approved before anybody asked for its public.
        assert case.of(RSA["label"]) == {
            "required": "25.00",
            "counted": "20.00",
            "balance": "-5.00",
            "reached": False,
            "detail": "exact",
        }
        assert [item["label"] for item in case.position(known_at=before)["subtargets"]] == ["Femmes"]
        # The earlier terms still count for their own days.
        assert case.of("Femmes", as_of="2025-02-28")["counted"] == "20.00"

    def test_a_corrected_job_counts_anew(self, service: Service) -> None:
        case = followed(service, {"label": "Couvreurs", "jobs": ["F161"], "hours": "10"})
        hire = approved(service, case.id, job="F1503")
        case.work(hire["hire_id"], "20.00")
        before = case.now()
        path = f"/v1/hires/{hire['hire_id']}"
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {"job": "F1610"}, 1)
        assert answer.status_code == 200, answer.text
        assert (
            case.of("Couvreurs", known_at=before)["counted"],
            case.of("Couvreurs")["counted"],
        ) == ("0.00", "20.00")

    def test_the_position_of_a_closed_contract_is_final(self, service: Service) -> None:
        case = followed(service, {**WOMEN, "publics": ["rsa"]})
        hire = approved(service, case.id, participant=somebody(sex="female"))
        case.work(hire["hire_id"], "46.00")
        assert case.of("Femmes", BUYER, Role.BUYER)["reached"] is None
        contract = f"/v1/contracts/{case.id}"
        version = service.get(contract, BUYER, Role.BUYER).json()["version"]
        answer = service.send("POST", f"{contract}/close", BUYER, Role.BUYER, {}, version)
        assert answer.status_code == 200, answer.text
        found = case.position(BUYER, Role.BUYER)
        assert (found["status"]["code"], found["subtargets"][0]["reached"]) == ("closed_met", True)
        assert found["subtargets"][0]["counted"] is None
        path = f"/v1/participants/{hire['participant_id']}"
        assert service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {"sex": "male"}, 1).status_code == 200
        assert case.of("Femmes")["reached"] is True


class TestStatus:
    def test_met_needs_every_sub_target_here_and_in_territories(self, service: Service) -> None:
        def met() -> int:
            query = {"from": "2024-12", "to": "2025-04"}
            path = "/v1/territories/commune/57433/compliance"
            figures = service.get(path, FACILITATOR, Role.FACILITATOR, **query).json()["figures"]
            return sum(item["contracts"] for item in figures["statuses"] if item["code"] == "met")

        case = followed(service, WOMEN)
        before = met()
        man = approved(service, case.id, participant=somebody(sex="male"))
        case.work(man["hire_id"], "46.00")
        assert (case.position()["status"]["code"], met()) == ("on_track", before)
        woman = approved(service, case.id, participant=somebody(sex="female"))
        case.work(woman["hire_id"], "11.50", month="2025-02")
        assert (case.position()["status"]["code"], met()) == ("met", before + 1)


class TestTerms:
    @pytest.mark.parametrize(
        ("subtarget", "pointer", "code"),
        [
            ({"label": "x", "hours": "10"}, "/subtargets/0", "no_criterion"),
            ({"label": "x", "sex": "female"}, "/subtargets/0", "hours_or_share"),
            ({"label": "x", "sex": "female", "share": "1.5"}, "/subtargets/0/share", "not_a_share"),
            (
                {"label": "x", "hours": "1", "publics": ["ase"]},
                "/subtargets/0/publics/0",
                "public_not_accepted",
            ),
            ({"label": "x", "hours": "1", "publics": ["zzz"]}, "/subtargets/0/publics/0", "unknown_code"),
            (
                {"label": "x", "hours": "1", "residences": ["commune/99999"]},
                "/subtargets/0/residences/0",
                "unknown_reference",
            ),
            ({"label": "x", "hours": "1", "jobs": ["f15"]}, "/subtargets/0/jobs/0", "wrong_form"),
            ({"label": "x", "hours": "1", "age": 26}, "/subtargets/0/age", "unknown_field"),
        ],
    )
    def test_a_wrong_sub_target_is_named(
        self, service: Service, subtarget: Body, pointer: str, code: str
    ) -> None:
        contract = register(service)
        path = f"/v1/contracts/{contract['id']}/clause"
        body = {**CLAUSE, "subtargets": [subtarget]}
        answer = service.send("PUT", path, BUYER, Role.BUYER, body, None)
        assert (answer.status_code, errors_of(answer)) == (422, [(pointer, code)])

    def test_the_same_terms_again_change_nothing(self, service: Service) -> None:
        contract = register(service)
        first = record_clause(service, contract, subtargets=[WOMEN, METZ])
        path = f"/v1/contracts/{contract['id']}/clause"
        body = {**CLAUSE, "subtargets": [WOMEN, METZ]}
        again = service.send("PUT", path, BUYER, Role.BUYER, body, None)
        assert (again.status_code, again.json()["terms"]) == (200, first["terms"])
        body = {**CLAUSE, "subtargets": [METZ]}
        assert service.send("PUT", path, BUYER, Role.BUYER, body, None).status_code == 409
