"""A worker killed after the mail server took a message and before that was noted: it is not sent again."""

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import day_of
from app.exchange.mail import Mailer
from app.principal import Role
from app.services import jobs, reminders
from app.worker import drain
from tests.api.builders import CONTRACTOR, HeldClock, Service, add_contract, serving
from tests.api.declaring import taken
from tests.e2e.processes import command
from tests.exchange.fake_mail import HASTY, HOME, SENDER, fake_mail
from tests.forged import PATIENCE_SECONDS

FIRM = (CONTRACTOR, Role.CONTRACTOR)


def states(service: Service) -> list[str]:
    return [item["state"] for item in service.get("/v1/reminders", *FIRM).json()["items"]]


def test_what_was_taken_and_not_noted_is_not_sent_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(sqlite_url) as service, fake_mail() as fake:
        settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(fake.port), "SMTP_SECURITY": "none"}
        for name, value in {**settings, "MAIL_FROM": SENDER, "PUBLIC_URL": HOME}.items():
            monkeypatch.setenv(f"CLAUSES_{name}", value)
        service.clock.moment = datetime.now(UTC)
        add_contract(service)
        body = {"function": "statements", "name": "Service d'exemple", "email": "releves@exemple.fr"}
        taken(service.post(f"/v1/organisations/{CONTRACTOR}/contacts", *FIRM, body))
        # At whatever hour this runs.
        day = day_of(service.clock.moment).isoformat()
        assert jobs.plan(service.means, reminders.REMIND, day, {"day": day, "again": False})
        fake.answers = {".": 60.0}
        with command(sqlite_url, "worker") as worker:
            assert fake.arrived.wait(PATIENCE_SECONDS)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        assert states(service) == ["sending"]
        # Its lease ends, and another worker takes the job over.
        later = HeldClock(datetime.now(UTC) + jobs.LEASE + timedelta(seconds=1))
        fake.answers = {}
        drain(replace(service.means, clock=later, mailer=Mailer(fake.server(), later, HASTY)))
        assert len(fake.taken) == 1
        assert states(service) == ["unknown"]
