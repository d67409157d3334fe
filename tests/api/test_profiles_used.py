"""Profiles taken by clauses, and tried on facts."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, MORNING, OTHER_BUYER, Service, serving
from tests.api.cases import PLATFORM
from tests.api.profiling import begin, draft, in_force, mandate, publish, record, withdraw
from tests.api.registering import CLAUSE, errors_of, register

RSA = {"type": "rsa", "issued_on": "2024-12-20"}


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


@pytest.fixture
def service(shared: Service) -> Iterator[Service]:
    yield shared
    shared.clock.moment = MORNING


class TestClause:
    def test_it_takes_the_version_of_its_first_day_and_keeps_the_terms(self, service: Service) -> None:
        code = in_force(service, conditions={"late_threshold": "0.7"})
        draft(service, code, {"conditions": {"late_threshold": "0.6"}}, 2)
        publish(service, code, "2025-02-01", 3, edition=2)
        contracts = [register(service), register(service)]
        days = ("2025-01-31", "2025-02-01")
        answers = [record(service, *item) for item in zip(contracts, (code, code), days, strict=True)]
        terms = [answer.json()["terms"] for answer in answers]
        assert [item["late_threshold"] for item in terms] == ["0.7", "0.6"]
        assert {item["profile"] for item in terms} == {code}
        withdraw(service, code, 4, edition=2)
        path = f"/v1/contracts/{contracts[0]['id']}/clause"
        assert service.get(path, BUYER, Role.BUYER).json()["terms"] == terms[0]
        amended = service.client.post(
            f"{path}/versions",
            json={"effective_on": "2025-05-01", "reason": "Avenant 1", "article": "9"},
            headers={
                **service.headers(BUYER, Role.BUYER),
                "Idempotency-Key": str(uuid4()),
                "If-Match": '"1-buyer-fr"',
            },
        )
        assert amended.json()["terms"] == {**terms[0], "article": "9"}
        hours = service.get(f"/v1/contracts/{contracts[0]['id']}/compliance", BUYER, Role.BUYER)
        assert hours.status_code == 200

    def test_the_platform_records_it_with_the_buyer_s_profile(self, service: Service) -> None:
        contract = register(service)
        body = {**CLAUSE, "profile": in_force(service, conditions={"late_threshold": "0.2"})}
        path = f"/v1/contracts/{contract['id']}/clause"
        answer = service.send("PUT", path, PLATFORM, Role.ADMIN, body, None)
        # The window begins on the notification, 2024-12-12, before the profile.
        assert errors_of(answer) == [("/profile", "not_in_force")]
        body["window"] = {"start": "2025-01-01"}
        answer = service.send("PUT", path, PLATFORM, Role.ADMIN, body, None)
        assert answer.json()["terms"]["late_threshold"] == "0.2"

    def test_it_may_take_the_one_of_the_facilitator_under_mandate(self, service: Service) -> None:
        answer = begin(service, FACILITATOR, Role.FACILITATOR, conditions={"late_threshold": "0.4"})
        code = answer.json()["code"]
        publish(service, code, "2025-01-01", 1, siret=FACILITATOR, role=Role.FACILITATOR)
        entrusted, other = register(service), register(service)
        mandate(service, entrusted)
        assert record(service, entrusted, code).json()["terms"]["late_threshold"] == "0.4"
        assert errors_of(record(service, other, code)) == [("/profile", "unknown_code")]

    def test_the_buyer_s_own_stands_before_the_facilitator_s(self, service: Service) -> None:
        code = in_force(service, conditions={"late_threshold": "0.3"})
        begin(service, FACILITATOR, Role.FACILITATOR, code=code)
        publish(service, code, "2025-01-01", 1, siret=FACILITATOR, role=Role.FACILITATOR)
        contract = register(service)
        mandate(service, contract)
        assert record(service, contract, code).json()["terms"]["late_threshold"] == "0.3"

    def test_another_organisation_s_is_as_unknown_as_none(self, service: Service) -> None:
        code = begin(service, OTHER_BUYER).json()["code"]
        publish(service, code, "2025-01-01", 1, siret=OTHER_BUYER)
        contract = register(service)
        foreign, unknown = (record(service, contract, name).json() for name in (code, "inconnu"))
        assert foreign.pop("request_id") != unknown.pop("request_id")
        assert foreign == unknown
        assert (foreign["status"], foreign["errors"][0]["pointer"]) == (422, "/profile")

    @pytest.mark.parametrize("start", ["2025-02-28", None])
    def test_none_in_force_on_its_first_day_is_refused(self, service: Service, start: str | None) -> None:
        code = begin(service).json()["code"] if start is None else in_force(service, "2025-03-01")
        answer = record(service, register(service), code, start or "2025-03-01")
        assert (answer.status_code, errors_of(answer)) == (422, [("/profile", "not_in_force")])

    def test_without_a_first_day_the_window_is_what_is_wrong(self, service: Service) -> None:
        contract = register(service, notified_on=None)
        body = {**CLAUSE, "profile": in_force(service), "window": {"end": "2025-12-31"}}
        path = f"/v1/contracts/{contract['id']}/clause"
        answer = service.send("PUT", path, BUYER, Role.BUYER, body, None)
        assert (answer.status_code, errors_of(answer)) == (422, [("/window/start", "missing")])


def attempt(service: Service, siret: str = BUYER, role: Role = Role.BUYER, **body: Any) -> Response:  # noqa: ANN401 - any JSON
    sent = {"on": "2025-01-10", **body}
    return service.client.post("/v1/assessments", json=sent, headers=service.headers(siret, role))


class TestTrial:
    @pytest.mark.parametrize(
        ("profile", "outcome"),
        [("paris-epec-2021", "met"), ("herault", "unmet"), ("vaucluse", "unmet"), ("ccag-2021", "unmet")],
    )
    def test_a_dependant_of_an_rsa_recipient_is_met_in_paris_alone(
        self, service: Service, profile: str, outcome: str
    ) -> None:
        facts = {"rsa": False, "rsa_dependant": True}
        answer = attempt(service, profile=profile, facts=facts, proofs=[RSA]).json()
        assert (answer["profile"], answer["edition"], answer["outcome"]) == (profile, 1, outcome)

    def test_every_built_in_profile_answers_for_each_of_its_publics(self, service: Service) -> None:
        for item in service.get("/v1/profiles", BUYER, Role.BUYER).json()["items"]:
            if item["owner"] is not None:
                continue
            answer = attempt(service, profile=item["code"]).json()
            said = {public["code"]: public for public in item["conditions"]["publics"]}
            assert {public["code"] for public in answer["publics"]} == set(said)
            for public in answer["publics"]:
                assert public["parameters"] == said[public["code"]]["parameters"]
                assert public["parameters"]["proof_months"] == 0
                assert public["reference"] == said[public["code"]]["reference"]
                assert all(reason["text"] for reason in public["reasons"])

    def test_an_own_profile_is_tried_by_its_day_or_its_number_drafts_too(self, service: Service) -> None:
        strict = {"publics": [{"code": "rsa", "parameters": {"proof_months": 1}}]}
        code = in_force(service, based_on="paris-epec-2021")
        draft(service, code, {"conditions": strict}, 2)
        facts = {"rsa": True}
        proof = {"type": "rsa", "issued_on": "2024-12-09"}
        today = attempt(service, profile=code, facts=facts, proofs=[proof]).json()
        assert (today["edition"], today["outcome"]) == (1, "met")
        drafted = attempt(service, profile=code, edition=2, facts=facts, proofs=[proof]).json()
        assert (drafted["edition"], drafted["outcome"]) == (2, "unproven")
        assert drafted["publics"][0]["proofs_too_old"] == [
            {"type": "rsa", "issued_on": "2024-12-09", "months": 1, "issued_from": "2024-12-10"}
        ]
        assert drafted["publics"][0]["proofs_missing"] == [["rsa"]]

    def test_publics_of_one_s_choosing_are_tried_without_a_profile(self, service: Service) -> None:
        publics = [{"code": "deld", "parameters": {"months": 18}, "reference": "Projet de clause"}]
        facts = {"registered_since": "2023-07-11"}
        answer = attempt(service, publics=publics, facts=facts, claimed_publics=["deld"]).json()
        (deld,) = answer["publics"]
        assert (answer["profile"], answer["edition"], answer["outcome"]) == (None, None, "unmet")
        assert deld["parameters"] == {"months": 18, "worked_below_months": 0, "proof_months": 0}
        assert deld["reference"] == "Projet de clause"
        assert deld["reasons"][0]["text"] == "Inscription au plus tard le 10/07/2023 (18 mois)"

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            ({}, ("/profile", "profile_or_publics")),
            ({"publics": [{"code": "rsa"}], "edition": 1}, ("/edition", "profile_or_publics")),
            ({"publics": [{"code": "rsa"}], "profile": "herault"}, ("/publics", "profile_or_publics")),
            ({"publics": []}, ("/publics", "missing")),
            ({"publics": [{"code": "inconnu"}]}, ("/publics/0/code", "unknown_code")),
            (
                {"publics": [{"code": "rsa", "parameters": {"proof_months": 61}}]},
                ("/publics/0/parameters/proof_months", "invalid"),
            ),
            ({"profile": "herault", "edition": 2}, ("/edition", "unknown_code")),
            ({"profile": "paris-epec-2021", "on": "2020-12-31"}, ("/on", "not_in_force")),
        ],
    )
    def test_what_is_wrong_is_named(
        self, service: Service, body: dict[str, Any], error: tuple[str, str]
    ) -> None:
        answer = attempt(service, **body)
        assert (answer.status_code, errors_of(answer)) == (422, [error])

    def test_another_organisation_s_is_as_unknown_as_none(self, service: Service) -> None:
        code = in_force(service)
        foreign, unknown = (attempt(service, OTHER_BUYER, profile=name).json() for name in (code, "inconnu"))
        assert foreign.pop("request_id") != unknown.pop("request_id")
        assert foreign == unknown
        assert attempt(service, CONTRACTOR, Role.CONTRACTOR, profile=code).status_code == 422
