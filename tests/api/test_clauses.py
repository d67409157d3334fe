"""The clause of a contract: recorded once, amended from a day on, read as it stood."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Clause, Event, Version
from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, Service, serving
from tests.api.registering import CLAUSE, errors_of, record_clause, register

TRANCHES: dict[str, Any] = {
    "kind": "per_invoiced_amount",
    "tranche": "2000.00",
    "trigger": "2700000.00",
    "counts_from": "first_euro",
}
SHARE: dict[str, Any] = {"kind": "share_of_hours", "share": "0.05"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


def put(service: Service, contract: dict[str, Any], body: object, version: int | None = None) -> Response:
    path = f"/v1/contracts/{contract['id']}/clause"
    return service.send("PUT", path, BUYER, Role.BUYER, body, version)


def amend(
    service: Service, contract: dict[str, Any], body: object, version: int = 1, key: str | None = None
) -> Response:
    headers = {
        **service.headers(BUYER, Role.BUYER),
        "Idempotency-Key": key or str(uuid4()),
        "If-Match": f'"{version}-buyer-fr"',
    }
    path = f"/v1/contracts/{contract['id']}/clause/versions"
    return service.client.post(path, json=body, headers=headers)


def read(service: Service, contract: dict[str, Any], **query: str) -> Response:
    return service.get(f"/v1/contracts/{contract['id']}/clause", BUYER, Role.BUYER, **query)


PROLONGED = {"effective_on": "2025-05-01", "reason": "Avenant 1", "window": {"end": "2025-10-11"}}


class TestRecording:
    def test_the_clause_of_the_story(self, service: Service) -> None:
        contract = register(service)
        answer = put(service, contract, CLAUSE)
        assert (answer.status_code, answer.headers["etag"]) == (201, '"1-buyer-fr"')
        assert answer.headers["location"] == f"/v1/contracts/{contract['id']}/clause"
        clause = answer.json()
        # 27,364 × 0.5 × 0.1 ÷ 30 = 45.606… hours, 46 with the rounding of the general conditions.
        assert clause["required_at_end"] == "46.00"
        assert (clause["number"], clause["effective_on"]) == (1, "2024-12-12")
        terms = clause["terms"]
        assert terms["window"] == {"start": "2024-12-12", "end": "2025-09-11"}
        assert terms["target"]["amount"] == "27364.00"
        assert terms["reporting"] == {"every": "month", "due_day": 15, "documents": []}
        assert {"rsa", "deld", "th", "jeune_sq", "senior", "qpv", "iae", "avis_motive"} <= {
            public["code"] for public in terms["publics"]
        }
        assert read(service, contract).json() == clause

    def test_the_flag_clears_and_the_contract_has_a_next_version(self, service: Service) -> None:
        contract = register(service, social_conditions=[{"kind": "insertion_hours", "text": "50 heures"}])
        assert contract["clause_state"]["state"] == "clause_missing"
        clause = record_clause(service, contract)
        found = service.get(f"/v1/contracts/{contract['id']}", BUYER, Role.BUYER).json()
        assert found["clause_state"] == {"state": "clause", "label": "Clause enregistrée", "reasons": []}
        assert (found["version"], found["clause_id"]) == (2, clause["id"])

    def test_the_same_terms_again_change_nothing(self, service: Service) -> None:
        contract = register(service)
        first = put(service, contract, CLAUSE)
        second = put(service, contract, CLAUSE)
        assert (second.status_code, second.json()) == (200, first.json())

    def test_other_terms_need_an_amendment(self, service: Service) -> None:
        contract = register(service)
        record_clause(service, contract)
        other = put(service, contract, {**CLAUSE, "late_threshold": "0.7"})
        assert (other.status_code, other.json()["code"]) == (409, "clause_exists")

    def test_a_version_named_must_be_the_present_one(self, service: Service) -> None:
        contract = register(service)
        assert put(service, contract, CLAUSE, 1).status_code == 412
        record_clause(service, contract)
        assert put(service, contract, CLAUSE, 2).status_code == 412
        assert put(service, contract, CLAUSE, 1).status_code == 200

    def test_fixed_hours_and_terms_of_its_own(self, service: Service) -> None:
        contract = register(service)
        sent = {
            "article": "Article 8",
            "target": {"kind": "fixed_hours", "hours": "120.50"},
            "window": {"start": "2025-01-01", "end": "2025-06-30"},
            "milestones": [{"on": "2025-03-31", "hours": "60"}],
            "publics": [{"code": "deld", "parameters": {"months": 24}}],
            "modalities": ["direct_hire"],
            "contract_types": ["cdd", "cdi"],
            "durations": {"months": 12, "to_window_end": {"cdi": 48}},
            "late_threshold": "0.75",
            "rounding": {"mode": "up", "step": "0.5"},
            "approval_counts_from": "decision_date",
            "training_share": "0.2",
            "proof_authorities": ["prescriber"],
        }
        answer = put(service, contract, sent)
        assert answer.status_code == 201
        terms = answer.json()["terms"]
        assert answer.json()["required_at_end"] == "120.50"
        assert terms["milestones"] == [{"on": "2025-03-31", "hours": "60.00"}]
        (public,) = terms["publics"]
        assert public["parameters"] == {"months": 24, "worked_below_months": 0, "proof_months": 0}
        assert terms["durations"] == {"months": 12, "by_contract_type": {}, "to_window_end": {"cdi": 48}}
        assert terms["rounding"] == {"mode": "up", "step": "0.50"}
        for name in ("article", "modalities", "contract_types", "late_threshold", "training_share"):
            assert terms[name] == sent[name]
        assert (terms["profile"], terms["training_cap"]) == (None, None)

    @pytest.mark.parametrize(
        ("sent", "written", "at_end"),
        [
            (
                {**TRANCHES, "estimated_amount": 3000000},
                {**TRANCHES, "hours_per_tranche": "1.00", "estimated_amount": "3000000.00"},
                "1500.00",
            ),
            (
                {"kind": "step_table", "bands": [{"from_amount": "27364", "hours": 40.25}]},
                {"kind": "step_table", "bands": [{"from_amount": "27364.00", "hours": "40.25"}]},
                "40.25",
            ),
            ({**SHARE, "estimated_hours": "12345"}, {**SHARE, "estimated_hours": "12345.00"}, "617.00"),
            (SHARE, SHARE, None),
        ],
    )
    def test_every_kind_of_target_is_kept_in_full(
        self, service: Service, sent: dict[str, Any], written: dict[str, Any], at_end: str | None
    ) -> None:
        clause = record_clause(service, register(service), target=sent)
        target = {name: value for name, value in clause["terms"]["target"].items() if value is not None}
        assert (target, clause["required_at_end"]) == (written, at_end)

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            (
                {"kind": "share_of_hours", "ready": "sgp-2020", "table": None, "estimated_hours": "12000"},
                {"kind": "share_of_hours", "share": "0.1", "estimated_hours": "12000.00"},
            ),
            (
                {"kind": "per_invoiced_amount", "ready": "paris-epec-beyond-trigger"},
                {
                    "kind": "per_invoiced_amount",
                    "tranche": "2000.00",
                    "trigger": "2700000.00",
                    "counts_from": "beyond_trigger",
                    "hours_per_tranche": "1.00",
                },
            ),
        ],
    )
    def test_a_ready_target_is_named_and_kept_in_full(
        self, service: Service, sent: dict[str, Any], kept: dict[str, Any]
    ) -> None:
        clause = record_clause(service, register(service), target=sent)
        found = {name: value for name, value in clause["terms"]["target"].items() if value is not None}
        assert found == kept

    def test_a_ready_table_is_written_out_and_waits_for_the_firm_amount(self, service: Service) -> None:
        contract = register(service, firm_amount=None, maximum_amount="500000")
        target = {"kind": "step_table", "table": "csf-2018"}
        clause = record_clause(service, contract, target=target)
        assert (clause["required_at_end"], len(clause["terms"]["target"]["bands"])) == (None, 4)
        path = f"/v1/contracts/{contract['id']}"
        position = service.get(f"{path}/compliance", BUYER, Role.BUYER).json()
        assert (position["status"]["code"], position["target"]["inputs"]) == ("to_check", [])
        patch = service.send("PATCH", path, BUYER, Role.BUYER, {"firm_amount": "199999.99"}, 2)
        assert patch.status_code == 200
        assert read(service, contract).json()["required_at_end"] == "300.00"
        position = service.get(f"{path}/compliance", BUYER, Role.BUYER).json()
        assert (position["required"], position["status"]["code"]) == ("300.00", "on_track")

    @pytest.mark.parametrize(
        ("dates", "window"),
        [
            ({"started_on": "2025-01-06"}, {"start": "2025-01-06", "end": "2025-10-05"}),
            ({"firm_end_on": "2025-08-31"}, {"start": "2024-12-12", "end": "2025-08-31"}),
        ],
    )
    def test_the_window_follows_the_dates_of_the_contract(
        self, service: Service, dates: dict[str, str], window: dict[str, str]
    ) -> None:
        assert record_clause(service, register(service, **dates))["terms"]["window"] == window

    @pytest.mark.parametrize(
        ("fields", "terms", "expected"),
        [
            ({"firm_amount": None}, {}, [("/target/amount", "missing")]),
            ({"duration_months": None}, {}, [("/window/end", "missing")]),
            ({"notified_on": None}, {}, [("/window/start", "missing")]),
            ({}, {"target": {"kind": "fixed_hours"}}, [("/target/hours", "missing")]),
            ({}, {"target": {"kind": "autre"}}, [("/target/kind", "unknown_code")]),
            ({}, {"target": {"kind": "step_table"}}, [("/target/bands", "missing")]),
            ({}, {"target": {"kind": "step_table", "table": "autre"}}, [("/target/table", "unknown_code")]),
            ({}, {"target": {**SHARE, "ready": "sgp-2020"}}, [("/target/ready", "invalid")]),
            (
                {},
                {"target": {"kind": "step_table", "bands": [{"from_amount": "0", "hours": "x"}]}},
                [("/target/bands/0/hours", "not_a_number")],
            ),
            ({}, {"target": {**TRANCHES, "tranche": "0"}}, [("/target/tranche", "invalid")]),
            ({}, {"target": {**TRANCHES, "counts_from": None}}, [("/target/counts_from", "missing")]),
            (
                {},
                {"target": SHARE, "milestones": [{"on": "2025-03-31", "hours": "1"}]},
                [("/milestones", "milestones_not_used")],
            ),
            ({}, {"target": {"kind": "fixed_hours", "hours": "-1"}}, [("/target/hours", "negative")]),
            (
                {},
                {"target": {"kind": "fixed_hours", "hours": "1", "amount": "2"}},
                [("/target/amount", "unknown_field")],
            ),
            ({}, {"late_threshold": "1.2"}, [("/late_threshold", "invalid")]),
            ({}, {"late_threshold": True}, [("/late_threshold", "not_a_number")]),
            ({}, {"rounding": {"mode": "up", "step": "2"}}, [("/rounding/step", "not_a_step")]),
            ({}, {"window": {"end": "2024-12-11"}}, [("/window/end", "end_before_start")]),
            ({}, {"publics": []}, [("/publics", "missing")]),
            ({}, {"profile": None}, [("/publics", "missing")]),
            (
                {},
                {"publics": [{"code": "inconnu"}], "modalities": ["troc"]},
                [("/modalities/0", "unknown_code")],
            ),
            ({}, {"publics": [{"code": "inconnu"}]}, [("/publics/0/code", "unknown_code")]),
            (
                {},
                {"publics": [{"code": "deld", "parameters": {"months": 0}}]},
                [("/publics/0/parameters/months", "invalid")],
            ),
            ({}, {"profile": "inconnu"}, [("/profile", "unknown_code")]),
            ({}, {"window": {"start": "2021-03-31"}}, [("/profile", "not_in_force")]),
        ],
    )
    def test_wrong_terms_are_named(
        self,
        service: Service,
        fields: dict[str, Any],
        terms: dict[str, Any],
        expected: list[tuple[str, str]],
    ) -> None:
        contract = register(service, **fields)
        answer = put(service, contract, {**CLAUSE, **terms})
        assert (answer.status_code, errors_of(answer)) == (422, expected)
        assert read(service, contract).status_code == 404

    def test_a_closed_contract_takes_no_clause(self, service: Service) -> None:
        contract = register(service)
        path = f"/v1/contracts/{contract['id']}/close"
        assert service.send("POST", path, BUYER, Role.BUYER, {}, 1).status_code == 200
        answer = put(service, contract, CLAUSE)
        assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")

    def test_a_clause_is_its_own_obligation(self, service: Service) -> None:
        contract = register(service)
        clause_id = UUID(record_clause(service, contract)["id"])
        with service.means.database.read() as session:
            (row,) = session.scalars(select(Clause).where(Clause.id == clause_id))
            events = session.scalars(select(Event.type).where(Event.contract_id == UUID(contract["id"])))
            assert sorted(events) == ["clause.recorded", "contract.registered", "contract.updated"]
        assert row.obligation_id == clause_id


class TestAmending:
    def test_the_past_stays_as_it_was(self, service: Service) -> None:
        contract = register(service)
        first = record_clause(service, contract)
        amended = amend(service, contract, PROLONGED)
        assert (amended.status_code, amended.headers["etag"]) == (201, '"2-buyer-fr"')
        assert amended.json()["terms"] == {
            **first["terms"],
            "window": {"start": "2024-12-12", "end": "2025-10-11"},
        }
        before, after = (read(service, contract, as_of=day).json() for day in ("2025-04-30", "2025-05-01"))
        assert (before["number"], before["terms"]) == (1, first["terms"])
        assert (after["number"], after["terms"]) == (2, amended.json()["terms"])
        assert read(service, contract, as_of="2024-01-01").json()["number"] == 1
        assert [(item["number"], item["effective_on"], item["reason"]) for item in after["versions"]] == [
            (1, "2024-12-12", None),
            (2, "2025-05-01", "Avenant 1"),
        ]

    def test_every_version_is_kept(self, service: Service) -> None:
        contract = register(service)
        clause = record_clause(service, contract)
        amend(service, contract, PROLONGED)
        target = {"kind": "fixed_hours", "hours": "60"}
        again = {"effective_on": "2025-06-01", "reason": "Avenant 2", "target": target}
        assert amend(service, contract, again, 2).json()["required_at_end"] == "60.00"
        with service.means.database.read() as session:
            query = select(Version).where(Version.subject_id == UUID(clause["id"])).order_by(Version.number)
            kept = [version.snapshot["terms"]["target"]["kind"] for version in session.scalars(query)]
        assert kept == ["labour_formula", "labour_formula", "fixed_hours"]

    def test_a_shorter_window_leaves_no_milestone_outside(self, service: Service) -> None:
        contract = register(service)
        record_clause(service, contract, milestones=[{"on": "2025-03-31", "hours": "20"}])
        shorter = {"effective_on": "2025-02-01", "reason": "Avenant 1", "window": {"end": "2025-03-30"}}
        refused = amend(service, contract, shorter)
        assert (refused.status_code, errors_of(refused)) == (
            422,
            [("/milestones/0/on", "milestone_outside_window")],
        )
        assert amend(service, contract, {**shorter, "milestones": []}).status_code == 201

    def test_another_kind_of_target_leaves_no_milestones_behind(self, service: Service) -> None:
        contract = register(service)
        record_clause(service, contract, milestones=[{"on": "2025-03-31", "hours": "20"}])
        other = {"effective_on": "2025-05-01", "reason": "Avenant 1", "target": SHARE}
        refused = amend(service, contract, other)
        assert (refused.status_code, errors_of(refused)) == (422, [("/milestones", "milestones_not_used")])
        amended = amend(service, contract, {**other, "milestones": []})
        assert amended.status_code == 201
        assert amended.json()["terms"]["target"]["share"] == "0.05"
        before = read(service, contract, as_of="2025-04-30").json()["terms"]
        assert (before["target"]["kind"], len(before["milestones"])) == ("labour_formula", 1)

    def test_a_limit_is_lifted_by_null(self, service: Service) -> None:
        contract = register(service)
        record_clause(service, contract, training_share="0.2")
        lifted = amend(
            service, contract, {"effective_on": "2025-05-01", "reason": "A", "training_share": None}
        )
        assert lifted.json()["terms"]["training_share"] is None

    @pytest.mark.parametrize("day", ["2024-12-12", "2024-12-01", "2025-10-12"])
    def test_it_takes_effect_after_the_version_it_amends_and_before_the_end(
        self, service: Service, day: str
    ) -> None:
        contract = register(service)
        record_clause(service, contract)
        answer = amend(service, contract, {**PROLONGED, "effective_on": day})
        assert (answer.status_code, answer.json()["code"]) == (409, "amendment_too_early")

    def test_an_amendment_needs_a_clause(self, service: Service) -> None:
        answer = amend(service, register(service), PROLONGED)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_clause")

    def test_a_repetition_amends_once(self, service: Service) -> None:
        contract, key = register(service), str(uuid4())
        record_clause(service, contract)
        first = amend(service, contract, PROLONGED, key=key)
        second = amend(service, contract, PROLONGED, key=key)
        assert (second.status_code, second.content) == (201, first.content)
        assert len(read(service, contract).json()["versions"]) == 2

    def test_a_stale_version_and_missing_headers(self, service: Service) -> None:
        contract = register(service)
        record_clause(service, contract)
        amend(service, contract, PROLONGED)
        assert amend(service, contract, {**PROLONGED, "effective_on": "2025-06-01"}).status_code == 412
        path = f"/v1/contracts/{contract['id']}/clause/versions"
        assert service.post(path, BUYER, Role.BUYER, PROLONGED).status_code == 428
        assert service.send("POST", path, BUYER, Role.BUYER, PROLONGED, 2).status_code == 400

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"reason": ""}, [("/reason", "too_short")]),
            ({"effective_on": None}, [("/effective_on", "not_a_date")]),
            ({"profile": "ccag-2021"}, [("/profile", "unknown_field")]),
            ({"window": {"end": "2024-01-01"}}, [("/window/end", "end_before_start")]),
        ],
    )
    def test_wrong_fields_are_named(
        self, service: Service, fields: dict[str, Any], expected: list[tuple[str, str]]
    ) -> None:
        contract = register(service)
        record_clause(service, contract)
        answer = amend(service, contract, {**PROLONGED, **fields})
        assert (answer.status_code, errors_of(answer)) == (422, expected)


def test_the_contractor_reads_the_clause(service: Service) -> None:
    contract = register(service)
    clause = record_clause(service, contract)
    found = service.get(f"/v1/contracts/{contract['id']}/clause", CONTRACTOR, Role.CONTRACTOR)
    assert (found.status_code, found.json()) == (200, clause)
