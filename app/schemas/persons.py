"""One person known by several records: proposals, decisions, history. Ids and codes, never a name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.fields import Input, Output
from app.schemas.lists import Page, Walk
from app.schemas.participants import Purpose


class PersonDecision(StrEnum):
    """What a facilitator said of two records."""

    MERGED = "merged"
    SEPARATED = "separated"


class MergeReason(StrEnum):
    """Why two records are one person; a code, since the decision stays when the people are erased."""

    SAME_IDENTITY = "same_identity"
    TYPING_ERROR = "typing_error"
    NAME_CHANGED = "name_changed"
    PERSON_CONFIRMED = "person_confirmed"
    DOCUMENT_SEEN = "document_seen"


class SeparationReason(StrEnum):
    """Why two records are two people; a code for the same reason."""

    NAMESAKE = "namesake"
    MERGED_BY_MISTAKE = "merged_by_mistake"
    PERSON_CONFIRMED = "person_confirmed"
    DOCUMENT_SEEN = "document_seen"


OTHER_RECORD = "L'autre fiche, que vous suivez aussi."
OTHER = "01936f2e-7c10-7a31-9c55-0242ac120016"


class MergeIn(Input):
    """The other record of the same person."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"participant_id": OTHER, "reason": "same_identity"}]}
    )

    participant_id: UUID = Field(description=OTHER_RECORD)
    reason: MergeReason


class SeparationIn(Input):
    """The record of the other person."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"participant_id": OTHER, "reason": "namesake"}]}
    )

    participant_id: UUID = Field(description=OTHER_RECORD)
    reason: SeparationReason


class PersonLinkOut(Output):
    """A decision on two records."""

    id: UUID
    decision: PersonDecision
    participant_ids: list[UUID] = Field(description="Les deux fiches, la plus ancienne d'abord.")
    reason: MergeReason | SeparationReason
    decided_by: str = Field(description="Identifiant de l'organisme qui a décidé.")
    decided_at: datetime
    stands: bool = Field(description="Faux pour une réunion qu'une séparation a défaite.")

    @property
    def location(self) -> str:
        """Where the decisions on the record are read."""
        return f"/v1/participants/{self.participant_ids[0]}/person-links?purpose={Purpose.DUPLICATE_CHECK}"


class PersonLinks(Output):
    """The decisions on one record and another that the caller follows too, oldest first."""

    items: list[PersonLinkOut]


class DuplicateWalk(Walk):
    """A walk with its purpose, which is kept on record."""

    purpose: Purpose


class DuplicateOut(Output):
    """A record, and the younger ones that bear the same four identity fields."""

    participant_id: UUID
    others: list[UUID]


class DuplicatePage(Page[DuplicateOut]):
    """Probable duplicates, each pair once, under its older record."""
