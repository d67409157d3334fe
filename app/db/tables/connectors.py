"""How the services fare that the operator lets this one call."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Moment


class ConnectorPulse(Base):
    """What the worker that asked last noted of a connector: the API answers in other processes."""

    __tablename__ = "connector_pulses"

    name: Mapped[Code] = mapped_column(primary_key=True)
    state: Mapped[Code]
    last_success_at: Mapped[Moment | None]
    last_failure_at: Mapped[Moment | None]
    last_failure: Mapped[Code | None]
    noted_at: Mapped[Moment]
