"""The people: their identity apart from everything else, and what a hire needs to know of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import (
    Base,
    Code,
    Day,
    Hundredths,
    Id,
    Items,
    Moment,
    Place,
    RoleCode,
    Sealed,
    refers_to,
    refers_together,
)


class Participant(Base):
    """A person as one declarant knows them. `person_id` is shared by records merged by a facilitator."""

    __tablename__ = "participants"

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(index=True)
    declarant_id: Mapped[Id] = mapped_column(refers_to("organisations.id"), index=True)
    sex: Mapped[Code | None]
    level: Mapped[Code | None]
    informed_on: Mapped[Day | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class Identity(Base):
    """Who the person is, encrypted field by field; deletable without touching a figure."""

    __tablename__ = "identities"

    participant_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), primary_key=True)
    birth_name: Mapped[Sealed]
    first_names: Mapped[Sealed]
    birth_date: Mapped[Sealed]
    birth_place: Mapped[Sealed | None]
    france_travail_number: Mapped[Sealed | None]
    pass_iae_number: Mapped[Sealed | None]
    matching_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)


class Residence(Base):
    """Where a person lives from a day on: the commune, and the QPV with its edition when known."""

    __tablename__ = "residences"

    participant_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), primary_key=True)
    since: Mapped[Day] = mapped_column(primary_key=True)
    place: Mapped[Place]
    qpv: Mapped[str | None] = mapped_column(String(16))
    qpv_edition: Mapped[str | None] = mapped_column(String(16))


class Hire(Base):
    """A participant at work on a contract."""

    __tablename__ = "hires"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_hires_id", "id"),
        Index("ix_hires_contract", "contract_id", "id"),
        Index("ix_hires_participant", "participant_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    clause_id: Mapped[Id]
    participant_id: Mapped[Id] = mapped_column(refers_to("participants.id"))
    declarant_id: Mapped[Id]
    employer_id: Mapped[Id]
    modality: Mapped[Code]
    contract_type: Mapped[Code]
    starts_on: Mapped[Day]
    planned_end_on: Mapped[Day | None]
    ended_on: Mapped[Day | None]
    end_reason: Mapped[Code | None]
    weekly_hours: Mapped[Hundredths]
    planned_hours: Mapped[Hundredths | None]
    job: Mapped[str | None] = mapped_column(String(8))
    workplace: Mapped[Place | None]
    prescriber_kind: Mapped[Code | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class HireTraits(Base):
    """What is personal about a hire and useful in statistics; erasure coarsens this row only."""

    __tablename__ = "hire_traits"
    __table_args__ = (refers_together(["owner_id", "hire_id"], ["hires.owner_id", "hires.id"]),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    hire_id: Mapped[Id] = mapped_column(primary_key=True)
    sex: Mapped[Code | None]
    age_band: Mapped[Code | None]
    level: Mapped[Code | None]
    qpv: Mapped[bool | None]


class Assessment(Base):
    """The eligibility of one hire: what was claimed and seen (encrypted), the outcome, the decision."""

    __tablename__ = "assessments"
    __table_args__ = (
        refers_together(["owner_id", "hire_id"], ["hires.owner_id", "hires.id"]),
        Index("ix_assessments_id", "id"),
        Index("ix_assessments_hire", "hire_id", unique=True),
        Index("ix_assessments_contract", "contract_id"),
        Index("ix_assessments_participant", "participant_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    hire_id: Mapped[Id]
    participant_id: Mapped[Id]
    # Claims, proofs and facts; then every reason found. Both say why a person is poor or ill.
    file: Mapped[Sealed]
    reasons: Mapped[Sealed]
    outcome: Mapped[Code]
    rules_version: Mapped[Code]
    clause_version: Mapped[int]
    assessed_at: Mapped[Moment]
    decision: Mapped[Code | None]
    decision_reason: Mapped[Sealed | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[Id | None]
    counts_from: Mapped[Day | None]
    eligible_until: Mapped[Day | None]
    # Days of the duration that do not count, as `{first, last}`.
    suspended: Mapped[Items | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class DurationDecision(Base):
    """A suspension, a prolongation or the cancellation of one, insert-only.

    It holds for the person and the obligation; `hire_id` is where it was taken. Its reason may tell of an
    illness or a birth: it is sealed.
    """

    __tablename__ = "duration_decisions"
    __table_args__ = (
        refers_together(["owner_id", "hire_id"], ["hires.owner_id", "hires.id"]),
        Index("ix_duration_decisions_participant", "participant_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    obligation_id: Mapped[Id]
    hire_id: Mapped[Id]
    participant_id: Mapped[Id] = mapped_column(refers_to("participants.id"))
    kind: Mapped[Code]
    decided_on: Mapped[Day]
    since: Mapped[Day | None]
    until: Mapped[Day | None]
    months: Mapped[int | None]
    cancels_id: Mapped[Id | None]
    reason: Mapped[Sealed]
    reference: Mapped[str | None] = mapped_column(String(200))
    reviewer_id: Mapped[Id]
    recorded_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class ParticipantAccess(Base):
    """Who may read a person's identity, in which role, and why."""

    __tablename__ = "participant_access"
    __table_args__ = (Index("ix_participant_access_viewer", "organisation_id", "role"),)

    participant_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[RoleCode] = mapped_column(primary_key=True)
    cause: Mapped[Code]
    since: Mapped[Day]
