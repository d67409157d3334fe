"""The command line: `python -m app.cli COMMAND`."""

from __future__ import annotations

import json
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
import uvicorn

from app.clock import SystemClock, day_of
from app.crypto import Keyring
from app.db import migrate as migrate_tables
from app.db.session import Database
from app.db.wall_laying import RolesMissing
from app.demonstration.client import Unexpected
from app.demonstration.keys import read_keys, write_keys
from app.demonstration.records import BY_ROLE, PLATFORM, files_at, own_files
from app.demonstration.server import served
from app.demonstration.telling import tell
from app.errors import DomainError
from app.exchange.connector import opened
from app.exchange.quarters import QuarterFileError, read_quarters
from app.main import create_app
from app.principal import Role
from app.schemas.access import KEY_DAYS, LONGEST_OVERLAP_DAYS, OVERLAP_DAYS
from app.schemas.rights import ErasureGround
from app.services import erasures as erasing
from app.services import key_rotation, privacy, setup
from app.services import retention as retaining
from app.services import verify as verification
from app.services.work import Means
from app.settings import Settings
from app.web.observing import configure_logging
from app.worker import Worker, beside, run_until_signalled

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


keys = typer.Typer(help="API keys: create, list, rotate, revoke.", no_args_is_help=True)
app.add_typer(keys, name="keys")
Days = Annotated[int, typer.Option(min=1, max=KEY_DAYS, help="For how many days it is valid.")]


def _means(settings: Settings) -> Means:
    database = Database(settings.database_url, pool_size=settings.pool_size)
    clock, keyring = SystemClock(), Keyring(settings.secret_keys.get_secret_value())
    return Means(database, clock, keyring, connectors=opened(settings.connector_urls, clock))


@app.command()
def migrate() -> None:
    """Bring the database to the latest schema and load the territories."""
    settings = Settings()
    try:
        setup.prepare(_means(settings).database, settings.owner_database_url or settings.database_url)
    except RolesMissing as missing:
        typer.echo(missing, err=True)
        raise typer.Exit(1) from None


@app.command()
def migration(name: str) -> None:
    """Draft the migration from the last schema to the tables of the code, and print where it is."""
    if not name.strip():
        message = 'Say what changes: NAME="pools of contracts"'
        raise typer.BadParameter(message, param_hint="NAME")
    typer.echo(migrate_tables.draft(name))


@keys.command("create")
def create_key(siret: str, role: Role, label: str = "cli", valid_days: Days = KEY_DAYS) -> None:
    """Make an API key and print it; it is shown nowhere else."""
    with _told():
        typer.echo(setup.issue_key(_means(Settings()), siret, role, label, valid_days=valid_days))


@keys.command("list")
def list_keys(siret: Annotated[str | None, typer.Argument(help="Of one organisation only.")] = None) -> None:
    """List keys without their secrets, oldest first, one a line: tabs stand between the columns."""
    typer.echo("id\tprefix\tsiret\trole\tscopes\tcreated\tends\tlast used\tlabel")
    for key in setup.every_key(_means(Settings()), siret):
        ends = min(moment for moment in (key.expires_at, key.revoked_at) if moment)
        used = f"{key.last_used_at:%Y-%m-%dT%H:%MZ}" if key.last_used_at else "-"
        days = f"{key.created_at:%Y-%m-%d}\t{ends:%Y-%m-%d}\t{used}"
        typer.echo(
            f"{key.id}\t{key.prefix}\t{key.siret}\t{key.role}\t{'+'.join(key.scopes)}\t{days}\t{key.label}"
        )


@keys.command("rotate")
def rotate_key(
    key_id: UUID,
    overlap_days: Annotated[int, typer.Option(min=0, max=LONGEST_OVERLAP_DAYS)] = OVERLAP_DAYS,
    valid_days: Days = KEY_DAYS,
) -> None:
    """Print the successor of a key, which itself ends after the overlap."""
    with _told():
        typer.echo(setup.replace_key(_means(Settings()), key_id, overlap_days, valid_days))


@keys.command("revoke")
def revoke_key(key_id: UUID) -> None:
    """End a key at once."""
    with _told():
        setup.end_key(_means(Settings()), key_id)


@contextmanager
def _told() -> Iterator[None]:
    """A refusal of the service as a message of the command."""
    try:
        yield
    except DomainError as error:
        detail = error.errors[0].detail if error.errors else error.title
        typer.echo(detail.fr, err=True)
        raise typer.Exit(1) from None


@app.command()
def openapi(path: Annotated[Path | None, typer.Argument()] = None) -> None:
    """Print the OpenAPI document, or write it to a file."""
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
    # The server raises the signal again once it has answered what it had begun; the worker is ended then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with beside(["-m", "app.cli", "worker"]) if worker else nullcontext():
        uvicorn.run(
            create_app(),
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            # By itself it would believe whoever speaks from this machine: CLAUSES_TRUSTED_PROXIES says whom.
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=16 * 1024,
        )


@app.command()
def verify() -> None:
    """Check every sum against the ledger and every seal against its change; exits 1 if one does not hold."""
    found = verification.verify(_means(Settings()).database)
    typer.echo(found.told())
    raise typer.Exit(0 if found.holds else 1)


