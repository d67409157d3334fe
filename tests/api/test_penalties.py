"""Penalties: computed from terms and facts, the same for ever, read by whom they concern."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

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
    Service,
    serving,
)
from tests.api.penalising import (
    CSF,
    HOURS,
    MEETING,
    MISSED,
    PARIS,
    REPORT,
    Body,
    cancel,
    code,
    computed,
    decided,
    lines,
    noticed,
    path_of,
    penalised,
    recorded,
    settled,
)
from tests.api.registering import CLAUSE, errors_of, record_clause, register


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        found.clock.moment = datetime(2025, 9, 30, 9, tzinfo=UTC)
        yield found


class TestComputing:
    def test_the_days_of_ccap_21_bam_048(self, service: Service) -> None:
        """2 → 12 March: 10 × 75 = 750 €; 46 h × 200 €."""
        contract = penalised(service, *PARIS[:1], {**PARIS[1], "statements": False})
        report = recorded(service, contract, **REPORT)
        noticed(service, contract, "2025-02-28", "2025-03-02", subject=report)
        recorded(service, contract, kind="document_received", on="2025-03-12", subject=report)
        found = computed(service, contract)
        late = lines(found)[report]
        assert (late["text"], late["formula"], late["amount"], late["blocks"]) == (
            "« Bilan trimestriel », attendu le 15/01/2025, reçu le 12/03/2025",
            "10 jours calendaires × 75 € = 750 €",
            "750.00",
            [],
        )
        assert late["inputs"][1] == {
            "code": "notice_received_on",
            "label": "Mise en demeure reçue le",
            "value": "2025-03-02",
            "unit": "day",
            "on": None,
            "reference": "",
        }
        hours = lines(found)["missing_hours"]
        assert (hours["formula"], hours["reference"]) == (
            "46 h × 200 €/h = 9 200 €",
            "CCAP 21_BAM_048, art. 8.2.2",
        )
        sums = {name: found[name] for name in ("total", "applicable", "decided", "remaining", "blocks")}
        assert sums == {
            "total": "9950.00",
            "applicable": "9950.00",
            "decided": "0.00",
            "remaining": "9950.00",
            "blocks": [],
        }

    def test_the_ceiling_of_csf_2018(self, service: Service) -> None:
        """100 h × 4 × 30 € in 2026."""
        service.clock.moment = datetime(2026, 4, 1, 9, tzinfo=UTC)
        window = {"start": "2025-01-01", "end": "2026-03-31"}
        contract = register(service, places=[{"place": "commune/57433"}])
        target = {"kind": "fixed_hours", "hours": "100"}
        record_clause(service, contract, penalties=CSF, window=window, target=target)
        found = computed(service, contract)
        assert (found["total"], found["lines"][0]["formula"]) == ("12000.00", "100 h × 4 × 30 €/h = 12 000 €")
        value = found["lines"][0]["inputs"][-1]
        assert (value["code"], value["value"], value["on"]) == ("hourly_ceiling", "30", "2026-03-31")
        assert "OpenFisca" in value["reference"] or "1 607" in value["reference"]

    @pytest.mark.parametrize(
        ("places", "days", "left_out"),
        [
            # 24, 29 and 30 December; in Paris also the 26th.
            ([{"place": "commune/57433"}], 3, ["2025-12-25", "2025-12-26"]),
            ([{"place": "department/57"}], 3, ["2025-12-25", "2025-12-26"]),
            ([{"place": "epci/200039949"}], 3, ["2025-12-25", "2025-12-26"]),
            ([{"place": "commune/75056"}], 4, ["2025-12-25"]),
            ([{"place": "country/FR"}], 4, ["2025-12-25"]),
            ([{"published_code": "inconnu", "published_type": "Code postal"}], 4, ["2025-12-25"]),
            (
                [{"place": "commune/75056", "share": "0.4"}, {"place": "commune/57433", "share": "0.6"}],
                3,
                ["2025-12-25", "2025-12-26"],
            ),
        ],
    )
    def test_the_holidays_are_those_of_the_main_place(
        self, service: Service, places: list[Any], days: int, left_out: list[str]
    ) -> None:
        service.clock.moment = datetime(2026, 1, 31, 9, tzinfo=UTC)
        window = {"start": "2025-01-01", "end": "2026-12-31"}
        contract = penalised(service, *CSF, places=places, window=window)
        report = recorded(service, contract, **{**REPORT, "on": "2025-12-23"})
        recorded(service, contract, kind="document_received", on="2025-12-30", subject=report)
        line = lines(computed(service, contract))[report]
        assert line["amount"] == f"{days * 50}.00"
        assert [item["value"] for item in line["inputs"] if item["code"] == "holiday"] == left_out

    def test_late_monthly_statements_come_from_the_statements_themselves(self, service: Service) -> None:
        contract = penalised(service, PARIS[1])
        key = f"statement:{CONTRACTOR}:2025-01-15"
        on_the_day = computed(service, contract, as_of="2025-01-15")
        assert on_the_day["lines"] == []
        late = lines(computed(service, contract, as_of="2025-01-16"))
        assert list(late) == [key]
        assert (late[key]["text"], [item["code"] for item in late[key]["blocks"]]) == (
            "« Relevé de 12/2024 », attendu le 15/01/2025, pas reçu au 16/01/2025",
            ["notice_missing"],
        )
        noticed(service, contract, "2025-02-01", "2025-02-03", declarant=CONTRACTOR, month="2024-12")
        body = {"month": "2024-12", "nothing_to_declare": True}
        # Half past midnight in France is still the day before in UTC.
        service.clock.moment = datetime(2025, 9, 30, 22, 30, tzinfo=UTC)
        sent = service.post(path_of(contract, "statements"), CONTRACTOR, Role.CONTRACTOR, body)
        assert sent.status_code == 201
        service.clock.moment = datetime(2025, 10, 2, 9, tzinfo=UTC)
        # From 4 February to 1 October: 25 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 1 days.
        line = lines(computed(service, contract))[key]
        assert line["formula"] == "240 jours calendaires × 75 € = 18 000 €"
        # The nine other months are late too, and nobody was warned.
        others = [line for line in computed(service, contract)["lines"] if line["key"] != key]
        assert [line["amount"] for line in others] == ["0.00"] * 8

    def test_a_quarter_is_one_document_complete_with_its_last_month(self, service: Service) -> None:
        term = {**PARIS[1], "notice": False}
        contract = register(service)
        record_clause(service, contract, penalties=[term], reporting={"every": "quarter", "due_day": 15})
        for month in ("2025-01", "2025-03"):
            body = {"month": month, "nothing_to_declare": True}
            service.post(path_of(contract, "statements"), CONTRACTOR, Role.CONTRACTOR, body)
        found = lines(computed(service, contract, as_of="2025-04-17"))
        key = f"statement:{CONTRACTOR}:2025-04-15"
        assert found[key]["text"].startswith("« Relevés de 01/2025 à 03/2025 », attendu le 15/04/2025")
        assert found[key]["formula"] == "2 jours calendaires × 75 € = 150 €"

    def test_each_member_of_a_group_owes_its_own(self, service: Service) -> None:
        holders = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]
        contract = register(service, holders=holders)
        record_clause(service, contract, penalties=[{**PARIS[1], "notice": False}])
        found = computed(service, contract, OTHER_CONTRACTOR, Role.CONTRACTOR, as_of="2025-01-17")
        assert {line["text"].split(" »")[0] for line in found["lines"]} == {
            f"« Relevé de 12/2024 ({CONTRACTOR})",
            f"« Relevé de 12/2024 ({OTHER_CONTRACTOR})",
        }

    def test_a_cap_in_share_is_one_of_the_firm_amount(self, service: Service) -> None:
        contract = penalised(service, {**HOURS, "cap": {"share": "0.1"}})
        line = computed(service, contract)["lines"][0]
        assert (line["computed"], line["limit"], line["amount"]) == ("9200.00", "cap", "2736.40")

    def test_an_observation_after_the_notice_on_the_hours(self, service: Service) -> None:
        contract = penalised(service, {**HOURS, "notice": True, "observation_days": 15})
        noticed(service, contract, "2025-09-14", "2025-09-15", term="missing_hours")
        running, over = (computed(service, contract, as_of=day) for day in ("2025-09-30", "2025-10-01"))
        assert [item["text"] for item in running["lines"][0]["blocks"]] == [
            "La période d'observation court jusqu'au 30/09/2025."
        ]
        assert (running["applicable"], over["applicable"]) == ("0.00", "9200.00")

    def test_a_contract_closed_early_is_judged_at_once(self, service: Service) -> None:
        service.clock.moment = datetime(2025, 6, 2, 9, tzinfo=UTC)
        contract = penalised(service, HOURS)
        assert computed(service, contract)["applicable"] == "0.00"
        current = service.get(path_of(contract), BUYER, Role.BUYER).json()["version"]
        closed = {"closed_on": "2025-06-01"}
        service.send("POST", path_of(contract, "close"), BUYER, Role.BUYER, closed, current)
        assert computed(service, contract)["applicable"] == "9200.00"

    def test_without_clause_or_terms_there_is_nothing(self, service: Service) -> None:
        for contract in (register(service), penalised(service)):
            found = computed(service, contract)
            assert (found["lines"], found["total"], found["remaining"]) == ([], "0.00", "0.00")

    def test_a_day_before_the_first_value_is_refused(self, service: Service) -> None:
        amount = {"parameter": "minimum_wage", "coefficient": "4", "value_on": "window_start"}
        window = {"start": "2024-10-31", "end": "2025-09-11"}
        contract = penalised(service, {**HOURS, "amount": amount}, window=window)
        answer = service.get(path_of(contract, "penalties"), BUYER, Role.BUYER)
        assert code(answer) == (409, "value_not_known")

    def test_terms_are_amended_from_a_day(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        amendment = {
            "effective_on": "2025-06-01",
            "reason": "Avenant 1",
            "penalties": [{**HOURS, "amount": {"euros": "100"}}],
        }
        path = path_of(contract, "clause", "versions")
        assert service.send("POST", path, BUYER, Role.BUYER, amendment, 1).status_code == 400
        headers = {
            **service.headers(BUYER, Role.BUYER),
            "Idempotency-Key": str(uuid4()),
            "If-Match": '"1-buyer-fr"',
        }
        answer = service.client.post(path, json=amendment, headers=headers)
        assert answer.status_code == 201
        assert answer.json()["terms"]["penalties"][0]["amount"]["euros"] == "100.00"
        assert computed(service, contract, as_of="2025-05-31")["total"] == "9200.00"
        assert computed(service, contract)["total"] == "4600.00"

    @pytest.mark.parametrize(
        ("term", "pointer", "found"),
        [
            ({**HOURS, "amount": {}}, "/penalties/0/amount/parameter", "missing"),
            ({**HOURS, "amount": {"euros": "1.234"}}, "/penalties/0/amount/euros", "too_many_decimals"),
            (
                {**HOURS, "amount": {"parameter": "late_threshold", "coefficient": "4"}},
                "/penalties/0/amount/parameter",
                "unknown_code",
            ),
            ({**HOURS, "days": "ouvres"}, "/penalties/0/days", "not_for_this_kind"),
            ({**HOURS, "kind": "fine"}, "/penalties/0/kind", "unknown_code"),
            ({**HOURS, "observation_days": 400}, "/penalties/0/observation_days", "too_large"),
            ({**HOURS, "floor": "10", "cap": {"amount": "5"}}, "/penalties/0/floor", "floor_above_cap"),
        ],
    )
    def test_a_wrong_term_is_named(self, service: Service, term: Body, pointer: str, found: str) -> None:
        path = path_of(register(service), "clause")
        answer = service.send("PUT", path, BUYER, Role.BUYER, {**CLAUSE, "penalties": [term]}, None)
        assert (answer.status_code, errors_of(answer)) == (422, [(pointer, found)])

    def test_the_past_is_told_as_it_was_known(self, service: Service) -> None:
        contract = penalised(service, HOURS, MEETING, {**PARIS[1], "notice": False})
        first = recorded(service, contract, **MISSED)
        settled(service)
        then = service.clock.moment.isoformat()
        before = computed(service, contract, as_of="2025-09-20", known_at=then)
        assert before == {**computed(service, contract, as_of="2025-09-20"), "known_at": before["known_at"]}
        service.clock.moment += timedelta(hours=1)
        cancel(service, contract, first)
        recorded(service, contract, **{**MISSED, "label": "Autre réunion"})
        body = {"month": "2025-01", "nothing_to_declare": True}
        service.post(path_of(contract, "statements"), CONTRACTOR, Role.CONTRACTOR, body)
        decided(service, contract, as_of="2025-09-20", computed="9200.00", lines=["missing_hours"])
        settled(service)
        assert computed(service, contract, as_of="2025-09-20", known_at=then) == before
        now = computed(service, contract, as_of="2025-09-20")
        assert first in lines(before)
        assert first not in lines(now)
        assert (before["decided"], now["decided"]) == ("0.00", "9200.00")

    def test_nothing_was_known_before_the_contract(self, service: Service) -> None:
        settled(service)
        then = service.clock.moment.isoformat()
        service.clock.moment += timedelta(hours=1)
        contract = penalised(service, HOURS)
        path = path_of(contract, "penalties")
        assert service.get(path, BUYER, Role.BUYER, known_at=then).status_code == 404
        future = (service.clock.moment + timedelta(days=1)).isoformat()
        assert service.get(path, BUYER, Role.BUYER, known_at=future).status_code == 422


class TestReading:
    def test_it_concerns_buyer_holder_facilitator_and_platform(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        buyer = computed(service, contract)
        for siret, role in (
            (CONTRACTOR, Role.CONTRACTOR),
            (FACILITATOR, Role.FACILITATOR),
            (BUYER, Role.FACILITATOR),
            (OTHER_BUYER, Role.ADMIN),
        ):
            assert computed(service, contract, siret, role) == buyer

    def test_a_subcontractor_and_a_structure_do_not_read_it(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        served = {"siret": STRUCTURE, "role": "insertion_structure", "since": "2024-12-12"}
        service.post(path_of(contract, "mandates"), BUYER, Role.BUYER, served)
        for siret, role in (
            (SUBCONTRACTOR, Role.CONTRACTOR),
            (STRUCTURE, Role.INSERTION_STRUCTURE),
        ):
            for rest in (("penalties",), ("penalties", "facts"), ("penalties", "decisions")):
                answer = service.get(path_of(contract, *rest), siret, role)
                assert code(answer) == (403, "forbidden")

    def test_the_tag_is_weak_and_the_law_serves_the_codes(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        answer = service.get(path_of(contract, "penalties"), BUYER, Role.BUYER)
        assert answer.headers["etag"].startswith('W/"')
        law = service.get("/v1/rules", BUYER, Role.BUYER).json()
        assert {item["code"] for item in law["codes"]["penalty_kinds"]} == {
            "missing_hours",
            "late_document",
            "event",
        }
        assert {"code": "ouvres", "label": "Jours ouvrés, du lundi au vendredi, hors jours fériés"} in law[
            "codes"
        ]["penalty_days"]
        (days,) = [item for item in law["parameters"] if item["code"] == "dispute_days"]
        assert (days["value"]["value"], days["unit"], days["assumed"]) == ("30", "days", True)
