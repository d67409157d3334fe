"""Personal data: the register, the notice, retention, erasures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.commands.starting import open_means

app = typer.Typer()


@app.command()
def register(*, html: bool = False) -> None:
    """Print the register of processing (GDPR, article 30), as Markdown or as a page."""
    from app.clock import SystemClock, day_of
    from app.services import privacy

    text = privacy.register(day_of(SystemClock().now()))
    typer.echo(text.html() if html else text.markdown(), nl=False)


@app.command()
def notice(*, html: bool = False) -> None:
    """Print the notice that informs people, as Markdown or as a page."""
    from app.clock import SystemClock, day_of
    from app.services import privacy

    text = privacy.notice(day_of(SystemClock().now()))
    typer.echo(text.html() if html else text.markdown(), nl=False)


@app.command()
def retention(
    *, dry_run: Annotated[bool, typer.Option(help="Only list what would be done: ids and reasons.")] = False
) -> None:
    """Queue the day's retention, or list whose identity it would erase."""
    from app.services import retention as retaining

    means = open_means()
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
    from app.services import erasures as erasing

    for participant_id, ground in erasing.listed(open_means()):
        typer.echo(f"{participant_id} {ground}")


@app.command("replay-erasures")
def replay_erasures(path: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Erase again, after a restore, everybody that the kept list names."""
    from app.schemas.rights import ErasureGround
    from app.services import erasures as erasing

    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        kept = [(UUID(line[0]), ErasureGround(line[1])) for line in lines]
    except (ValueError, IndexError):
        message = "Une ligne par personne : identifiant, espace, motif."
        raise typer.BadParameter(message, param_hint="PATH") from None
    now, already, unknown = erasing.replay(open_means(), kept)
    typer.echo(f"Effacées : {now}. Déjà effacées : {already}. Absentes de cette base : {unknown}.")
