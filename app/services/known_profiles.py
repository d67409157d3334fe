"""The profiles that a caller or a clause may use, built in and own, each with its dated versions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.db.queries import contracts, organisations
from app.db.queries import profiles as queries
from app.errors import FieldError, InvalidPayload, NotFound, Text
from app.principal import Role
from app.rules.catalogue import profile_as_data
from app.rules.days import ONE_DAY
from app.rules.profiles import PROFILES, Profile
from app.rules.terms_json import conditions_from_json
from app.schemas.rules import EditionOut, ProfileOut, ProfileState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Contract, OwnProfile, ProfileVersion
    from app.services.work import Reader, Writer

UNKNOWN_PROFILE = Text("Profil inconnu.", "Unknown profile.")


@dataclass(frozen=True, slots=True)
class KnownProfile:
    """A profile and those of its versions that may be read, oldest first; `row` and `owner` of own ones."""

    versions: tuple[Profile, ...]
    withdrawn: frozenset[int] = field(default_factory=frozenset)
    row: OwnProfile | None = None
    owner: str | None = None
    editable: bool = False

    def in_force(self, day: date) -> Profile | None:
        """The version that a clause beginning on the day takes."""
        return next((item for item in self.versions if item.in_force(day)), None)

    @property
    def latest(self) -> Profile | None:
        """The last version; None while nothing may be read."""
        return self.versions[-1] if self.versions else None

    def numbered(self, edition: int) -> Profile | None:
        """The version of this number."""
        return next((item for item in self.versions if item.version == edition), None)

    def state_of(self, version: Profile) -> ProfileState:
        """Where a version stands."""
        if version.since is None:
            return ProfileState.DRAFT
        return ProfileState.WITHDRAWN if version.version in self.withdrawn else ProfileState.PUBLISHED

    def shown(self, version: Profile, on: date) -> ProfileOut:
        """One of its versions, as read on a day."""
        document: dict[str, Any] = profile_as_data(version, on)
        edition = document.pop("version")
        return ProfileOut(
            **document,
            edition=edition,
            state=self.state_of(version),
            owner=self.owner,
            editions=[
                EditionOut(
                    edition=item.version, state=self.state_of(item), since=item.since, until=item.until
                )
                for item in self.versions
            ],
            version=self.row.version if self.row is not None and self.editable else None,
        )


BUILT_IN = {code: KnownProfile((item,)) for code, item in PROFILES.items()}


def own_profiles(reader: Reader) -> list[KnownProfile]:
    """Those of organisations that the caller may use, its own before others' of the same code."""
    found = reader.session.scalars(queries.visible_profiles(reader.principal, reader.today))
    return _known(reader, sorted(found, key=lambda row: _own_first(reader, row)))


def seen_profile(reader: Reader, code: str) -> KnownProfile:
    """The profile of this code that the caller sees, its own first; NotFound otherwise."""
    query = queries.coded(queries.visible_profiles(reader.principal, reader.today), code)
    rows = sorted(reader.session.scalars(query), key=lambda row: _own_first(reader, row))
    known = _known(reader, rows)
    if known:
        return known[0]
    if code not in BUILT_IN:
        raise NotFound
    return BUILT_IN[code]


def named_profile(reader: Reader, code: str) -> KnownProfile:
    """The profile named in a body: what the caller does not see is unknown."""
    try:
        return seen_profile(reader, code)
    except NotFound:
        raise _unknown() from None


def for_clause(writer: Writer, contract: Contract, code: str) -> KnownProfile:
    """The profile that a clause of the contract names: the buyer's, its facilitator's, else a built-in one.

    The facilitator's is that of the mandate running today. InvalidPayload for any other.
    """
    mandate = contracts.running_mandate(writer.session, contract.id, Role.FACILITATOR, writer.today)
    for owner_id in (contract.owner_id, *([mandate.organisation_id] if mandate else [])):
        row = queries.profile_of(writer.session, owner_id, code)
        known = read_versions(writer.session, [row])[0] if row is not None else None
        # A draft of somebody else is as unknown as what does not exist.
        if known is not None and (known.versions or owner_id == contract.owner_id):
            return known
    if code not in BUILT_IN:
        raise _unknown()
    return BUILT_IN[code]


def _unknown() -> InvalidPayload:
    return InvalidPayload(errors=[FieldError("/profile", "unknown_code", UNKNOWN_PROFILE)])


def _own_first(reader: Reader, row: OwnProfile) -> tuple[bool, str, UUID]:
    return row.owner_id != reader.principal.organisation_id, row.code, row.id


def _known(reader: Reader, rows: Sequence[OwnProfile]) -> list[KnownProfile]:
    """With its draft, what belongs to the caller; without, what belongs to somebody else."""
    own = reader.principal.organisation_id
    found = read_versions(reader.session, rows)
    drafted = [with_draft(known) if known.row and known.row.owner_id == own else known for known in found]
    return [known for known in drafted if known.versions]


def read_versions(session: ReadSession, rows: Sequence[OwnProfile]) -> list[KnownProfile]:
    """Own profiles with their published versions."""
    ids = {row.id for row in rows}
    published = queries.versions_of(session, ids)
    last_days = queries.withdrawals_of(session, ids)
    owners = organisations.organisations_by_id(session, {row.owner_id for row in rows})
    return [
        KnownProfile(
            versions=_dated(
                row.code,
                [item for item in published if item.profile_id == row.id],
                {number: until for (profile_id, number), until in last_days.items() if profile_id == row.id},
            ),
            withdrawn=frozenset(number for profile_id, number in last_days if profile_id == row.id),
            row=row,
            owner=owners[row.owner_id].identifier,
        )
        for row in rows
    ]


def with_draft(known: KnownProfile) -> KnownProfile:
    """The same for its owner, who may change it and reads the draft too."""
    row = known.row
    if row is None or row.draft is None:
        return replace(known, editable=True)
    draft = Profile(
        code=row.code,
        version=next_number(known),
        label_fr=row.draft["label"],
        since=None,
        until=None,
        reference=row.draft["reference"],
        conditions=conditions_from_json(row.draft["conditions"]),
    )
    return replace(known, versions=(*known.versions, draft), editable=True)


def next_number(known: KnownProfile) -> int:
    """The number after the last version that was published."""
    return max((item.version for item in known.versions if item.since is not None), default=0) + 1


def _dated(code: str, published: Sequence[ProfileVersion], last_days: dict[int, date]) -> tuple[Profile, ...]:
    """Versions hold until the next one that begins; one withdrawn before its first day never does."""
    found: list[Profile] = []
    following: date | None = None
    for item in reversed(published):
        until = last_days.get(item.number)
        began = until is None or until >= item.since
        if began and following is not None:
            until = min(following - ONE_DAY, until or following)
        found.append(
            Profile(
                code=code,
                version=item.number,
                label_fr=item.label,
                since=item.since,
                until=until,
                reference=item.reference,
                conditions=conditions_from_json(item.conditions),
            )
        )
        following = item.since if began else following
    return tuple(reversed(found))
