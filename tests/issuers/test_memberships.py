"""People and machines by tokens of a running issuer: what they open, who grants it, and what is kept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Change
from app.principal import Role
from tests.api.accounts import MEMBERSHIPS, PLATFORM, World, code
from tests.api.builders import BUYER, OTHER_BUYER
from tests.api.registering import errors_of
from tests.issuers.running import NOW

DAY = timedelta(days=1)


class TestOpening:
    def test_a_membership_opens_its_role(self, world: World, subject: str) -> None:
        membership = world.granted(subject, label="Chargée de suivi")
        me = world.ask(world.token(subject)).json()
        assert {
            name: me[name] for name in ("siret", "role", "scopes", "credential", "key_id", "warnings")
        } == {
            "siret": BUYER,
            "role": "buyer",
            "scopes": ["read", "write"],
            "credential": "membership",
            "key_id": None,
            "warnings": [],
        }
        assert (me["membership_id"], me["manages_access"]) == (membership["id"], False)
        # Five minutes after nine: the token's own end.
        assert me["expires_at"] == "2025-01-10T09:05:00Z"
        own = {
            "id": membership["id"],
            "siret": BUYER,
            "name": None,
            "role": "buyer",
            "label": "Chargée de suivi",
        }
        assert me["memberships"] == [{**own, "until": None}]

    def test_nothing_is_open_without_one(self, world: World, subject: str) -> None:
        assert code(world.ask(world.token(subject))) == (403, "no_membership")

    @pytest.mark.parametrize("siret", [OTHER_BUYER, "71000000100010", None, 7])
    def test_another_organisation_in_the_token(self, world: World, subject: str, siret: object) -> None:
        world.granted(subject)
        assert code(world.ask(world.token(subject, siret=siret))) == (403, "no_membership")

    def test_a_token_that_does_not_hold(self, world: World, subject: str) -> None:
        world.granted(subject)
        assert code(world.ask(world.token(subject, aud="other"))) == (401, "unauthenticated")
        world.service.clock.moment += timedelta(minutes=6)
        expired = world.people.sign(now=NOW, sub=subject)
        answer = world.ask(expired)
        assert code(answer) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_the_same_name_at_another_issuer_is_somebody_else(self, world: World, subject: str) -> None:
        world.granted(subject)
        token = world.connect.knows(f"opaque-{subject}", active=True, sub=subject, siret=BUYER)
        assert code(world.ask(token)) == (403, "no_membership")

    def test_it_runs_from_its_first_day_to_its_last(self, world: World, subject: str) -> None:
        world.granted(subject, since="2025-01-11", until="2025-01-12")
        seen = []
        for days in range(4):
            world.service.clock.moment = NOW + days * DAY
            seen.append(world.ask(world.token(subject)).status_code)
        assert seen == [403, 200, 200, 403]

    def test_what_a_membership_may_not(self, world: World, subject: str) -> None:
        world.granted(subject, scopes=["read"])
        token = world.token(subject)
        body = {"siret": BUYER, "role": "buyer", "label": "x"}
        assert world.ask(token).status_code == 200
        answer = world.ask(token, "POST", "/v1/api-keys", json=body, headers={"Idempotency-Key": "k"})
        assert code(answer) == (403, "forbidden")

    def test_who_acted_stands_in_the_audit_trail_without_a_name(self, world: World, subject: str) -> None:
        membership = world.granted(subject, manages_access=True)
        body = {"siret": BUYER, "role": "buyer", "label": "Fait par quelqu'un"}
        headers = {"Idempotency-Key": str(uuid4())}
        answer = world.ask(world.token(subject), "POST", "/v1/api-keys", json=body, headers=headers)
        assert answer.status_code == 201
        with world.service.means.database.read() as session:
            change = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
        assert (change.action, str(change.membership_id), change.key_id) == (
            "api_key.created",
            membership["id"],
            None,
        )
        page = world.service.get("/v1/audit", BUYER, Role.BUYER, after=str(_before(change)), limit=1).json()
        assert page["items"][0]["membership_id"] == membership["id"]

    def test_the_last_use_is_kept_like_that_of_a_key(self, world: World, subject: str) -> None:
        membership = world.granted(subject)
        assert world.ask(world.token(subject)).status_code == 200
        world.service.means.last_uses.flush(world.service.means.database)
        items = world.service.get(MEMBERSHIPS, PLATFORM, Role.ADMIN, limit=200).json()["items"]
        (found,) = [item for item in items if item["id"] == membership["id"]]
        assert found["last_used_at"] == "2025-01-10T09:00:00Z"


def _before(change: Change) -> str:
    number = change.id.int - 1
    return str(type(change.id)(int=number))


class TestChoosing:
    def test_one_of_two_roles_is_chosen(self, world: World, subject: str) -> None:
        world.granted(subject)
        world.granted(subject, role="facilitator")
        token = world.token(subject)
        answer = world.ask(token)
        assert code(answer) == (403, "role_not_chosen")
        assert {found[:2] for found in errors_of(answer)} == {
            ("/header/Clauses-Role", "buyer"),
            ("/header/Clauses-Role", "facilitator"),
        }
        for role in ("buyer", "facilitator"):
            me = world.ask(token, headers={"Clauses-Role": role}).json()
            assert me["role"] == role
            # Both are listed, and only one is at work.
            assert {item["role"] for item in me["memberships"]} == {"buyer", "facilitator"}
        answer = world.ask(token, headers={"Clauses-Role": "admin"})
        assert code(answer) == (403, "role_not_held")
        assert {found[1] for found in errors_of(answer)} == {"buyer", "facilitator"}

    def test_rights_never_add_up(self, world: World, subject: str) -> None:
        for role in ("buyer", "facilitator"):
            world.granted(subject, role=role, manages_access=True)
        token = world.token(subject)
        body = {"siret": BUYER, "role": "facilitator", "label": "x"}
        for role, status in (("buyer", 403), ("facilitator", 201)):
            headers = {"Clauses-Role": role, "Idempotency-Key": str(uuid4())}
            assert world.ask(token, "POST", "/v1/api-keys", json=body, headers=headers).status_code == status

    def test_a_machine_of_two_organisations(self, world: World) -> None:
        for siret in (BUYER, OTHER_BUYER):
            assert world.grant(siret, client_id="payroll").status_code == 201
        token = world.people.client_token("payroll")
        assert code(world.ask(token)) == (403, "role_not_chosen")
        assert code(world.ask(token, headers={"Clauses-Role": "buyer"})) == (403, "role_not_chosen")
        chosen = world.ask(token, headers={"Clauses-Organisation": OTHER_BUYER})
        assert chosen.json()["siret"] == OTHER_BUYER

    def test_a_machine_is_nobody_of_that_name(self, world: World) -> None:
        assert world.grant(client_id="robot").status_code == 201
        assert world.ask(world.people.client_token("robot")).status_code == 200
        # Somebody whose account is called like the machine, and somebody who came through it.
        assert code(world.ask(world.token("robot"))) == (403, "no_membership")
        assert code(world.ask(world.token("somebody", client_id="robot"))) == (403, "no_membership")


class TestIntrospection:
    def test_an_opaque_token_opens_until_it_is_revoked(self, world: World, subject: str) -> None:
        world.granted(subject, issuer=world.connect.url)
        said = {"active": True, "sub": subject, "siret": BUYER}
        token = world.connect.knows(f"opaque-{subject}", **said)
        assert world.ask(token).json()["role"] == "buyer"
        world.connect.knows(token, **{**said, "siret": OTHER_BUYER})
        assert code(world.ask(token)) == (403, "no_membership")
        world.connect.knows(token, active=False)
        assert code(world.ask(token)) == (401, "unauthenticated")

    def test_an_issuer_that_does_not_answer(self, world: World, subject: str) -> None:
        world.connect.behaves(introspect="error")
        try:
            answer = world.ask(f"other-{subject}")
        finally:
            world.connect.behaves()
            world.service.clock.moment += timedelta(seconds=3)
        assert code(answer) == (503, "issuer_unavailable")
        assert answer.headers["Retry-After"] == "3"
        # Keys do not need it.
        assert world.service.get("/v1/me", BUYER, Role.BUYER).status_code == 200

    def test_no_transaction_waits_for_the_issuer(
        self, world: World, subject: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_at: list[str] = []
        pool = world.service.means.database.engine.pool
        issuers = type(world.service.means.issuers)
        ask = issuers.identify

        def watched(self: Any, token: str) -> Any:  # noqa: ANN401  # as it is
            open_at.append(pool.status())
            return ask(self, token)

        monkeypatch.setattr(issuers, "identify", watched)
        world.granted(subject, manages_access=True)
        token = world.token(subject)
        body = {"siret": BUYER, "role": "buyer", "label": "x"}
        assert world.ask(token).status_code == 200
        made = world.ask(token, "POST", "/v1/api-keys", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert made.status_code == 201
        assert world.ask(token, "DELETE", f"/v1/api-keys/{made.json()['id']}").status_code == 204
        # Each time, nothing of the pool is at work.
        assert ["Current Checked out connections: 0" in status for status in open_at] == [True] * 3


class TestClaimedRoles:
    def test_the_issuer_says_the_role(self, world: World, subject: str) -> None:
        token = world.city.sign(sub=subject, roles=["facilitator", "admin"])
        me = world.ask(token).json()
        assert (me["siret"], me["role"], me["memberships"]) == (BUYER, "facilitator", [])
        assert me["manages_access"] is False
        # The same account is the same in the audit trail each time, another one is another.
        assert world.ask(token).json()["membership_id"] == me["membership_id"]
        other = world.city.sign(sub=f"other-{subject}", roles=["facilitator"])
        assert world.ask(other).json()["membership_id"] != me["membership_id"]

    @pytest.mark.parametrize("roles", [["admin"], "contractor", [], None, 7])
    def test_it_gives_none_that_it_may_not_give(self, world: World, subject: str, roles: object) -> None:
        assert code(world.ask(world.city.sign(sub=subject, roles=roles))) == (403, "no_membership")

    def test_several_are_chosen_from_and_the_organisation_must_be_known(
        self, world: World, subject: str
    ) -> None:
        token = world.city.sign(sub=subject, roles=["buyer", "facilitator"])
        assert code(world.ask(token)) == (403, "role_not_chosen")
        assert world.ask(token, headers={"Clauses-Role": "buyer"}).json()["role"] == "buyer"
        unknown = world.city.sign(sub=subject, roles="buyer", siret="71000000100010")
        assert code(world.ask(unknown)) == (403, "no_membership")
