"""A job followed and cancelled at the command line."""

import pytest
from typer.testing import CliRunner

from app import cli
from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.principal import SERVICE
from app.services import jobs
from app.services.jobs import Running
from app.services.work import Means, writing
from app.settings import DEVELOPMENT_SECRET


@pytest.fixture
def means(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Means:
    monkeypatch.setenv("CLAUSES_DATABASE_URL", sqlite_url)
    return Means(Database(sqlite_url), SystemClock(), Keyring(DEVELOPMENT_SECRET))


def test_a_job_is_followed_to_its_end_and_cancelled_before_it(means: Means) -> None:
    with writing(means, SERVICE, "test") as writer:
        done, waiting = (jobs.queue(writer, "test", subject, {}).id for subject in "ab")

    def handler(running: Running) -> dict[str, int]:
        with running.writing() as writer:
            running.progress(writer.session, 7, 7)
        return {"created": 7}

    assert jobs.work(means, {"test": handler}, breathe=lambda: None, report=lambda _: None)
    run = CliRunner().invoke
    followed = run(cli.app, ["jobs", "follow", str(done)])
    assert (followed.exit_code, 'Terminé : 7/7 {"created": 7}' in followed.output) == (0, True)
    cancelled = run(cli.app, ["jobs", "cancel", str(waiting)])
    assert (cancelled.exit_code, cancelled.output.startswith("Annulé : 0/0")) == (0, True)
    assert run(cli.app, ["jobs", "follow", str(waiting)]).exit_code == 1
    # What has ended, and what there never was.
    assert run(cli.app, ["jobs", "cancel", str(done)]).exit_code == 1
    assert run(cli.app, ["jobs", "follow", "01936f2e-7c10-7a31-9c55-0242ac12000d"]).exit_code == 1
    means.database.dispose()
