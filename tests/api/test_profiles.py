"""Own profiles of clauses: drafted, published, superseded, withdrawn; who sees them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from app.db.tables import Change, Event, OwnProfile, ProfileVersion, ProfileWithdrawal
from app.principal import SERVICE, Role
from app.services.work import writing
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, MORNING, OTHER_BUYER, Service, serving
from tests.api.cases import profile_body
from tests.api.profiling import (
    address,
    begin,
    change,
    days_of,
    draft,
    in_force,
    mandate,
    new_code,
    publish,
    read,
    withdraw,
)
from tests.api.registering import errors_of, register


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


@pytest.fixture
def service(shared: Service) -> Iterator[Service]:
    yield shared
    shared.clock.moment = MORNING


class TestDrafting:
    def test_a_profile_begins_as_a_draft_from_another_one(self, service: Service) -> None:
        code = new_code()
        conditions = {"reporting": {"every": "month", "due_day": 10, "documents": []}}
        answer = begin(service, code=code, conditions=conditions)
        assert (answer.status_code, answer.headers["etag"]) == (201, '"1-buyer-fr"')
        assert answer.headers["location"] == f"/v1/profiles/{code}"
        found = answer.json()
        herault = read(service, "herault").json()["conditions"]
        assert found["conditions"] == {**herault, **conditions}
        assert {
            name: found[name] for name in ("edition", "state", "owner", "since", "until", "in_force")
        } == {
            "edition": 1,
            "state": "draft",
            "owner": BUYER,
            "since": None,
            "until": None,
            "in_force": False,
        }
        assert read(service, code).json() == found

    def test_it_may_begin_from_the_general_conditions_with_its_own_publics(self, service: Service) -> None:
        publics = [{"code": "pi", "parameters": {"proof_months": 3}}]
        found = begin(service, based_on=None, conditions={"publics": publics}).json()
        assert found["conditions"]["publics"] == [
            {"code": "pi", "parameters": {"proof_months": 3}, "reference": "", "assumed": False}
        ]
        assert found["conditions"]["durations"]["months"] == 24

    def test_it_may_begin_from_a_profile_of_one_s_own_in_force(self, service: Service) -> None:
        code = in_force(service, conditions={"late_threshold": "0.5"})
        assert begin(service, based_on=code).json()["conditions"]["late_threshold"] == "0.5"

    def test_a_draft_changes_and_the_rest_stays(self, service: Service) -> None:
        begun = begin(service).json()
        answer = change(service, begun["code"], {"conditions": {"training_cap": "200"}}, 1)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2-buyer-fr"')
        found = answer.json()
        assert found["conditions"] == {**begun["conditions"], "training_cap": "200.00"}
        assert found["label"] == begun["label"]
        answer = change(
            service, begun["code"], {"label": "Autre nom", "conditions": {"training_cap": None}}, 2
        )
        assert answer.json()["conditions"] == begun["conditions"]
        assert answer.json()["label"] == "Autre nom"

    def test_changing_nothing_records_nothing(self, service: Service) -> None:
        code = begin(service).json()["code"]
        assert change(service, code, {}, 1).json()["version"] == 1

    @pytest.mark.parametrize("code", ["ccag-2021", "npnru", "taken"])
    def test_a_code_stands_for_one_profile(self, service: Service, code: str) -> None:
        if code == "taken":
            begin(service, code="taken")
        answer = begin(service, code=code)
        assert (answer.status_code, answer.json()["code"]) == (409, "profile_exists")

    def test_two_organisations_may_use_one_code(self, service: Service) -> None:
        code = begin(service, label="De l'un").json()["code"]
        assert begin(service, OTHER_BUYER, code=code, label="De l'autre").status_code == 201
        assert read(service, code).json()["label"] == "De l'un"
        assert read(service, code, OTHER_BUYER).json()["label"] == "De l'autre"

    def test_repeating_a_creation_creates_nothing_more(self, service: Service) -> None:
        body = profile_body(new_code())
        one, two = (service.post("/v1/profiles", BUYER, Role.BUYER, body, key=body["code"]) for _ in range(2))
        assert (two.status_code, two.content) == (201, one.content)
        assert two.headers["idempotent-replayed"] == "true"

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"code": "Été"}, [("/code", "wrong_form")]),
            ({"label": ""}, [("/label", "too_short")]),
            ({"based_on": "inconnu"}, [("/based_on", "unknown_code")]),
            ({"based_on": None}, [("/conditions/publics", "missing")]),
            ({"conditions": {"target": {}}}, [("/conditions/target", "unknown_field")]),
            (
                {"conditions": {"publics": [{"code": "deld", "parameters": {"months": 61}}]}},
                [("/conditions/publics/0/parameters/months", "invalid")],
            ),
            (
                {"conditions": {"publics": [{"code": "rsa", "parameters": {"proof_months": 61}}]}},
                [("/conditions/publics/0/parameters/proof_months", "invalid")],
            ),
            (
                {"conditions": {"reporting": {"due_day": 31}}},
                [("/conditions/reporting/every", "missing")],
            ),
            (
                {"conditions": {"publics": [{"code": "inconnu"}]}},
                [("/conditions/publics/0/code", "unknown_code")],
            ),
            ({"conditions": {"late_threshold": "2"}}, [("/conditions/late_threshold", "invalid")]),
        ],
    )
    def test_what_is_wrong_is_named(
        self, service: Service, body: dict[str, Any], errors: list[tuple[str, str]]
    ) -> None:
        answer = service.post("/v1/profiles", BUYER, Role.BUYER, {**profile_body(new_code()), **body})
        assert (answer.status_code, errors_of(answer)) == (422, errors)

    def test_a_wrong_change_is_named_too(self, service: Service) -> None:
        code = begin(service).json()["code"]
        answer = change(service, code, {"conditions": {"publics": []}}, 1)
        assert (answer.status_code, errors_of(answer)) == (422, [("/conditions/publics", "missing")])

    def test_a_stale_or_unnamed_version_changes_nothing(self, service: Service) -> None:
        code = begin(service).json()["code"]
        change(service, code, {"label": "Plus récent"}, 1)
        assert change(service, code, {"label": "Ancien"}, 1).status_code == 412
        path = address(code, 1)
        answer = service.send("PATCH", path, BUYER, Role.BUYER, {"label": "Ancien"}, None)
        assert answer.status_code == 428
        assert read(service, code).json()["label"] == "Plus récent"


class TestPublishing:
    def test_a_published_version_is_in_force_from_its_day(self, service: Service) -> None:
        code = in_force(service, "2025-03-01")
        seen = {day: read(service, code, on=day).json() for day in ("2025-02-28", "2025-03-01")}
        assert [item["in_force"] for item in seen.values()] == [False, True]
        assert seen["2025-03-01"]["state"] == "published"

    def test_what_is_published_is_not_edited(self, service: Service) -> None:
        code = in_force(service)
        for answer in (change(service, code, {"label": "X"}, 2), publish(service, code, "2025-02-01", 2)):
            assert (answer.status_code, answer.json()["code"]) == (409, "profile_published")

    def test_the_next_version_supersedes_it_from_its_day(self, service: Service) -> None:
        code = in_force(service)
        answer = draft(service, code, {"conditions": {"late_threshold": "0.9"}}, 2)
        assert answer.status_code == 201
        drafted = answer.json()
        assert days_of(drafted) == [(1, "published", "2025-01-01", None), (2, "draft", None, None)]
        assert (drafted["edition"], drafted["conditions"]["late_threshold"]) == (2, "0.9")
        assert read(service, code).json()["edition"] == 1
        published = publish(service, code, "2025-02-01", 3, edition=2).json()
        assert days_of(published) == [
            (1, "published", "2025-01-01", "2025-01-31"),
            (2, "published", "2025-02-01", None),
        ]
        thresholds = {
            day: read(service, code, on=day).json()["conditions"]["late_threshold"]
            for day in ("2025-01-31", "2025-02-01")
        }
        assert thresholds == {"2025-01-31": "0.8", "2025-02-01": "0.9"}
        assert read(service, code, edition=1).json()["until"] == "2025-01-31"

    @pytest.mark.parametrize("since", ["2025-01-09", "2025-02-01", "2025-01-31"])
    def test_it_never_rewrites_what_was_in_force(self, service: Service, since: str) -> None:
        """Today is 2025-01-10; the version before begins on 2025-02-01, unless that day is over."""
        code = in_force(service, "2025-01-01" if since == "2025-01-09" else "2025-02-01")
        draft(service, code, {}, 2)
        answer = publish(service, code, since, 3, edition=2)
        assert (answer.status_code, answer.json()["code"]) == (409, "publication_too_early")

    def test_the_first_may_hold_since_long(self, service: Service) -> None:
        assert read(service, in_force(service, "2018-01-01"), on="2018-01-01").json()["in_force"]

    def test_a_profile_has_one_draft_at_a_time(self, service: Service) -> None:
        code = begin(service).json()["code"]
        answer = draft(service, code, {}, 1)
        assert (answer.status_code, answer.json()["code"]) == (409, "draft_exists")

    def test_repeating_a_new_version_makes_one(self, service: Service) -> None:
        code = in_force(service)
        one, two = (draft(service, code, {}, 2, key=f"again-{code}") for _ in range(2))
        assert (one.status_code, two.content) == (201, one.content)

    def test_an_unknown_number_is_not_found(self, service: Service) -> None:
        code = in_force(service)
        assert read(service, code, edition=2).status_code == 404
        assert change(service, code, {}, 2, edition=2).status_code == 404
        assert publish(service, code, "2025-02-01", 2, edition=2).status_code == 404
        assert withdraw(service, code, 2, edition=2).status_code == 404

    def test_each_step_is_told_to_its_organisation(self, service: Service) -> None:
        code = in_force(service)
        with service.means.database.read() as session:
            row = session.scalars(select(OwnProfile).where(OwnProfile.code == code)).one()
            told = session.scalars(select(Event.type).where(Event.subject_id == row.id)).all()
            done = session.scalars(select(Change.action).order_by(Change.id.desc()).limit(2)).all()
        assert sorted(told) == sorted(done) == ["profile.created", "profile.published"]

    @pytest.mark.parametrize("table", [ProfileVersion, ProfileWithdrawal])
    def test_the_database_refuses_to_rewrite_it(self, service: Service, table: type) -> None:
        code = in_force(service)
        withdraw(service, code, 2)
        column = "label" if table is ProfileVersion else "until"
        value = "Autre" if table is ProfileVersion else MORNING.date()
        with (
            pytest.raises(DatabaseError, match="never rewritten"),
            writing(service.means, SERVICE, "test") as writer,
        ):
            writer.session.execute(update(table).values({column: value}))


class TestWithdrawing:
    def test_a_draft_that_was_never_published_goes_with_its_profile(self, service: Service) -> None:
        code = begin(service).json()["code"]
        assert withdraw(service, code, 1).status_code == 204
        assert read(service, code).status_code == 404
        assert begin(service, code=code).status_code == 201

    def test_a_later_draft_goes_alone(self, service: Service) -> None:
        code = in_force(service)
        draft(service, code, {}, 2)
        assert withdraw(service, code, 3, edition=2).status_code == 204
        assert days_of(read(service, code).json()) == [(1, "published", "2025-01-01", None)]

    def test_a_version_in_force_ended_yesterday(self, service: Service) -> None:
        code = in_force(service)
        assert withdraw(service, code, 2).status_code == 204
        found = read(service, code).json()
        assert days_of(found) == [(1, "withdrawn", "2025-01-01", "2025-01-09")]
        assert (found["in_force"], found["state"], found["version"]) == (False, "withdrawn", 3)
        assert read(service, code, on="2025-01-09").json()["in_force"]

    def test_twice_is_once(self, service: Service) -> None:
        code = in_force(service)
        withdraw(service, code, 2)
        assert withdraw(service, code, 3).status_code == 204
        assert read(service, code).json()["version"] == 3

    def test_the_one_before_does_not_come_back(self, service: Service) -> None:
        code = in_force(service)
        draft(service, code, {}, 2)
        publish(service, code, "2025-01-20", 3, edition=2)
        service.clock.moment += timedelta(days=20)
        withdraw(service, code, 4, edition=2)
        found = read(service, code).json()
        assert days_of(found) == [
            (1, "published", "2025-01-01", "2025-01-19"),
            (2, "withdrawn", "2025-01-20", "2025-01-29"),
        ]
        assert not found["in_force"]

    def test_one_that_never_began_leaves_the_one_before_in_force(self, service: Service) -> None:
        code = in_force(service)
        draft(service, code, {}, 2)
        publish(service, code, "2025-02-01", 3, edition=2)
        withdraw(service, code, 4, edition=2)
        found = read(service, code, on="2025-03-01").json()
        assert (found["edition"], found["in_force"]) == (1, True)
        assert days_of(found) == [
            (1, "published", "2025-01-01", None),
            (2, "withdrawn", "2025-02-01", "2025-01-09"),
        ]
        # The number is not given again, and the day that was announced is free.
        draft(service, code, {}, 5)
        assert publish(service, code, "2025-02-01", 6, edition=3).status_code == 200


class TestSight:
    def test_the_list_holds_the_built_in_and_one_s_own(self, service: Service) -> None:
        code = in_force(service)
        listed = service.get("/v1/profiles", BUYER, Role.BUYER).json()["items"]
        owners = {item["code"]: item["owner"] for item in listed}
        assert (owners[code], owners["herault"]) == (BUYER, None)
        for siret, role in ((OTHER_BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.OBSERVER)):
            codes = [item["code"] for item in service.get("/v1/profiles", siret, role).json()["items"]]
            assert code not in codes
            assert "herault" in codes
            assert read(service, code, siret, role).status_code == 404

    def test_an_organisation_writes_them_as_buyer_and_as_facilitator(self, service: Service) -> None:
        code = begin(service, role=Role.FACILITATOR).json()["code"]
        assert read(service, code).json()["version"] == 1

    @pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.PRESCRIBER, Role.INSERTION_STRUCTURE])
    def test_others_write_none(self, service: Service, role: Role) -> None:
        assert begin(service, CONTRACTOR, role).status_code == 403

    def test_a_built_in_profile_is_seen_by_all_and_changed_by_nobody(self, service: Service) -> None:
        answers = [
            change(service, "herault", {"label": "X"}, 1),
            publish(service, "herault", "2025-02-01", 1),
            withdraw(service, "herault", 1),
            draft(service, "herault", {}, 1),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4

    def test_a_buyer_sees_what_its_facilitator_published_and_no_draft(self, service: Service) -> None:
        code = begin(service, FACILITATOR, Role.FACILITATOR).json()["code"]
        contract = register(service)
        mandate(service, contract, since="2025-01-10", until="2025-01-12")
        assert read(service, code).status_code == 404
        publish(service, code, "2025-01-01", 1, siret=FACILITATOR, role=Role.FACILITATOR)
        found = read(service, code)
        assert (found.status_code, found.json()["owner"], found.json()["version"]) == (200, FACILITATOR, None)
        assert "etag" not in found.headers
        assert change(service, code, {"label": "X"}, 2).status_code == 403
        service.clock.moment += timedelta(days=3)
        assert read(service, code).status_code == 404
