"""Webhooks as their organisation has them, and messages as a receiver on this machine gets them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from app.db.queries.webhooks import forget_deliveries
from app.db.tables import ContractAccess, Webhook
from app.exchange.outgoing import Outgoing
from app.principal import Role
from app.services import webhooks
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, OTHER_BUYER, Service, add_contract, add_mandate
from tests.api.hooks import hook, serve, tell
from tests.api.receiving import Receiver


class TestMessages:
    def test_an_event_is_sent_as_the_feed_tells_it_and_verified(
        self, service: Service, receiver: Receiver
    ) -> None:
        contract = add_contract(service)
        made = hook(service, receiver.url)
        tell(service, contract, "hire.declared", "hire.ended")
        serve(service)
        told = service.get("/v1/events", BUYER, Role.BUYER, after=made.now()["position"] - 2).json()["items"]
        expected = [
            {
                "type": item["type"],
                "timestamp": item["at"],
                "data": {
                    name: item[name]
                    for name in ("id", "position", "subject_type", "subject_id", "contract_id")
                },
            }
            for item in told
        ]
        assert receiver.verified(made.secret) == expected
        assert receiver.ids() == [item["id"] for item in told]
        states = [(item["state"], item["attempts"][0]["status"]) for item in made.deliveries()]
        assert states == [("delivered", 204), ("delivered", 204)]

    def test_another_secret_does_not_verify(self, service: Service, receiver: Receiver) -> None:
        made = hook(service, receiver.url)
        made.post("/test")
        serve(service)
        with pytest.raises(WebhookVerificationError):
            receiver.verified("whsec_" + "QUFB" * 8)

    def test_a_try_is_sent_once_and_says_so(self, service: Service, receiver: Receiver) -> None:
        made = hook(service, receiver.url)
        answer = made.post("/test")
        assert answer.status_code == 201
        serve(service)
        (message,) = receiver.verified(made.secret)
        assert message["type"] == "webhook.test"
        read = service.get(answer.headers["Location"], BUYER, Role.BUYER).json()
        assert (read["state"], read["position"], len(read["attempts"])) == ("delivered", None, 1)

    def test_filters_choose(self, service: Service, receiver: Receiver) -> None:
        contract = add_contract(service)
        made = hook(service, receiver.url, "statement.*", "hire.ended")
        tell(service, contract, "hire.declared", "statement.submitted", "hire.ended", "statement.reviewed")
        serve(service)
        types = [message["type"] for message in receiver.verified(made.secret)]
        assert types == ["statement.submitted", "hire.ended", "statement.reviewed"]

    def test_rotation_signs_twice_and_then_once(self, service: Service, receiver: Receiver) -> None:
        made = hook(service, receiver.url)
        second = made.post("/secret/rotate", {"overlap_hours": 1}).json()["secret"]
        assert made.post("/secret/rotate", {"overlap_hours": 1}).json()["code"] == "secret_overlap"
        made.post("/test")
        serve(service)
        assert len(receiver.received[0].headers["webhook-signature"].split()) == 2
        assert receiver.verified(made.secret) == receiver.verified(second)
        third = made.post("/secret/rotate", {"overlap_hours": 0}).json()["secret"]
        assert made.now()["secret_overlap_until"] is None
        fourth = made.post("/secret/rotate", {"overlap_hours": 2}).json()["secret"]
        receiver.received.clear()
        made.post("/test")
        serve(service, timedelta(hours=2, seconds=1))
        assert len(receiver.received[0].headers["webhook-signature"].split()) == 1
        # The held clock is ahead by now: the signature alone is compared.
        item = receiver.received[0]
        at = datetime.fromtimestamp(int(item.headers["webhook-timestamp"]), UTC)
        signed = [Verifier(text).sign(item.id, at, item.body.decode()) for text in (third, fourth)]
        assert item.headers["webhook-signature"] == signed[1]
        service.clock.moment = datetime.now(UTC)


class TestRights:
    def test_nobody_is_told_of_what_is_no_longer_theirs_to_read(
        self, service: Service, receiver: Receiver
    ) -> None:
        contract = add_contract(service)
        add_mandate(service, contract)
        made = hook(service, receiver.url, siret=FACILITATOR, role=Role.FACILITATOR)
        tell(service, contract, "hire.declared")
        receiver.answer = 500
        serve(service)
        with service.means.database.write() as session:
            mandated = ContractAccess.contract_id == contract, ContractAccess.cause == "mandate"
            session.execute(update(ContractAccess).where(*mandated).values(until=date(2024, 12, 31)))
        tell(service, contract, "hire.ended")
        receiver.answer = 204
        serve(service, timedelta(seconds=10))
        assert len(receiver.received) == 1
        assert [item["state"] for item in made.deliveries()] == ["withheld"]

    def test_others_and_other_roles_are_not_told(self, service: Service, receiver: Receiver) -> None:
        contract = add_contract(service)
        hook(service, receiver.url, siret=OTHER_BUYER)
        hook(service, receiver.url, siret=CONTRACTOR, role=Role.OBSERVER)
        tell(service, contract, "hire.declared", "participants.merged")
        serve(service)
        assert receiver.received == []

    def test_a_secret_is_sealed_and_shown_once(self, service: Service, receiver: Receiver) -> None:
        made = hook(service, receiver.url)
        assert "secret" not in made.now()
        assert made.secret not in service.get("/v1/webhooks", BUYER, Role.BUYER).text
        with service.means.database.read() as session:
            row = session.get_one(Webhook, UUID(made.id))
        assert made.secret.encode() not in row.secret
        assert webhooks.opened(service.means.keyring, row, "secret") == made.secret


class TestReplay:
    def test_a_span_is_sent_again_in_order_under_the_same_identifiers(
        self, service: Service, receiver: Receiver
    ) -> None:
        contract = add_contract(service)
        made = hook(service, receiver.url)
        tell(service, contract, "hire.declared", "hire.updated", "hire.ended")
        serve(service)
        first = receiver.ids()
        assert len(first) == 3
        after = int(first[0].partition("-")[0])
        assert made.post("/replay", {"after": after}).json()["position"] == after
        serve(service)
        assert receiver.ids() == [*first, *first[1:]]
        assert [len(item["attempts"]) for item in made.deliveries()] == [1, 2, 2]

    def test_what_is_forgotten_is_sent_again_too(self, service: Service, receiver: Receiver) -> None:
        contract = add_contract(service)
        made = hook(service, receiver.url)
        before = made.now()["position"]
        tell(service, contract, "hire.declared")
        serve(service)
        later = service.clock.moment + timedelta(days=30)
        with service.means.database.write() as session:
            forget_deliveries(session, later, 1000)
        assert made.deliveries() == []
        made.post("/replay", {"after": before})
        serve(service)
        assert len(receiver.received) == 2
        assert len(set(receiver.ids())) == 1


class TestRefusals:
    def test_addresses_and_filters_are_judged_when_given(self, service: Service) -> None:
        def refused(**changes: object) -> tuple[int, list[tuple[str, str]]]:
            body = {"url": "https://hooks.example/x", "label": "Essai", **changes}
            answer = service.post("/v1/webhooks", BUYER, Role.BUYER, body)
            return answer.status_code, [(e["pointer"], e["code"]) for e in answer.json()["errors"]]

        assert refused(url="ftp://hooks.example/x") == (422, [("/url", "not_https")])
        assert refused(url="https://a:b@hooks.example/x") == (422, [("/url", "not_an_address")])
        assert refused(event_types=["hire.flown"]) == (422, [("/event_types/0", "unknown_event_type")])

    def test_in_production_an_address_of_ones_own_network_is_refused(self, service: Service) -> None:
        means = replace(service.means, outgoing=Outgoing())
        service.client.app.state.means = means  # type: ignore[attr-defined] # the application
        answer = service.post(
            "/v1/webhooks", BUYER, Role.BUYER, {"url": "https://127.0.0.1/x", "label": "Essai"}
        )
        service.client.app.state.means = service.means  # type: ignore[attr-defined] # the application
        assert answer.json()["errors"][0]["code"] == "not_public"

    def test_there_are_so_many_at_most(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(webhooks, "MOST_WEBHOOKS", 1)
        hook(service, "https://hooks.example/x")
        body = {"url": "https://hooks.example/y", "label": "Essai"}
        answer = service.post("/v1/webhooks", BUYER, Role.BUYER, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")

    def test_a_stale_version_changes_nothing(self, service: Service) -> None:
        made = hook(service, "https://hooks.example/x")
        made.change(label="Autre")
        answer = service.send("PATCH", made.path, BUYER, Role.BUYER, {"label": "Encore"}, 1)
        assert (answer.status_code, made.now()["label"]) == (412, "Autre")
