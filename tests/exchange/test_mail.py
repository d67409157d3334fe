"""Messages are handed to a mail server once, whatever it says at each step; nothing goes in clear instead."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.exchange.connector import ConnectorError
from app.exchange.mail import Fate, InDoubtError, Letter, Mailer, Receipt
from tests.api.builders import HeldClock
from tests.exchange.fake_mail import HASTY, SENDER, FakeMail, believing, fake_mail

ONE, TWO = "releves@exemple.fr", "suivi@exemple.fr"
LETTER = Letter("01936f2e", (ONE, TWO), "Clauses sociales : à faire", "Relevé attendu.\n.\nÀ bientôt.\n")


@pytest.fixture(scope="module")
def listening() -> Iterator[FakeMail]:
    with fake_mail() as running:
        yield running


@pytest.fixture
def fake(listening: FakeMail) -> FakeMail:
    listening.reset()
    return listening


def mailer(fake: FakeMail) -> Mailer:
    return Mailer(fake.server(), HeldClock(), HASTY)


def test_a_message_is_taken_whole_and_names_nobody_but_its_addresses(fake: FakeMail) -> None:
    sender = mailer(fake)
    assert sender.send(LETTER) == Receipt(Fate.SENT)
    (taken,) = fake.taken
    assert taken.to == [ONE, TWO]
    # A lone dot is not its end.
    assert taken.text == LETTER.text
    message = taken.message
    assert {name: str(message[name]) for name in ("From", "To", "Subject", "Message-ID")} == {
        "From": SENDER,
        "To": f"{ONE}, {TWO}",
        "Subject": LETTER.subject,
        "Message-ID": "<01936f2e@exemple.fr>",
    }
    assert str(message["Date"]) == "Fri, 10 Jan 2025 09:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    # Our own machine is not named.
    assert fake.said[0] == "EHLO exemple.fr"
    assert sender.pulse.state == "asking"
    assert sender.pulse.last_success_at == HeldClock().now()


@pytest.mark.parametrize(
    ("said", "dead"),
    [
        ("550 no such user", True),
        ("550 5.1.1 no such user", True),
        ("553 5.1.3 bad address", True),
        ("550 5.2.1 mailbox disabled", True),
        ("551 user not local", True),
        # A server that wants a password, or serves others, says so at every address.
        ("530 authentication required", False),
        ("554 relay access denied", False),
        ("503 bad sequence of commands", False),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 relaying denied", False),
        ("554 5.7.26 policy", False),
        ("451 4.7.1 greylisted", False),
    ],
)
def test_an_address_is_dead_only_where_the_server_says_so(fake: FakeMail, said: str, *, dead: bool) -> None:
    fake.answers = {f"RCPT {ONE}": said}
    assert mailer(fake).send(LETTER) == Receipt(Fate.SENT, frozenset({ONE} if dead else ()))
    assert [taken.to for taken in fake.taken] == [[TWO]]


@pytest.mark.parametrize(
    ("answers", "fate"),
    [
        ({"RCPT": "550 5.1.1 no"}, Fate.REFUSED),
        ({"RCPT": "450 4.2.0 later"}, Fate.DEFERRED),
        ({f"RCPT {ONE}": "550 5.7.1 no", f"RCPT {TWO}": "450 4.2.0 later"}, Fate.DEFERRED),
        ({"DATA": "451 4.3.0 later"}, Fate.DEFERRED),
        ({"DATA": "554 5.6.0 no"}, Fate.REFUSED),
        ({".": "451 4.3.0 later"}, Fate.DEFERRED),
        ({".": "554 5.7.1 taken for spam"}, Fate.REFUSED),
    ],
)
def test_of_a_message_that_was_not_taken_one_knows_so(
    fake: FakeMail, answers: dict[str, str | float | list[str]], fate: Fate
) -> None:
    fake.answers = answers
    sender = mailer(fake)
    assert sender.send(LETTER).fate is fate
    # The server itself is well.
    assert sender.pulse.last_failure is None


@pytest.mark.parametrize("answer", ["", "close", "nonsense", 1.0])
def test_once_the_content_is_handed_over_silence_is_a_doubt_and_nothing_is_repeated(
    fake: FakeMail, answer: str | float
) -> None:
    fake.answers = {".": answer}
    with pytest.raises(InDoubtError):
        mailer(fake).send(LETTER)
    assert (len(fake.taken), fake.sessions) == (1, 1)


@pytest.mark.parametrize(
    ("answers", "reason", "sessions"),
    [
        ({"CONNECT": ["421 busy", "421 busy", "220 mail"]}, None, 3),
        ({"CONNECT": "421 busy"}, "unavailable", 3),
        ({"CONNECT": "554 not you"}, "refused", 1),
        ({"CONNECT": ""}, "timeout", 3),
        ({"EHLO": "close"}, "connection", 3),
        ({"MAIL": "550 5.7.1 sender refused"}, "refused", 1),
        # From here on the session is not begun anew: the next pass of the day does it.
        ({"MAIL": "451 4.3.0 later"}, "unavailable", 1),
        ({"RCPT": "close"}, "connection", 1),
        ({"RCPT": ""}, "timeout", 1),
    ],
)
def test_a_server_that_fails_before_is_tried_again_and_told_by_a_code(
    fake: FakeMail, answers: dict[str, str | float | list[str]], reason: str | None, sessions: int
) -> None:
    fake.answers = answers
    sender = mailer(fake)
    if reason is None:
        assert sender.send(LETTER).fate is Fate.SENT
    else:
        with pytest.raises(ConnectorError) as failed:
            sender.send(LETTER)
        assert (failed.value.reason, sender.pulse.last_failure) == (reason, reason)
        assert not isinstance(failed.value, InDoubtError)
        assert fake.taken == []
    assert fake.sessions == sessions


def test_a_server_that_is_slow_at_every_step_does_not_outlast_the_lease(
    fake: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.exchange.mail.WHOLE_SECONDS", 0.5)
    slow = replace(HASTY, call_seconds=0.35)
    # Each answer in time, and half a second over before the content.
    fake.answers = {"MAIL": 0.2, "RCPT": 0.2}
    with pytest.raises(ConnectorError, match="timeout"):
        Mailer(fake.server(), HeldClock(), slow).send(LETTER)
    assert fake.said[-1].startswith("RCPT")


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "RCPT", ".", "QUIT"])
def test_a_server_that_speaks_byte_by_byte_does_not_either(
    fake: FakeMail, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("app.exchange.mail.WHOLE_SECONDS", 0.5)
    # Each byte in time, two seconds for the whole answer.
    fake.dripping = {command: 0.1}
    began = time.monotonic()
    if command == "QUIT":
        assert mailer(fake).send(LETTER) == Receipt(Fate.SENT)
    else:
        with pytest.raises(ConnectorError, match="timeout") as failed:
            mailer(fake).send(LETTER)
        assert isinstance(failed.value, InDoubtError) is (command == ".")
    assert time.monotonic() - began < 1.5


def test_after_five_failures_it_rests_and_then_tries_once(fake: FakeMail) -> None:
    fake.answers = {"MAIL": "451 later"}
    sender = mailer(fake)
    for _ in range(5):
        with pytest.raises(ConnectorError, match="unavailable"):
            sender.send(LETTER)
    with pytest.raises(ConnectorError, match="paused"):
        sender.send(LETTER)
    assert (fake.sessions, sender.pulse.state) == (5, "resting")


def test_nobody_listens() -> None:
    with fake_mail() as gone:
        server = gone.server()
    with pytest.raises(ConnectorError, match="connection"):
        Mailer(server, HeldClock(), HASTY).send(LETTER)


class TestSecrecy:
    def test_starttls_comes_before_the_password_and_the_message(self, fake: FakeMail) -> None:
        sender = Mailer(fake.server("starttls", "service"), HeldClock(), HASTY, believing())
        assert sender.send(LETTER).fate is Fate.SENT
        words = [line.split(" ")[0] for line in fake.said]
        assert words == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]

    @pytest.mark.parametrize(
        ("offers", "answers"),
        [(("AUTH PLAIN",), {}), (("STARTTLS", "AUTH PLAIN"), {"STARTTLS": "454 4.7.0 not now"})],
    )
    def test_nothing_is_said_in_clear_where_starttls_is_not_given(
        self, fake: FakeMail, offers: tuple[str, ...], answers: dict[str, str | float | list[str]]
    ) -> None:
        fake.offers, fake.answers = offers, answers
        sender = Mailer(fake.server("starttls", "service"), HeldClock(), HASTY, believing())
        with pytest.raises(ConnectorError, match="no_tls"):
            sender.send(LETTER)
        assert {line.split(" ")[0] for line in fake.said} <= {"EHLO", "STARTTLS", "QUIT"}

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, fake: FakeMail) -> None:
        with pytest.raises(ConnectorError, match="certificate"):
            Mailer(fake.server("starttls", "service"), HeldClock(), HASTY).send(LETTER)
        assert not any(line.startswith(("AUTH", "MAIL")) for line in fake.said)

    def test_tls_from_the_first_byte(self) -> None:
        with fake_mail(implicit=True) as fake:
            sender = Mailer(fake.server("tls", "service"), HeldClock(), HASTY, believing())
            assert sender.send(LETTER).fate is Fate.SENT

    @pytest.mark.parametrize(
        ("answer", "reason"), [("535 5.7.8 wrong", "credentials"), ("454 4.7.0 later", "unavailable")]
    )
    def test_credentials_that_are_refused(self, fake: FakeMail, answer: str, reason: str) -> None:
        fake.answers = {"AUTH": answer}
        with pytest.raises(ConnectorError, match=reason):
            Mailer(fake.server("starttls", "service"), HeldClock(), HASTY, believing()).send(LETTER)
        assert fake.taken == []

    def test_a_failure_quotes_nothing(self, fake: FakeMail, capsys: pytest.CaptureFixture[str]) -> None:
        fake.answers = {"MAIL": f"550 5.7.1 {ONE}"}
        with pytest.raises(ConnectorError) as failed:
            mailer(fake).send(LETTER)
        logs = capsys.readouterr()
        assert ONE not in f"{failed.value!r}{failed.value.__cause__!r}{logs.out}{logs.err}"
