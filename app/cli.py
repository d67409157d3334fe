"""The command line: `python -m app.cli COMMAND`.

Each command imports what it needs: a worker starts without the HTTP application, and `--help` without either.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import tempfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.commands import jobs, keys, privacy, quarters
from app.commands.starting import loading, open_means

KEYS = Path("var/keys.json")
EXAMPLES = (
    "/v1/me",
    "/v1/contracts",
    "/v1/territories/department/57/compliance?from=2024-12&to=2025-02",
)

app = typer.Typer(
    help="Suivi des clauses sociales d'insertion.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(privacy.app)
app.add_typer(quarters.app)
app.add_typer(keys.app, name="keys")
app.add_typer(jobs.app, name="jobs")


@app.command()
def migrate() -> None:
    """Bring the database to the latest schema and load the territories."""
    with loading():
        from app.db.wall_laying import RolesMissing
        from app.services import setup
        from app.settings import Settings

    settings = Settings()
    try:
        setup.prepare(open_means(settings).database, settings.owner_database_url or settings.database_url)
    except RolesMissing as missing:
        typer.echo(missing, err=True)
        raise typer.Exit(1) from None


@app.command()
def migration(name: str) -> None:
    """Draft the migration from the last schema to the tables of the code, and print where it is."""
    from app.db import migrate as migrate_tables

    if not name.strip():
        message = 'Say what changes: NAME="pools of contracts"'
        raise typer.BadParameter(message, param_hint="NAME")
    typer.echo(migrate_tables.draft(name))


@app.command()
def openapi(path: Annotated[Path | None, typer.Argument()] = None) -> None:
    """Print the OpenAPI document, or write it to a file."""
    from app.main import create_app

    document = json.dumps(create_app().openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if path is None:
        typer.echo(document, nl=False)
    else:
        path.write_text(document, encoding="utf-8")


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    worker: Annotated[bool, typer.Option(help="With a worker process that ends with this one.")] = True,  # noqa: FBT002 - an option
) -> None:
    """Serve the API."""
    with loading():
        import uvicorn

        from app.main import create_app
        from app.settings import Settings
        from app.worker import beside

        settings = Settings()
        service = create_app(settings)
    # The server raises the signal again once it has answered what it had begun; the worker is ended then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with beside(["-m", "app.cli", "worker"]) if worker else nullcontext():
        uvicorn.run(
            service,
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            # By itself it would believe whoever speaks from this machine: CLAUSES_TRUSTED_PROXIES says whom.
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=5,
            # A stream would keep it for minutes, and who runs it kills it after ten seconds.
            timeout_graceful_shutdown=settings.stop_seconds,
            h11_max_incomplete_event_size=16 * 1024,
        )


@app.command()
def verify() -> None:
    """Check every sum against the ledger and every seal against its change; exits 1 if one does not hold."""
    from app.services import verify as verification

    found = verification.verify(open_means().database)
    typer.echo(found.told())
    raise typer.Exit(0 if found.holds else 1)


@app.command("rotate-keys")
def rotate_keys(
    *, dry_run: Annotated[bool, typer.Option(help="Only tell what each key still holds.")] = False
) -> None:
    """Put everything under the first key, beside running processes; tell which keys may be removed.

    Exits 1 while values that can be moved stand under another key. Killed, it goes on where it was.
    """
    from app.services import key_rotation
    from app.settings import Settings

    settings = Settings()
    means = open_means(settings)
    if not dry_run:
        moved = key_rotation.rotate(means, lambda table, rows: typer.echo(f"  {table} : {rows}"))
        typer.echo(f"{moved} lignes mises sous la clé « {means.keyring.current_id} ».")
    found = key_rotation.usage(means, settings.idempotency_hours)
    for line in found.told():
        typer.echo(line)
    raise typer.Exit(1 if found.left else 0)


@app.command()
def demo(files: Annotated[list[Path] | None, typer.Argument(exists=True, dir_okay=False)] = None) -> None:
    """Play the whole story step by step on a server of its own, on records of nobody or on these files."""
    from app.demonstration.client import Unexpected
    from app.demonstration.records import PLATFORM, files_at, own_files
    from app.demonstration.server import served
    from app.demonstration.telling import tell
    from app.principal import Role
    from app.services import setup
    from app.services import verify as verification
    from app.settings import Settings

    with tempfile.TemporaryDirectory(prefix="clauses-demo-") as directory:
        url = f"sqlite:///{directory}/demo.sqlite3"
        means = open_means(Settings(database_url=url))
        setup.prepare(means.database, url)
        admin = setup.issue_key(means, PLATFORM, Role.ADMIN, "demo")
        try:
            with served(url) as address:
                telling = tell(address, admin, files_at(files) if files else own_files(), typer.echo)
        except Unexpected as different:
            typer.echo(f"\nL'histoire s'arrête ici. {different}", err=True)
            raise typer.Exit(1) from None
        telling.chapter("Les comptes sont vérifiés")
        found = verification.verify(means.database)
        telling.note(found.told())
        means.database.dispose()
    raise typer.Exit(0 if found.holds else 1)


@app.command()
def run(port: int = 8000) -> None:
    """Prepare an embedded database with a demonstration, print a key per role, serve."""
    _refuse_busy(port)
    with loading():
        from app.demonstration.keys import read_keys, write_keys
        from app.demonstration.records import BY_ROLE, own_files
        from app.demonstration.server import served
        from app.demonstration.telling import tell
        from app.principal import Role
        from app.services import setup
        from app.settings import Settings

    settings = Settings()
    Path("var").mkdir(exist_ok=True)
    means = open_means(settings)
    setup.prepare(means.database, settings.database_url)
    new = not setup.has_contracts(means.database)
    known = None if new else read_keys(KEYS)
    # Those of another database, or of another secret, would be printed and refused.
    if known is None or not all(setup.holds_key(means, text) for text in known.values()):
        known = {role.value: setup.issue_key(means, siret, role, "demo") for role, siret in BY_ROLE.items()}
        write_keys(KEYS, known)
    if new:
        with served(settings.database_url) as address:
            tell(address, known[Role.ADMIN], own_files(), lambda _: None)
    means.database.dispose()
    _greet(known, f"http://127.0.0.1:{port}")
    serve(port=port)


def _refuse_busy(port: int) -> None:
    # Said before anything is loaded and printed: the requests shown would reach somebody else.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            typer.echo(f"Le port {port} est déjà pris ; un autre se choisit par --port.", err=True)
            raise typer.Exit(1) from None


def _greet(keys: dict[str, str], address: str) -> None:
    typer.echo(f"Une clé par rôle (gardées dans {KEYS}) :\n")
    for role, text in keys.items():
        typer.echo(f"  {role:20} {text}")
    typer.echo("\nPour commencer :\n")
    for example in EXAMPLES:
        typer.echo(f"  curl -s -H 'Authorization: Bearer {keys['buyer']}' '{address}{example}'")
    typer.echo(f"\nDocumentation : {address}/docs\n")


@app.command("worker")
def work(
    *,
    lease: Annotated[int, typer.Option(help="Seconds after which a silent worker counts as dead.")] = 30,
    with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Settle changes and do the jobs; several workers may run."""
    with loading():
        from app.settings import Settings
        from app.web.logs import configure_logging
        from app.worker import Daily, Sending, Worker, run_until_signalled

    settings = Settings()
    configure_logging(settings.log_level)
    worker = Worker(
        open_means(settings),
        daily=Daily(
            answers_hours=settings.idempotency_hours,
            file_days=settings.import_file_days,
            refresh_days=settings.organisation_refresh_days,
            publish_from=settings.publish_from_year,
        ),
        lease=timedelta(seconds=lease),
        sending=Sending(settings.webhook_threads, settings.webhook_pause_days, settings.webhook_log_days),
    )
    run_until_signalled(worker, with_parent=with_parent)


if __name__ == "__main__":
    app()
