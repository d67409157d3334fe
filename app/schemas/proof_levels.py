"""Supporting documents seen for a line, and how well hours are proven."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from app.rules.codes import ProofLevel, SupportingDocument
from app.schemas.compliance import Known
from app.schemas.fields import Day, Hours, Input, Output


class SeenDocumentIn(Input):
    """A supporting document that the reviewer has seen; the document itself is not kept."""

    type: SupportingDocument
    seen_on: Day | None = Field(default=None, description="Absent : aujourd'hui.")


class SeenDocumentOut(Output):
    """A supporting document recorded as seen for a line."""

    type: SupportingDocument
    label: str
    seen_on: date
    seen_by: str = Field(description="Identifiant de l'organisme qui l'a vu.")


class HoursOfLevel(Output):
    """The hours of one level: declared = pending + held + refused + counted."""

    level: ProofLevel
    label: str
    declared: Hours
    pending: Hours
    held: Hours
    refused: Hours
    counted: Hours


class ProofLevelsOut(Known):
    """The position's hours by how well they are proven; the levels sum to the position."""

    items: list[HoursOfLevel]
    counted_with_document: Hours = Field(
        description="Part des heures comptées pour lesquelles un document a été vu."
    )
    own_only: bool = Field(
        description="Vrai quand les lignes d'autres déclarants du contrat ne sont pas montrées."
    )
