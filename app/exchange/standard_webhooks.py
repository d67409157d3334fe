"""Messages after the Standard Webhooks specification 1.0: identifier, instant, signatures, secrets.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from standardwebhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

PREFIX = "whsec_"
# The specification asks for 24 to 64.
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret never seen before, as its receiver writes it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(message_id: str, at: datetime, body: str, signed_with: Sequence[str]) -> dict[str, str]:
    """The headers of one attempt; one signature for each secret, the current one first.

    The identifier is the same for every attempt, so that the receiver knows what it had; the instant is the
    attempt's own, so that nobody else can repeat it later.
    """
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in signed_with]
    return {
        "Content-Type": "application/json",
        "User-Agent": "clauses-webhooks/1",
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }
