"""Who grants a role to an account, and takes it back: only what one has, for one's own."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Membership
from app.principal import Role
from tests.api.accounts import MEMBERSHIPS, PLATFORM, World, code
from tests.api.builders import BUYER, CONTRACTOR, ISSUER, OTHER_BUYER
from tests.api.registering import errors_of
from tests.issuers.running import NOW


class TestGranting:
    def test_what_is_answered_tells_nothing_of_the_account(self, world: World, subject: str) -> None:
        answer = world.grant(subject=subject, until="2025-12-31")
        found = answer.json()
        assert answer.headers["Location"] == f"{MEMBERSHIPS}/{found['id']}"
        assert subject not in answer.text
        assert {name: found[name] for name in ("siret", "role", "kind", "since", "until", "ended_at")} == {
            "siret": BUYER,
            "role": "buyer",
            "kind": "person",
            "since": "2025-01-10",
            "until": "2025-12-31",
            "ended_at": None,
        }
        with world.service.means.database.read() as session:
            rows = session.scalars(select(Membership)).all()
            stored = repr([vars(row) for row in rows])
        assert found["id"] in stored
        assert subject not in stored

    @pytest.mark.parametrize(
        ("siret", "role", "by"),
        [
            (BUYER, "facilitator", (BUYER, Role.BUYER)),
            (BUYER, "admin", (BUYER, Role.BUYER)),
            (OTHER_BUYER, "buyer", (BUYER, Role.BUYER)),
            ("71000000100010", "buyer", (BUYER, Role.BUYER)),
        ],
    )
    def test_nobody_grants_for_others(
        self, world: World, siret: str, role: str, by: tuple[str, Role]
    ) -> None:
        assert code(world.grant(siret, role, by=by)) == (403, "forbidden")

    def test_a_member_grants_with_the_right_to(self, world: World, subject: str) -> None:
        world.granted(f"{subject}-without")
        world.granted(f"{subject}-with", manages_access=True, scopes=["write"])
        body = {"siret": BUYER, "role": "buyer", "issuer": world.people.url, "label": "Suivi"}
        seen: list[int] = []
        for suffix, scopes in (("without", ["write"]), ("with", ["read"]), ("with", ["write"])):
            sent = {**body, "subject": f"{subject}-{len(seen)}", "scopes": scopes}
            headers = {"Idempotency-Key": str(uuid4())}
            token = world.token(f"{subject}-{suffix}")
            seen.append(world.ask(token, "POST", MEMBERSHIPS, json=sent, headers=headers).status_code)
        assert seen == [403, 403, 201]

    def test_a_member_without_the_right_makes_and_revokes_no_keys(self, world: World, subject: str) -> None:
        world.granted(subject)
        token, headers = world.token(subject), {"Idempotency-Key": str(uuid4())}
        body = {"siret": BUYER, "role": "buyer", "label": "x"}
        key = world.service.post("/v1/api-keys", BUYER, Role.BUYER, body).json()
        answers = [
            world.ask(token, "POST", "/v1/api-keys", json=body, headers=headers),
            world.ask(token, "POST", f"/v1/api-keys/{key['id']}/rotate", json={}, headers=headers),
            world.ask(token, "DELETE", f"/v1/api-keys/{key['id']}"),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403]

    def test_twice_is_refused_until_it_is_over(self, world: World, subject: str) -> None:
        first = world.granted(subject, until="2025-03-31")
        assert code(world.grant(subject=subject)) == (409, "membership_exists")
        assert code(world.grant(subject=subject, since="2025-03-31")) == (409, "membership_exists")
        assert world.grant(subject=subject, since="2025-04-01").status_code == 201
        assert world.grant(subject=subject, role="facilitator").status_code == 201
        assert world.end(first["id"], BUYER, Role.BUYER) == 204
        assert world.grant(subject=subject, until="2025-03-31").status_code == 201

    @pytest.mark.parametrize(
        ("fields", "pointer", "found"),
        [
            ({"siret": "71000000100010"}, "/siret", "unknown_reference"),
            ({"issuer": "https://unknown.example"}, "/issuer", "unknown_issuer"),
            ({"subject": None}, "", "subject_or_client"),
            ({"subject": "a", "client_id": "b"}, "", "subject_or_client"),
            ({"subject": "a b"}, "/subject", "wrong_form"),
            ({"since": "2025-02-01", "until": "2025-01-31"}, "", "end_before_start"),
            ({"until": "2025-01-09"}, "/until", "end_before_start"),
            ({"role": "mayor"}, "/role", "unknown_code"),
            ({"scopes": []}, "/scopes", "too_short"),
        ],
    )
    def test_a_malformed_request(
        self, world: World, fields: dict[str, Any], pointer: str, found: str
    ) -> None:
        answer = world.grant(**{"siret": BUYER, **fields})
        assert answer.status_code == 422
        assert [item[:2] for item in errors_of(answer)] == [(pointer, found)]

    def test_a_repetition_grants_once(self, world: World, subject: str) -> None:
        body = {"siret": BUYER, "role": "buyer", "issuer": ISSUER, "label": "Suivi", "subject": subject}
        first, second = (
            world.service.post(MEMBERSHIPS, BUYER, Role.BUYER, body, key=subject) for _ in range(2)
        )
        assert (first.status_code, first.json()) == (201, second.json())

    def test_a_key_is_needed(self, world: World) -> None:
        client = world.service.client
        answers = [
            client.get(MEMBERSHIPS),
            client.post(MEMBERSHIPS, json={}),
            client.delete(f"{MEMBERSHIPS}/{uuid4()}"),
        ]
        assert [answer.status_code for answer in answers] == [401, 422, 401]


class TestListingAndEnding:
    def test_each_sees_those_of_its_organisation_in_its_role(self, world: World, subject: str) -> None:
        own = world.granted(subject)["id"]
        staff = world.granted(subject, role="facilitator")["id"]
        other = world.granted(subject, OTHER_BUYER)["id"]
        seen = [
            {own, staff, other}
            & {item["id"] for item in world.service.get(MEMBERSHIPS, *seat, limit=200).json()["items"]}
            for seat in ((BUYER, Role.BUYER), (BUYER, Role.FACILITATOR), (CONTRACTOR, Role.CONTRACTOR))
        ]
        assert seen == [{own}, {staff}, set()]
        assert world.end(own, BUYER, Role.FACILITATOR) == 404
        assert world.end(own, OTHER_BUYER, Role.BUYER) == 404
        assert world.end(own, BUYER, Role.BUYER) == 204

    def test_an_end_holds_at_the_next_request_and_forgets_the_account(
        self, world: World, subject: str
    ) -> None:
        membership = world.granted(subject)
        token = world.token(subject)
        assert world.ask(token).status_code == 200
        assert world.end(membership["id"], BUYER, Role.BUYER) == 204
        assert code(world.ask(token)) == (403, "no_membership")
        assert world.end(membership["id"], PLATFORM, Role.ADMIN) == 204
        with world.service.means.database.read() as session:
            rows = session.scalars(select(Membership)).all()
        (row,) = [row for row in rows if str(row.id) == membership["id"]]
        assert (row.subject_hash, row.ended_at) == (None, NOW)

    def test_a_member_gives_back_its_own_and_no_other(self, world: World, subject: str) -> None:
        own, other = world.granted(subject), world.granted(f"{subject}-other")
        token = world.token(subject)
        assert world.ask(token, "DELETE", f"{MEMBERSHIPS}/{other['id']}").status_code == 403
        assert world.ask(token, "DELETE", f"{MEMBERSHIPS}/{own['id']}").status_code == 204
        assert code(world.ask(token)) == (403, "no_membership")
