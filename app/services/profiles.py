"""Own profiles of buyers and facilitators: drafted, published from a day on, superseded, withdrawn.

What is published is never edited. Clauses store their whole terms: nothing done here changes one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import profiles as queries
from app.db.queries.lists import one
from app.db.tables import OwnProfile, ProfileVersion, ProfileWithdrawal
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text
from app.refusals.profiles import DraftExists, ProfileExists, ProfilePublished, PublicationTooEarly
from app.rules.days import ONE_DAY
from app.rules.errors import WrongDocumentError
from app.rules.profiles import GENERAL, PROFILES
from app.rules.terms_json import conditions_from_json, conditions_to_json
from app.schemas.rules import ProfileList, ProfileState
from app.services import findings, known_profiles
from app.services.clauses import sent
from app.services.sight import require_role

if TYPE_CHECKING:
    from datetime import date

    from app.rules.profiles import Profile
    from app.rules.terms import Conditions
    from app.schemas.clauses import ConditionsIn
    from app.schemas.profiles import ProfileAsked, ProfileChanges, ProfileIn, PublicationIn
    from app.schemas.rules import LawOn, ProfileOut
    from app.services.known_profiles import KnownProfile
    from app.services.work import Reader, Writer

UNKNOWN = Text(
    "Profil inconnu ou sans version en vigueur.", "Unknown profile, or none of its versions in force."
)


def list_profiles(reader: Reader, asked: LawOn) -> ProfileList:
    """The built-in profiles and those one may use, each in the version of the day, else in its latest."""
    on = asked.on or reader.today
    known = [*known_profiles.BUILT_IN.values(), *known_profiles.own_profiles(reader)]
    return ProfileList(on=on, items=[item.shown(_chosen(item, on), on) for item in known])


def read_profile(reader: Reader, code: str, asked: ProfileAsked) -> ProfileOut:
    """One profile, in the version of a number or of a day; its latest where none is in force that day."""
    on = asked.on or reader.today
    known = known_profiles.seen_profile(reader, code)
    found = _chosen(known, on) if asked.edition is None else known.numbered(asked.edition)
    if found is None:
        raise NotFound
    return known.shown(found, on)


def create_profile(writer: Writer, request: ProfileIn) -> ProfileOut:
    """Begin a profile under a code of one's choosing; ProfileExists for one that is taken or built in."""
    require_role(writer, *queries.OWNING_ROLES)
    draft = {
        "label": request.label,
        "reference": request.reference,
        "conditions": _conditions(request.conditions, _based_on(writer, request.based_on)),
    }
    if request.code in PROFILES:
        raise ProfileExists
    own: dict[str, Any] = {"owner_id": writer.principal.organisation_id, "code": request.code}
    added = queries.add_unless_taken(
        writer.session, **own, id=new_id(), draft=draft, version=1, created_at=writer.now
    )
    if not added:
        raise ProfileExists
    known = _read_again(writer, request.code)
    writer.record("profile.created")
    writer.touch("profile", _row(known).id, "code", "draft")
    writer.announce("profile.created", "profile", _row(known).id)
    return known.shown(known.versions[-1], writer.today)


def draft_version(writer: Writer, code: str, request: ProfileChanges, version: int) -> ProfileOut:
    """Begin the next version from the latest; DraftExists while another is begun."""
    known = _held(writer, code, version)
    row = _row(known)
    if row.draft is not None:
        raise DraftExists
    row.draft = _changed(known.versions[-1], request)
    return _written(writer, known, "profile.drafted", "draft")


def change_draft(
    writer: Writer, code: str, edition: int, request: ProfileChanges, version: int
) -> ProfileOut:
    """Change what a draft says; ProfilePublished for what no longer is one."""
    known = _held(writer, code, version)
    row, draft = _row(known), _draft(known, edition)
    changed = _changed(draft, request)
    if changed == row.draft:
        return known.shown(draft, writer.today)
    row.draft = changed
    return _written(writer, known, "profile.drafted", "draft")


