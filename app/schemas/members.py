"""The members of a group of holders, beside the group's position."""

from __future__ import annotations

from pydantic import Field

from app.schemas.fields import Hours, Output
from app.schemas.parties import Share


class MemberHours(Output):
    """Hours by what became of them: declared = pending + held + refused + counted."""

    declared: Hours
    pending: Hours
    held: Hours
    refused: Hours
    counted: Hours


class MemberOut(MemberHours):
    """What a member owes of the group's hours, and those of the hires that it declared.

    Hours declared by subcontractors and insertion structures are the lead's.
    """

    scheme: str
    identifier: str
    name: str | None
    lead: bool
    share: Share = Field(description="Sa part ce jour-là ; 0 pour qui n'en est pas membre.")
    share_assumed: bool = Field(description="Vrai quand les parts ne sont pas données : parts égales.")
    required: Hours = Field(description="Sa part des heures dues, au plus fort reste.")
    required_at_end: Hours | None
    balance: Hours = Field(description="Comptées moins dues. Seule la position du groupement engage.")


class GroupOut(Output):
    """The members that the caller may see: every one for those who follow the contract, else its own."""

    members: list[MemberOut]
    unattributed: MemberHours | None = Field(
        description="Heures d'aucun membre : avec celles des membres, elles font celles du groupement."
        " null quand le groupement n'est pas montré en entier."
    )
