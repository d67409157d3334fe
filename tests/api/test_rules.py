"""The law as served data, and the dry run of an assessment."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from app.db.tables import Change
from app.principal import Role
from tests.api.builders import CONTRACTOR, Service, serving


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as service:
        yield service


def ask(service: Service, path: str, **query: str) -> Response:
    return service.get(path, CONTRACTOR, Role.OBSERVER, **query)


def attempt(service: Service, **changes: Any) -> Response:  # noqa: ANN401 - any JSON
    body = {"profile": "ccag-2021", "on": "2025-01-06", **changes}
    headers = service.headers(CONTRACTOR, Role.CONTRACTOR)
    return service.client.post("/v1/assessments", json=body, headers=headers)


def public(answer: Response, code: str) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(item for item in answer.json()["publics"] if item["code"] == code)
    return found


class TestCatalogue:
    def test_a_parameter_has_the_value_of_the_day(self, service: Service) -> None:
        values = {}
        for on in ("2026-05-31", "2026-06-01", "2024-10-31"):
            answer = ask(service, "/v1/rules", on=on)
            assert answer.json()["on"] == on
            (wage,) = [item for item in answer.json()["parameters"] if item["code"] == "minimum_wage"]
            values[on] = wage["value"] and (wage["value"]["value"], wage["value"]["since"])
        assert values == {
            "2026-05-31": ("12.02", "2026-01-01"),
            "2026-06-01": ("12.31", "2026-06-01"),
            "2024-10-31": None,
        }

    def test_it_is_todays_by_default(self, service: Service) -> None:
        assert ask(service, "/v1/rules").json()["on"] == "2025-01-10"

    @pytest.mark.parametrize("path", ["/v1/rules", "/v1/profiles", "/v1/rules/publics/rsa"])
    @pytest.mark.parametrize(
        ("on", "code"),
        [("1999-12-31", "before_first_value"), ("2101-01-01", "too_large"), ("demain", None)],
    )
    def test_a_day_without_law_is_refused(
        self, service: Service, path: str, on: str, code: str | None
    ) -> None:
        answer = ask(service, path, on=on)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["pointer"]) == (422, "/query/on")
        assert code in {None, error["code"]}

    def test_a_public_says_what_it_asks_and_since_when(self, service: Service) -> None:
        found = ask(service, "/v1/rules/publics/qpv", on="2014-12-31").json()
        assert (found["since"], found["in_force"]) == ("2015-01-01", False)
        assert found["proofs"] == [
            {"any_of": ["address"], "only_if": None, "age": "address_proof_months"},
            {
                "any_of": ["france_travail", "registration_summary"],
                "only_if": "requires_jobseeker",
                "age": "proof_months",
            },
        ]
        assert ask(service, "/v1/rules/publics/qpv").json()["in_force"] is True

    def test_a_profile_says_everything_a_clause_takes_from_it(self, service: Service) -> None:
        found = ask(service, "/v1/profiles/ccag-2021").json()
        listed = ask(service, "/v1/profiles").json()["items"]
        assert listed[0] == found
        assert listed == ask(service, "/v1/rules").json()["profiles"]
        assert [item["code"] for item in listed] == [
            *("ccag-2021", "paris-epec-2021", "herault", "vaucluse", "csf-2018", "npnru")
        ]
        assert (found["since"], found["edition"], found["state"]) == ("2021-04-01", 1, "published")
        assert (found["owner"], found["version"]) == (None, None)
        assert found["conditions"]["durations"] == {
            "months": 24,
            "by_contract_type": {},
            "to_window_end": {"cdi": 48},
        }
        assert {"rsa", "deld", "th", "jeune_sq", "senior", "qpv", "iae", "avis_motive"} <= {
            item["code"] for item in found["conditions"]["publics"]
        }

    def test_every_list_explains_its_codes(self, service: Service) -> None:
        rules = ask(service, "/v1/rules").json()
        told = {
            name: [item["code"] for item in items]
            for name, items in rules.items()
            if isinstance(items, list)
            and all({"text", "reference", "assumed"} <= set(item) for item in items)
        }
        assert {"modalities", "targets", "statuses", "clause_states", "outcome_moments"} <= set(told)
        assert {"outcome_situations", "waiver_grounds", "counting_rules"} <= set(told)
        # Two lists of rules are no codes of anything else; publics bear their labels themselves.
        assert {*told} - {*rules["codes"]} == {"duration_rules", "outcome_rates", "publics"}
        for name in told.keys() & rules["codes"].keys():
            labels = {item["code"]: item["label"] for item in rules["codes"][name]}
            assert {item["code"]: item["label"] for item in rules[name]} == labels

    def test_a_ready_target_is_served_as_a_clause_keeps_it(self, service: Service) -> None:
        rules = ask(service, "/v1/rules", on="2020-09-30").json()
        ready = {item["code"]: item for item in rules["ready_targets"]}
        assert (ready["sgp-2020"]["in_force"], ready["sgp-avant-2020"]["in_force"]) == (False, True)
        assert ready["sgp-2020"]["named_by"] == {"kind": "share_of_hours", "ready": "sgp-2020", "table": None}
        target = {name: value for name, value in ready["sgp-2020"]["target"].items() if value is not None}
        assert target == {"kind": "share_of_hours", "share": "0.1"}
        (table,) = rules["step_tables"]
        assert table["bands"] == ready["csf-2018"]["target"]["bands"]
        assert (table["assumed"], table["assumed_terms"]) == (True, ["/since"])
        pointed = {item["code"]: item["ready_targets"] for item in rules["profiles"]}
        assert pointed["npnru"] == ["npnru-travaux", "npnru-gestion-urbaine"]
        assert {code for codes in pointed.values() for code in codes} <= set(ready)

    @pytest.mark.parametrize("path", ["/v1/profiles/inconnu", "/v1/rules/publics/inconnu"])
    def test_what_does_not_exist_is_not_found(self, service: Service, path: str) -> None:
        assert ask(service, path).status_code == 404

    @pytest.mark.parametrize("path", ["/v1/rules", "/v1/profiles", "/v1/profiles/ccag-2021"])
    def test_a_key_is_needed(self, service: Service, path: str) -> None:
        assert service.client.get(path).status_code == 401


class TestTrial:
    def test_a_claim_alone_is_unproven(self, service: Service) -> None:
        found = public(attempt(service, claimed_publics=["rsa"]), "rsa")
        assert (found["outcome"], found["claimed"], found["criterion"]) == ("unproven", True, None)
        assert found["proofs_missing"] == [["rsa"]]

    def test_a_seen_proof_of_an_unrefuted_fact_is_met(self, service: Service) -> None:
        proof = {"type": "rsa", "issued_on": "2024-12-20", "valid_until": "2025-01-06"}
        answer = attempt(service, facts={"rsa": True}, proofs=[proof])
        assert answer.json()["outcome"] == "met"
        assert public(answer, "rsa")["proofs_seen"] == ["rsa"]

    def test_a_proof_that_ended_the_day_before_proves_nothing(self, service: Service) -> None:
        proof = {"type": "rsa", "issued_on": "2024-12-20", "valid_until": "2025-01-05"}
        assert attempt(service, facts={"rsa": True}, proofs=[proof]).json()["outcome"] == "unmet"

    def test_the_birth_date_is_judged_on_the_day(self, service: Service) -> None:
        for birth, answer in (("1975-01-06", True), ("1975-01-07", False)):
            found = public(attempt(service, facts={"birth_date": birth}), "senior")
            reasons = {reason["code"]: reason["answer"] for reason in found["reasons"]}
            assert reasons["birth_date"] is answer

    def test_papers_and_lives_begin_before_the_service_does(self, service: Service) -> None:
        facts = {"left_studies_on": "1986-06-30", "invalidite": True}
        answer = attempt(service, facts=facts, proofs=[{"type": "benefit", "issued_on": "1996-03-01"}])
        assert (answer.status_code, public(answer, "invalidite")["outcome"]) == (200, "met")

    def test_nothing_known_is_unmet_with_every_public_answered(self, service: Service) -> None:
        answer = attempt(service)
        conditions = ask(service, "/v1/profiles/ccag-2021").json()["conditions"]
        assert answer.json()["outcome"] == "unmet"
        assert [item["code"] for item in answer.json()["publics"]] == [
            item["code"] for item in conditions["publics"]
        ]

    def test_nothing_is_kept(self, service: Service) -> None:
        service.headers(CONTRACTOR, Role.CONTRACTOR)

        def changes() -> int:
            with service.means.database.read() as session:
                return session.scalar(select(func.count()).select_from(Change)) or 0

        before = changes()
        assert attempt(service, facts={"rsa": True}, claimed_publics=["rsa"]).status_code == 200
        assert changes() == before

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"on": "2021-03-31"}, "/on", "not_in_force"),
            ({"profile": "inconnu"}, "/profile", "unknown_code"),
            ({"facts": {"months_worked": "1.234"}}, "/facts/months_worked", "too_many_decimals"),
            ({"facts": {"birth_date": "1899-12-31"}}, "/facts/birth_date", "not_a_birth_date"),
            ({"facts": {"left_studies_on": "1899-12-31"}}, "/facts/left_studies_on", "day_out_of_range"),
            ({"facts": {"nom": "EXEMPLE"}}, "/facts/nom", "unknown_field"),
            ({"facts": {"level": "bac+12"}}, "/facts/level", "unknown_code"),
            ({"claimed_publics": ["inconnu"]}, "/claimed_publics/0", "unknown_code"),
            ({"proofs": [{"type": "rsa"}]}, "/proofs/0/issued_on", "missing"),
            (
                {"proofs": [{"type": "rsa", "issued_on": "2025-01-02", "valid_until": "2025-01-01"}]},
                "/proofs/0/valid_until",
                "end_before_start",
            ),
        ],
    )
    def test_what_is_wrong_is_named(
        self, service: Service, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = attempt(service, **changes)
        assert answer.status_code == 422
        assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == [(pointer, code)]
        assert "EXEMPLE" not in answer.text

    def test_a_key_is_needed(self, service: Service) -> None:
        body = {"profile": "ccag-2021", "on": "2025-01-06"}
        assert service.client.post("/v1/assessments", json=body).status_code == 401
