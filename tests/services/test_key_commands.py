"""The keys of an operator, at the command line."""

import pytest
from typer.testing import CliRunner

from app import cli
from app.crypto import parse_api_key

SIRET = "20003994900017"


@pytest.fixture
def runner(sqlite_url: str) -> CliRunner:
    return CliRunner(env={"CLAUSES_DATABASE_URL": sqlite_url})


def run(runner: CliRunner, *arguments: str) -> str:
    done = runner.invoke(cli.app, ["keys", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def listed(runner: CliRunner, *arguments: str) -> list[dict[str, str]]:
    head, *rows = [line.split("\t") for line in run(runner, "list", *arguments).splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_key_is_made_replaced_and_revoked(runner: CliRunner) -> None:
    text = run(runner, "create", SIRET, "buyer", "--label", "Paie", "--valid-days", "30")
    key = parse_api_key(text)
    assert key is not None
    (row,) = listed(runner)
    assert (row["prefix"], row["siret"], row["role"]) == (f"csi_{key.public_id}", SIRET, "buyer")
    assert (row["label"], row["scopes"], row["last used"]) == ("Paie", "read+write", "-")
    assert key.secret not in run(runner, "list")
    successor = parse_api_key(run(runner, "rotate", row["id"], "--overlap-days", "0"))
    assert successor is not None
    old, new = listed(runner, SIRET)
    assert (old["ends"], new["prefix"]) == (old["created"], f"csi_{successor.public_id}")
    assert new["label"] == "Paie"
    run(runner, "revoke", new["id"])
    assert listed(runner)[1]["ends"] == new["created"]
    assert listed(runner, "10000000900017") == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["create", "20003994900018", "buyer"], "SIRET"),
        (["rotate", "01936f2e-7c10-7a31-9c55-0242ac120001"], "Ressource introuvable."),
        (["revoke", "01936f2e-7c10-7a31-9c55-0242ac120001"], "Ressource introuvable."),
    ],
)
def test_a_refusal_is_said(runner: CliRunner, arguments: list[str], told: str) -> None:
    done = runner.invoke(cli.app, ["keys", *arguments])
    assert done.exit_code == 1
    assert told in done.stderr


def test_a_key_that_ended_is_not_replaced(runner: CliRunner) -> None:
    run(runner, "create", SIRET, "buyer")
    (row,) = listed(runner)
    run(runner, "revoke", row["id"])
    done = runner.invoke(cli.app, ["keys", "rotate", row["id"]])
    assert (done.exit_code, done.stderr.strip()) == (1, "Cette clé est révoquée ou expirée.")
