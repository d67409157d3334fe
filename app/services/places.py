"""Places of execution: as published, resolved to a territory or waiting for somebody to choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.db.queries import contracts as queries
from app.db.queries import territories
from app.db.tables import ContractPlace
from app.errors import unknown_reference
from app.exchange.places import PlaceLookups, resolve_place
from app.schemas.places import PlaceOut
from app.services.parties import check_shares, equal_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.db.session import ReadSession
    from app.db.tables import Contract
    from app.schemas.places import PlaceIn
    from app.services.work import Writer


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """A place to write; `share` in ten-thousandths, None when nobody said."""

    place: str | None
    published_code: str | None = None
    published_type: str | None = None
    candidates: tuple[str, ...] = ()
    share: int | None = None


def published_place(
    session: ReadSession, code: str | None, place_type: str | None, share: int | None = None
) -> PlaceDraft:
    """A place as published (a DECP code and the label of its type), resolved as far as it can be."""
    lookups = PlaceLookups(
        exists=partial(territories.exists_place, session),
        communes_of_postal_code=partial(territories.communes_of_postal_code, session),
        communes_of_alias=partial(territories.communes_of_alias, session),
    )
    found = resolve_place(code, place_type, lookups)
    return PlaceDraft(found.place, code, place_type, found.candidates, share)


def place_drafts(writer: Writer, places: Sequence[PlaceIn]) -> tuple[PlaceDraft, ...]:
    """The places of a payload; InvalidPayload for an unknown territory or shares that do not sum."""
    found = []
    for index, place in enumerate(places):
        if place.place is None:
            code, kind = place.published_code, place.published_type
            found.append(published_place(writer.session, code, kind, place.share))
            continue
        if not territories.exists_place(writer.session, place.place):
            raise unknown_reference(f"/places/{index}/place")
        found.append(PlaceDraft(place.place, share=place.share))
    check_shares([place.share for place in places], "/places")
    return tuple(found)


def add_places(writer: Writer, contract: Contract, places: Sequence[PlaceDraft]) -> None:
    """Write the places of a contract that has none; equal shares, flagged, when none are given."""
    assumed = equal_shares(len(places))
    for index, place in enumerate(places):
        writer.session.add(
            ContractPlace(
                owner_id=contract.owner_id,
                contract_id=contract.id,
                ordinal=index + 1,
                place=place.place,
                published_code=place.published_code,
                published_type=place.published_type,
                candidates=list(place.candidates),
                share=assumed[index] if place.share is None else place.share,
                share_assumed=place.share is None and len(places) > 1,
            )
        )


def changed_places(
    writer: Writer, contract: Contract, places: Sequence[PlaceIn]
) -> tuple[PlaceDraft, ...] | None:
    """The places of a payload, or None when they are those of the contract already.

    What was chosen for a published place stays chosen.
    """
    rows = queries.places_of(writer.session, [contract.id])
    chosen = {(row.published_code, row.published_type): row.place for row in rows}
    drafts = tuple(
        draft
        if draft.published_code is None
        else replace(draft, place=chosen.get((draft.published_code, draft.published_type)) or draft.place)
        for draft in place_drafts(writer, places)
    )
    before = [(row.place, row.published_code, row.published_type, _given(row, rows)) for row in rows]
    after = [(item.place, item.published_code, item.published_type, _share(item, drafts)) for item in drafts]
    return None if before == after else drafts


def _given(row: ContractPlace, rows: Sequence[ContractPlace]) -> int | None:
    return None if row.share_assumed or len(rows) == 1 else row.share


def _share(draft: PlaceDraft, drafts: Sequence[PlaceDraft]) -> int | None:
    return None if len(drafts) == 1 else draft.share


def replace_places(writer: Writer, contract: Contract, places: Sequence[PlaceDraft]) -> None:
    """Put these places in place of others."""
    for row in queries.places_of(writer.session, [contract.id]):
        writer.session.delete(row)
    writer.session.flush()
    add_places(writer, contract, places)


def show_places(places: Sequence[ContractPlace]) -> list[PlaceOut]:
    """The places of one contract as they are shown."""
    return [
        PlaceOut(
            ordinal=row.ordinal,
            place=row.place,
            published_code=row.published_code,
            published_type=row.published_type,
            candidates=row.candidates,
            share=row.share,
            share_assumed=row.share_assumed,
        )
        for row in places
    ]
