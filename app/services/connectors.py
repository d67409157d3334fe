"""The services that the operator lets this one call: which are on, and how they fared last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import connectors as queries
from app.db.tables import ConnectorPulse
from app.errors import Forbidden
from app.exchange.mail import MAIL
from app.schemas.connectors import CONNECTORS, ConnectorList, ConnectorOut

if TYPE_CHECKING:
    from app.exchange.connector import Watched
    from app.services.work import Reader, Writer


def list_connectors(reader: Reader) -> ConnectorList:
    """All connectors, those that are off included; for the platform."""
    if not reader.principal.is_admin:
        raise Forbidden
    noted = {pulse.name: pulse for pulse in reader.session.scalars(queries.pulses())}
    return ConnectorList(items=[_shown(reader, name, noted.get(name)) for name in CONNECTORS])


def note(writer: Writer, connector: Watched) -> None:
    """Keep how a connector fares in this process; what it has not seen since it began stays as it was."""
    pulse = connector.pulse
    known = queries.pulse(writer.session, connector.name)
    if known is None:
        known = ConnectorPulse(name=connector.name)
        writer.session.add(known)
    known.state, known.noted_at = pulse.state, writer.now
    known.last_success_at = pulse.last_success_at or known.last_success_at
    if pulse.last_failure_at is not None:
        known.last_failure_at, known.last_failure = pulse.last_failure_at, pulse.last_failure


def _shown(reader: Reader, name: str, pulse: ConnectorPulse | None) -> ConnectorOut:
    is_on = name in reader.means.connectors or (name == MAIL and reader.means.mailer is not None)
    return ConnectorOut.model_validate(
        {
            "name": name,
            "on": is_on,
            "state": pulse.state if pulse and is_on else None,
            "last_success_at": pulse and pulse.last_success_at,
            "last_failure_at": pulse and pulse.last_failure_at,
            "last_failure": pulse and pulse.last_failure,
            "noted_at": pulse and pulse.noted_at,
        }
    )
