"""Who owes something is reminded by e-mail, once in a period, with numbers and days and no name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.session import WriteSession
from app.db.tables import Contract, Job, Organisation, Reminder
from app.exchange.mail import Mailer
from app.principal import SERVICE, Principal, Role
from app.services import jobs, reminders, work_queue
from app.services.work import reading, writing
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    SUBCONTRACTOR,
    TERMS,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.cases import PLATFORM
from tests.api.declaring import DECEMBER, NOTHING, send, taken
from tests.exchange.fake_mail import HASTY, FakeMail, fake_mail

FIRM, SUB = (CONTRACTOR, Role.CONTRACTOR), (SUBCONTRACTOR, Role.CONTRACTOR)
ADDRESS = "releves@exemple.fr"


@pytest.fixture(scope="module")
def listening() -> Iterator[FakeMail]:
    with fake_mail() as running:
        yield running


@pytest.fixture
def fake(listening: FakeMail) -> FakeMail:
    listening.reset()
    return listening


@pytest.fixture
def service(sqlite_url: str, fake: FakeMail) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        write_by(running, fake)
        yield running


def write_by(service: Service, fake: FakeMail) -> None:
    mailer = Mailer(fake.server(), service.clock, HASTY)
    service.means = service.client.app.state.means = replace(service.means, mailer=mailer)  # type: ignore[attr-defined]  # Starlette types its own applications only


def on(service: Service, *day: int, hour: int = 9) -> None:
    year, month, number = day
    service.clock.moment = datetime(year, month, number, hour, tzinfo=UTC)


def name(service: Service, seat: tuple[str, Role] = FIRM, **said: object) -> dict[str, Any]:
    body = {"function": "statements", "name": "Canari Exemple", "email": ADDRESS, **said}
    return taken(service.post(f"/v1/organisations/{seat[0]}/contacts", *seat, body))


def contract(service: Service, **terms: object) -> UUID:
    found = add_contract(service, subcontractor=SUBCONTRACTOR, terms={**TERMS, **terms})
    add_mandate(service, found)
    return found


def told(service: Service, fake: FakeMail, *day: int, hour: int = 9) -> list[str]:
    """To whom messages went on a day, once everything due was done."""
    before = len(fake.taken)
    on(service, *day, hour=hour)
    drain(service.means)
    return [address for message in fake.taken[before:] for address in message.to]


def listed(service: Service, seat: tuple[str, Role] = FIRM, **query: str) -> list[dict[str, Any]]:
    answer = service.get("/v1/reminders", seat[0], seat[1], **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def states(service: Service) -> list[tuple[str, str, str | None, int]]:
    return [(item["day"], item["state"], item["problem"], item["tries"]) for item in listed(service)]


def results(service: Service) -> list[dict[str, Any]]:
    with service.means.database.read() as session:
        query = select(Job).where(Job.kind == reminders.REMIND, Job.state == "done").order_by(Job.id)
        return [job.result for job in session.scalars(query)]


class TestOnBothDatabases:
    @pytest.fixture
    def service(self, database_url: str, fake: FakeMail) -> Iterator[Service]:
        with serving(database_url) as running:
            write_by(running, fake)
            yield running

    def test_before_it_is_due_and_again_every_week_until_it_is_there(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract_id = contract(service)
        contact = name(service)
        # December falls due on 15 January; three days are the notice.
        assert told(service, fake, 2025, 1, 11) == []
        assert told(service, fake, 2025, 1, 12) == [ADDRESS]
        assert told(service, fake, 2025, 1, 12, hour=15) == []
        assert told(service, fake, 2025, 1, 18) == []
        assert told(service, fake, 2025, 1, 19) == [ADDRESS]
        before, after = (message.text for message in fake.taken)
        assert "- relevé d'heures de décembre 2024, à envoyer avant le 15 janvier 2025\n" in before
        assert "- relevé d'heures de décembre 2024, attendu depuis le 15 janvier 2025\n" in after
        first, second = listed(service)
        with service.means.database.read() as session:
            assert session.get_one(Contract, contract_id).reference.startswith("T-")
        message_ids = [str(message.message["Message-ID"]) for message in fake.taken]
        assert message_ids == [f"<{item['id']}@exemple.fr>" for item in (first, second)]
        assert {name: value for name, value in first.items() if name not in {"id", "created_at"}} == {
            "role": "contractor",
            "subject": "statements",
            "subject_label": "Relevés d'heures",
            "day": "2025-01-12",
            "state": "sent",
            "state_label": "Remis au serveur de courriel",
            "problem": None,
            "tries": 1,
            "contracts": 1,
            "actions": 1,
            "contacts": [contact["id"]],
            "escalated": False,
            "sent_at": "2025-01-12T09:00:00Z",
        }
        taken(send(service, contract_id, {**NOTHING, "month": DECEMBER}))
        assert told(service, fake, 2025, 1, 26) == []

    def test_an_address_that_is_none_is_struck_and_the_management_asked_the_next_day(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract(service)
        contact = name(service)
        manager = name(service, function="management", email="direction@exemple.fr")
        fake.answers = {f"RCPT {ADDRESS}": "550 5.1.1 no such user"}
        assert told(service, fake, 2025, 1, 20) == []
        path = f"/v1/organisations/{CONTRACTOR}/contacts/{contact['id']}"
        found = service.get(path, *FIRM).json()
        assert (found["state"], found["bounced_on"]) == ("unreachable", "2025-01-20")
        assert told(service, fake, 2025, 1, 21) == ["direction@exemple.fr"]
        assert "pour la direction : aucun interlocuteur « Relevés d'heures »" in fake.taken[0].text
        assert states(service) == [("2025-01-20", "refused", None, 1), ("2025-01-21", "sent", None, 1)]
        assert [(item["contacts"], item["escalated"]) for item in listed(service)] == [
            ([contact["id"]], False),
            ([manager["id"]], True),
        ]

    def test_what_is_put_off_is_tried_an_hour_later_under_the_same_name(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract(service)
        name(service)
        fake.answers = {".": ["451 4.3.0 later", "250 ok"]}
        told(service, fake, 2025, 1, 20)
        assert states(service) == [("2025-01-20", "deferred", None, 1)]
        told(service, fake, 2025, 1, 20)
        assert len(fake.taken) == 1
        told(service, fake, 2025, 1, 20, hour=10)
        assert states(service) == [("2025-01-20", "sent", None, 2)]
        first, second = (str(message.message["Message-ID"]) for message in fake.taken)
        assert first == second

    def test_batches_follow_each_other(
        self, service: Service, fake: FakeMail, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reminders, "BATCH", 1)
        add_hire(service, contract(service), declarant=SUBCONTRACTOR)
        name(service)
        name(service, SUB, email="sous-traitant@exemple.fr")
        assert len(told(service, fake, 2025, 1, 20)) == 2
        assert [result["sent"] for result in results(service)] == [1, 1, 0]

    def test_messages_of_long_ago_are_forgotten(self, service: Service, fake: FakeMail) -> None:
        contract(service)
        name(service, email="ancien@exemple.fr")
        told(service, fake, 2025, 1, 20)
        # A year later the keys of then are over.
        service.forget_keys()
        assert told(service, fake, 2026, 1, 19) == ["ancien@exemple.fr"]
        assert [item["day"] for item in listed(service)] == ["2025-01-20", "2026-01-19"]
        on(service, 2026, 1, 20)
        drain(service.means)
        assert [item["day"] for item in listed(service)] == ["2026-01-19"]


class TestWhen:
    def test_nobody_is_written_to_at_night_nor_without_a_server(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract(service)
        name(service)
        # 05:59 in Paris, then 07:00.
        on(service, 2025, 1, 20, hour=4)
        assert not reminders.plan_reminders(service.means)
        on(service, 2025, 1, 20, hour=6)
        assert not reminders.plan_reminders(replace(service.means, mailer=None))
        assert reminders.plan_reminders(service.means)
        assert not reminders.plan_reminders(service.means)
        drain(service.means)
        assert len(fake.taken) == 1


class TestWhat:
    def test_the_message_says_what_is_to_be_done_and_names_nobody(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract_id = contract(service)
        with writing(service.means, SERVICE, "test") as writer:
            writer.record("contract.changed", contract_id=contract_id)
            writer.session.get_one(Contract, contract_id).reference = "2024-CANARI-07"
            firm = writer.session.scalars(
                select(Organisation).where(Organisation.identifier == CONTRACTOR)
            ).one()
            firm.name = "Canari Exemple"
        add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        name(service)
        assert told(service, fake, 2025, 2, 13) == [ADDRESS]
        (message,) = fake.taken
        assert str(message.message["Subject"]) == "Clauses sociales : relevés d'heures, 4 à traiter"
        other = ", d'une autre entreprise du contrat"
        assert message.text == "\n\n".join(
            (
                "Bonjour,",
                (
                    "Ce message automatique rappelle ce qui attend votre organisme (SIRET 20000000800017, "
                    "rôle « Entreprise titulaire ou sous-traitante ») dans le suivi des clauses sociales "
                    "d'insertion."
                ),
                (
                    "Contrat 2024-…-07 :\n"
                    "- relevé d'heures de décembre 2024, attendu depuis le 15 janvier 2025\n"
                    f"- relevé d'heures de décembre 2024, attendu depuis le 15 janvier 2025{other}\n"
                    "- relevé d'heures de janvier 2025, à envoyer avant le 15 février 2025\n"
                    f"- relevé d'heures de janvier 2025, à envoyer avant le 15 février 2025{other}\n"
                    f"https://clauses.exemple.fr/v1/contracts/{contract_id}"
                ),
                (
                    "Tout ce qui vous attend se lit, avec votre clé ou votre compte, à l'adresse "
                    "https://clauses.exemple.fr/v1/work-queue"
                ),
                "Vous le recevez comme interlocuteur « Relevés d'heures » de votre organisme.",
                (
                    "S'il reste à faire, le prochain rappel vient dans 7 jours au plus tôt. Votre organisme "
                    "peut changer d'interlocuteur, ou ne plus vouloir de rappels pour lui (champ "
                    "« reminders » de l'interlocuteur). Ce message ne nomme personne ; merci de ne pas y "
                    "répondre.\n"
                ),
            )
        )
        assert "anari" not in message.raw

    def test_proofs_and_documents_are_subjects_of_their_own(self, service: Service, fake: FakeMail) -> None:
        progress = {"code": "progress", "label": "Bilan Canari", "every": "year", "due_day": 15}
        reporting = {"every": "year", "due_day": 15, "documents": [progress]}
        contract_id = contract(service, reporting=reporting)
        for _ in range(2):
            add_hire(service, contract_id, decision="needs_proof")
        add_hire(service, contract_id, declarant=SUBCONTRACTOR, decision="needs_proof")
        for function in ("eligibility", "follow_up"):
            name(service, function=function, email=f"{function}@exemple.fr")
        assert told(service, fake, 2025, 1, 20) == ["eligibility@exemple.fr", "follow_up@exemple.fr"]
        proofs, documents = (message.text for message in fake.taken)
        assert "- justificatifs attendus : 2 dossiers\n" in proofs
        assert "- document prévu par la clause, attendu depuis le 15 janvier 2025\n" in documents
        assert "anari" not in proofs + documents
        assert [item["actions"] for item in listed(service, subject="documents")] == [1]

    def test_looking_at_many_contracts_keeps_the_job(
        self, service: Service, fake: FakeMail, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(work_queue, "MOST_LOOKED_AT", 1)
        for _ in range(3):
            contract(service)
        name(service)
        kept: list[tuple[int, int]] = []
        progress = jobs.Running.progress

        def noted(self: jobs.Running, session: WriteSession, done: int, total: int) -> None:
            if self.kind == reminders.REMIND:
                kept.append((done, total))
            progress(self, session, done, total)

        monkeypatch.setattr(jobs.Running, "progress", noted)
        assert told(service, fake, 2025, 1, 20) == [ADDRESS]
        assert listed(service)[0]["contracts"] == 3
        # Two pages that were not the last, the message, and the end of the only organisation.
        assert kept == [(0, 1)] * 3 + [(1, 1)]


class TestWhom:
    def test_who_wants_none_gets_none_and_nobody_is_asked_in_their_place(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract(service)
        contact = name(service)
        name(service, function="management", email="direction@exemple.fr")
        path = f"/v1/organisations/{CONTRACTOR}/contacts/{contact['id']}"
        assert service.send("PATCH", path, *FIRM, {"reminders": False}, 1).json()["reminders"] is False
        assert told(service, fake, 2025, 1, 20) == []
        assert results(service)[-1]["unaddressed"] == 1
        name(service, email="autre@exemple.fr", reminders=True)
        assert told(service, fake, 2025, 1, 21) == ["autre@exemple.fr"]

    def test_a_refusal_by_policy_says_nothing_of_the_address(self, service: Service, fake: FakeMail) -> None:
        contract(service)
        contact = name(service)
        fake.answers = {"RCPT": "554 5.7.1 policy"}
        assert told(service, fake, 2025, 1, 20) == []
        path = f"/v1/organisations/{CONTRACTOR}/contacts/{contact['id']}"
        assert service.get(path, *FIRM).json()["state"] == "reachable"

    def test_one_reads_what_ones_own_organisation_was_sent(self, service: Service, fake: FakeMail) -> None:
        add_hire(service, contract(service), declarant=SUBCONTRACTOR)
        name(service)
        name(service, SUB, email="sous-traitant@exemple.fr")
        assert set(told(service, fake, 2025, 1, 20)) == {ADDRESS, "sous-traitant@exemple.fr"}
        counts = [item["actions"] for seat in (FIRM, SUB) for item in listed(service, seat)]
        assert counts == [2, 1]
        assert listed(service, (BUYER, Role.BUYER)) == listed(service, (PLATFORM, Role.ADMIN)) == []
        assert service.get("/v1/reminders", *FIRM, subject="x").status_code == 422


def test_the_database_itself_hides_them_from_others(postgres_database_url: str, fake: FakeMail) -> None:
    with serving(postgres_database_url) as service:
        write_by(service, fake)
        contract(service)
        name(service)
        assert told(service, fake, 2025, 1, 20) == [ADDRESS]

        def seen(siret: str, role: Role) -> int:
            with service.means.database.read() as session:
                of_siret = select(Organisation.id).where(Organisation.identifier == siret)
                principal = Principal(session.scalars(of_siret).one(), role)
            with reading(service.means, principal, "test") as reader:
                return len(reader.session.scalars(select(Reminder)).all())

        service.headers(BUYER, Role.BUYER)
        seats = (FIRM, (CONTRACTOR, Role.OBSERVER), (BUYER, Role.BUYER))
        assert [seen(*seat) for seat in seats] == [1, 1, 0]


class TestFailures:
    def test_five_tries_a_day_are_enough(self, service: Service, fake: FakeMail) -> None:
        contract(service)
        name(service)
        fake.answers = {"RCPT": "450 4.2.0 later"}
        for hour in range(8, 16):
            told(service, fake, 2025, 1, 20, hour=hour)
        assert states(service) == [("2025-01-20", "deferred", None, 5)]
        fake.answers = {}
        assert told(service, fake, 2025, 1, 21) == [ADDRESS]

    def test_while_the_server_is_down_everybody_waits_an_hour(self, service: Service, fake: FakeMail) -> None:
        add_hire(service, contract(service), declarant=SUBCONTRACTOR)
        name(service)
        name(service, SUB, email="sous-traitant@exemple.fr")
        fake.answers = {"MAIL": "451 4.3.0 later"}
        assert told(service, fake, 2025, 1, 20) == []
        assert results(service)[-1]["stopped"] == "unavailable"
        noted = service.get("/v1/connectors", PLATFORM, Role.ADMIN).json()["items"]
        (mail,) = [item for item in noted if item["name"] == "mail"]
        assert (mail["on"], mail["last_failure"], mail["last_success_at"]) == (True, "unavailable", None)
        fake.answers = {}
        assert len(told(service, fake, 2025, 1, 20, hour=10)) == 2

    def test_in_doubt_nothing_is_sent_again_before_the_next_period(
        self, service: Service, fake: FakeMail
    ) -> None:
        contract(service)
        name(service)
        fake.answers = {".": "close"}
        assert told(service, fake, 2025, 1, 20) == [ADDRESS]
        fake.answers = {}
        for day, hour in ((20, 10), (21, 9), (26, 9)):
            assert told(service, fake, 2025, 1, day, hour=hour) == []
        assert states(service) == [("2025-01-20", "unknown", "connection", 1)]
        assert told(service, fake, 2025, 1, 27) == [ADDRESS]
