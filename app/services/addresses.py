"""Looking an address up: communes that it may lie in, and the priority quarter that holds it, as proposals.

Where a person lives is sent to the geocoder that the operator runs for it (`residences`), or to nobody;
other addresses go to the national one. Postal codes are known here; of those that are not, API Géo is asked.
Nothing of the question is kept, logged or written into an address of ours.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.db.queries import territories
from app.exchange.connector import ConnectorError
from app.exchange.geography import Candidate, candidates, communes_of_postal_code
from app.principal import SERVICE, Role
from app.refusals.addresses import GeocoderOff, GeocoderSilent
from app.schemas.addresses import AddressCandidate, AddressFound, AddressOf, QuarterFound
from app.services import connectors, quarters
from app.services.places import published_place
from app.services.sight import require_role
from app.services.work import writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exchange.connector import Connector
    from app.exchange.quarters import Quarters
    from app.schemas.addresses import AddressSearch
    from app.services.work import Means, Reader

PUBLIC, OWN, COMMUNES = "geocoder", "residences", "communes"
# Who reads or writes where somebody lives.
KNOWS_PEOPLE = (Role.FACILITATOR, Role.CONTRACTOR, Role.INSERTION_STRUCTURE)
# A geocoder that hangs holds so many threads of a process, not all of them.
AT_ONCE = threading.BoundedSemaphore(4)
SOON = {"Retry-After": "5"}
SURE = 100


def known(reader: Reader, request: AddressSearch) -> list[Candidate] | None:
    """What is known without asking anybody: the communes of a postal code alone; None where one is to ask.

    Forbidden for who has nothing to do with where people live, if that is asked; GeocoderOff.
    """
    of_person = request.of is AddressOf.PERSON
    if of_person:
        require_role(reader, *KNOWS_PEOPLE)
    if request.address is None:
        served = territories.communes_of_postal_code(reader.session, request.postal_code or "")
        if served or of_person or COMMUNES not in reader.means.connectors:
            return [Candidate(code, "", SURE) for code in served]
    elif _asked(request) not in reader.means.connectors:
        raise GeocoderOff
    return None


def ask(means: Means, request: AddressSearch, request_id: str) -> list[Candidate]:
    """What the service that answers for such a question says, outside any transaction; GeocoderSilent."""
    service = means.connectors[_asked(request)]
    if not AT_ONCE.acquire(blocking=False):
        raise GeocoderSilent(headers=SOON)
    try:
        return _told(service, request)
    except ConnectorError:
        raise GeocoderSilent(headers=SOON) from None
    finally:
        AT_ONCE.release()
        with writing(means, SERVICE, request_id) as writer:
            connectors.note(writer, service)


def _told(service: Connector, request: AddressSearch) -> list[Candidate]:
    if request.address is not None:
        return candidates(service, request.address, request.postal_code)
    found = communes_of_postal_code(service, request.postal_code or "")
    return [Candidate(item.commune, item.name, SURE) for item in found]


def found(reader: Reader, request: AddressSearch, told: Sequence[Candidate]) -> AddressFound:
    """The candidates that lie in known territories, the likeliest first, with the quarters that hold them."""
    listed = quarters.edition_on(reader, request.on or reader.today)
    return AddressFound(
        candidates=[one for item in told for one in _shown(reader, item, listed)],
        qpv_edition=None if listed is None else listed.version,
        qpv_since=None if listed is None else listed.since,
    )


def _asked(request: AddressSearch) -> str:
    if request.address is None:
        return COMMUNES
    return OWN if request.of is AddressOf.PERSON else PUBLIC


def _shown(reader: Reader, item: Candidate, listed: Quarters | None) -> list[AddressCandidate]:
    """One candidate, under the commune of today; several where what was one commune is several now."""
    draft = published_place(reader.session, item.commune, "Code commune")
    places = (draft.place,) if draft.place else draft.candidates
    inside = None
    if listed is not None and item.point is not None:
        inside = [QuarterFound(qpv=one.code, label=one.label) for one in listed.holding(*item.point)]
    rows = [territories.territory(reader.session, place) for place in places]
    return [
        AddressCandidate(
            place=row.place,
            name=row.name,
            score=item.score_hundredths,
            precise=item.point is not None,
            quarters=inside,
        )
        for row in rows
        if row is not None and row.level == "commune"
    ]