def publish(writer: Writer, code: str, edition: int, request: PublicationIn, version: int) -> ProfileOut:
    """Publish a draft from a day on.

    PublicationTooEarly when it supersedes a version before today, or no later than that version began: what
    was in force on a past day stays so.
    """
    known = _held(writer, code, version)
    row, draft = _row(known), _draft(known, edition)
    before = [item for item in known.versions if _began(item)]
    if before and (request.since < writer.today or request.since <= (before[-1].since or writer.today)):
        raise PublicationTooEarly
    writer.session.add(
        ProfileVersion(
            owner_id=row.owner_id,
            profile_id=row.id,
            number=edition,
            label=draft.label_fr,
            reference=draft.reference,
            conditions=conditions_to_json(draft.conditions),
            since=request.since,
            published_at=writer.now,
        )
    )
    row.draft = None
    return _written(writer, known, "profile.published", "draft", "since")


def withdraw(writer: Writer, code: str, edition: int, version: int) -> None:
    """Drop a draft; or end a published version at once: its last day was yesterday. Twice is once."""
    known = _held(writer, code, version)
    row, found = _row(known), known.numbered(edition)
    if found is None:
        raise NotFound
    if known.state_of(found) is ProfileState.WITHDRAWN:
        return
    if found.since is None and edition == 1:
        writer.session.delete(row)
        _told(writer, row, "profile.withdrawn", "draft")
        return
    if found.since is None:
        row.draft = None
    else:
        writer.session.add(
            ProfileWithdrawal(
                owner_id=row.owner_id,
                profile_id=row.id,
                number=edition,
                until=writer.today - ONE_DAY,
                withdrawn_at=writer.now,
            )
        )
    _written(writer, known, "profile.withdrawn", "until")


def _chosen(known: KnownProfile, on: date) -> Profile:
    return known.in_force(on) or known.versions[-1]


def _began(item: Profile) -> bool:
    return item.since is not None and (item.until is None or item.until >= item.since)


def _held(writer: Writer, code: str, version: int) -> KnownProfile:
    """One's own profile, held until the commit, at the version that was read."""
    if not known_profiles.seen_profile(writer, code).editable:
        raise Forbidden
    query = queries.coded(queries.visible_profiles(writer.principal, writer.today), code)
    query = query.where(OwnProfile.owner_id == writer.principal.organisation_id)
    row = one(writer.session, query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    if row.version != version:
        raise StaleVersion
    return known_profiles.with_draft(known_profiles.read_versions(writer.session, [row])[0])


def _row(known: KnownProfile) -> OwnProfile:
    if known.row is None:
        raise Forbidden
    return known.row


def _draft(known: KnownProfile, edition: int) -> Profile:
    found = known.numbered(edition)
    if found is None:
        raise NotFound
    if found.since is not None:
        raise ProfilePublished
    return found


def _based_on(writer: Writer, code: str | None) -> Conditions:
    if code is None:
        return GENERAL
    try:
        found = known_profiles.seen_profile(writer, code).in_force(writer.today)
    except NotFound:
        found = None
    if found is None:
        raise InvalidPayload(errors=[FieldError("/based_on", "unknown_code", UNKNOWN)])
    return found.conditions


def _conditions(request: ConditionsIn, filled_by: Conditions) -> dict[str, object]:
    try:
        return conditions_to_json(conditions_from_json(sent(request), filled_by))
    except WrongDocumentError as error:
        raise findings.invalid(error.findings, under="/conditions") from None


def _changed(latest: Profile, request: ProfileChanges) -> dict[str, Any]:
    return {
        "label": request.label or latest.label_fr,
        "reference": request.reference or latest.reference,
        "conditions": _conditions(request.conditions, latest.conditions),
    }


def _read_again(writer: Writer, code: str) -> KnownProfile:
    writer.session.flush()
    return known_profiles.seen_profile(writer, code)


def _written(writer: Writer, known: KnownProfile, action: str, *fields: str) -> ProfileOut:
    row = _row(known)
    row.version += 1
    _told(writer, row, action, *fields)
    found = _read_again(writer, row.code)
    return found.shown(found.versions[-1], writer.today)


def _told(writer: Writer, row: OwnProfile, action: str, *fields: str) -> None:
    writer.record(action)
    writer.touch("profile", row.id, *fields)
    writer.announce(action, "profile", row.id)
