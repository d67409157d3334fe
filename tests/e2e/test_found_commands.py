"""What a newcomer meets when something is in the way of the first commands."""

import socket
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli
from app.demonstration.client import Unexpected
from app.demonstration.keys import read_keys, write_keys
from app.demonstration.server import free_port
from app.principal import Role
from app.services import setup


@pytest.fixture
def runner(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands in an empty folder, on a prepared database that is said to hold contracts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setup, "has_contracts", lambda _: True)
    monkeypatch.setattr(cli, "serve", lambda **_: None)
    return CliRunner(env={"CLAUSES_DATABASE_URL": sqlite_url})


def test_a_port_that_is_taken_is_said_before_anything_is_made(runner: CliRunner) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = runner.invoke(cli.app, ["run", "--port", port])
    assert done.exit_code == 1
    assert port in done.stderr
    assert done.stdout == ""
    assert not Path("var").exists()


def test_keys_half_written_are_made_again(runner: CliRunner) -> None:
    Path("var").mkdir()
    cli.KEYS.write_text('{"admin": "csi_')
    assert runner.invoke(cli.app, ["run", "--port", str(free_port())]).exit_code == 0
    assert set(read_keys(cli.KEYS) or ()) == {role.value for role in Role}


def test_keys_of_another_database_are_made_again(runner: CliRunner) -> None:
    stale = f"csi_{'a' * 16}_{'b' * 40}"
    write_keys(cli.KEYS, {"admin": stale})
    printed = runner.invoke(cli.app, ["run", "--port", str(free_port())]).stdout
    assert stale not in printed
    kept = read_keys(cli.KEYS)
    assert kept is not None
    # Those that hold are kept: a second start prints the same.
    assert kept["buyer"] in runner.invoke(cli.app, ["run", "--port", str(free_port())]).stdout
    assert read_keys(cli.KEYS) == kept


def test_a_demonstration_on_other_records_says_why_it_stops(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differ(*_: object) -> None:
        raise Unexpected("Exemple.")

    monkeypatch.setattr("app.demonstration.server.served", nullcontext)
    monkeypatch.setattr("app.demonstration.telling.tell", differ)
    done = runner.invoke(cli.app, ["demo"])
    assert done.exit_code == 1
    assert done.stderr.endswith("L'histoire s'arrête ici. Exemple.\n")
