"""API keys: `keys create`, `list`, `rotate`, `revoke`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from app.commands.starting import open_means, told
from app.principal import Role
from app.schemas.access import KEY_DAYS, LONGEST_OVERLAP_DAYS, OVERLAP_DAYS

app = typer.Typer(help="API keys: create, list, rotate, revoke.", no_args_is_help=True)
Days = Annotated[int, typer.Option(min=1, max=KEY_DAYS, help="For how many days it is valid.")]


@app.command("create")
def create_key(siret: str, role: Role, label: str = "cli", valid_days: Days = KEY_DAYS) -> None:
    """Make an API key and print it; it is shown nowhere else."""
    from app.services import setup

    with told():
        typer.echo(setup.issue_key(open_means(), siret, role, label, valid_days=valid_days))


@app.command("list")
def list_keys(siret: Annotated[str | None, typer.Argument(help="Of one organisation only.")] = None) -> None:
    """List keys without their secrets, oldest first, one a line: tabs stand between the columns."""
    from app.services import setup

    typer.echo("id\tprefix\tsiret\trole\tscopes\tcreated\tends\tlast used\tlabel")
    for key in setup.every_key(open_means(), siret):
        ends = min(moment for moment in (key.expires_at, key.revoked_at) if moment)
        used = f"{key.last_used_at:%Y-%m-%dT%H:%MZ}" if key.last_used_at else "-"
        days = f"{key.created_at:%Y-%m-%d}\t{ends:%Y-%m-%d}\t{used}"
        typer.echo(
            f"{key.id}\t{key.prefix}\t{key.siret}\t{key.role}\t{'+'.join(key.scopes)}\t{days}\t{key.label}"
        )


@app.command("rotate")
def rotate_key(
    key_id: UUID,
    overlap_days: Annotated[int, typer.Option(min=0, max=LONGEST_OVERLAP_DAYS)] = OVERLAP_DAYS,
    valid_days: Days = KEY_DAYS,
) -> None:
    """Print the successor of a key, which itself ends after the overlap."""
    from app.services import setup

    with told():
        typer.echo(setup.replace_key(open_means(), key_id, overlap_days, valid_days))


@app.command("revoke")
def revoke_key(key_id: UUID) -> None:
    """End a key at once."""
    from app.services import setup

    with told():
        setup.end_key(open_means(), key_id)
