"""Contracts, who is party to them, where they are performed, and the clause they carry."""

from __future__ import annotations

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import (
    Base,
    Code,
    Data,
    Day,
    Hundredths,
    Id,
    Items,
    Label,
    Moment,
    Place,
    RoleCode,
    refers_to,
    refers_together,
)

OF_CONTRACT = (["owner_id", "contract_id"], ["contracts.owner_id", "contracts.id"])


class Contract(Base):
    """One contract or lot. `owner_id` is its buyer, carried by everything that belongs to it."""

    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("owner_id", "id"),
        Index("ix_contracts_reference", "owner_id", "reference"),
        Index("ix_contracts_consultation", "owner_id", "consultation_reference"),
        Index("ix_contracts_clause_state", "clause_state", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id] = mapped_column(refers_to("organisations.id"))
    reference: Mapped[str] = mapped_column(String(64))
    object: Mapped[Label]
    lot: Mapped[str | None] = mapped_column(String(64))
    nature: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[Code | None]
    cpv: Mapped[str | None] = mapped_column(String(10))
    procedure: Mapped[Label | None]
    ccag: Mapped[Label | None]
    firm_amount: Mapped[Hundredths | None]
    maximum_amount: Mapped[Hundredths | None]
    framework_reference: Mapped[str | None] = mapped_column(String(64))
    consultation: Mapped[Data]
    # Out of the document above, so that the lots of a consultation are one index.
    consultation_reference: Mapped[str | None] = mapped_column(String(64))
    social_conditions: Mapped[Items]
    waiver: Mapped[Data | None]
    decp_social: Mapped[Items]
    notified_on: Mapped[Day | None]
    started_on: Mapped[Day | None]
    duration_months: Mapped[int | None]
    firm_end_on: Mapped[Day | None]
    maximum_end_on: Mapped[Day | None]
    ended_on: Mapped[Day | None]
    closed_on: Mapped[Day | None]
    suspensions: Mapped[Items]
    # Denormalised from the clause rows so that lists by clause state are one index.
    clause_id: Mapped[Id | None]
    # Why there is no clause; null with one, and until the service has judged what an earlier version wrote.
    clause_state: Mapped[Code | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class ContractParty(Base):
    """A holder or a subcontractor. Shares are ten-thousandths and sum to 10,000 in a group."""

    __tablename__ = "contract_parties"
    __table_args__ = (refers_together(*OF_CONTRACT),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(refers_to("organisations.id"), primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    lead: Mapped[bool]
    share: Mapped[int | None]
    since: Mapped[Day]
    until: Mapped[Day | None]


class ContractPlace(Base):
    """A place of execution as published and, once resolved, as a territory. Shares as for parties."""

    __tablename__ = "contract_places"
    __table_args__ = (refers_together(*OF_CONTRACT),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[Place | None] = mapped_column(index=True)
    published_code: Mapped[str | None] = mapped_column(String(32))
    published_type: Mapped[str | None] = mapped_column(String(32))
    candidates: Mapped[Items]
    share: Mapped[int]
    share_assumed: Mapped[bool]


class Mandate(Base):
    """An organisation entrusted with a contract in a role, from – to (inclusive), by whom."""

    __tablename__ = "mandates"
    __table_args__ = (refers_together(*OF_CONTRACT),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id]
    contract_id: Mapped[Id] = mapped_column(index=True)
    organisation_id: Mapped[Id] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    since: Mapped[Day]
    until: Mapped[Day | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class ContractAccess(Base):
    """Who sees a contract, in which role, from – to (inclusive), and why (`cause`)."""

    __tablename__ = "contract_access"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_contract_access_viewer", "organisation_id", "role", "contract_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[RoleCode] = mapped_column(primary_key=True)
    cause: Mapped[Code] = mapped_column(primary_key=True)
    cause_id: Mapped[Id] = mapped_column(primary_key=True)
    since: Mapped[Day]
    until: Mapped[Day | None]


class Clause(Base):
    """The current terms of a contract's social clause; every version of them is in `versions`.

    `obligation_id` is the unit of sums: the clause itself, until contracts are pooled.
    """

    __tablename__ = "clauses"
    __table_args__ = (refers_together(*OF_CONTRACT), UniqueConstraint("owner_id", "contract_id"))

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id] = mapped_column(index=True)
    obligation_id: Mapped[Id] = mapped_column(index=True)
    profile: Mapped[Code]
    article: Mapped[Label | None]
    terms: Mapped[Data]
    effective_on: Mapped[Day]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
