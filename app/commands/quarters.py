"""Priority quarters (QPV) of an operator's file: `quarter`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

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
