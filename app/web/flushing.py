"""What a serving process does beside its requests: it writes when credentials were last used."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from app.services.last_uses import FLUSH_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

    from app.services.work import Means

log = structlog.get_logger()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Flush every minute while the application serves, and once more when it stops cleanly."""
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(app.state.means, stop), daemon=True)
    keeper.start()
    yield
    stop.set()
    keeper.join()


def _keep(means: Means, stop: threading.Event) -> None:
    stopped = False
    while not stopped:
        stopped = stop.wait(FLUSH_SECONDS)
        try:
            means.last_uses.flush(means.database)
        except Exception as error:  # noqa: BLE001 - a database that is away keeps nobody from answering
            log.warning("last_uses_kept_back", error=type(error).__name__)
