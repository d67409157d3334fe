"""Which column holds what, as accounts confirmed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from app.db.tables import ImportMapping

if TYPE_CHECKING:
    from app.db.session import ReadSession
    from app.principal import Principal


def own_mappings(principal: Principal) -> Select[ImportMapping]:
    """Those of an organisation in its role; nobody else's, for the platform neither."""
    return select(ImportMapping).where(
        ImportMapping.organisation_id == principal.organisation_id, ImportMapping.role == principal.role.value
    )


def mapping_of(
    session: ReadSession, principal: Principal, kind: str, fingerprint: bytes
) -> ImportMapping | None:
    """The one for tables with these titles."""
    query = own_mappings(principal).where(
        ImportMapping.kind == kind, ImportMapping.fingerprint == fingerprint
    )
    return session.scalar(query)
