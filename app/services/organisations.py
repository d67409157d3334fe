"""Organisations: who they are and where they sit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stdnum.fr import siret as siret_numbers

from app.clock import new_id
from app.db.queries import contracts, territories
from app.db.queries import organisations as queries
from app.db.tables import Organisation
from app.errors import (
    FieldError,
    Forbidden,
    InvalidPayload,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    Text,
    unknown_reference,
)
from app.schemas.organisations import OfficialOut, OrganisationIn, OrganisationOut
from app.services import jobs

if TYPE_CHECKING:
    from app.services.work import Reader, Writer

SIRET = "SIRET"
NO_SUCH_SIRET = Text("SIRET invalide : sa clé de contrôle est fausse.", "Invalid SIRET: wrong check digit.")


def read_organisation(reader: Reader, siret: str) -> OrganisationOut:
    """One organisation; NotFound when nobody has named it yet."""
    found = queries.organisation_by_identifier(reader.session, siret)
    if found is None:
        raise NotFound
    return _shown(found)


def put_organisation(
    writer: Writer, siret: str, request: OrganisationIn, version: int | None
) -> tuple[OrganisationOut, bool]:
    """Create or replace; the platform any, others their own. Returns the result and whether it is new."""
    check_siret(siret, "/path/siret")
    found = queries.locked_organisation(writer.session, siret, scheme=SIRET)
    if not writer.principal.is_admin and (found is None or found.id != writer.principal.organisation_id):
        raise Forbidden
    if request.seat is not None and not territories.exists_place(writer.session, request.seat):
        raise unknown_reference("/seat")
    if found is None:
        if version is not None:
            # What was read is no longer there, or never was.
            raise StaleVersion
        return _shown(_created(writer, siret, request)), True
    if version is None:
        raise PreconditionRequired
    if version != found.version:
        raise StaleVersion
    _replace(writer, found, request)
    return _shown(found), False


def known_organisation(writer: Writer, identifier: str, *, scheme: str = SIRET) -> Organisation:
    """The organisation of this identifier, created unnamed inside the current change if it is new."""
    found = queries.organisation_by_identifier(writer.session, identifier, scheme=scheme)
    return found or _added(writer, identifier, scheme=scheme)[0]


def check_siret(siret: str, pointer: str) -> None:
    """InvalidPayload for fourteen digits that identify nobody."""
    # Fourteen zeros pass the checksum.
    if not siret_numbers.is_valid(siret) or not siret.strip("0"):
        raise InvalidPayload(errors=[FieldError(pointer, "invalid_siret", NO_SUCH_SIRET)])


def _created(writer: Writer, siret: str, request: OrganisationIn) -> Organisation:
    writer.record("organisation.created")
    organisation, added = _added(writer, siret, scheme=SIRET)
    if not added:
        # Somebody else created it since we looked: what they wrote is to be read before it is replaced.
        raise PreconditionRequired
    organisation.name, organisation.seat = request.name, request.seat
    _keep(writer, organisation)
    return organisation


def _added(writer: Writer, identifier: str, *, scheme: str) -> tuple[Organisation, bool]:
    added = queries.add_unless_known(
        writer.session, id=new_id(), scheme=scheme, identifier=identifier, version=1, created_at=writer.now
    )
    organisation = queries.named_organisation(writer.session, identifier, scheme=scheme)
    if added:
        writer.touch("organisation", organisation.id, "identifier")
    return organisation, added


def _replace(writer: Writer, found: Organisation, request: OrganisationIn) -> None:
    changed = [field for field in ("name", "seat") if getattr(found, field) != getattr(request, field)]
    if not changed:
        return
    found.name, found.seat = request.name, request.seat
    found.version += 1
    writer.record("organisation.updated")
    writer.touch("organisation", found.id, *changed)
    _keep(writer, found)
    if "seat" in changed:
        # The hours counted at the former seat follow, a contract at a time, after the answer.
        for contract_id in contracts.counted_for(writer.session, found.id):
            jobs.queue(writer, "recount", str(contract_id), {"contract_id": str(contract_id)})


def _keep(writer: Writer, organisation: Organisation) -> None:
    writer.keep_version(
        "organisation",
        organisation.id,
        owner_id=organisation.id,
        number=organisation.version,
        effective_on=writer.today,
        snapshot={"seat": organisation.seat},
    )


def _shown(organisation: Organisation) -> OrganisationOut:
    return OrganisationOut(
        id=organisation.id,
        siret=organisation.identifier,
        name=organisation.name,
        seat=organisation.seat,
        official=_official(organisation),
        version=organisation.version,
    )


def _official(organisation: Organisation) -> OfficialOut | None:
    if organisation.official_checked_at is None:
        return None
    return OfficialOut.model_validate(
        {
            "name": organisation.official_name,
            "state": organisation.official_state,
            "closed_on": organisation.official_closed_on,
            "siae_kind": organisation.official_siae_kind,
            "checked_at": organisation.official_checked_at,
        }
    )
