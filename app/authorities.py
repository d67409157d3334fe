"""The authorities whose certificates are believed on the web."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl


@cache
def of_the_web() -> ssl.SSLContext:
    """Those that come with the HTTP client, whatever the environment says; for all clients of the process.

    Reading them takes as long as ten requests: once is enough.
    """
    return httpx.create_ssl_context(trust_env=False)
