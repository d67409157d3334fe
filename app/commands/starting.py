"""What most commands begin with."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from app.services.work import Means
    from app.settings import Settings


@contextmanager
def loading() -> Iterator[None]:
    """What is imported and made inside stays for good: garbage is looked for neither there nor in it later.

    Without this a quarter of a start is spent going through modules again and again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def open_means(settings: Settings | None = None) -> Means:
    """The database, the clock and the keys that the environment names, or those of these settings."""
    with loading():
        from app.clock import SystemClock
        from app.crypto import Keyring
        from app.db.session import Database
        from app.exchange.connector import opened
        from app.exchange.mail import mailer_of
        from app.exchange.outgoing import Outgoing
        from app.services.work import Means
        from app.settings import Settings

    settings = settings or Settings()
    database = Database(settings.database_url, pool_size=settings.pool_size)
    clock = SystemClock()
    return Means(
        database,
        clock,
        Keyring(settings.secret_keys.get_secret_value()),
        outgoing=Outgoing(allow_private=settings.allow_private_addresses),
        connectors=opened(settings.connector_urls, clock),
        mailer=mailer_of(settings, clock),
    )


@contextmanager
def told() -> Iterator[None]:
    """A refusal of the service as a message of the command."""
    from app.errors import DomainError

    try:
        yield
    except DomainError as error:
        detail = error.errors[0].detail if error.errors else error.title
        typer.echo(detail.fr, err=True)
        raise typer.Exit(1) from None
