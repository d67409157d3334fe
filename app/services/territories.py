"""Reference territories: loading the edition that ships with the service, looking places up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import territories as queries
from app.errors import NotFound
from app.exchange.territories import EDITION, read_territories, search_name
from app.schemas.territories import TerritoryDetail, TerritoryList, TerritoryOut
from app.services.folding import fold_anew

if TYPE_CHECKING:
    from app.db.session import Database
    from app.db.tables import Territory
    from app.schemas.territories import TerritorySearch
    from app.services.work import Reader


def load_edition(database: Database) -> bool:
    """Load the shipped edition unless it is there already; returns whether it was loaded now."""
    with database.read() as session:
        if queries.loaded_edition(session) == EDITION:
            return False
    file = read_territories()
    columns = (
        *("place", "level", "code", "name", "search_name", "kind"),
        *("commune", "epci", "ept", "department", "region", "country", "population"),
    )
    territories = [
        {**{column: getattr(row, column) for column in columns}, "edition": EDITION}
        for row in file.territories
    ]
    postal_codes = [{"postal_code": row.code, "place": f"commune/{row.commune}"} for row in file.postal_codes]
    aliases = {(row.code, f"commune/{row.commune}") for row in file.aliases}
    with database.write() as session:
        queries.replace_edition(
            session,
            territories,
            postal_codes,
            [{"code": code, "place": place} for code, place in sorted(aliases)],
        )
        fold_anew(session)
    return True


def search_territories(reader: Reader, search: TerritorySearch) -> TerritoryList:
    """Territories that fit every criterion given, the likeliest first."""
    name = None if search.name is None else search_name(search.name)
    if name == "":
        # Signs alone are the name of no place.
        return TerritoryList(edition=EDITION, items=[])
    query = queries.search(
        name=name,
        postal_code=search.postal_code,
        code=search.code,
        level=search.level,
    )
    found = list(reader.session.scalars(query.limit(search.limit)))
    return TerritoryList(edition=EDITION, items=[_shown(row) for row in found])


def read_territory(reader: Reader, level: str, code: str) -> TerritoryDetail:
    """One territory with what contains it."""
    found = _territory(reader, level, code)
    return TerritoryDetail(
        **_shown(found).model_dump(),
        edition=found.edition,
        parents=[_shown(row) for row in queries.parents(reader.session, found)],
        postal_codes=queries.postal_codes_of(reader.session, found.place),
    )


def list_children(reader: Reader, level: str, code: str, of_level: str) -> TerritoryList:
    """The territories of a level inside another."""
    found = _territory(reader, level, code)
    rows = reader.session.scalars(queries.children(found, of_level))
    return TerritoryList(edition=found.edition, items=[_shown(row) for row in rows])


def _territory(reader: Reader, level: str, code: str) -> Territory:
    found = queries.territory(reader.session, f"{level}/{code}")
    if found is None:
        raise NotFound
    return found


def _shown(row: Territory) -> TerritoryOut:
    return TerritoryOut(
        place=row.place,
        level=row.level,
        code=row.code,
        name=row.name,
        kind=row.kind,
        population=row.population,
    )
