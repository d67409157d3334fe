"""The people: their identity apart from everything else, and what a hire needs to know of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import (
    Base,
    Code,
    Day,
    Hundredths,
    Id,
    Items,
    KeyedHash,
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
    # Once set, nothing is known of the person any more but what figures need.
    erased_at: Mapped[Moment | None]
    # Days and publics of what remains were coarsened, the retention of pseudonymised rows being over.
    coarsened_at: Mapped[Moment | None]
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
    matching_hash: Mapped[KeyedHash] = mapped_column(index=True)


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
        Index("ix_hires_prescriber", "prescriber_id", "id"),
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
    # The body that referred the person: it reads the hire, its end and its outcome.
    prescriber_id: Mapped[Id | None]
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


class HireOutcome(Base):
    """The situation after a hire at one moment, by class: insert-only, corrected by the next number.

    What was told in detail is in `outcome_details`; the class stays when that is erased.
    """

    __tablename__ = "outcomes"
    __table_args__ = (
        refers_together(["owner_id", "hire_id"], ["hires.owner_id", "hires.id"]),
        Index("ix_outcomes_contract", "contract_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    hire_id: Mapped[Id] = mapped_column(primary_key=True)
    moment: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    category: Mapped[Code]
    recorded_by: Mapped[Id] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), index=True)


class OutcomeDetail(Base):
    """What is personal about an outcome: the situation itself. Erasure takes this row only."""

    __tablename__ = "outcome_details"
    __table_args__ = (
        refers_together(
            ["owner_id", "hire_id", "moment", "number"],
            ["outcomes.owner_id", "outcomes.hire_id", "outcomes.moment", "outcomes.number"],
        ),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    hire_id: Mapped[Id] = mapped_column(primary_key=True)
    moment: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    situation: Mapped[Code]


class KeptTraits(Base):
    """What a clause's sub-targets look at of one approved hire, sealed; each version stays.

    Rows are only added: an answer as known at a past instant reads the versions of that time. The table is no
    insert-only one all the same, for erasure must be able to seal its rows anew. A version holds no more than
    the sub-targets of the clause's versions ask (`app.rules.subtargets.narrowed`): traits that each of them
    answers alike (one public, one place that it names, the beginning of the job) change no sum, past or
    present.
    """

    __tablename__ = "kept_traits"
    __table_args__ = (
        refers_together(["owner_id", "hire_id"], ["hires.owner_id", "hires.id"]),
        Index("ix_kept_traits_contract", "contract_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    hire_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    traits: Mapped[Sealed]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


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


class PersonLink(Base):
    """One record that a facilitator's decision moved to another person; insert-only.

    The rows of one decision share its change. A person bears the id of the oldest of their records. Where a
    facilitator only says that two records are two people nothing moves: the one row has one person twice.
    """

    __tablename__ = "person_links"
    __table_args__ = (Index("ix_person_links_pair", "first_id", "second_id"),)

    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), primary_key=True)
    from_person_id: Mapped[Id]
    to_person_id: Mapped[Id]
    # The two records that the facilitator named, the older first.
    first_id: Mapped[UUID] = mapped_column(refers_to("participants.id"))
    second_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), index=True)
    decision: Mapped[Code]
    # A code, never a text: this row stays when the people are erased.
    reason: Mapped[Code]
    # The change of the merge that a separation takes back.
    undoes_id: Mapped[Id | None] = mapped_column(index=True)
    decided_by: Mapped[Id]
    decided_at: Mapped[Moment]


class Opposition(Base):
    """What somebody asked about the processing of their data, by its number: insert-only.

    The last one of a record says whether it is opposed. Its ground is a code: this row stays when the person
    is erased.
    """

    __tablename__ = "oppositions"

    participant_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision: Mapped[Code]
    ground: Mapped[Code]
    received_on: Mapped[Day]
    recorded_by: Mapped[Id] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    recorded_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class Erasure(Base):
    """One record of a person that was erased, why and by which change; insert-only, ids and codes."""

    __tablename__ = "erasures"

    participant_id: Mapped[UUID] = mapped_column(refers_to("participants.id"), primary_key=True)
    ground: Mapped[Code]
    erased_at: Mapped[Moment] = mapped_column(index=True)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))
