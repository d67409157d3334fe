"""Contracts: registering, reading, changing, resolving places, closing, subcontracting."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from app.db.tables import Contract, ContractAccess, Event, Version
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    SUBCONTRACTOR,
    Service,
    serving,
)
from tests.api.registering import contract_body, errors_of, register

CANDIDATES = ["commune/57211", "commune/57303", "commune/57433", "commune/57645"]
PLATFORM = "20003994900017"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


def patch(
    service: Service, contract: dict[str, Any], version: int | None = None, **fields: object
) -> Response:
    path = f"/v1/contracts/{contract['id']}"
    return service.send("PATCH", path, BUYER, Role.BUYER, fields, version or contract["version"])


class TestRegistering:
    def test_a_contract_is_shown_as_registered(self, service: Service) -> None:
        body = contract_body()
        answer = service.post("/v1/contracts", BUYER, Role.BUYER, body)
        assert answer.status_code == 201
        found = answer.json()
        assert answer.headers["location"] == f"/v1/contracts/{found['id']}"
        assert answer.headers["etag"] == '"1-buyer-fr"'
        for name in ("reference", "object", "lot", "nature", "kind", "procedure", "ccag", "firm_amount"):
            assert found[name] == body[name]
        assert found["cpv"] == "45261100"
        assert found["buyer"]["identifier"] == BUYER
        assert found["holders"] == [
            {
                "scheme": "SIRET",
                "identifier": CONTRACTOR,
                "name": None,
                "share": "1.0000",
                "share_assumed": False,
                "lead": True,
                "since": body["notified_on"],
                "until": None,
            }
        ]
        assert service.get(f"/v1/contracts/{found['id']}", BUYER, Role.BUYER).json() == found

    def test_an_ambiguous_place_stays_unresolved_with_its_candidates(self, service: Service) -> None:
        (place,) = register(service)["places"]
        assert place["place"] is None
        assert place["candidates"] == CANDIDATES
        assert (place["published_code"], place["published_type"]) == ("57280", "Code postal")

    def test_the_buyer_its_facilitators_and_its_holder_see_it(self, service: Service) -> None:
        path = f"/v1/contracts/{register(service)['id']}"
        for siret, role in ((BUYER, Role.BUYER), (BUYER, Role.FACILITATOR), (CONTRACTOR, Role.CONTRACTOR)):
            assert service.get(path, siret, role).status_code == 200
        assert service.get(path, PLATFORM, Role.ADMIN).status_code == 200

    @pytest.mark.parametrize(
        ("siret", "role"),
        [
            (OTHER_BUYER, Role.BUYER),
            (OTHER_CONTRACTOR, Role.CONTRACTOR),
            (CONTRACTOR, Role.BUYER),
            (BUYER, Role.CONTRACTOR),
            (BUYER, Role.OBSERVER),
            (FACILITATOR, Role.FACILITATOR),
            (CONTRACTOR, Role.PRESCRIBER),
        ],
    )
    def test_nobody_else_sees_it(self, service: Service, siret: str, role: Role) -> None:
        contract = register(service)
        assert service.get(f"/v1/contracts/{contract['id']}", siret, role).status_code == 404
        listed = service.get("/v1/contracts", siret, role, reference=contract["reference"])
        assert listed.json()["items"] == []

    def test_the_platform_names_the_buyer(self, service: Service) -> None:
        body = contract_body()
        missing = service.post("/v1/contracts", PLATFORM, Role.ADMIN, body)
        assert (missing.status_code, errors_of(missing)) == (422, [("/buyer", "missing")])
        done = service.post("/v1/contracts", PLATFORM, Role.ADMIN, {**body, "buyer": OTHER_BUYER})
        assert (done.status_code, done.json()["buyer"]["identifier"]) == (201, OTHER_BUYER)

    def test_a_buyer_registers_only_its_own(self, service: Service) -> None:
        own = service.post("/v1/contracts", BUYER, Role.BUYER, contract_body(buyer=BUYER))
        assert own.status_code == 201
        other = service.post("/v1/contracts", BUYER, Role.BUYER, contract_body(buyer=OTHER_BUYER))
        assert (other.status_code, other.json()["code"]) == (403, "forbidden")

    @pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.FACILITATOR, Role.OBSERVER])
    def test_other_roles_register_nothing(self, service: Service, role: Role) -> None:
        answer = service.post("/v1/contracts", BUYER, role, contract_body())
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_one_lot_is_registered_once(self, service: Service) -> None:
        body = contract_body()
        assert service.post("/v1/contracts", BUYER, Role.BUYER, body).status_code == 201
        again = service.post("/v1/contracts", BUYER, Role.BUYER, body)
        assert (again.status_code, again.json()["code"]) == (409, "contract_exists")
        other_lot = service.post("/v1/contracts", BUYER, Role.BUYER, {**body, "lot": "3"})
        assert other_lot.status_code == 201
        unnamed = {**body, "lot": None}
        assert service.post("/v1/contracts", BUYER, Role.BUYER, unnamed).status_code == 201
        assert service.post("/v1/contracts", BUYER, Role.BUYER, unnamed).status_code == 409

    def test_a_repetition_creates_nothing_more(self, service: Service) -> None:
        body, key = contract_body(), str(uuid4())
        first = service.post("/v1/contracts", BUYER, Role.BUYER, body, key)
        second = service.post("/v1/contracts", BUYER, Role.BUYER, body, key)
        assert (second.status_code, second.content) == (201, first.content)
        found = service.get("/v1/contracts", BUYER, Role.BUYER, reference=body["reference"]).json()
        assert len(found["items"]) == 1

    def test_a_key_is_required(self, service: Service) -> None:
        headers = service.headers(BUYER, Role.BUYER)
        answer = service.client.post("/v1/contracts", json=contract_body(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"object": None}, ("/object", "not_a_text")),
            ({"reference": ""}, ("/reference", "too_short")),
            ({"cpv": "4526"}, ("/cpv", "wrong_form")),
            ({"ccag": "Autre"}, ("/ccag", "unknown_code")),
            ({"firm_amount": "-1"}, ("/firm_amount", "negative")),
            ({"firm_amount": "1.001"}, ("/firm_amount", "too_many_decimals")),
            ({"notified_on": "1999-12-31"}, ("/notified_on", "day_out_of_range")),
            ({"firm_end_on": "2024-12-11"}, ("/firm_end_on", "end_before_start")),
            ({"ended_on": "2024-12-11"}, ("/ended_on", "end_before_start")),
            ({"duration_months": 0}, ("/duration_months", "too_small")),
            ({"holders": [{"siret": "20000000800018"}]}, ("/holders/0/siret", "invalid_siret")),
            ({"holders": [{}]}, ("/holders/0", "one_identifier")),
            ({"holders": [{"scheme": "TVA"}]}, ("/holders/0", "one_identifier")),
            ({"holders": [{"siret": CONTRACTOR}] * 2}, ("/holders/1", "duplicate")),
            (
                {"holders": [{"siret": CONTRACTOR, "share": "0.5"}, {"siret": OTHER_CONTRACTOR}]},
                ("/holders", "shares_do_not_sum"),
            ),
            ({"holders": [{"siret": CONTRACTOR, "share": "0.99"}]}, ("/holders", "shares_do_not_sum")),
            ({"holders": [{"siret": CONTRACTOR, "share": "0"}]}, ("/holders/0/share", "not_a_share")),
            ({"holders": [{"siret": CONTRACTOR, "share": "0.33333"}]}, ("/holders/0/share", "not_a_share")),
            ({"holders": [{"siret": CONTRACTOR, "share": True}]}, ("/holders/0/share", "not_a_share")),
            (
                {
                    "holders": [
                        {"siret": CONTRACTOR, "lead": True},
                        {"siret": OTHER_CONTRACTOR, "lead": True},
                    ]
                },
                ("/holders", "several_leads"),
            ),
            ({"places": [{"place": "commune/99999"}]}, ("/places/0/place", "unknown_reference")),
            ({"places": [{"published_code": "57280"}]}, ("/places/0", "one_place")),
            (
                {"places": [{"place": "commune/57433", "published_code": "57280"}]},
                ("/places/0", "one_place"),
            ),
            (
                {"suspensions": [{"since": "2025-02-02", "until": "2025-02-01"}]},
                ("/suspensions/0", "end_before_start"),
            ),
            (
                {"suspensions": [{"since": "2025-02-01"}, {"since": "2025-03-01"}]},
                ("/suspensions", "suspensions_overlap"),
            ),
            ({"waiver": {"ground": "caprice", "text": "Non"}}, ("/waiver/ground", "unknown_code")),
            ({"unknown": 1}, ("/unknown", "unknown_field")),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, fields: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        answer = service.post("/v1/contracts", BUYER, Role.BUYER, contract_body(**fields))
        assert (answer.status_code, errors_of(answer)) == (422, [expected])

    def test_a_refused_registration_leaves_nothing(self, service: Service) -> None:
        body = contract_body(places=[{"place": "commune/99999"}])
        assert service.post("/v1/contracts", BUYER, Role.BUYER, body).status_code == 422
        with service.means.database.read() as session:
            found = select(func.count()).where(Contract.reference == body["reference"])
            assert session.scalar(found) == 0

    def test_equal_shares_are_flagged_and_sum_to_the_whole(self, service: Service) -> None:
        places = [{"place": f"commune/{code}"} for code in ("57433", "57463", "57211")]
        holders = [{"siret": siret} for siret in (CONTRACTOR, OTHER_CONTRACTOR, SUBCONTRACTOR)]
        found = register(service, places=places, holders=holders)
        for shown in (found["places"], found["holders"]):
            assert [item["share"] for item in shown] == ["0.3334", "0.3333", "0.3333"]
            assert all(item["share_assumed"] for item in shown)

    def test_given_shares_are_kept(self, service: Service) -> None:
        holders = [
            {"siret": CONTRACTOR, "share": "0.25"},
            {"scheme": "TVA", "identifier": "DE123456789", "share": 0.75, "lead": True},
        ]
        shown = register(service, holders=holders)["holders"]
        assert [(item["identifier"], item["share"], item["lead"]) for item in shown] == [
            ("DE123456789", "0.7500", True),
            (CONTRACTOR, "0.2500", False),
        ]
        assert not any(item["share_assumed"] for item in shown)

    def test_it_is_one_change_with_a_version_and_an_event(self, service: Service) -> None:
        contract_id = UUID(register(service)["id"])
        with service.means.database.read() as session:
            (version,) = session.scalars(select(Version).where(Version.subject_id == contract_id))
            (event,) = session.scalars(select(Event).where(Event.subject_id == contract_id))
            accesses = session.scalars(
                select(ContractAccess).where(ContractAccess.contract_id == contract_id)
            ).all()
        assert (version.number, version.effective_on.isoformat()) == (1, "2024-12-12")
        assert version.snapshot["firm_amount"] == 2736400
        assert version.snapshot["places"] == [{"place": None, "share": 10000}]
        assert event.type == "contract.registered"
        assert event.contract_id == contract_id
        assert event.change_id == version.change_id
        assert sorted((row.role, row.cause) for row in accesses) == [
            ("buyer", "buyer"),
            ("contractor", "holder"),
            ("facilitator", "buyer"),
        ]


class TestChanging:
    def test_only_the_fields_sent_change(self, service: Service) -> None:
        contract = register(service)
        changed = patch(service, contract, ccag=None, lot="4", firm_amount="30000")
        assert changed.status_code == 200
        assert changed.headers["etag"] == '"2-buyer-fr"'
        assert changed.json() == {
            **contract,
            "version": 2,
            "ccag": None,
            "lot": "4",
            "firm_amount": "30000.00",
        }

    def test_saying_what_is_known_records_nothing(self, service: Service) -> None:
        contract = register(service)
        same = patch(service, contract, ccag="Travaux", firm_amount="27364")
        assert (same.status_code, same.json()) == (200, contract)

    def test_the_same_lists_record_nothing_and_keep_what_was_chosen(self, service: Service) -> None:
        contract = register(service, holders=[{"siret": CONTRACTOR}, {"siret": OTHER_CONTRACTOR}])
        path = f"/v1/contracts/{contract['id']}/places/1"
        body = {"place": "commune/57433"}
        resolved = service.send("PUT", path, BUYER, Role.BUYER, body, 1).json()
        published = {"published_code": "57280", "published_type": "Code postal"}
        holders = [{"siret": OTHER_CONTRACTOR}, {"siret": CONTRACTOR}]
        same = patch(service, resolved, places=[published], holders=holders)
        assert same.json() == resolved
        more = patch(service, resolved, places=[published, {"place": "commune/57463"}]).json()
        assert [item["place"] for item in more["places"]] == ["commune/57433", "commune/57463"]

    def test_a_new_lead_or_share_is_a_change(self, service: Service) -> None:
        holders = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]
        contract = register(service, holders=holders)
        led: list[dict[str, Any]] = [{"siret": CONTRACTOR}, {"siret": OTHER_CONTRACTOR, "lead": True}]
        changed = patch(service, contract, holders=led).json()
        assert [(item["identifier"], item["lead"]) for item in changed["holders"]] == [
            (OTHER_CONTRACTOR, True),
            (CONTRACTOR, False),
        ]
        shared = [{**led[0], "share": "0.4"}, {**led[1], "share": "0.6"}]
        again = patch(service, changed, holders=shared).json()
        assert (again["version"], [item["share"] for item in again["holders"]]) == (3, ["0.6000", "0.4000"])

    def test_structured_fields_come_back(self, service: Service) -> None:
        contract = register(service)
        sent: dict[str, Any] = {
            "consultation": {
                "reference": "C-1",
                "launched_on": "2024-06-01",
                "estimated_value": "1000000.00",
                "kind": "works",
                "state_buyer": False,
            },
            "social_conditions": [{"kind": "training", "text": "Deux apprentis"}],
            "waiver": {
                "ground": "no_link",
                "text": "Achat de licences",
                "decided_on": "2024-05-02",
                "decided_by": "Direction des achats",
            },
            "suspensions": [
                {"since": "2025-02-01", "until": "2025-02-10"},
                {"since": "2025-03-01", "until": None},
            ],
        }
        changed = patch(service, contract, **sent).json()
        assert {name: changed[name] for name in sent} == sent
        cleared = patch(service, changed, consultation=None, waiver=None, suspensions=[]).json()
        assert cleared["waiver"] is None
        assert cleared["suspensions"] == []
        assert set(cleared["consultation"].values()) == {None}

    def test_a_holder_that_leaves_stops_seeing_it_and_may_come_back(self, service: Service) -> None:
        contract = register(service)
        path = f"/v1/contracts/{contract['id']}"
        replaced = patch(service, contract, holders=[{"siret": OTHER_CONTRACTOR}])
        assert [item["identifier"] for item in replaced.json()["holders"]] == [OTHER_CONTRACTOR]
        assert service.get(path, CONTRACTOR, Role.CONTRACTOR).status_code == 404
        assert service.get(path, OTHER_CONTRACTOR, Role.CONTRACTOR).status_code == 200
        patch(service, replaced.json(), holders=[{"siret": CONTRACTOR}])
        assert service.get(path, CONTRACTOR, Role.CONTRACTOR).status_code == 200
        assert service.get(path, OTHER_CONTRACTOR, Role.CONTRACTOR).status_code == 404

    def test_places_are_replaced_as_a_whole(self, service: Service) -> None:
        contract = register(service)
        places = [{"place": "commune/57433", "share": "0.6"}, {"place": "department/54", "share": "0.4"}]
        shown = patch(service, contract, places=places).json()["places"]
        assert [(item["ordinal"], item["place"], item["share"]) for item in shown] == [
            (1, "commune/57433", "0.6000"),
            (2, "department/54", "0.4000"),
        ]

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"object": None}, ("/object", "missing")),
            ({"reference": "other"}, ("/reference", "unknown_field")),
            ({"maximum_end_on": "2024-01-01"}, ("/maximum_end_on", "end_before_start")),
            ({"holders": [{"siret": "20000000800018"}]}, ("/holders/0/siret", "invalid_siret")),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, fields: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        contract = register(service)
        answer = patch(service, contract, **fields)
        assert (answer.status_code, errors_of(answer)) == (422, [expected])
        assert service.get(f"/v1/contracts/{contract['id']}", BUYER, Role.BUYER).json() == contract


class TestClosing:
    def close(self, service: Service, contract: dict[str, Any], **body: str) -> Response:
        path = f"/v1/contracts/{contract['id']}/close"
        return service.send("POST", path, BUYER, Role.BUYER, body, contract["version"])

    def test_a_closed_contract_is_read_and_no_longer_changed(self, service: Service) -> None:
        contract = register(service)
        closed = self.close(service, contract, ended_on="2025-01-09")
        assert closed.status_code == 200
        found = closed.json()
        assert (found["closed_on"], found["ended_on"]) == ("2025-01-10", "2025-01-09")
        for refused in (self.close(service, found), patch(service, found, lot="5")):
            assert (refused.status_code, refused.json()["code"]) == (409, "contract_closed")

    @pytest.mark.parametrize(
        ("day", "code"), [("2025-01-11", "in_the_future"), ("2024-12-11", "end_before_start")]
    )
    def test_a_day_of_closing_lies_between_notification_and_today(
        self, service: Service, day: str, code: str
    ) -> None:
        answer = self.close(service, register(service), closed_on=day)
        assert (answer.status_code, errors_of(answer)) == (422, [("/closed_on", code)])


def test_a_holder_added_later_holds_from_the_day_of_the_change(service: Service) -> None:
    """Notified on 12 December; the other firm joins on 10 January, or on the day that is said."""
    contract = register(service)
    path = f"/v1/contracts/{contract['id']}"
    both: list[dict[str, Any]] = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]
    found = service.send("PATCH", path, BUYER, Role.BUYER, {"holders": both}, contract["version"]).json()
    assert [item["since"] for item in found["holders"]] == [contract["notified_on"], "2025-01-10"]
    both[1]["since"] = "2025-02-01"
    found = service.send("PATCH", path, BUYER, Role.BUYER, {"holders": both}, found["version"]).json()
    assert [item["since"] for item in found["holders"]] == [contract["notified_on"], "2025-02-01"]
    both[1]["since"] = "2020-01-01"
    answer = service.send("PATCH", path, BUYER, Role.BUYER, {"holders": both}, found["version"])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/holders/1/since"