@app.command("rotate-keys")
def rotate_keys(
    *, dry_run: Annotated[bool, typer.Option(help="Only tell what each key still holds.")] = False
) -> None:
    """Put everything under the first key, beside running processes; tell which keys may be removed.

    Exits 1 while values that can be moved stand under another key. Killed, it goes on where it was.
    """
    settings = Settings()
    means = _means(settings)
    if not dry_run:
        moved = key_rotation.rotate(means, lambda table, rows: typer.echo(f"  {table} : {rows}"))
        typer.echo(f"{moved} lignes mises sous la clé « {means.keyring.current_id} ».")
    found = key_rotation.usage(means, settings.idempotency_hours)
    for line in found.told():
        typer.echo(line)
    raise typer.Exit(1 if found.left else 0)


@app.command()
def register(*, html: bool = False) -> None:
    """Print the register of processing (GDPR, article 30), as Markdown or as a page."""
    text = privacy.register(day_of(SystemClock().now()))
    typer.echo(text.html() if html else text.markdown(), nl=False)


@app.command()
def notice(*, html: bool = False) -> None:
    """Print the notice that informs people, as Markdown or as a page."""
    text = privacy.notice(day_of(SystemClock().now()))
    typer.echo(text.html() if html else text.markdown(), nl=False)


@app.command()
def retention(
    *, dry_run: Annotated[bool, typer.Option(help="Only list what would be done: ids and reasons.")] = False
) -> None:
    """Queue the day's retention, or list whose identity it would erase."""
    means = _means(Settings())
    if not dry_run:
        planned = retaining.plan_retention(means)
        typer.echo("Conservation du jour mise en file." if planned else "Déjà prévue aujourd'hui.")
        return
    people = 0
    for found in retaining.due(means):
        people += 1
        ids = " ".join(map(str, found.participant_ids))
        typer.echo(f"{found.due_on or '-'}  {found.reason}  {ids}  ({found.reason_label})")
    typer.echo(f"{people} personnes.")


@app.command()
def erasures() -> None:
    """Print the ids of everybody erased, for keeping outside the database beside its backups."""
    for participant_id, ground in erasing.listed(_means(Settings())):
        typer.echo(f"{participant_id} {ground}")


@app.command("replay-erasures")
def replay_erasures(path: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Erase again, after a restore, everybody that the kept list names."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        kept = [(UUID(line[0]), ErasureGround(line[1])) for line in lines]
    except (ValueError, IndexError):
        message = "Une ligne par personne : identifiant, espace, motif."
        raise typer.BadParameter(message, param_hint="PATH") from None
    now, already, unknown = erasing.replay(_means(Settings()), kept)
    typer.echo(f"Effacées : {now}. Déjà effacées : {already}. Absentes de cette base : {unknown}.")


@app.command()
def quarter(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON, in degrees.")],
    longitude: Annotated[float, typer.Option(min=-180, max=180)],
    latitude: Annotated[float, typer.Option(min=-90, max=90)],
    version: Annotated[str, typer.Option(help="What its publisher calls this version of the list.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of the list.")],
) -> None:
    """Say which priority quarters (QPV) of a file hold a point: code, name, version, first day."""
    try:
        quarters = read_quarters(path.read_bytes(), version, since.date())
    except QuarterFileError as refused:
        typer.echo(f"Fichier de quartiers inutilisable : {refused}.", err=True)
        raise typer.Exit(1) from None
    for found in quarters.holding(longitude, latitude):
        typer.echo(f"{found.code}\t{found.label}\t{found.version}\t{found.since}")


@app.command()
def demo(files: Annotated[list[Path] | None, typer.Argument(exists=True, dir_okay=False)] = None) -> None:
    """Play the whole story step by step on a server of its own, on records of nobody or on these files."""
    with tempfile.TemporaryDirectory(prefix="clauses-demo-") as directory:
        url = f"sqlite:///{directory}/demo.sqlite3"
        means = _means(Settings(database_url=url))
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
    settings = Settings()
    Path("var").mkdir(exist_ok=True)
    means = _means(settings)
    setup.prepare(means.database, settings.database_url)
    new = not setup.has_contracts(means.database)
    keys = None if new else read_keys(KEYS)
    # Those of another database, or of another secret, would be printed and refused.
    if keys is None or not all(setup.holds_key(means, text) for text in keys.values()):
        keys = {role.value: setup.issue_key(means, siret, role, "demo") for role, siret in BY_ROLE.items()}
        write_keys(KEYS, keys)
    if new:
        with served(settings.database_url) as address:
            tell(address, keys[Role.ADMIN], own_files(), lambda _: None)
    means.database.dispose()
    _greet(keys, f"http://127.0.0.1:{port}")
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
        typer.echo(f"  curl -s -H 'Authorization: Bearer {keys[Role.BUYER]}' '{address}{example}'")
    typer.echo(f"\nDocumentation : {address}/docs\n")


@app.command("worker")
def work(
    *,
    lease: Annotated[int, typer.Option(help="Seconds after which a silent worker counts as dead.")] = 30,
    with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Settle changes and do the jobs; several workers may run."""
    settings = Settings()
    configure_logging(settings.log_level)
    worker = Worker(
        _means(settings),
        answers_hours=settings.idempotency_hours,
        refresh_days=settings.organisation_refresh_days,
        lease=timedelta(seconds=lease),
    )
    run_until_signalled(worker, with_parent=with_parent)


if __name__ == "__main__":
    app()
