"""Organisations: public facts that the platform or the organisation itself states."""

from collections.abc import Iterator

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from app.db.tables import Change, Organisation, Version
from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, OTHER_BUYER, Service, serving
from tests.api.registering import errors_of

# Nobody has named these.
NEW = ("21000000600010", "31000000500010", "41000000400011", "51000000300010", "61000000200010")
BODY = {"name": "Commune d'exemple", "seat": "commune/57433"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        for siret in (BUYER, OTHER_BUYER, CONTRACTOR, FACILITATOR):
            running.headers(siret, Role.BUYER)
        running.headers(BUYER, Role.ADMIN)
        yield running


def put(
    service: Service, siret: str, body: object, version: int | None, role: Role = Role.ADMIN, by: str = BUYER
) -> Response:
    return service.send("PUT", f"/v1/organisations/{siret}", by, role, body, version)


def changes(service: Service) -> int:
    with service.means.database.read() as session:
        return session.scalar(select(func.count()).select_from(Change)) or 0


class TestCreating:
    def test_the_platform_names_an_organisation(self, service: Service) -> None:
        answer = put(service, NEW[0], BODY, None)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"/v1/organisations/{NEW[0]}"
        assert answer.headers["ETag"] == '"1-admin-fr"'
        found = answer.json()
        assert {name: found[name] for name in ("siret", "name", "seat", "version")} == {
            "siret": NEW[0],
            **BODY,
            "version": 1,
        }
        # A public fact, the same for everybody.
        for by in (OTHER_BUYER, CONTRACTOR):
            assert service.get(f"/v1/organisations/{NEW[0]}", by, Role.BUYER).json() == found

    def test_a_version_of_what_does_not_exist_is_stale(self, service: Service) -> None:
        answer = put(service, NEW[1], BODY, 1)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
        assert service.get(f"/v1/organisations/{NEW[1]}", BUYER, Role.ADMIN).status_code == 404

    def test_others_name_nobody_new(self, service: Service) -> None:
        answer = put(service, NEW[2], BODY, None, Role.BUYER)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert service.get(f"/v1/organisations/{NEW[2]}", BUYER, Role.BUYER).status_code == 404

    @pytest.mark.parametrize("siret", ["20003994900018", "00000000000000"])
    def test_fourteen_digits_may_identify_nobody(self, service: Service, siret: str) -> None:
        answer = put(service, siret, BODY, None)
        assert (answer.status_code, errors_of(answer)) == (422, [("/path/siret", "invalid_siret")])

    @pytest.mark.parametrize("siret", ["2000399490001", "2000399490001X"])
    def test_a_siret_has_fourteen_digits(self, service: Service, siret: str) -> None:
        for answer in (
            put(service, siret, BODY, None),
            service.get(f"/v1/organisations/{siret}", BUYER, Role.ADMIN),
        ):
            assert answer.status_code == 422
            assert [pointer for pointer, _ in errors_of(answer)] == ["/path/siret"]


class TestReplacing:
    def test_everybody_states_their_own(self, service: Service) -> None:
        path = f"/v1/organisations/{CONTRACTOR}"
        read = service.get(path, CONTRACTOR, Role.BUYER)
        assert (read.json()["name"], read.headers["ETag"]) == (None, '"1-buyer-fr"')
        answer = put(service, CONTRACTOR, BODY, 1, Role.BUYER, CONTRACTOR)
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2-buyer-fr"')
        assert service.get(path, OTHER_BUYER, Role.BUYER).json() == answer.json()
        with service.means.database.read() as session:
            organisation = session.scalars(
                select(Organisation).where(Organisation.identifier == CONTRACTOR)
            ).one()
            kept = session.scalars(select(Version).where(Version.subject_id == organisation.id)).all()
        assert [(row.number, row.snapshot) for row in kept] == [(2, {"seat": "commune/57433"})]

    def test_nobody_states_anothers(self, service: Service) -> None:
        before = changes(service)
        answer = put(service, OTHER_BUYER, BODY, 1, Role.BUYER, BUYER)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert changes(service) == before

    def test_a_replacement_names_the_version_that_was_read(self, service: Service) -> None:
        before = changes(service)
        for version, status, code in ((None, 428, "precondition_required"), (7, 412, "stale_version")):
            answer = put(service, OTHER_BUYER, BODY, version)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert changes(service) == before

    def test_the_same_again_records_nothing(self, service: Service) -> None:
        first = put(service, FACILITATOR, BODY, 1)
        before = changes(service)
        again = put(service, FACILITATOR, BODY, 2)
        assert (again.status_code, again.json()) == (200, first.json())
        assert changes(service) == before
        cleared = put(service, FACILITATOR, {"name": None, "seat": None}, 2).json()
        assert (cleared["name"], cleared["seat"], cleared["version"]) == (None, None, 3)


WRONG = [
    ({"name": "X", "seat": "commune/00000"}, "/seat", "unknown_reference"),
    ({"name": "X", "seat": "57433"}, "/seat", None),
    ({"name": "X"}, "/seat", "missing"),
    ({"name": "", "seat": None}, "/name", "too_short"),
    ({"name": "x" * 201, "seat": None}, "/name", "too_long"),
    ({"name": "a\u0000b", "seat": None}, "/name", "control_character"),
    ({"name": "X", "seat": None, "siret": BUYER}, "/siret", "unknown_field"),
]


class TestWrong:
    @pytest.mark.parametrize(("body", "pointer", "code"), WRONG)
    def test_a_malformed_organisation(
        self, service: Service, body: object, pointer: str, code: str | None
    ) -> None:
        before = changes(service)
        answer = put(service, NEW[3], body, None)
        assert answer.status_code == 422
        (found,) = errors_of(answer)
        assert found[0] == pointer
        assert code in (found[1], None)
        assert changes(service) == before

    def test_without_a_key_nothing_is_read_or_written(self, service: Service) -> None:
        path = f"/v1/organisations/{BUYER}"
        for answer in (service.client.get(path), service.client.put(path, json=BODY)):
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")

    def test_nobody_named_is_unknown(self, service: Service) -> None:
        answer = service.get(f"/v1/organisations/{NEW[4]}", BUYER, Role.ADMIN)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
