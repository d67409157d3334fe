"""Priority quarters (QPV) of an operator's file: `quarter` looks into it, `load-quarters` keeps it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.commands.starting import open_means

app = typer.Typer()


@app.command()
def quarter(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON, in degrees.")],
    longitude: Annotated[float, typer.Option(min=-180, max=180)],
    latitude: Annotated[float, typer.Option(min=-90, max=90)],
    version: Annotated[str, typer.Option(help="What its publisher calls this version of the list.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of the list.")],
) -> None:
    """Say which priority quarters (QPV) of a file hold a point: code, name, version, first day."""
    from app.exchange.quarters import QuarterFileError, read_quarters

    try:
        quarters = read_quarters(path.read_bytes(), version, since.date())
    except QuarterFileError as refused:
        typer.echo(f"Fichier de quartiers inutilisable : {refused}.", err=True)
        raise typer.Exit(1) from None
    for found in quarters.holding(longitude, latitude):
        typer.echo(f"{found.code}\t{found.label}\t{found.version}\t{found.since}")


@app.command("load-quarters")
def load_quarters(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON, in degrees.")],
    edition: Annotated[str, typer.Option(help="Year of the edition, as residences name it: 2024.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of the list.")],
) -> None:
    """Let addresses be looked up in the priority quarters (QPV) of a file, in every process, from now on."""
    from app.exchange.quarters import QuarterFileError
    from app.services import quarters

    if not re.fullmatch(r"20\d\d", edition):
        message = "A year, as in 2024."
        raise typer.BadParameter(message, param_hint="--edition")
    try:
        number = quarters.load(open_means(), path.read_bytes(), edition, since.date())
    except QuarterFileError as refused:
        typer.echo(f"Fichier de quartiers inutilisable : {refused}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{number} quartiers de l'édition {edition}, en vigueur depuis le {since:%d/%m/%Y}.")
