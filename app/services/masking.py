"""Identifiers that hold a person's name: shown to the buyer and to whoever they name, masked to all others.

Outside the Union, in Wallis and Futuna (FRWF) and where nobody said the scheme, publications identify a firm
by the first letters of its name, often a person's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.session import Viewer
    from app.db.tables import Organisation

PERSONAL = frozenset({"FRWF", "HORS-UE", "OTHER"})
SIRET = "SIRET"
MASK = "…"
# Three letters in a row: two say the year or the kind of a contract, not who holds it.
NAME = re.compile(r"[^\W\d_]{3,}")
# What tells of no person: the country, the kind.
_PLAIN = {"HORS-UE": 2, "FRWF": 4}


def is_personal(scheme: str, identifier: str) -> bool:
    """Whether an identifier may hold a name; letters where a SIRET is expected may be anything."""
    return scheme in PERSONAL or (scheme == SIRET and not identifier.isdecimal())


def masked(scheme: str, identifier: str) -> str:
    """An identifier as everybody may read it."""
    if not is_personal(scheme, identifier):
        return identifier
    return identifier[: _PLAIN.get(scheme, 0)] + MASK


def reference_told(reference: str) -> str:
    """A buyer's reference of a contract as a message may tell it: whatever could be a name is masked."""
    return NAME.sub(MASK, reference)


def shown(viewer: Viewer | None, owner_id: UUID, firm: Organisation) -> str:
    """The identifier of a firm on a contract of this buyer, as the caller reads it; the service reads all."""
    if viewer is None or viewer.organisation in {str(owner_id), str(firm.id)}:
        return firm.identifier
    return masked(firm.scheme, firm.identifier)
